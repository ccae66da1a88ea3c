"""One set of candles, however it is stored, gives the same exact messages."""

import hashlib
import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from adapters.history import checks
from adapters.history.series import FileSeries
from engine.errors import UserError
from engine.timebase import MINUTE, parse_time, render_time
from tests.history.files import (
    HEADER,
    ROWS,
    START,
    STEP,
    candles,
    columns,
    csv,
    lines,
    milliseconds,
    open_series,
    parquet,
)

NUMBERS = list(range(7))


def opened(path: Path, *symbols: str) -> FileSeries:
    return open_series([str(path)], symbols or ("BTCUSDT",), {})[0]


def test_parquet_and_csv_and_gzipped_csv_give_the_same_candles(tmp_path: Path) -> None:
    semicolons = [line.replace(",", ";") for line in lines(NUMBERS)]
    for path in (
        parquet(tmp_path / "BTCUSDT_5m.parquet", columns(NUMBERS)),
        parquet(tmp_path / "BTCUSDT_small_groups.parquet", columns(NUMBERS), group=2),
        csv(tmp_path / "BTCUSDT_5m.csv", lines(NUMBERS)),
        csv(tmp_path / "BTCUSDT_5m.csv.gz", lines(NUMBERS)),
        csv(tmp_path / "BTCUSDT_semi.csv", semicolons, HEADER.replace(",", ";")),
    ):
        series = opened(path)
        assert list(series.bars()) == candles(NUMBERS)
        assert list(series.bars()) == candles(NUMBERS), "a series can be played again"
        facts = series.facts
        assert (facts.rows, facts.first_ns, facts.last_ns) == (7, START, START + 6 * STEP)
        assert (facts.interval_ns, facts.gaps) == (STEP, ())
        assert facts.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["ts_ms", "Open_Time", "timestamp", "TIME", "date", "datetime"])
@pytest.mark.parametrize(
    ("per_second", "unit"),
    [(1, "seconds"), (10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds")],
)
def test_integer_times_are_told_apart_by_their_size(
    tmp_path: Path, name: str, per_second: int, unit: str
) -> None:
    times = [(START + n * STEP) * per_second // 10**9 for n in NUMBERS]
    table = columns(NUMBERS)
    del table["ts_ms"]
    for kind in (pa.int64(), pa.float64(), pa.string()):
        if kind == pa.float64() and per_second == 10**9:
            continue  # a float has no room for nanoseconds
        stored = [str(t) for t in times] if kind == pa.string() else times
        path = parquet(tmp_path / "BTCUSDT.parquet", {name: pa.array(stored, kind), **table})
        series = opened(path)
        assert list(series.bars()) == candles(NUMBERS)
        assert series.facts.unit == f"{unit} since 1970"
        assert f"times are {unit} since 1970" in series.facts.sentence()


MOMENTS = [datetime.fromtimestamp((START + n * STEP) / 10**9, UTC) for n in NUMBERS]


@pytest.mark.parametrize(
    ("times", "unit"),
    [
        (pa.array(MOMENTS, pa.timestamp("ms", "UTC")), "datetimes"),
        (pa.array(MOMENTS, pa.timestamp("ns", "Asia/Tokyo")), "datetimes"),
        (pa.array([m.replace(tzinfo=None) for m in MOMENTS]), "datetimes, read as UTC"),
        ([m.isoformat() for m in MOMENTS], "ISO times"),
        ([m.strftime("%Y-%m-%dT%H:%M:%SZ") for m in MOMENTS], "ISO times"),
        ([m.strftime("%Y-%m-%d %H:%M:%S") for m in MOMENTS], "ISO times, read as UTC"),
        ([m.strftime("%Y-%m-%d %H:%M") for m in MOMENTS], "ISO times, read as UTC"),
        ([m.strftime("%Y-%m-%dT%H:%M:%S.000+00:00") for m in MOMENTS], "ISO times"),
    ],
)
def test_datetimes_and_iso_texts_are_read_too(tmp_path: Path, times: object, unit: str) -> None:
    table: dict[str, object] = {**columns(NUMBERS), "date": times}
    del table["ts_ms"]
    series = opened(parquet(tmp_path / "BTCUSDT.parquet", table))
    assert list(series.bars()) == candles(NUMBERS)
    assert series.facts.unit == unit


def test_daily_dates_open_at_midnight_utc(tmp_path: Path) -> None:
    body = [f"2025-01-0{day},1,1,1,1,1" for day in (1, 2, 3)]
    series = opened(csv(tmp_path / "BTCUSDT.csv", body, "date,open,high,low,close,volume"))
    assert [render_time(bar.open_ns) for bar in series.bars()] == [
        f"2025-01-0{day}T00:00:00Z" for day in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    "kind",
    [pa.float64(), pa.string(), pa.large_string(), pa.decimal128(20, 3), pa.decimal128(38, 10)],
)
def test_numbers_may_be_floats_decimals_or_texts(tmp_path: Path, kind: pa.DataType) -> None:
    table: dict[str, object] = {"ts_ms": [milliseconds(n) for n in range(3)]}
    for place, name in enumerate(("open", "high", "low", "close", "volume")):
        texts = [row[place] for row in ROWS]
        values: list[object] = list(texts)
        if kind == pa.float64():
            values = [float(text) for text in texts]
        elif pa.types.is_decimal(kind):
            values = [Decimal(text) for text in texts]
        table[name] = pa.array(values, kind)
    assert list(opened(parquet(tmp_path / "BTCUSDT.parquet", table)).bars()) == candles(range(3))


def test_other_columns_are_ignored_and_the_order_is_free(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "BTCUSDT.csv",
        [f'7,0.5,"a, b",2,0.25,1,{milliseconds(n)}' for n in range(3)],
        "Volume,Open,note,High,Low,CLOSE,Timestamp",
    )
    bar = next(opened(path).bars())
    assert (bar.open, bar.high, bar.low, bar.close) == (5 * 10**7, 2 * 10**8, 25 * 10**6, 10**8)
    assert bar.volume == 7 * 10**8


@pytest.mark.parametrize("seed", range(3))
def test_a_long_table_gives_each_symbol_its_own_candles(tmp_path: Path, seed: int) -> None:
    rows = [(symbol, n) for symbol in ("ETHUSDT", "BTCUSDT", "XRPUSDT") for n in NUMBERS]
    if seed:
        rows = sorted(rows, key=lambda row: (row[1], random.Random(f"{seed}{row}").random()))
    body = []
    for symbol, n in rows:
        body.append(f"{symbol},{lines(range(n + 1))[n]}")
    path = csv(tmp_path / "universe.csv", body, f"symbol,{HEADER}")
    table = open_series([str(path)], ("BTCUSDT", "ETHUSDT"), {})
    assert [series.facts.symbol for series in table] == ["BTCUSDT", "ETHUSDT"]
    for series in table:
        assert list(series.bars()) == candles(NUMBERS, series.facts.symbol)
    only = open_series([f"XRPUSDT={path}"], ("XRPUSDT",), {})
    assert list(only[0].bars()) == candles(NUMBERS, "XRPUSDT")


@pytest.mark.parametrize(
    ("name", "argument", "symbols", "expected"),
    [
        ("BTCUSDT_5m.csv", "{}", ("BTCUSDT", "ETHUSDT"), "BTCUSDT"),
        ("ETHUSDT.csv", "{}", ("BTCUSDT", "ETHUSDT"), "ETHUSDT"),
        ("candles.csv", "{}", ("BTCUSDT",), "BTCUSDT"),
        ("2025.csv", "{}", ("BTCUSDT",), "BTCUSDT"),
        ("ETHUSDT-1.csv", "BTCUSDT={}", ("BTCUSDT",), "BTCUSDT"),
        ("ODD_5m.csv", "{}", ("ODD", "ETHUSDT"), "ODD"),
    ],
)
def test_the_symbol_comes_from_the_option_the_file_name_or_the_only_one_traded(
    tmp_path: Path, name: str, argument: str, symbols: tuple[str, ...], expected: str
) -> None:
    path = csv(tmp_path / name, lines(NUMBERS))
    arguments = [argument.format(path)]
    other = csv(tmp_path / "other.csv", lines(NUMBERS))
    arguments += [f"{symbol}={other}" for symbol in symbols if symbol != expected]
    sources = {s.facts.symbol: s.facts.source for s in open_series(arguments, symbols, {})}
    assert sources[expected] == str(path)


def test_the_range_is_half_open_on_the_opening_time(tmp_path: Path) -> None:
    series = opened(parquet(tmp_path / "BTCUSDT.parquet", columns(NUMBERS), group=2))
    for first in range(8):
        for last in range(first, 8):
            bars = series.bars(START + first * STEP, START + last * STEP)
            assert list(bars) == candles(NUMBERS)[first:last]
    assert list(series.bars(START + 1, START + STEP + 1)) == candles(NUMBERS)[1:2]


def test_holes_are_told_and_kept(tmp_path: Path) -> None:
    numbers = [0, 1, 2, 5, 6, 9, 10, 11]
    for path in (
        csv(tmp_path / "BTCUSDT.csv", lines(numbers)),
        parquet(tmp_path / "BTCUSDT.parquet", columns(numbers)),
    ):
        facts = opened(path).facts
        assert facts.gaps == (
            (START + 3 * STEP, START + 5 * STEP),
            (START + 7 * STEP, START + 9 * STEP),
        )
        assert "2 holes" in facts.sentence()


def test_the_interval_is_the_most_common_distance(tmp_path: Path) -> None:
    minute = [(START + n * MINUTE) // 10**6 for n in (0, 5, 10, 11, 12, 13, 14)]
    body = [f"{at},1,1,1,1,1" for at in minute]
    assert opened(csv(tmp_path / "BTCUSDT.csv", body)).facts.interval_ns == MINUTE


def test_prices_finer_than_the_tick_are_told_and_not_refused(tmp_path: Path) -> None:
    path = csv(tmp_path / "BTCUSDT.csv", lines(NUMBERS))
    tick = 50_000_000
    (series,) = open_series([str(path)], ("BTCUSDT",), {"BTCUSDT": tick})
    odd = sum(
        price % tick != 0
        for bar in candles(NUMBERS)
        for price in (bar.open, bar.high, bar.low, bar.close)
    )
    assert f"{odd} prices of BTCUSDT are finer than its tick" in series.facts.notes[0]
    assert opened(path).facts.notes == ()


def test_a_file_that_changes_between_check_and_play_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path / "BTCUSDT.csv", lines(NUMBERS))
    series = opened(path)
    csv(path, lines(range(8)))
    with pytest.raises(UserError, match="was changed while it was read"):
        next(series.bars())


@pytest.mark.parametrize("group", [2, 3, 100])
def test_a_small_file_is_held_and_a_large_one_read_again_with_the_same_candles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    path = parquet(tmp_path / "BTCUSDT.parquet", columns(NUMBERS), group=group)
    small = opened(path)
    monkeypatch.setattr(checks, "HELD_ROWS", len(NUMBERS) - 1)
    large = opened(path)
    assert sum(len(columns[0]) for columns in small.held) == len(NUMBERS)
    assert large.held == ()
    for first in NUMBERS:
        for last in range(first + 1, 9):
            span = START + first * STEP - 1, START + last * STEP
            expected = candles(NUMBERS)[first:last]
            assert list(small.bars(*span)) == list(large.bars(*span)) == expected


def test_numbers_that_no_column_can_hold_are_read_again(tmp_path: Path) -> None:
    """A volume above 92 billion has no e8 integer of 64 bits; Python's have no end."""
    volume = Decimal("123456789012.00000001")
    path = csv(tmp_path / "BTCUSDT.csv", [f"{milliseconds(n)},1,1,1,1,{volume}" for n in NUMBERS])
    series = opened(path)
    assert series.held == ()
    assert [bar.volume for bar in series.bars()] == [int(volume * 10**8)] * len(NUMBERS)


def test_nothing_of_a_large_file_is_held(tmp_path: Path) -> None:
    """Eight times the rows need no more of Arrow's memory than a few batches."""
    peaks = []
    for rows in (50_000, 400_000):
        numbers = range(rows)
        price = pa.array([100.5] * rows)
        table = dict.fromkeys(("open", "high", "low", "close", "volume"), price)
        table["ts_ms"] = pa.array([milliseconds(n) for n in numbers])
        path = parquet(tmp_path / f"BTCUSDT_{rows}.parquet", table)
        del price, table
        before, most = pa.total_allocated_bytes(), 0
        series = opened(path)
        for place, _ in enumerate(series.bars()):
            if place % 5_000 == 0:
                most = max(most, pa.total_allocated_bytes() - before)
        peaks.append(most)
    assert peaks[1] < peaks[0] + 8_000_000


def test_a_time_without_a_zone_is_utc_on_every_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    body = [f"2025-01-01 00:0{n}:00,1,1,1,1,1" for n in range(3)]
    series = opened(csv(tmp_path / "BTCUSDT.csv", body, "date,open,high,low,close,volume"))
    assert series.facts.first_ns == parse_time("2025-01-01T00:00:00Z")
