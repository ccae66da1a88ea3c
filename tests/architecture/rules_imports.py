"""Imports: one direction, no cycle, none inside a function, and pure rooms import pure modules."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import (
    EVERYTHING,
    SHIPPED,
    Source,
    Violation,
    dotted,
    imported,
    is_in,
    sources,
)

FLOORS = ("engine", "journal", "adapters", "replays", "commands", "cli")
LAZY_LOADERS = {
    "cli.py": "commands are loaded when they are asked for, so that help is quick",
    "replays/__init__.py": "the door for notebooks, which a command that needs one room passes by",
}
PURE_STANDARD_LIBRARY = frozenset(
    [
        "abc",
        "base64",
        "bisect",
        "collections",
        "copy",
        "dataclasses",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "itertools",
        "json",
        "keyword",
        "math",
        "operator",
        "re",
        "string",
        "struct",
        "textwrap",
        "types",
        "typing",
    ]
)
PURE_LIBRARIES = frozenset({"attrs", "attr", "__future__"})
EXTRA_PURE_IMPORTS = {("engine/timebase.py", "datetime"): "it parses and renders, no clock is read"}
PURE_MATHS = frozenset(
    [
        "ceil",
        "copysign",
        "fabs",
        "floor",
        "gcd",
        "inf",
        "isfinite",
        "isinf",
        "isnan",
        "isqrt",
        "nan",
        "sqrt",
    ]
)
LATE = ("importlib.import_module", "__import__", "import_module")


def imports_in_functions(root: Path) -> Iterator[Violation]:
    """Style 6: every import stands at the top of its file."""
    for source in sources(root, *SHIPPED, "tests", "examples"):
        if source.path in LAZY_LOADERS:
            continue
        for function in ast.walk(source.tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            for node in ast.walk(function):
                hidden = isinstance(node, ast.Import | ast.ImportFrom)
                late = isinstance(node, ast.Call) and dotted(node.func) in LATE
                if hidden or late:
                    yield source.breaks(
                        node,
                        "an import hides inside a function",
                        "move it to the top of the file; where that makes a cycle, move what is"
                        " shared to the lower room",
                    )


def upward_imports(root: Path) -> Iterator[Violation]:
    """Design 5: cli, commands, replays, adapters, journal, engine; each imports what is below."""
    for source in sources(root, *SHIPPED):
        floor = FLOORS.index(source.module.split(".")[0])
        for node, name in imported(source.tree):
            room = name.split(".")[0]
            if room in FLOORS and FLOORS.index(room) > floor:
                yield source.breaks(
                    node,
                    f"{FLOORS[floor]} imports {name}, which is above it",
                    "let cli.py hand it in as an argument or a registry",
                )
            elif room in ("tests", "bench", "examples"):
                yield source.breaks(
                    node, f"the program imports {name}", "move what is needed into the program"
                )


def impure_imports(root: Path) -> Iterator[Violation]:
    """Design 5: the engine imports pure parts of the standard library, attrs and itself."""
    rooms = {"engine": ("engine",), "adapters/simulated": ("engine", "adapters.simulated")}
    for room, own in rooms.items():
        for source in sources(root, room):
            for node, name in imported(source.tree):
                yield from _impure(source, node, name, own)


def _impure(
    source: Source, node: ast.Import | ast.ImportFrom, name: str, own: tuple[str, ...]
) -> Iterator[Violation]:
    top = name.split(".")[0]
    if any(name == room or name.startswith(f"{room}.") for room in own):
        return
    if name == "math" and isinstance(node, ast.ImportFrom):
        for alias in node.names:
            if alias.name not in PURE_MATHS:
                yield source.breaks(
                    node,
                    f"math.{alias.name} may differ in the last digit between machines",
                    "use + - * / and sqrt in a fixed order (design 4)",
                )
        return
    if top in PURE_STANDARD_LIBRARY or top in PURE_LIBRARIES:
        return
    if (source.path, name) in EXTRA_PURE_IMPORTS:
        return
    yield source.breaks(
        node,
        f"a pure room imports {name}",
        f"import only attrs, {' and '.join(own)}, and the pure modules listed in"
        " tests/architecture/rules_imports.py; time, ids, randomness and files come in as data",
    )


def graph(root: Path) -> dict[str, dict[str, tuple[str, int]]]:
    """Which module imports which, with the file and line of the import."""
    read = list(sources(root, *SHIPPED, "tests"))
    known = {source.module for source in read}
    edges: dict[str, dict[str, tuple[str, int]]] = {}
    for source in read:
        out = edges.setdefault(source.module, {})
        is_package = source.path.endswith("/__init__.py")
        for node, name in imported(source.tree):
            base = _absolute(source.module, is_package, name)
            names = [base]
            if isinstance(node, ast.ImportFrom):
                inner = [f"{base}.{alias.name}" for alias in node.names]
                names = [name if name in known else base for name in inner]
            for target in names:
                if target in known and target != source.module:
                    out.setdefault(target, (source.path, node.lineno))
    return edges


def _absolute(module: str, is_package: bool, name: str) -> str:
    level = len(name) - len(name.lstrip("."))
    if not level:
        return name
    parts = module.split(".")
    here = parts[: len(parts) - level + (1 if is_package else 0)]
    return ".".join([*here, *filter(None, [name[level:]])])


def import_cycles(root: Path) -> Iterator[Violation]:
    """Design 5: no module reaches itself again through its imports."""
    edges = graph(root)
    told: set[frozenset[str]] = set()
    for start in sorted(edges):
        cycle = _way_back(edges, start)
        if cycle and frozenset(cycle) not in told:
            told.add(frozenset(cycle))
            path, line = edges[start][cycle[1]]
            yield Violation(
                path,
                line,
                f"imports run in a circle: {' -> '.join(cycle)}",
                "move what both need into a module below them",
            )


def _way_back(edges: dict[str, dict[str, tuple[str, int]]], start: str) -> list[str]:
    """The shortest way from a module back to itself, or nothing."""
    ways = [[start]]
    seen = {start}
    for way in ways:
        for target in edges.get(way[-1], {}):
            if target == start:
                return [*way, start]
            if target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return []


def unknown_rooms(root: Path) -> Iterator[Violation]:
    """Design 5: a package at the top is a floor of the house, or proves it."""
    for path in sorted(root.glob("*/__init__.py")):
        name = path.parent.name
        if not is_in(name, *EVERYTHING):
            yield Violation(
                f"{name}/__init__.py", 1, f"{name} is no room of the house", "put it into a floor"
            )
    for path in sorted(root.glob("*.py")):
        if path.name not in SHIPPED:
            yield Violation(path.name, 1, "a module stands loose at the top", "put it into a floor")
