"""Runs from Python: the same answers as the command line, as Arrow tables and plain facts."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from engine.errors import UserError
from replays import Run, backtest
from replays.report.artifacts import CURVE_COLUMNS
from tests.commands.conftest import SETTINGS, tell

MARKET = "synthetic:7,days=3"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of two accounts."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "two.toml").write_text(SETTINGS, encoding="utf-8")
    return backtest(folder / "two.toml", MARKET, journal=folder / "run.db")


def test_a_run_from_python_is_the_run_of_the_command_line(run: Run, tmp_path: Path) -> None:
    config = run.path.with_name("two.toml")
    told = tell("backtest", config, "--data", MARKET, "--journal", tmp_path / "b.db", "--json")
    assert told.data["run"] == run.run
    assert tell("diff", run.path, tmp_path / "b.db", "--json").data["identical"]
    assert run.verify().fault == ""


def test_tables_are_arrow_tables_with_the_types_of_the_journal(run: Run) -> None:
    trades = run.trades
    assert isinstance(trades, pa.Table)
    assert hasattr(trades, "__arrow_c_stream__"), "pandas and polars read it by this door"
    assert trades.schema.field("pnl").type == pa.float64()
    assert trades.schema.field("trade").type == pa.int64()
    assert trades.num_rows == run.figures["total"]["trades"] > 0
    assert run.fills.num_rows >= run.trades.num_rows


def test_an_empty_table_keeps_its_columns_and_types(run: Run) -> None:
    funding = run.table("funding")
    assert funding.num_rows == 0
    assert funding.schema.field("amount").type == pa.float64()


def test_the_curve_has_every_account_at_every_candle(run: Run) -> None:
    curve = run.curve()
    assert curve.num_rows == 2 * 3 * 288
    assert set(curve.column("account").to_pylist()) == {"va1", "va2"}
    assert str(curve.schema.field("at").type) == "timestamp[ns, tz=UTC]"
    assert tuple(curve.column_names) == CURVE_COLUMNS, "as in account_curve.csv"


def test_a_journal_that_is_there_can_be_opened(run: Run) -> None:
    assert Run(run.path).trades.equals(run.trades)


def test_mistakes_are_sentences_from_python_too(run: Run, tmp_path: Path) -> None:
    config = run.path.with_name("two.toml")
    with pytest.raises(UserError, match="there is no table 'trade'; there are orders"):
        run.table("trade")
    with pytest.raises(UserError, match="exists already"):
        backtest(config, MARKET, journal=run.path)
    with pytest.raises(UserError, match="did you mean slippage"):
        backtest(config, MARKET, sets=["simulation.slipage=1"], journal=tmp_path / "c.db")
    with pytest.raises(UserError, match="there is no such file"):
        Run(tmp_path / "nowhere.db")


def test_the_door_of_the_package_loads_nothing_before_it_is_used() -> None:
    """A command that needs one room does not wait for all."""
    code = "import replays, sys; print('pyarrow' in sys.modules, 'pydantic' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]
