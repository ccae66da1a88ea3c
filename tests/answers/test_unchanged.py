"""A what-if without a change differs in nothing: every shipped configuration, and every mode."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.commands.conftest import HOUSE, tell
from tests.commands.test_recordings import SETTINGS, written

CONFIGS = (
    "examples/volatility_breakout.toml",
    "examples/hedge.toml",
    "bench/w1.toml",
    "commands/demo.toml",
    "tests/golden/run.toml",
)
MODES: list[list[str]] = [
    ["venue.margin_mode=cross"],
    ["venue.margin_mode=none", "accounts.va1.side=long", "accounts.va1.sizing.leverage=1"],
    ["venue.profile=source_flat"],
    ["venue.profile=bybit_linear_2024"],
    ["simulation.profile=neutral"],
    ["simulation.profile=optimistic"],
    ["simulation.path=nearest_first", "simulation.queue=back", "simulation.target_fill=better"],
    [f"simulation.faults.{name}=0.2" for name in ("partial", "late", "duplicate", "reject")],
    [f"simulation.faults.{name}=0.2" for name in ("no_answer_placed", "no_answer_lost")],
    ["simulation.faults.stop_reject=0.3", "accounts.va1.risk.max_drawdown=0.01"],
]
MARKET = "synthetic:7,days=4"


def recorded(folder: Path, config: Path, data: Sequence[object], sets: Sequence[str]) -> Path:
    """The journal of a run of that configuration."""
    path = folder / "run.db"
    words: list[object] = ["--journal", path]
    for each in data:
        words += ["--data", each]
    for each in sets:
        words += ["--set", each]
    told = tell("backtest", config, *words)
    assert told.code == 0, told.err
    return path


def differs_in_nothing(path: Path) -> None:
    told = tell("what-if", path, "--json")
    assert told.code == 0, told.err
    assert told.data["identical"]
    assert told.data["settings"] == []
    assert told.data["first_decision"] is told.data["first_input"] is None
    trades = told.data["trades"]
    assert (trades["changed"], trades["only_a"], trades["only_b"]) == (0, 0, 0)
    a, b = told.data["a"], told.data["b"]
    assert {**a, "run": ""} == {**b, "run": ""}
    assert a["trades"] > 0, "nothing was compared"


@pytest.mark.parametrize("config", CONFIGS)
def test_every_shipped_configuration_is_the_same_played_again(tmp_path: Path, config: str) -> None:
    differs_in_nothing(recorded(tmp_path, HOUSE / config, [MARKET], []))


@pytest.mark.parametrize("sets", MODES, ids=lambda sets: sets[0].split(".", 1)[1])
def test_every_mode_is_the_same_played_again(tmp_path: Path, sets: list[str]) -> None:
    differs_in_nothing(recorded(tmp_path, HOUSE / CONFIGS[0], [MARKET], sets))


@pytest.mark.parametrize("matched_on", ["trades", "quotes", "depth"])
def test_orders_matched_on_ticks_are_the_same_played_again(tmp_path: Path, matched_on: str) -> None:
    """A market of ten minutes, of which candles are made, with orders on nearly each."""
    config = tmp_path / "ticks.toml"
    config.write_text(SETTINGS, encoding="utf-8")
    data = [written(tmp_path, matched_on)]
    sets = [f"simulation.matched_on={matched_on}"]
    differs_in_nothing(recorded(tmp_path, config, data, sets))
