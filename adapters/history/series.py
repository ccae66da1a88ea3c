"""A series of candles: what the feed needs of one symbol, and the one that is read from a file."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Protocol

import pyarrow as pa
from attrs import frozen

from adapters.history.arrow import compute
from adapters.history.checks import Columns, split
from adapters.history.exact import exact_column, exact_number, integers
from adapters.history.moments import Moments
from adapters.history.tables import NUMBERS, Table
from engine.domain.candle import Candle
from engine.timebase import NEVER, Nanos, render_span, render_time


@frozen
class SeriesFacts:
    """What is known of a series before it is played: for printing and for provenance.

    ``source`` is the file (or the synthetic market), ``digest`` the SHA-256 of its bytes,
    ``unit`` what its times were taken for, ``notes`` sentences that a person should read,
    ``layout`` whose form the file has, "" for the project's own.
    """

    symbol: str
    source: str
    digest: str
    rows: int
    first_ns: Nanos
    last_ns: Nanos
    interval_ns: Nanos
    grid_ns: Nanos
    gaps: tuple[tuple[Nanos, Nanos], ...]
    unit: str
    notes: tuple[str, ...]
    layout: str = ""

    def sentence(self) -> str:
        """One line for people."""
        holes = "no hole" if not self.gaps else f"{len(self.gaps)} holes"
        if len(self.gaps) == 1:
            holes = f"1 hole ({render_time(self.gaps[0][0])} to {render_time(self.gaps[0][1])})"
        layout = f", layout {self.layout}" if self.layout else ""
        return (
            f"{self.symbol}: {self.rows} candles of {render_span(self.interval_ns)} from "
            f"{render_time(self.first_ns)} to {render_time(self.last_ns)}, {holes}, "
            f"times are {self.unit}{layout} ({self.source})"
        )


class Series(Protocol):
    """One symbol's candles, ready to be played."""

    @property
    def facts(self) -> SeriesFacts:
        """What is known of it."""

    def bars(self, start: int = 0, end: int = NEVER) -> Iterator[Candle]:
        """Candles with ``start <= open_ns < end``, in order of time, as often as asked."""


@frozen(eq=False)
class FileSeries:
    """One symbol of a checked file. ``column_symbol`` is its name there, "" without a column.

    ``held`` are the file's rows as the check read them, or nothing when there are too many. An
    unfinished last bar is among the rows, but not among the candles: ``facts`` end before it.
    """

    facts: SeriesFacts
    table: Table
    moments: Moments
    column_symbol: str
    first_row: int
    last_row: int
    held: tuple[Columns, ...] = ()

    def bars(self, start: int = 0, end: int = NEVER) -> Iterator[Candle]:
        """The candles, streamed batch by batch; the file must still be the one checked."""
        return chain.from_iterable(self._batches(start, end))

    def _batches(self, start: int, end: int) -> Iterator[Iterator[Candle]]:
        self.table.unchanged()
        symbol, interval = self.facts.symbol, self.facts.interval_ns
        end = min(end, self.facts.last_ns + 1)
        times_of, values_of = (integers, integers) if self.held else (self._times, _values)
        for times, *numbers in self.held or self._parts():
            opened = times_of(times)
            first, last = bisect_left(opened, start), bisect_left(opened, end)
            if first < last:
                columns = [values_of(each[first:last]) for each in numbers]
                opens = opened[first:last]
                closes = [at + interval for at in opens]
                yield map(Candle, repeat(symbol), opens, closes, *columns)
            if last < len(opened):
                return

    def _parts(self) -> Iterator[list[pa.Array]]:
        """This symbol's time and numbers as the file has them, batch by batch."""
        wanted = 1 + len(NUMBERS)
        for row, columns in self.table.batches():
            if row > self.last_row:
                return
            if row + len(columns[0]) <= self.first_row:
                continue
            for name, rows in split(columns, self.table.has_symbol):
                if name != self.column_symbol or not len(columns[0]):
                    continue
                if rows is None:
                    yield columns[:wanted]
                else:
                    taken = pa.array(rows)
                    yield [compute("take", column, taken) for column in columns[:wanted]]

    def _times(self, column: pa.Array) -> list[int]:
        times = self.moments.column(column)
        if times is None:
            return [self.moments.one(value) for value in column.to_pylist()]
        return integers(times)


def _values(column: pa.Array) -> list[int]:
    exact = exact_column(column)
    if exact is None:
        return [exact_number(value) for value in column.to_pylist()]
    return integers(exact)
