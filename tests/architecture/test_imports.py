"""Imports run one way: the house obeys, and each rule catches what it is for."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import rules_imports as rules
from tests.architecture.sources import HOUSE, PACKAGES, Violation, judge, write

Rule = Callable[[Path], Iterable[Violation]]
LINTER = "from importlinter.cli import lint_imports_command as run; run()"

RULES = [
    rules.imports_in_functions,
    rules.upward_imports,
    rules.impure_imports,
    rules.import_cycles,
    rules.unknown_rooms,
]

OFFENCES: list[tuple[Rule, str, str]] = [
    (rules.imports_in_functions, "engine/step.py", "def step():\n    import json\n"),
    (rules.imports_in_functions, "tests/test_a.py", "def test_a():\n    from a import b\n"),
    (rules.imports_in_functions, "journal/a.py", "def a():\n    __import__('b')\n"),
    (
        rules.imports_in_functions,
        "adapters/a.py",
        "import importlib\nasync def a():\n    importlib.import_module('b')\n",
    ),
    (rules.upward_imports, "engine/a.py", "import journal.store\n"),
    (rules.upward_imports, "adapters/a.py", "from replays.session import run\n"),
    (rules.upward_imports, "replays/a.py", "import cli\n"),
    (rules.upward_imports, "journal/a.py", "from tests.architecture import sources\n"),
    (rules.impure_imports, "engine/a.py", "import time\n"),
    (rules.impure_imports, "engine/a.py", "from datetime import datetime\n"),
    (rules.impure_imports, "engine/a.py", "from math import exp\n"),
    (rules.impure_imports, "engine/a.py", "from pathlib import Path\n"),
    (rules.impure_imports, "adapters/simulated/a.py", "import random\n"),
    (rules.impure_imports, "adapters/simulated/a.py", "from adapters.clocks import now\n"),
    (rules.impure_imports, "adapters/simulated/a.py", "import msgspec\n"),
    (rules.unknown_rooms, "utilities/__init__.py", ""),
    (rules.unknown_rooms, "loose.py", ""),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule) -> None:
    """Each rule of imports holds for every file."""
    judge(rule(HOUSE))


@pytest.mark.parametrize(("rule", "path", "text"), OFFENCES)
def test_the_rule_catches(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    """A rule that cannot fail holds nothing."""
    write(tmp_path, path, text)
    with pytest.raises(AssertionError, match=path):
        judge(rule(tmp_path))


def test_the_lazy_loader_of_the_command_line_may_import_late(tmp_path: Path) -> None:
    """cli.py is the one exception, so that help answers quickly."""
    write(tmp_path, "cli.py", "import importlib\ndef a():\n    importlib.import_module('b')\n")
    judge(rules.imports_in_functions(tmp_path))


def test_time_may_be_parsed_but_not_read() -> None:
    """The exceptions to purity are few, and each is a file of its own."""
    assert set(rules.EXTRA_PURE_IMPORTS) == {("engine/timebase.py", "datetime")}


@pytest.mark.parametrize(
    "back", ["from engine import a\n", "import engine.a\n", "from .a import x\n", "from . import a"]
)
def test_a_circle_is_found_however_it_is_written(back: str, tmp_path: Path) -> None:
    """Two modules that import each other are told once, with the way round."""
    write(tmp_path, "engine/__init__.py", "")
    write(tmp_path, "engine/a.py", "from engine.b import x\n")
    write(tmp_path, "engine/b.py", back)
    found = list(rules.import_cycles(tmp_path))
    assert len(found) == 1
    assert "engine.a -> engine.b -> engine.a" in found[0].sentence


def test_a_long_circle_is_found(tmp_path: Path) -> None:
    """A hidden cycle is still a cycle."""
    for name, target in (("a", "b"), ("b", "c"), ("c", "a")):
        write(tmp_path, f"engine/{name}.py", f"import engine.{target}\n")
    assert rules.graph(tmp_path)["engine.a"] == {"engine.b": ("engine/a.py", 1)}
    assert len(list(rules.import_cycles(tmp_path))) == 1


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over a root, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", LINTER, "--no-cache", "--no-logo"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_of_import_linter_are_kept() -> None:
    """.importlinter holds the same law over what is imported by way of others."""
    told = lint_imports(HOUSE)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(
    ("path", "text", "contract"),
    [
        ("engine/a.py", "import adapters\n", "Imports run one way"),
        ("journal/a.py", "import replays\n", "Imports run one way"),
        ("engine/a.py", "import pydantic\n", "The engine stands on attrs"),
        ("adapters/simulated/a.py", "import journal\n", "The simulated exchange knows"),
        ("journal/a.py", "import rich\n", "The journal needs neither"),
    ],
)
def test_the_contracts_catch(path: str, text: str, contract: str, tmp_path: Path) -> None:
    """Each contract is broken once and says so."""
    for package in (*PACKAGES, "adapters/simulated"):
        write(tmp_path, f"{package}/__init__.py", "")
    shutil.copy(HOUSE / ".importlinter", tmp_path)
    assert lint_imports(tmp_path).returncode == 0
    write(tmp_path, path, text)
    told = lint_imports(tmp_path)
    assert told.returncode == 1
    assert f"{contract}" in told.stdout
    assert "BROKEN" in told.stdout
