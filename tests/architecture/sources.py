"""Reading the house: its files, their syntax trees, and how a broken rule is told."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

HOUSE = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "journal", "adapters", "replays", "commands")
SHIPPED = (*PACKAGES, "cli.py")
PROVING = ("tests", "bench", "compiling", "examples")
EVERYTHING = (*SHIPPED, *PROVING)
PURE = ("engine", "adapters/simulated")


class Violation(NamedTuple):
    """One place that breaks a rule, and what to do about it."""

    path: str
    line: int
    sentence: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}. Mend: {self.mend}."


class Source(NamedTuple):
    """One Python file: its path relative to the root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name by which the file is imported."""
        name = self.path.removesuffix(".py").removesuffix("/__init__")
        return name.replace("/", ".")

    def breaks(self, node: ast.AST | int, sentence: str, mend: str) -> Violation:
        """A violation at a node (or line) of this file."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return Violation(self.path, line, sentence, mend)


@cache
def _parsed(path: Path, changed_ns: int) -> tuple[str, ast.Module]:
    del changed_ns  # only a key: a file that changed is read anew
    text = path.read_text(encoding="utf-8")
    return text, ast.parse(text, filename=str(path))


def files(root: Path, *rooms: str, suffix: str = ".py") -> Iterator[Path]:
    """The files of some rooms (folders or single files) in a fixed order, caches left out."""
    for room in rooms:
        place = root / room
        found = [place] if place.is_file() else sorted(place.rglob(f"*{suffix}"))
        for path in found:
            parts = path.relative_to(root).parts
            if not any(part == "__pycache__" or part.startswith(".") for part in parts):
                yield path


def sources(root: Path, *rooms: str) -> Iterator[Source]:
    """The parsed Python files of some rooms."""
    for path in files(root, *rooms):
        text, tree = _parsed(path, path.stat().st_mtime_ns)
        yield Source(path.relative_to(root).as_posix(), text, tree)


def is_in(path: str, *rooms: str) -> bool:
    """Whether a relative path is one of the rooms or lies inside of one."""
    return any(path == room or path.startswith(f"{room}/") for room in rooms)


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for a chain of names, and an empty text for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        front = dotted(node.value)
        return f"{front}.{node.attr}" if front else ""
    return ""


def imported(tree: ast.AST) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Each import statement with each module that it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def judge(violations: Iterable[Violation]) -> None:
    """Fail with every broken place, one to a line; pass when there is none."""
    found = [str(violation) for violation in violations]
    assert not found, f"{len(found)} place(s) break the rule:\n" + "\n".join(found)


def write(root: Path, name: str, text: str) -> None:
    """Put a snippet under a root, for the tests that show a rule can fail."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
