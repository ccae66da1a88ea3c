"""Documents: plates with four parts, docstrings, links that lead somewhere, commands in README."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.architecture.sources import (
    EVERYTHING,
    PACKAGES,
    PROVING,
    SHIPPED,
    Violation,
    files,
    sources,
)

PLATE = "README.md"
PARTS = {
    "what lives here": re.compile(r"(?<!never )\blives? here\b", re.IGNORECASE),
    "what never lives here": re.compile(r"\bnever\b", re.IGNORECASE),
    "who may import it": re.compile(r"\bwho (?:may|can) import|\bimported by\b", re.IGNORECASE),
    "where to start reading": re.compile(
        r"\b(?:where to start|start (?:reading|with|at|in))\b", re.IGNORECASE
    ),
}
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
NAMED_FILE = re.compile(r"`([\w./-]+(?:\.py|/))`")


def missing_plates(root: Path) -> Iterator[Violation]:
    """Style 23: every folder with code says what it is for."""
    folders = {path.parent for path in files(root, *PACKAGES, *PROVING)}
    for folder in sorted(folders):
        plate = folder / PLATE
        name = plate.relative_to(root).as_posix()
        if not plate.is_file():
            yield Violation(name, 1, "the folder has no plate", f"write its {PLATE} in four parts")
            continue
        text = plate.read_text(encoding="utf-8")
        for part, pattern in PARTS.items():
            if not pattern.search(text):
                yield Violation(name, 1, f"the plate does not say {part}", "say it in those words")


def dead_links(root: Path) -> Iterator[Violation]:
    """A file that a plate, the top README or the changelog names is there."""
    plates = [*files(root, *EVERYTHING, "docs", suffix=".md")]
    tops = [path for path in (root / PLATE, root / "CHANGELOG.md") if path.is_file()]
    for path in dict.fromkeys([*tops, *plates]):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            targets = [link for link in LINK.findall(line) if "://" not in link]
            if path.name == PLATE and path not in tops:
                targets += NAMED_FILE.findall(line)
            for target in targets:
                if not any((base / target).exists() for base in (path.parent, root)):
                    yield Violation(
                        name, number, f"{target} is named and not there", "correct the name"
                    )


def missing_docstrings(root: Path) -> Iterator[Violation]:
    """Every public module, class and function says what it means."""
    mend = "say what it means, its units, its errors, and where a formula comes from"
    for source in sources(root, *SHIPPED):
        if source.tree.body and not ast.get_docstring(source.tree):
            yield source.breaks(1, "the module has no docstring", mend)
        for node in _public(source.tree.body):
            if not ast.get_docstring(node):
                yield source.breaks(node, f"{node.name} has no docstring", mend)


Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public(body: list[ast.stmt]) -> Iterator[Documented]:
    for node in body:
        if not isinstance(node, Documented) or node.name.startswith("_") or _is_variant(node):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from _public(node.body)


def _is_variant(node: Documented) -> bool:
    """Setters and overloads speak through what they belong to."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter"):
            return True
        if isinstance(decorator, ast.Name) and decorator.id in ("overload", "override"):
            return True
    return False


class Shown(NamedTuple):
    """A command of the program as its help shows it: ``journal show`` and its text."""

    name: str
    help: str
    is_group: bool


def unwritten_commands(readme: str, commands: list[Shown]) -> Iterator[Violation]:
    """Style 23: every command has help with an example, and stands in the top README."""
    for command in commands:
        line = f"tradefold {command.name}"
        if not re.search(rf"\b{re.escape(line)}(?![\w-])", readme):
            yield Violation(PLATE, 1, f"`{line}` is not in the README", "document it there")
        if not command.help.strip():
            yield Violation("cli.py", 1, f"`{line}` has no help", "give the command a docstring")
        elif not command.is_group and line not in command.help:
            yield Violation(
                "cli.py", 1, f"the help of `{line}` has no example", f"show a line with `{line}`"
            )


def invented_commands(readme: str, commands: list[Shown]) -> Iterator[Violation]:
    """The README shows no command that the program does not have."""
    known = {command.name.split()[0] for command in commands}
    fenced = False
    for number, line in enumerate(readme.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        shown = [line] if fenced else re.findall(r"`([^`]+)`", line)
        for text in shown:
            found = re.match(r"\s*(?:\$ )?(?:\S*/)?tradefold ([a-z][\w-]*)", text)
            if found and found.group(1) not in known:
                yield Violation(
                    PLATE, number, f"there is no command {found.group(1)!r}", "correct its name"
                )
