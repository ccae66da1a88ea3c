"""Candles of every source come out as the project's own do, and what was done is said."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from adapters.history import checks, pages
from adapters.history.opening import open_market
from adapters.history.series import FileSeries
from engine.errors import UserError
from engine.timebase import MICROSECOND, MILLISECOND, SECOND
from tests.history import layout_files as files
from tests.history.files import START, STEP, candles, columns, csv, lines, open_series, parquet

NUMBERS = list(range(7))
DAY = list(range(288))
MS, US = "milliseconds since 1970", "microseconds since 1970"


def opened(path: Path) -> FileSeries:
    (series,) = open_series([str(path)], ("BTCUSDT",), {})
    assert isinstance(series, FileSeries)
    return series


LAYOUTS: list[tuple[files.Writer, str, str, int]] = [
    (files.vision, "Binance Vision", MS, 0),
    (files.vision_spot, "Binance Vision", US, 0),
    (files.vision_arrays, "Binance klines", MS, 0),
    (files.metatrader, "Bybit public archive", "times of UTC+3, told as UTC here", 0),
    (files.bybit_arrays, "Bybit klines", MS, 0),
    (files.bybit_answer, "Bybit klines", MS, 0),
    (files.bybit_csv, "Bybit klines", MS, 0),
    (files.bybit_start_at, "Bybit klines", "seconds since 1970", 0),
    (files.freqtrade, "freqtrade", "datetimes", 0),
    (files.arrays, "ccxt or freqtrade arrays", MS, 0),
    (files.tradingview, "TradingView", "seconds since 1970", 1),
    (files.tradingview_zoned, "TradingView", "ISO times", 1),
    (files.own_feather, "", MS, 0),
    (files.own_turned, "", MS, 0),
]
IDS = [row[0].__name__ for row in LAYOUTS]


@pytest.mark.parametrize("held", [True, False], ids=["held", "read again"])
@pytest.mark.parametrize(("write", "layout", "unit", "running"), LAYOUTS, ids=IDS)
def test_each_layout_gives_the_candles_of_the_projects_own_form(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: files.Writer,
    layout: str,
    unit: str,
    running: int,
    held: bool,
) -> None:
    if not held:
        monkeypatch.setattr(checks, "HELD_ROWS", 0)
    series = opened(write(tmp_path, NUMBERS))
    expected = candles(NUMBERS)[: len(NUMBERS) - running]
    assert bool(series.held) == held
    assert list(series.bars()) == expected
    assert list(series.bars(START + STEP, START + 3 * STEP)) == expected[1:3]
    facts = series.facts
    assert (facts.layout, facts.unit, facts.rows) == (layout, unit, len(expected))
    assert (facts.first_ns, facts.last_ns) == (expected[0].open_ns, expected[-1].open_ns)
    said = f"times are {unit}, layout {layout} (" if layout else f"times are {unit} ("
    assert said in facts.sentence()


@pytest.mark.parametrize("write", [row[0] for row in LAYOUTS], ids=IDS)
def test_the_symbol_of_each_layout_is_told_by_name_or_content(
    tmp_path: Path, write: files.Writer
) -> None:
    path = write(tmp_path, NUMBERS)
    other = csv(tmp_path / "other.csv", lines(NUMBERS))
    series = open_series([str(path), f"ETHUSDT={other}"], ("BTCUSDT", "ETHUSDT"), {})
    assert series[0].facts.source == str(path)


@pytest.mark.parametrize("write", [files.bybit_csv, files.own_turned, files.bybit_arrays])
def test_a_file_from_new_to_old_is_turned_round_and_it_is_said(
    tmp_path: Path, write: files.Writer
) -> None:
    path = write(tmp_path, DAY)
    series = opened(path)
    assert list(series.bars()) == candles(DAY)
    assert f"{path}: goes from new to old; it was turned round" in series.facts.notes


def test_a_parquet_file_from_new_to_old_has_its_holes_and_batches_turned_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "HELD_ROWS", 0)
    numbers = [0, 1, 2, 5, *range(6, 40_000)]
    table = {name: values[::-1] for name, values in columns(numbers).items()}
    series = opened(parquet(tmp_path / "BTCUSDT.parquet", table, group=7_000))
    assert series.facts.gaps == ((START + 3 * STEP, START + 5 * STEP),)
    assert list(series.bars()) == candles(numbers)


def test_a_file_from_new_to_old_has_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.history.tables.TURNED_ROWS", 6)
    with pytest.raises(UserError, match=r"goes from new to old and has more than 6 rows.*sort the"):
        opened(files.own_turned(tmp_path, NUMBERS))
    assert pages.TURNED_ROWS == 1_000_000


def test_rows_that_two_pages_share_count_once_and_it_is_said(tmp_path: Path) -> None:
    for rows in (
        [0, 1, 2, 2, 3, 4, 5, 6],
        [0, 0, 1, 2, 3, 4, 5, 6],
        [0, 1, 2, 3, 4, 5, 6, 6],
    ):
        body = [",".join(files.vision_rows(range(n + 1))[n]) for n in rows]
        path = csv(tmp_path / "BTCUSDT.csv", body, files.VISION)
        series = opened(path)
        assert list(series.bars()) == candles(NUMBERS)
        assert series.facts.notes[0] == (
            f"{path}: rows that repeat the row before them, as pages do at their edges: 1; each "
            "counts once"
        )
    page = files.bybit_rows(NUMBERS)
    series = opened(files.written(tmp_path / "BTCUSDT.json", page[:3] + page[2:]))
    assert list(series.bars()) == candles(NUMBERS)


def test_a_repeated_row_is_found_where_two_batches_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "HELD_ROWS", 0)
    numbers = list(range(16_384))
    table = {name: [*values, values[-1]] for name, values in columns(numbers).items()}
    table["turnover"] = [1.0] * len(table["open"])
    table["timestamp"] = table.pop("ts_ms")
    series = opened(parquet(tmp_path / "BTCUSDT.parquet", table))
    assert series.facts.layout == "Bybit klines"
    assert list(series.bars()) == candles(numbers)


@pytest.mark.parametrize("held", [True, False])
def test_milliseconds_then_microseconds_in_one_file_are_one_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """Binance's spot archive changed its unit at the end of 2024; months are often joined."""
    if not held:
        monkeypatch.setattr(checks, "HELD_ROWS", 0)
    rows = files.vision_rows(NUMBERS)[:4] + files.vision_rows(NUMBERS, MICROSECOND)[4:]
    first, *rest = (",".join(row) for row in rows)
    series = opened(csv(tmp_path / "BTCUSDT.csv", rest, first))
    assert list(series.bars()) == candles(NUMBERS)
    assert series.facts.unit == "milliseconds and microseconds since 1970"


@pytest.mark.parametrize(
    "header",
    [
        "Open time,Open,High,Low,Close,Volume,Close time,Quote asset volume,a,b,c,d",
        " OPEN_TIME , open,HIGH ,low,close,volume,close_time,x,a,b,c,d",
    ],
)
def test_letters_case_and_blanks_of_a_header_do_not_count(tmp_path: Path, header: str) -> None:
    body = [",".join(row) for row in files.vision_rows(NUMBERS)]
    series = opened(csv(tmp_path / "BTCUSDT.csv", body, header))
    assert series.facts.layout == "Binance Vision"
    assert list(series.bars()) == candles(NUMBERS)


def test_a_gzipped_page_is_read_too(tmp_path: Path) -> None:
    plain = files.bybit_answer(tmp_path, NUMBERS)
    path = tmp_path / "page.json.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert list(opened(path).bars()) == candles(NUMBERS)


def test_freqtrades_marks_are_marks(tmp_path: Path) -> None:
    path = files.freqtrade(tmp_path, NUMBERS, "BTC_USDT_USDT-5m-mark")
    with pytest.raises(UserError, match="there are no candles of BTCUSDT"):
        opened(path)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_freqtrades_dates_may_have_any_unit(tmp_path: Path, unit: str) -> None:
    table = columns(NUMBERS)
    scale = {"s": SECOND, "ms": MILLISECOND, "us": MICROSECOND, "ns": 1}[unit]
    times = [files.at(n, scale) for n in NUMBERS]
    del table["ts_ms"]
    dated = {"date": pa.array(times, pa.timestamp(unit, "UTC")), **table}
    series = opened(parquet(tmp_path / "BTC_USDT-5m.parquet", dated))
    assert (series.facts.layout, list(series.bars())) == ("freqtrade", candles(NUMBERS))


def test_bars_without_any_volume_may_be_marks_and_that_is_said(tmp_path: Path) -> None:
    """Binance's mark price klines have the columns of its klines, and no volume."""
    rows = files.vision_rows(DAY)
    for row in rows:
        row[5] = "0"
    marks = csv(tmp_path / "BTCUSDT.csv", [",".join(row) for row in rows], files.VISION)
    assert opened(marks).facts.notes == (
        f"{marks}: no bar of BTCUSDT has any volume; if they are marks, give them as "
        f"--data BTCUSDT:marks={marks}",
    )
    own = csv(tmp_path / "BTCUSDT_own.csv", lines(DAY))
    market = open_market([str(own), f"BTCUSDT:marks={marks}"], ("BTCUSDT",), {})
    assert [bar.close for bar in market.marks[0].bars()] == [bar.close for bar in candles(DAY)]
    assert (market.marks[0].facts.layout, market.marks[0].facts.notes) == ("Binance Vision", ())


def test_a_byte_order_mark_and_crlf_do_not_count(tmp_path: Path) -> None:
    for write in (files.tradingview, files.vision_spot):
        path = write(tmp_path, DAY)
        plain = opened(path)
        bars = list(plain.bars())
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
        marked = opened(path)
        assert marked.facts.layout == plain.facts.layout
        assert list(marked.bars()) == bars


def test_a_hole_and_a_repeated_last_row_go_together(tmp_path: Path) -> None:
    body = [",".join(row) for row in files.vision_rows([0, 1, 2, 5, 6])]
    path = csv(tmp_path / "BTCUSDT.csv", [*body, body[-1]], files.VISION)
    series = opened(path)
    assert series.facts.gaps == ((START + 3 * STEP, START + 5 * STEP),)
    assert list(series.bars()) == candles([0, 1, 2, 5, 6])


def test_bybits_clock_is_the_same_where_rows_are_walked_one_by_one(tmp_path: Path) -> None:
    """A volume above 92 billion fits no column of integers."""
    body = [f"2025.01.01 03:0{n},1,1,1,1,123456789012" for n in (0, 5)]
    path = csv(tmp_path / "BTCUSDT_5.csv", body[1:], body[0])
    series = opened(path)
    assert [bar.open_ns for bar in series.bars()] == [START, START + STEP]
    assert series.facts.first_ns == START
