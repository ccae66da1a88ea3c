"""A last bar that was unfinished when its file was made is left out where the file shows it."""

from pathlib import Path

import pytest

from tests.history import layout_files as files
from tests.history.files import candles, csv
from tests.history.test_layouts import DAY, NUMBERS, opened


def test_tradingviews_running_bar_is_left_out_and_its_indicators_are_told(tmp_path: Path) -> None:
    path = files.tradingview(tmp_path, NUMBERS)
    assert opened(path).facts.notes == (
        f"{path}: columns that are no candles are not read: MA, RSI",
        f"{path}: the last bar of BTCUSDT, 2025-01-01T00:30:00Z, is left out: TradingView exports "
        "the running bar, too",
    )


def test_an_answers_own_time_tells_whether_its_last_bar_was_finished(tmp_path: Path) -> None:
    end = files.at(7)
    finished = opened(files.bybit_answer(tmp_path, NUMBERS, end))
    assert list(finished.bars()) == candles(NUMBERS)
    running = opened(files.bybit_answer(tmp_path, NUMBERS, end - 1))
    assert list(running.bars()) == candles(NUMBERS)[:-1]
    assert (
        "is left out: it was not finished when the venue answered, at 2025-01-01T00:34:59.999Z"
        in (running.facts.notes[-1])
    )


def test_a_last_bar_that_closes_early_is_left_out(tmp_path: Path) -> None:
    rows = files.vision_rows(NUMBERS)
    rows[-1][6] = str(int(rows[-1][6]) - 60_000)
    path = csv(tmp_path / "BTCUSDT.csv", [",".join(row) for row in rows], files.VISION)
    series = opened(path)
    assert list(series.bars()) == candles(NUMBERS)[:-1]
    assert "closes early, at 2025-01-01T00:33:59.999Z" in series.facts.notes[-1]


def test_a_hole_before_a_bar_that_is_left_out_is_no_hole(tmp_path: Path) -> None:
    series = opened(files.tradingview(tmp_path, [0, 1, 2, 5]))
    assert series.facts.gaps == ()
    assert list(series.bars()) == candles([0, 1, 2])


@pytest.mark.parametrize(
    "write", [files.freqtrade, files.arrays, files.bybit_arrays, files.bybit_start_at, files.vision]
)
def test_where_the_file_does_not_tell_whether_its_last_bar_was_finished_that_is_said(
    tmp_path: Path, write: files.Writer
) -> None:
    notes = opened(write(tmp_path, NUMBERS)).facts.notes
    assert "whether it was finished when the file was made, the file does not tell" in notes[-1]


@pytest.mark.parametrize("write", [files.vision, files.vision_spot])
def test_an_archive_of_whole_days_holds_finished_bars(tmp_path: Path, write: files.Writer) -> None:
    assert opened(write(tmp_path, DAY)).facts.notes == ()


def test_the_days_of_bybits_archive_are_those_of_its_own_clock(tmp_path: Path) -> None:
    day = list(range(-36, 252))
    assert opened(files.metatrader(tmp_path, day)).facts.notes == ()
    assert opened(files.metatrader(tmp_path, DAY)).facts.notes != ()


@pytest.mark.parametrize("short_ms", [0, 1, 999])
def test_closing_times_may_be_written_in_any_way_as_long_as_they_agree(
    tmp_path: Path, short_ms: int
) -> None:
    rows = files.vision_rows(DAY)
    for row in rows:
        row[6] = str(int(row[6]) - short_ms)
    path = csv(tmp_path / "BTCUSDT.csv", [",".join(row) for row in rows], files.VISION)
    series = opened(path)
    assert (list(series.bars()), series.facts.notes) == (candles(DAY), ())
