"""Candle files written by the tests, as real as those that users bring."""

import gzip
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.history.opening import open_market
from engine.domain.candle import Candle
from engine.money import Price, Quantity, parse
from engine.timebase import MINUTE, Nanos, parse_time

START = parse_time("2025-01-01T00:00:00Z")
STEP = Nanos(5 * MINUTE)
HEADER = "ts_ms,open,high,low,close,volume"
Row = tuple[str, str, str, str, str]
ROWS: Sequence[Row] = (
    ("100.5", "101", "100", "100.25", "7"),
    ("100.25", "102.5", "100.25", "102", "0"),
    ("102", "102", "99.75", "100", "12.345"),
)


def milliseconds(n: int) -> int:
    """Opening time of the ``n``-th bar in milliseconds."""
    return (START + n * STEP) // 1_000_000


def lines(numbers: Iterable[int], rows: Sequence[Row] = ROWS) -> list[str]:
    """CSV lines of the bars with these numbers, the rows taken in turn."""
    return [
        ",".join((str(milliseconds(n)), *rows[place % len(rows)]))
        for place, n in enumerate(numbers)
    ]


def csv(path: Path, body: Sequence[str], header: str = HEADER) -> Path:
    """A CSV file; gzipped when the name says so."""
    text = "\n".join((header, *body)) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def parquet(path: Path, columns: Mapping[str, object], group: int = 1 << 20) -> Path:
    """A Parquet file of these columns, Python's own types unless they are Arrow's."""
    pq.write_table(pa.table(dict(columns)), path, row_group_size=group)
    return path


Columns = dict[str, list[Any]]


def columns(numbers: Sequence[int], rows: Sequence[Row] = ROWS) -> Columns:
    """The same bars as float columns."""
    chosen = [rows[place % len(rows)] for place in range(len(numbers))]
    found: Columns = {"ts_ms": [milliseconds(n) for n in numbers]}
    for place, name in enumerate(("open", "high", "low", "close", "volume")):
        found[name] = [float(row[place]) for row in chosen]
    return found


def candles(numbers: Sequence[int], symbol: str = "BTCUSDT") -> list[Candle]:
    """What must come out for those bars."""
    found = []
    for place, n in enumerate(numbers):
        opened, high, low, closed, volume = (parse(text) for text in ROWS[place % len(ROWS)])
        at = Nanos(START + n * STEP)
        found.append(
            Candle(
                symbol,
                at,
                Nanos(at + STEP),
                Price(opened),
                Price(high),
                Price(low),
                Price(closed),
                Quantity(volume),
            )
        )
    return found


def open_series(
    arguments: Sequence[str], symbols: Sequence[str], ticks: Mapping[str, int]
) -> tuple[Any, ...]:
    """The candles alone of what those ``--data`` give."""
    return open_market(arguments, symbols, ticks).series
