"""Types and style: the tools run as tests, and a missing tool is a failure."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import HOUSE, PACKAGES, write


def run(*arguments: str, root: Path = HOUSE) -> None:
    """Run a module of this Python over a root; fail with all that it told."""
    told = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    mend = "" if "No module named" not in told.stderr else "\nMend: make test installs the tool."
    assert told.returncode == 0, f"{' '.join(arguments)}\n{told.stdout}{told.stderr}{mend}"


def typed_rooms(root: Path) -> list[str]:
    """What mypy is asked to check, as arguments."""
    packages = [part for name in PACKAGES for part in ("-p", name)]
    return [*packages, *(["-m", "cli"] if (root / "cli.py").exists() else [])]


def test_the_types_are_strict() -> None:
    """mypy --strict has nothing to say about the program (settings in pyproject.toml)."""
    run("mypy", *typed_rooms(HOUSE))


def test_the_style_is_ruffs() -> None:
    """ruff check has nothing to say about the house."""
    run("ruff", "check", "--no-cache", "--output-format=concise", ".")


def test_the_form_is_ruffs() -> None:
    """ruff format would change nothing."""
    run("ruff", "format", "--no-cache", "--check", "--output-format=concise", ".")


def test_an_untyped_function_is_told(tmp_path: Path) -> None:
    """The settings are really strict."""
    for package in PACKAGES:
        write(tmp_path, f"{package}/__init__.py", "")
    write(tmp_path, "cli.py", "def main(argument):\n    return argument\n")
    write(tmp_path, "pyproject.toml", (HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    with pytest.raises(AssertionError, match=r"cli.py:1: error: .*no-untyped-def"):
        run("mypy", *typed_rooms(tmp_path), root=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("ruff", "check", "--no-cache", "."), "import os\n"),
        (("ruff", "format", "--no-cache", "--check", "."), "a = {  'b' : 1 }\n"),
    ],
)
def test_untidy_code_is_told(arguments: tuple[str, ...], text: str, tmp_path: Path) -> None:
    """ruff finds an unused import and a crooked line."""
    write(tmp_path, "a.py", text)
    with pytest.raises(AssertionError, match=r"a\.py"):
        run(*arguments, root=tmp_path)


def test_a_missing_tool_is_a_failure() -> None:
    """A check that cannot run has not passed."""
    with pytest.raises(AssertionError, match="Mend: make test installs the tool"):
        run("a_tool_that_nobody_has")
