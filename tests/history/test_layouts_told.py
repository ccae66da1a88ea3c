"""A run over another source's candles: what it prints and keeps, and how it refuses."""

from pathlib import Path

import pytest

from journal.reader import JournalReader
from tests.commands.conftest import tell
from tests.history import layout_files as files
from tests.history.files import csv, lines

SETTINGS = """
[accounts.va1]
virtual_equity = 10000
symbols = ["BTCUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"
"""
DAY = range(288)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "one.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def digest(settings: Path, source: Path, journal: Path) -> str:
    told = tell("backtest", settings, "--data", source, "--journal", journal, "--json")
    assert told.code == 0, told.err
    found: str = told.data["digest"]
    return found


@pytest.mark.parametrize(
    ("write", "layout"),
    [
        (files.vision, "Binance Vision"),
        (files.bybit_answer, "Bybit klines"),
        (files.freqtrade, "freqtrade"),
        (files.arrays, "ccxt or freqtrade arrays"),
    ],
)
def test_a_run_over_another_layout_is_the_same_run(
    tmp_path: Path, settings: Path, write: files.Writer, layout: str
) -> None:
    own = csv(tmp_path / "BTCUSDT_own.csv", lines(DAY))
    path, journal = write(tmp_path, DAY), tmp_path / "other.db"
    expected = digest(settings, own, tmp_path / "own.db")
    assert digest(settings, path, journal) == expected
    with JournalReader(journal) as reader:
        assert ("candles BTCUSDT layout", layout) in reader.started.provenance
    with JournalReader(tmp_path / "own.db") as reader:
        assert "candles BTCUSDT layout" not in dict(reader.started.provenance)


def test_the_layout_and_what_was_done_to_the_file_are_printed(
    tmp_path: Path, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files.tradingview(Path(), DAY)
    name = "BYBIT_BTCUSDT.P, 5.csv"
    told = tell("backtest", settings, "--data", name, "--journal", "run.db")
    assert told.code == 0, told.err
    assert f"BTCUSDT from {name}, layout TradingView" in told.out
    assert "is left out: TradingView exports the running bar, too" in " ".join(told.out.split())


def test_a_wrong_file_of_another_layout_ends_with_2_and_leaves_nothing(
    tmp_path: Path, settings: Path
) -> None:
    page = files.bybit_rows(DAY)
    page[5][1] = "0"
    source, journal = files.written(tmp_path / "BTCUSDT.json", page), tmp_path / "run.db"
    told = tell("backtest", settings, "--data", source, "--journal", journal)
    assert told.code == 2
    assert told.err == (
        f"error: {source}: row 6: open = 0 is no price; prices are above 0, so correct it or leave "
        "the row out\n"
    )
    assert not journal.exists()
