"""What the tests of commands share: a configuration, candles, and one sealed journal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

import cli

HOUSE = Path(__file__).resolve().parents[2]
SETTINGS = """
[run]
seed = 7

[risk]
max_trades_per_day = 3

[accounts.va1]
virtual_equity = 10000
symbols = ["BTCUSDT"]
timeframe = "15m"
strategy = "volatility_breakout"

[accounts.va2]
virtual_equity = 5000
symbols = ["ETHUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"
"""
MARKET = "synthetic:7,days=3"


class Told(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        assert set(found) == {"ok", "data", "error"}
        return found

    @property
    def data(self) -> dict[str, Any]:
        """The data of an answer that is fine."""
        found = self.envelope
        assert found["ok"], found["error"]
        data: dict[str, Any] = found["data"]
        return data


def tell(*words: object) -> Told:
    """Run a command in this process, as a person would type it."""
    result = CliRunner().invoke(cli.main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Told(result.exit_code, result.stdout, result.stderr)


def command_line(*words: object) -> list[str]:
    """The same as the arguments of a process of its own."""
    return [sys.executable, "-m", "cli", *(str(word) for word in words)]


def process(*words: object, cwd: Path, **more: Any) -> Told:
    """Run a command in a process of its own, in the folder ``cwd``."""
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    told = subprocess.run(
        command_line(*words),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        **more,
    )
    return Told(told.returncode, told.stdout, told.stderr)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration of two accounts."""
    path = tmp_path_factory.mktemp("settings") / "two.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def journal(settings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sealed journal of a run of that configuration; read it, never change it."""
    path = tmp_path_factory.mktemp("journals") / "two.db"
    told = tell("backtest", settings, "--data", MARKET, "--journal", path)
    assert told.code == 0, told.err
    return path
