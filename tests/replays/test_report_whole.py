"""A result is whole: what came after the last candle, and what left at the market, is in it."""

import csv
from pathlib import Path

import pytest

from adapters.strategy_source import StrategyShelf, load_strategy
from adapters.wiring import BACKTEST
from engine.money import SCALE, parse
from journal.reader import JournalReader
from replays.curve import ALL
from replays.plan import Wanted, plan_run
from replays.report.contents import Report
from replays.report.folder import write_report
from replays.running import Kept, run_to_file


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file by its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ALWAYS_IN = """
import engine.strategies as tf


@tf.define
class AlwaysIn:
    last: int = 0
    out: bool = False

    def observe(self, candle):
        self.last = candle.close

    def propose(self, view):
        if view.side:
            return (tf.Exit("enough"),)
        return (tf.Enter(1, self.last - self.last // 50),)
"""


def always_in(folder: Path, end: str, *sets: str) -> Report:
    """The report of a strategy that enters and leaves at the market at each candle in turn."""
    (folder / "own.py").write_text(ALWAYS_IN, encoding="utf-8")
    (folder / "own.toml").write_text(
        '[accounts.va1]\nsymbols = ["BTCUSDT"]\nstrategy = "AlwaysIn"\n', encoding="utf-8"
    )
    shelf = StrategyShelf((load_strategy(f"{folder / 'own.py'}:AlwaysIn"),))
    wanted = Wanted(folder / "own.toml", ("synthetic:5,days=1",), sets, end=end)
    run_to_file(plan_run(wanted, BACKTEST, {}, shelf), BACKTEST, folder / "own.db", False, Kept())
    with JournalReader(folder / "own.db") as reader:
        return write_report(reader, folder / "report")


def test_what_the_last_candles_order_cost_after_it_belongs_to_the_result(tmp_path: Path) -> None:
    """One candle: its entry fills when it is over, so its fee and spread are all there is."""
    report = always_in(tmp_path, "2025-01-01T00:05")
    (account,) = report.summary.accounts
    risk = report.risks[ALL]
    assert account.equity < account.allocation
    assert risk.total_return == pytest.approx(account.equity / account.allocation - 1)
    assert risk.max_drawdown == pytest.approx(-risk.total_return, abs=1e-8)
    assert risk.peak_at < risk.trough_at
    assert (risk.days, risk.exposure) == (1, 0.0), "its day is the candle's"
    curve = rows(tmp_path / "report" / "account_curve.csv")
    assert len(curve) == 2
    assert parse(curve[-1]["equity"]) == account.equity


def test_exits_at_the_market_slip_as_entries_do(tmp_path: Path) -> None:
    """Half spread and slippage of a tenth of a percent, upon four market orders."""
    sets = ("simulation.half_spread=0", "simulation.slippage=0.001", "simulation.impact=0")
    report = always_in(tmp_path, "2025-01-01T00:25", *sets, "simulation.volume_share=0")
    fills = rows(tmp_path / "report" / "fills.csv")
    assert [row["side"] for row in fills] == ["buy", "sell", "buy", "sell", "buy"]
    value = sum(float(row["value"]) for row in fills)
    assert report.risks[ALL].slippage / SCALE == pytest.approx(value * 0.001, rel=0.01)
