"""What the file of a strategy may not say: found in its syntax, before a line of it runs.

How this works: one walk over the tree that knows in which function it is, and what ``self`` and
the local names mean there. A strategy writes to its own ``self`` and to local names, nothing
else; in ``propose``, and in what ``propose`` calls of its own, not even to ``self``. It is no
prison: it keeps honest code from falsifying candles, and ``verify`` finds the rest.
"""

import ast
from collections.abc import Iterator
from typing import Final

import attrs

FORBIDDEN_MODULES: Final = {
    "asyncio": "runs tasks",
    "builtins": "reaches into the program",
    "ctypes": "reaches into the program",
    "gc": "reaches into the program",
    "http": "uses the network",
    "importlib": "imports at run time",
    "inspect": "reaches into the program",
    "multiprocessing": "starts processes",
    "os": "asks the operating system",
    "pathlib": "reads files",
    "random": "draws random numbers",
    "requests": "uses the network",
    "secrets": "draws random numbers",
    "socket": "uses the network",
    "subprocess": "starts processes",
    "sys": "reaches into the program",
    "threading": "starts threads",
    "time": "reads the clock",
    "urllib": "uses the network",
    "uuid": "draws random numbers",
}
FORBIDDEN_CALLS: Final = {
    "__import__": "imports at run time",
    "breakpoint": "asks the terminal",
    "compile": "runs text as code",
    "eval": "runs text as code",
    "exec": "runs text as code",
    "exit": "ends the program",
    "globals": "reaches into the program",
    "hash": "differs from run to run",
    "id": "differs from run to run",
    "input": "asks the terminal",
    "open": "reads files",
    "quit": "ends the program",
    "vars": "reaches into the program",
}
CLOCK_METHODS: Final = ("now", "today", "utcnow")
BACK_DOORS: Final = ("setattr", "delattr")
HARMLESS: Final = ("__attrs_post_init__", "__class__", "__doc__", "__init__", "__name__")
"""Names with two underscores on each side that write nothing; all others are back doors."""
MUTATORS: Final = (
    *("append", "appendleft", "add", "clear", "discard", "extend", "insert", "pop", "popitem"),
    *("popleft", "remove", "reverse", "setdefault", "sort", "update"),
)
SEES = "a strategy sees only its candles and the view (view.at is the time)"
KEEPS = "keep what you need in a field of the strategy, and write it in observe"
OWN = "assign to self or to a local name, and leave candles, the view and all else as they are"

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Found = tuple[int, str]
"""A line, and what is wrong in it with the mend."""


@attrs.frozen
class Room:
    """Where the walk is: what ``self`` and names mean. ``silent`` is "" where self is written."""

    inside: bool = False
    own: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    silent: str = ""


def faults(tree: ast.Module) -> Iterator[Found]:
    """All that is forbidden in a file, with lines, in the order of the text."""
    kept = frozenset(_stored(tree))
    yield from _walk(tree, Room(), kept)


def _walk(node: ast.AST, room: Room, kept: frozenset[str]) -> Iterator[Found]:
    told = _reach(node) or _write(node, room, kept)
    if told:
        yield getattr(node, "lineno", 1), told
    silent = _reached_by_propose(node) if isinstance(node, ast.ClassDef) else {}
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _FUNCTIONS):
            yield from _walk(child, _enter(child, room, node, silent), kept)
        else:
            yield from _walk(child, room, kept)


def _enter(function: Function, room: Room, outside: ast.AST, silent: dict[str, str]) -> Room:
    """The room of a function: of a method, its first argument is the strategy."""
    arguments = [each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)]
    own = tuple(name for name in room.own if name not in arguments)
    writes = room.silent
    if isinstance(outside, ast.ClassDef) and not isinstance(function, ast.Lambda):
        marks = [each.id for each in function.decorator_list if isinstance(each, ast.Name)]
        expected = "cls" if "classmethod" in marks else "self"
        is_own = "staticmethod" not in marks and arguments[:1] == [expected]
        own = (expected,) if is_own else ()
        writes = silent.get(function.name, "")
    names = {*room.names, *arguments, *_stored(function)}
    return Room(True, own, frozenset(names), writes)


def _stored(scope: ast.AST) -> Iterator[str]:
    """Names that are assigned in a scope itself, not in the functions and classes in it."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        if not isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            yield from _stored(child)


def _reached_by_propose(owner: ast.ClassDef) -> dict[str, str]:
    """Functions of a class that ``propose`` comes to through ``self``, and how it does."""
    functions = {
        each.name: each
        for each in owner.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    found = {"propose": "propose"} if "propose" in functions else {}
    waiting = list(found)
    while waiting:
        for node in ast.walk(functions[waiting.pop()]):
            name = node.attr if isinstance(node, ast.Attribute) and _is_self(node.value) else ""
            if name in functions and name not in found:
                found[name] = name
                waiting.append(name)
    return found


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _reach(node: ast.AST) -> str:
    """Whether a node reaches for something that no candle tells."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names or [alias.name for alias in node.names]:
            reason = FORBIDDEN_MODULES.get(name.split(".")[0])
            if reason:
                return f"import {name} {reason}; {SEES}"
    elif isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Name) and called.id in FORBIDDEN_CALLS:
            return f"{called.id}() {FORBIDDEN_CALLS[called.id]}; {SEES}"
        if isinstance(called, ast.Attribute) and called.attr in CLOCK_METHODS:
            return f"{called.attr}() reads the clock; {SEES}"
    return ""


def _write(node: ast.AST, room: Room, kept: frozenset[str]) -> str:
    """Whether a node writes something that is not the strategy's own, or not its turn."""
    if isinstance(node, ast.Global | ast.Nonlocal):
        return f"{type(node).__name__.lower()} keeps state outside of the strategy; {KEEPS}"
    if isinstance(node, ast.Name):
        if node.id in BACK_DOORS:
            return f"{node.id} writes what is not the strategy's own; {OWN}"
        if node.id in ("self", "cls") and not isinstance(node.ctx, ast.Load):
            return f"{node.id} has another meaning here; choose another name"
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return _stored_at(node, room)
    if isinstance(node, ast.Attribute):
        if node.attr.startswith("__") and node.attr.endswith("__") and node.attr not in HARMLESS:
            return f"{node.attr} writes what is not the strategy's own; {OWN}"
        private = node.attr.startswith("_") and not node.attr.startswith("__")
        if private and isinstance(node.value, ast.Name) and node.value.id not in ("self", "cls"):
            return f"{ast.unparse(node)} is private; use what has no underscore in front"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _mutated(node.func, room, kept)
    return ""


def _stored_at(target: ast.Attribute | ast.Subscript, room: Room) -> str:
    """A store is fine at an attribute of self, and at items of that or of a local name."""
    root: ast.AST = target
    while isinstance(root, ast.Subscript):
        root = root.value
    if isinstance(root, ast.Attribute) and isinstance(root.value, ast.Name):
        if root.value.id in room.own:
            return _not_now(root, room)
    elif isinstance(root, ast.Name) and (root.id in room.names or not room.inside):
        return ""
    return f"{ast.unparse(target)} is not the strategy's own; {OWN}"


def _mutated(called: ast.Attribute, room: Room, kept: frozenset[str]) -> str:
    if called.attr not in MUTATORS:
        return ""
    root: ast.AST = called.value
    while isinstance(root, ast.Subscript):
        root = root.value
    if isinstance(root, ast.Attribute) and isinstance(root.value, ast.Name):
        return _not_now(root, room) if root.value.id in room.own else ""
    if isinstance(root, ast.Name) and room.inside and root.id in kept - room.names:
        return f"{root.id}.{called.attr}() changes what is kept outside of the strategy; {KEEPS}"
    return ""


def _not_now(own: ast.Attribute, room: Room) -> str:
    if not room.silent:
        return ""
    through = "" if room.silent == "propose" else f" (propose calls {room.silent})"
    return f"propose may not change {ast.unparse(own)}: only observe writes state{through}"
