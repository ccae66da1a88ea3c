"""Laws of the engine that can be read off its code: who writes the state, who lets risk in."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import PACKAGES, Source, Violation, dotted, sources

JUDGES = ("engine/decide", "engine/risk", "engine/react.py", "engine/sizing.py")
GATE = "engine/risk/gate.py"
NO_STATE = {"view": "a strategy's window, filled anew before each proposal and never digested"}
CHANGING = frozenset(
    {
        "append",
        "add",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "setdefault",
        "update",
    }
)


def writing_judges(root: Path) -> Iterator[Violation]:
    """Style 1: decide judges and never changes; what hangs on a state is not its to touch."""
    for source in sources(root, *JUDGES):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign | ast.Delete):
                yield from _writes(source, node.targets)
            elif isinstance(node, ast.AugAssign | ast.AnnAssign):
                yield from _writes(source, [node.target])
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of_a_part = isinstance(node.func.value, ast.Attribute)
                if of_a_part and node.func.attr in CHANGING:
                    yield from _told(source, node, dotted(node.func))


def _writes(source: Source, targets: list[ast.expr]) -> Iterator[Violation]:
    for target in targets:
        inner = target.value if isinstance(target, ast.Subscript) else target
        if isinstance(target, ast.Tuple | ast.List):
            yield from _writes(source, target.elts)
        elif isinstance(inner, ast.Attribute):
            yield from _told(source, target, dotted(inner))


def _told(source: Source, node: ast.AST, name: str) -> Iterator[Violation]:
    if name.split(".")[0] in NO_STATE:
        return
    yield source.breaks(
        node, f"a judge writes {name or 'a part'}", "yield a decision and let evolve write it"
    )


def approvals_elsewhere(root: Path) -> Iterator[Violation]:
    """Style 8, law 7: only the gate makes ``Approved``."""
    for source in sources(root, *PACKAGES):
        if source.path == GATE:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "Approved":
                yield source.breaks(
                    node, "an entry is approved outside of the gate", f"ask {GATE} for it"
                )
