"""``returns.csv`` as quantstats and pyfolio take it: a day, a return, and nothing to guess."""

import json
import math
import statistics
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv

from tests.commands.conftest import MARKET, tell

CONFIG = """
[accounts.va1]
symbols = ["BTCUSDT"]
timeframe = "15m"
strategy = "volatility_breakout"

[accounts.va2]
symbols = ["ETHUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run of nine days and two accounts."""
    folder = tmp_path_factory.mktemp("returned")
    (folder / "two.toml").write_text(CONFIG, encoding="utf-8")
    data = MARKET.replace("days=3", "days=9")
    words = ("--data", data, "--journal", folder / "run.db", "--report", folder / "report")
    told = tell("backtest", folder / "two.toml", *words)
    assert told.code == 0, told.err
    return folder / "report"


@pytest.fixture(scope="module")
def returns(report: Path) -> pa.Table:
    """The file as a reader that guesses types from values has it, as pandas does."""
    return csv.read_csv(report / "returns.csv")


def figures(report: Path, account: str = "") -> dict[str, Any]:
    """What the report says of all accounts, or of one."""
    told = json.loads((report / "result.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = told["total"]
    if account:
        found = told["accounts"][account]
    return found


def test_every_day_is_there_once_and_in_order(returns: pa.Table) -> None:
    """Days without a trade too: a series with holes would make another year of it."""
    assert returns.schema.field("date").type == pa.date32()
    days = returns.column("date").to_pylist()
    first = date(2025, 1, 1)
    assert days == [first + timedelta(days=n) for n in range(9)]


def test_there_is_a_series_of_all_accounts_and_of_each(returns: pa.Table) -> None:
    """Fractions, and none that a reader could take for prices or for nothing."""
    assert returns.column_names == ["date", "all", "va1", "va2"]
    for name in returns.column_names[1:]:
        assert returns.schema.field(name).type == pa.float64()
        values = returns.column(name).to_pylist()
        assert None not in values
        assert any(values)
        assert all(math.isfinite(value) and -1 < value < 1 for value in values)


@pytest.mark.parametrize("account", ["", "va1", "va2"])
def test_the_figures_computed_of_the_file_are_those_of_the_report(
    report: Path, returns: pa.Table, account: str
) -> None:
    """By the formulas of quantstats and empyrical, told that a year has 365 days."""
    values = returns.column(account or "all").to_pylist()
    told = figures(report, account)
    middle, year = statistics.fmean(values), math.sqrt(365)
    below = math.sqrt(sum(value**2 for value in values if value < 0) / len(values))
    growth = math.prod(1 + value for value in values)
    close = {"rel_tol": 1e-5, "abs_tol": 1e-7}
    assert math.isclose(told["sharpe"], middle / statistics.stdev(values) * year, **close)
    assert math.isclose(told["sortino"], middle / below * year, **close)
    assert math.isclose(told["volatility"], statistics.stdev(values) * year, **close)
    assert math.isclose(told["annual_return"], growth ** (365 / len(values)) - 1, **close)
    assert math.isclose(told["total_return"], growth - 1, **close)


@pytest.mark.parametrize("account", ["", "va1", "va2"])
def test_the_deepest_fall_of_day_ends_is_never_deeper_than_that_of_candles(
    report: Path, returns: pa.Table, account: str
) -> None:
    """Which is why theirs is another figure, and Calmar with it."""
    told = figures(report, account)
    equity = highest = 1.0
    fall = 0.0
    for value in returns.column(account or "all").to_pylist():
        equity *= 1 + value
        highest = max(highest, equity)
        fall = max(fall, 1 - equity / highest)
    assert 0 < fall <= told["max_drawdown"] + 2e-8
    assert math.isclose(told["calmar"], told["annual_return"] / told["max_drawdown"], rel_tol=1e-6)
