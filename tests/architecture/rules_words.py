"""Words that have no place in the house: promises, and paths of somebody's machine."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import EVERYTHING, PROVING, Violation, files, is_in

PROMISES = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|\bfor now\b", re.IGNORECASE)
MACHINE_PATHS = re.compile(r"(?<![\w.*-])/(?:work|root|home|Users)/\w|(?<!\w)\.\./shared\b")
RULE_BOOK = "tests/architecture"
"""It has to name what it forbids."""
TOP = ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", ".importlinter", ".ci/run")
SUFFIXES = (".py", ".md", ".toml", ".json", ".yaml", ".yml", ".sh", ".html", ".sql")


def _lines(root: Path) -> Iterator[tuple[str, int, str]]:
    places = [root / name for name in TOP if (root / name).is_file()]
    for suffix in SUFFIXES:
        places += files(root, *EVERYTHING, "docs", suffix=suffix)
    for path in dict.fromkeys(places):
        name = path.relative_to(root).as_posix()
        if not is_in(name, RULE_BOOK):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                yield name, number, line


def promises(root: Path) -> Iterator[Violation]:
    """Style 25: what is not done right is not merged."""
    for name, number, line in _lines(root):
        found = PROMISES.search(line)
        if found:
            yield Violation(
                name, number, f"{found.group()!r} promises later work", "do it, or leave it out"
            )


def machine_paths(root: Path) -> Iterator[Violation]:
    """The program knows no path of the machine it was written on; tests may look for data."""
    for name, number, line in _lines(root):
        found = None if is_in(name, *PROVING) else MACHINE_PATHS.search(line)
        if found:
            yield Violation(
                name, number, f"a path of one machine, {found.group()!r}", "take it as an argument"
            )
