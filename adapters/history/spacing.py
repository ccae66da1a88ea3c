"""How far a symbol's bars are apart, and where some are missing."""

from collections.abc import Iterator

import pyarrow as pa

from adapters.history.arrow import compute
from adapters.history.checks import SymbolFacts, split
from adapters.history.exact import integers
from adapters.history.moments import Moments
from adapters.history.tables import Table
from engine.errors import UserError
from engine.timebase import Nanos, render_span, render_time


def interval_of(table: Table, symbol: str, facts: SymbolFacts) -> Nanos:
    """The most common distance between rows; of two as common the shorter."""
    if not facts.steps:
        name = f" of {symbol}" if symbol else ""
        raise UserError(
            f"{table.path} holds a single candle{name}, so its interval cannot be told; "
            "give at least two"
        )
    return Nanos(min(facts.steps, key=lambda step: (-facts.steps[step], step)))


def gaps_of(
    table: Table, moments: Moments, symbol: str, facts: SymbolFacts, interval: Nanos
) -> tuple[tuple[Nanos, Nanos], ...]:
    """From and to of the holes; ``UserError`` for a row that is off the grid of the others."""
    if len(facts.steps) == 1:
        return ()
    grid = _grid(table, moments, symbol, interval)
    gaps = []
    before = 0
    for row, at in opening_times(table, moments, symbol):
        if at % interval != grid:
            raise UserError(
                f"{table.path}: {table.where(row)}: the bar of {render_time(at)} is off the "
                f"{render_span(interval)} grid of the others; correct its time or leave it out"
            )
        if before and at - before > interval:
            gaps.append((Nanos(before + interval), Nanos(at)))
        before = at
    return tuple(gaps)


def _grid(table: Table, moments: Moments, symbol: str, interval: Nanos) -> int:
    """The remainder of the first two rows that are one interval apart."""
    before = 0
    for _, at in opening_times(table, moments, symbol):
        if at - before == interval:
            return at % interval
        before = at
    return before % interval


def opening_times(table: Table, moments: Moments, symbol: str) -> Iterator[tuple[int, int]]:
    """Row and opening time of every candle of one symbol."""
    for row, columns in table.batches(columns=1):
        for name, rows in split(columns, table.has_symbol):
            if name != symbol or not len(columns[0]):
                continue
            part = columns[0] if rows is None else compute("take", columns[0], pa.array(rows))
            times = moments.column(part)
            opened = (
                [moments.one(value) for value in part.to_pylist()]
                if times is None
                else integers(times)
            )
            numbers = range(row, row + len(opened)) if rows is None else [row + n for n in rows]
            yield from zip(numbers, opened, strict=True)
