"""What is not needed is not loaded: import time is a feature (design 10)."""

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]


def loaded(statement: str) -> set[str]:
    """The modules that a fresh Python holds after a statement."""
    told = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import cli", ["pydantic", "pyarrow", "rich", "msgspec", "sqlite3", "engine.state"]),
        ("import adapters.config.terms", ["pyarrow", "sqlite_utils", "rich"]),
        ("import adapters.history.opening", ["pydantic", "pyarrow.dataset", "pandas"]),
        ("import replays.plan", ["rich", "pandas"]),
        ("import commands.explain, commands.replay, commands.verify", ["pydantic", "pyarrow"]),
        ("import commands.explain, commands.replay", ["sqlite_utils", "asyncio"]),
        ("import journal.reader", ["sqlite_utils", "pydantic", "pyarrow"]),
    ],
)
def test_what_is_not_needed_is_not_loaded(statement: str, heavy: list[str]) -> None:
    modules = loaded(statement)
    assert not modules.intersection(heavy)
