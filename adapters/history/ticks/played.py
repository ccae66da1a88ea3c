"""One symbol of a checked tick file, as events."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
from attrs import frozen

from adapters.history.arrow import compute
from adapters.history.checks import split
from adapters.history.exact import integers
from adapters.history.moments import Moments
from adapters.history.recording import RecordingFacts, Stretch
from adapters.history.tables import Table
from adapters.history.ticks.check import Clocks
from adapters.history.ticks.layout import Columns, Layout, TickFacts
from adapters.history.ticks.numbers import Contract
from engine.errors import UserError
from engine.timebase import NEVER, Nanos, render_span


@frozen(eq=False)
class TickFile:
    """One symbol of a checked file. ``column_symbol`` is its name there, "" without a column.

    ``later_ns`` is how long after its time a row is known: the length of its bar, or nothing;
    ``held`` are its rows as the check read them, of a small file.
    """

    facts: RecordingFacts
    table: Table
    layout: Layout
    clocks: Clocks
    column_symbol: str
    symbol: str
    first_row: int
    last_row: int
    later_ns: int = 0
    held: tuple[Columns, ...] = ()

    def stretches(self, start: int = 0, end: int = NEVER) -> Iterator[Stretch]:
        """The events, streamed batch by batch; the file must still be the one checked."""
        self.table.unchanged()
        stretch = self.layout.stretch
        for columns in self.held or self._parts():
            received = self._times(self.clocks.received, columns[0])
            ats = [Nanos(at + self.later_ns) for at in received] if self.later_ns else received
            first, last = bisect_left(ats, start), bisect_left(ats, end)
            if first < last:
                if last - first < len(ats):
                    columns = [each[first:last] for each in columns]
                    ats = ats[first:last]
                sent = ats if self.later_ns else self._times(self.clocks.sent, columns[1])
                fields = columns[2:]
                numbers = list(map(integers, fields)) if self.held else self.layout.fields(fields)
                events = self.layout.events(self.symbol, sent, numbers)
                for begin in range(0, len(ats), stretch):
                    yield ats[begin : begin + stretch], list(islice(events, stretch))
            if last < len(received):
                return

    def _times(self, clock: Moments, column: pa.Array) -> list[Any]:
        times = column if self.held else clock.column(column)
        if times is None:
            return [Nanos(clock.one(each)) for each in column.to_pylist()]
        return integers(times)

    def _parts(self) -> Iterator[Columns]:
        """This symbol's rows that give events, batch by batch, as the file has them."""
        for row, columns in self.table.batches(rows=self.layout.rows):
            if row > self.last_row:
                return
            if row + len(columns[0]) <= self.first_row:
                continue
            for name, rows in split(columns, self.table.has_symbol):
                if name != self.column_symbol or not len(columns[0]):
                    continue
                part = columns
                if rows is not None:
                    part = [compute("take", column, pa.array(rows)) for column in columns]
                kept, _ = self.layout.kept(part[2:])
                if kept is not None:
                    part = [compute("take", column, kept) for column in part]
                if len(part[0]):
                    yield part


def tick_file(
    table: Table,
    layout: Layout,
    clocks: Clocks,
    name: str,
    contract: Contract,
    found: TickFacts,
    checksum: str,
) -> TickFile:
    """The rows that the file has under ``name``, as a recording of the contract's symbol."""
    symbol = contract.symbol
    if not found.rows:
        raise UserError(f"{table.path} holds no {layout.kind} of {symbol}; leave the file out")
    later = 0
    if layout.closes:
        if not found.steps:
            raise UserError(
                f"{table.path} holds a single bar, so its interval cannot be told; give at least "
                "two"
            )
        later = min(found.steps, key=lambda step: (-found.steps[step], step))
    facts = RecordingFacts(
        kind=layout.kind,
        tells=((symbol, layout.kind),),
        source=str(table.path),
        digest=checksum,
        events=found.rows,
        first_ns=Nanos(found.first_ns + later),
        last_ns=Nanos(found.last_ns + later),
        unit=clocks.received.unit,
        notes=tuple(_notes(table, layout, contract, found, later)),
    )
    return TickFile(
        facts,
        table,
        layout,
        clocks,
        name,
        symbol,
        found.first_row,
        found.last_row,
        later,
        tuple(found.held),
    )


def _notes(
    table: Table, layout: Layout, contract: Contract, found: TickFacts, later: int
) -> Iterator[str]:
    of = f"{table.path}: {contract.symbol}"
    if table.turned:
        yield f"{table.path}: goes from new to old; it was turned round"
    if found.left_out:
        counts = ", ".join(f"{name} {found.left_out[name]}" for name in sorted(found.left_out))
        yield f"{of}: rows that are no {layout.kind} are left out ({counts})"
    if found.locked:
        yield (
            f"{of}: {found.locked} of {found.rows} rows are locked (bid equals ask); they are "
            "taken as they are"
        )
    if found.venue_back:
        yield (
            f"{of}: the venue's time goes back at {found.venue_back} rows; they are in the order "
            "of their receipt"
        )
    if later:
        yield f"{of}: bars of {render_span(later)} give their last quote at their close"
