"""Purity: nothing in the engine or the simulated exchange can look anything up."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.rules_imports import PURE_MATHS
from tests.architecture.sources import PURE, Source, Violation, dotted, is_in, sources

IMPURE_CALLS = {
    "open": "files are read at the edge and handed in",
    "print": "yield a decision or an effect instead",
    "input": "questions are asked at the edge",
    "hash": "it differs from process to process; use hashlib over a canonical text",
    "id": "it is an address; use a name or a number that is handed in",
    "globals": "name the table that is meant",
    "breakpoint": "take it out",
}
CLOCKS = ("now", "utcnow", "today")
FLOAT_ROOMS = {
    "engine/indicators": "indicators may use floats (design 4)",
    "engine/strategies": "strategies compare indicators",
    "engine/digest.py": "it writes the floats of a strategy's state as hex",
}
TAKING_IN_ORDER = ("list", "tuple", "iter", "enumerate", "zip", "map", "filter", "reversed", "next")


def impure_calls(root: Path) -> Iterator[Violation]:
    """Style 2: no clock, no file, no address, no process-wide hash."""
    for source in sources(root, *PURE):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                yield from _impure_call(source, node)
            elif (
                isinstance(node, ast.Attribute)
                and dotted(node.value) == "math"
                and node.attr not in PURE_MATHS
            ):
                yield source.breaks(
                    node,
                    f"math.{node.attr} may differ in the last digit between machines",
                    "use + - * / and sqrt in a fixed order (design 4)",
                )


def _impure_call(source: Source, node: ast.Call) -> Iterator[Violation]:
    name = dotted(node.func)
    if name in IMPURE_CALLS:
        yield source.breaks(node, f"a pure room calls {name}()", IMPURE_CALLS[name])
    for argument in [*node.args, *[keyword.value for keyword in node.keywords]]:
        if isinstance(argument, ast.Name) and argument.id in ("hash", "id"):
            yield source.breaks(
                node, f"a pure room hands on {argument.id}()", IMPURE_CALLS[argument.id]
            )
    if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
        owner = dotted(node.func.value).split(".")[-1]
        if owner in ("datetime", "date"):
            yield source.breaks(
                node, f"a pure room reads the clock with {name}()", "take `at` as an argument"
            )


def floats_in_money_rooms(root: Path) -> Iterator[Violation]:
    """Style 11: outside indicators and strategies there is no float, not even by division."""
    mend = "use the scaled integers and the named roundings of engine/money.py"
    for source in sources(root, *PURE):
        if is_in(source.path, *FLOAT_ROOMS):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                yield source.breaks(node, f"a float, {node.value!r}, where money lives", mend)
            elif isinstance(node, ast.Name) and node.id == "float":
                yield source.breaks(node, "the name float where money lives", mend)
            elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
                yield source.breaks(node, "a division that makes a float", mend)


def float_powers(root: Path) -> Iterator[Violation]:
    """Design 4: indicators use + - * / and sqrt only; a power is the platform's own guess."""
    for source in sources(root, *PURE):
        for node in ast.walk(source.tree):
            if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)):
                continue
            sides = [side for side in (node.left, node.right) if isinstance(side, ast.Constant)]
            if any(isinstance(side.value, float) for side in sides):
                yield source.breaks(
                    node, "a power of a float", "multiply, or use math.sqrt (design 4)"
                )


def set_orders(root: Path) -> Iterator[Violation]:
    """Design 4: nobody walks over a set, because its order differs from process to process."""
    for source in sources(root, *PURE):
        known = _names_of_sets(source.tree)
        for node in ast.walk(source.tree):
            walked: list[ast.expr] = []
            if isinstance(node, ast.For | ast.comprehension):
                walked = [node.iter]
            elif isinstance(node, ast.Starred | ast.YieldFrom):
                walked = [node.value]
            elif isinstance(node, ast.Call):
                walked = _walked_by_call(node)
            for expression in walked:
                if _is_set(expression, known):
                    yield source.breaks(
                        expression,
                        "the order of a set is let out",
                        "use a dict or a tuple, or walk over sorted(...)",
                    )


def _walked_by_call(node: ast.Call) -> list[ast.expr]:
    if dotted(node.func) in TAKING_IN_ORDER:
        return list(node.args)
    if isinstance(node.func, ast.Attribute):
        if node.func.attr == "join":
            return list(node.args)
        if node.func.attr == "pop" and not node.args:
            return [node.func.value]
    return []


def _is_set(node: ast.expr, known: frozenset[str]) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call):
        return dotted(node.func) in ("set", "frozenset")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub):
        return _is_set(node.left, known) or _is_set(node.right, known)
    return dotted(node) in known


def _names_of_sets(tree: ast.Module) -> frozenset[str]:
    """Names (``x`` or ``self.x``) that a file somewhere annotates or makes as sets."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and _says_set(node.annotation):
            found |= {dotted(node.target), f"self.{dotted(node.target)}"}
        elif isinstance(node, ast.arg) and node.annotation and _says_set(node.annotation):
            found.add(node.arg)
        elif isinstance(node, ast.Assign) and _is_set(node.value, frozenset()):
            found |= {dotted(target) for target in node.targets}
    return frozenset(found - {""})


def _says_set(annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return dotted(annotation).split(".")[-1] in (
        "set",
        "frozenset",
        "Set",
        "FrozenSet",
        "AbstractSet",
    )
