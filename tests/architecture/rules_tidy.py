"""Tidiness: how long, how wide, and how files end."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import EVERYTHING, SHIPPED, Violation, files, is_in, sources

LINES_MAX = 300
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 100
EMPTY_NAMES = frozenset(
    ["utils", "util", "common", "helpers", "helper", "manager", "managers", "data", "misc"]
)
EMPTY_ENDINGS = re.compile(r"(?:Manager|Helpers?|Utils?|Common)$")
SCREENS = ("click", "rich")
WITH_SCREENS = ("cli.py", "commands")


def long_files(root: Path) -> Iterator[Violation]:
    """Style 14: a file has at most 300 lines."""
    for source in sources(root, *EVERYTHING):
        lines = len(source.text.splitlines())
        if lines > LINES_MAX:
            yield source.breaks(
                lines, f"the file has {lines} lines, {LINES_MAX} is the most", "split the room"
            )


def long_functions(root: Path) -> Iterator[Violation]:
    """Style 14: a function has at most 60 lines, decorators not counted."""
    for source in sources(root, *EVERYTHING):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    yield source.breaks(
                        node,
                        f"{node.name} has {lines} lines, {FUNCTION_LINES_MAX} is the most",
                        "keep the branches here and move the arithmetic into leaves",
                    )


def long_lines(root: Path) -> Iterator[Violation]:
    """Style 14: a line has at most 100 characters."""
    for source in sources(root, *EVERYTHING):
        for number, line in enumerate(source.text.splitlines(), start=1):
            if len(line) > COLUMNS_MAX:
                yield source.breaks(
                    number, f"the line has {len(line)} characters", f"break it at {COLUMNS_MAX}"
                )


def file_endings(root: Path) -> Iterator[Violation]:
    """A file has no tabs and ends with one newline."""
    for suffix in (".py", ".md"):
        for path in files(root, *EVERYTHING, suffix=suffix):
            name, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
            if text and not text.endswith("\n"):
                last = len(text.splitlines())
                yield Violation(name, last, "the last line has no end", "add a newline")
            for number, line in enumerate(text.splitlines(), start=1):
                if "\t" in line:
                    yield Violation(name, number, "there is a tab", "use spaces")


def empty_names(root: Path) -> Iterator[Violation]:
    """Style 15: a room or a class is named by what it does."""
    mend = "name it by the words of the trade"
    for path in files(root, *EVERYTHING):
        name = path.relative_to(root)
        for part in (*name.parts[:-1], name.stem):
            if part in EMPTY_NAMES:
                yield Violation(name.as_posix(), 1, f"{part!r} says nothing as a name", mend)
    for source in sources(root, *EVERYTHING):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef) and EMPTY_ENDINGS.search(node.name):
                yield source.breaks(node, f"{node.name!r} says nothing as a name", mend)


def prints(root: Path) -> Iterator[Violation]:
    """Words for people leave through the command line alone."""
    for source in sources(root, *SHIPPED):
        for node in ast.walk(source.tree):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if called and node.func.id == "print":  # type: ignore[attr-defined]
                yield source.breaks(node, "print() in the program", "return it, or click.echo it")


def screens(root: Path) -> Iterator[Violation]:
    """Only the command line knows that there is a terminal."""
    for source in sources(root, *SHIPPED):
        if is_in(source.path, *WITH_SCREENS):
            continue
        for node in ast.walk(source.tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                if name.split(".")[0] in SCREENS:
                    yield source.breaks(
                        node,
                        f"{name} is imported outside of the command line",
                        "return what is to be shown, and show it in commands",
                    )
