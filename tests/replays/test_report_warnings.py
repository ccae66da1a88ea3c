"""A report begins with what should make its reader careful, and only with that."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.strategy_source import StrategyShelf
from adapters.wiring import BACKTEST
from journal.reader import JournalReader
from replays.assumptions import ambiguous_bars
from replays.curve import ALL
from replays.plan import Wanted, plan_run
from replays.queries import rows_of
from replays.report import contents
from replays.report.contents import read_report
from replays.report.folder import write_report
from replays.running import Kept, run_to_file

SETTINGS = """
[risk]
max_daily_loss = 0
max_trades_per_day = 0
max_drawdown = 0

[accounts.va1]
symbols = ["BTCUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"

[accounts.va2]
virtual_equity = 5000
symbols = ["ETHUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"
"""


NARROW = """
[accounts.va1.parameters]
sl_range_mult = 0.4
fixed_tp_r = 1.0
"""
"""Stop and target so close that many a bar meets both."""


def run_until(folder: Path, end: str, settings: str = SETTINGS) -> Path:
    """The journal of a run over the first days of a made market."""
    (folder / "two.toml").write_text(settings, encoding="utf-8")
    wanted = Wanted(folder / "two.toml", ("synthetic:5,days=4",), end=end)
    plan = plan_run(wanted, BACKTEST, {}, StrategyShelf())
    run_to_file(plan, BACKTEST, folder / "two.db", False, Kept())
    return folder / "two.db"


def warnings_of(journal: Path) -> tuple[str, ...]:
    """What its report warns of."""
    with JournalReader(journal) as reader:
        return read_report(reader).warnings


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed run of two accounts over four days."""
    return run_until(tmp_path_factory.mktemp("warned"), "2025-01-05")


def test_a_run_of_many_trades_is_not_told_to_say_little(recorded: Path) -> None:
    assert not any("say little" in warning for warning in warnings_of(recorded))


def test_a_short_run_is_told_to_say_little(tmp_path: Path) -> None:
    found = warnings_of(run_until(tmp_path, "2025-01-01T04:00"))
    assert any(each.endswith("closed trades: fewer than 30 say little") for each in found)


def test_a_run_without_a_trade_had_nothing_to_recover(tmp_path: Path) -> None:
    with JournalReader(run_until(tmp_path, "2025-01-01T00:15")) as reader:
        none = write_report(reader, tmp_path / "none")
    assert none.warnings[0] == "no closed trade: fewer than 30 say little"
    page = (tmp_path / "none" / "report.html").read_text(encoding="utf-8")
    assert "max drawdown" in page
    assert "not yet" not in page


def test_a_trade_that_was_changed_in_the_tables_is_warned_of(
    recorded: Path, tmp_path: Path
) -> None:
    """The frames under the curve refuse to be written to, the tables beside it do not."""
    assert not any("tradefold verify" in warning for warning in warnings_of(recorded))
    changed = tmp_path / "changed.db"
    shutil.copy(recorded, changed)
    with closing(sqlite3.connect(changed)) as connection:
        first = "SELECT min(seq) FROM trades"
        connection.execute(f"UPDATE trades SET pnl = pnl + 100 WHERE seq = ({first})")
        connection.commit()
    told = [each for each in warnings_of(changed) if each.endswith("ask tradefold verify")]
    assert len(told) == 1


def test_a_sharpe_ratio_is_doubted_above_its_limit(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with JournalReader(recorded) as reader:
        sharpe = read_report(reader).risks[ALL].sharpe
    assert sharpe is not None
    doubted = []
    for limit in (sharpe - 0.1, sharpe + 0.1):
        monkeypatch.setattr(contents, "SUSPICIOUS_SHARPE", limit)
        doubted.append(any("too good to be believed" in each for each in warnings_of(recorded)))
    assert doubted == [True, False]


def test_fills_in_ambiguous_bars_are_doubted_above_their_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their count stands in the journal; so many of so many fills are told."""
    narrow = run_until(tmp_path, "2025-01-05", SETTINGS + NARROW)
    with JournalReader(narrow) as reader:
        ambiguous = ambiguous_bars(reader)
        fills = rows_of(reader, "SELECT count(*) FROM fills")[0][0]
    assert ambiguous
    doubted = []
    for limit in (ambiguous / fills * 0.99, ambiguous / fills * 1.01):
        monkeypatch.setattr(contents, "MANY_AMBIGUOUS", limit)
        told = f"{ambiguous} of {fills} fills are in bars whose path decided"
        doubted.append(any(each.startswith(told) for each in warnings_of(narrow)))
    assert doubted == [True, False]
