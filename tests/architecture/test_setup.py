"""A fresh machine gets the same packages everywhere: the lock, the Makefile, the door for CI."""

import os
import re
import tomllib
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import HOUSE, PACKAGES

PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (HOUSE / "constraints.txt").read_text(encoding="utf-8")
LEFT_TO_PYTHON = {"pip"}
"""sqlite-utils asks for pip; the one that Python brings is the one that installs."""


def pins() -> dict[str, str]:
    """The lock as a table from canonical name to version."""
    lines = [line for line in LOCK.splitlines() if line and not line.startswith("#")]
    return {
        canonicalize_name(name): version
        for name, _, version in (line.partition("==") for line in lines)
    }


def needed() -> dict[str, list[Requirement]]:
    """All that the project asks for, directly or by way of others, with who asks how."""
    asked = (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])
    waiting = [Requirement(each) for each in asked]
    found: dict[str, list[Requirement]] = {}
    for requirement in waiting:
        name = canonicalize_name(requirement.name)
        known = name in found
        found.setdefault(name, []).append(requirement)
        if not known:
            for text in metadata.requires(name) or []:
                inner = Requirement(text)
                extras = ("", *requirement.extras)
                if inner.marker is None or any(
                    inner.marker.evaluate({"extra": extra}) for extra in extras
                ):
                    waiting.append(inner)
    return found


def test_the_lock_pins_every_package_that_is_needed() -> None:
    """Directly or by way of others, runtime and development."""
    missing = set(needed()) - set(pins()) - LEFT_TO_PYTHON
    assert not missing, f"constraints.txt:1: no pin for {sorted(missing)}. Mend: add `pip freeze`'s"


def test_the_lock_pins_nothing_else() -> None:
    """A pin that nobody needs hides a dependency that nobody declared."""
    extra = set(pins()) - set(needed())
    assert not extra, f"constraints.txt:1: nobody needs {sorted(extra)}. Mend: take them out"


def test_each_pin_is_within_what_is_asked_for() -> None:
    """The lock and the ranges do not contradict each other."""
    for name, requirements in needed().items():
        for requirement in requirements:
            if name not in LEFT_TO_PYTHON:
                assert requirement.specifier.contains(pins()[name]), (
                    f"{requirement}: {pins()[name]}"
                )


def test_the_lock_names_no_place() -> None:
    """Where packages come from is the business of the machine that installs them."""
    for number, line in enumerate(LOCK.splitlines(), start=1):
        pin = re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)
        assert line.startswith("#") or pin, f"constraints.txt:{number}: {line!r} is no exact pin"
        assert "/" not in line.partition("#")[0], f"constraints.txt:{number}: names a place"


def test_every_package_that_is_shipped_says_it_is_typed() -> None:
    """Users' type checkers read ours."""
    for room in PACKAGES:
        assert (HOUSE / room / "py.typed").is_file(), f"{room}/py.typed:1: missing. Mend: add it"


def test_the_door_for_ci_is_one_command() -> None:
    """.ci/run can be executed, stops at the first fault, and is `make test`."""
    door = HOUSE / ".ci" / "run"
    assert os.access(door, os.X_OK), ".ci/run:1: not executable. Mend: chmod +x"
    lines = door.read_text(encoding="utf-8").splitlines()
    assert "set -euo pipefail" in lines
    assert lines[-1] == "make test"


def test_the_license_is_the_one_that_is_declared() -> None:
    """MIT, by the authors of tradefold."""
    text = (HOUSE / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "MIT"
    assert text.startswith("MIT License")
    assert "The tradefold authors" in text
