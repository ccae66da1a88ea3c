"""A whole tick file is checked before the first frame; what is wrong is told in one sentence.

As with candles (``adapters.history.checks``), columns are judged as a whole, and only where that
answers "something is wrong" are rows walked one by one to find the first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from attrs import frozen

from adapters.history.arrow import compute
from adapters.history.checks import HELD_ROWS, split
from adapters.history.moments import Moments
from adapters.history.tables import Table
from adapters.history.ticks.layout import Columns, Layout, TickFacts
from adapters.history.ticks.numbers import Contract, shown
from engine.errors import UserError
from engine.timebase import render_time

Rows = Sequence[int]
NO_CONTRACT = Contract()


@frozen
class Clocks:
    """What the times of a file mean: those of receipt, and the venue's."""

    received: Moments
    sent: Moments


def check_ticks(
    table: Table, layout: Layout, contracts: Mapping[str, Contract]
) -> tuple[Clocks, dict[str, TickFacts]]:
    """What the times mean, and facts of every symbol of a sound file ("" without a column).

    ``contracts`` are those of symbols as the file names them. ``UserError`` tells the first fault.
    """
    clocks: Clocks | None = None
    found: dict[str, TickFacts] = {}
    for row, columns in table.batches(rows=layout.rows):
        if not len(columns[0]):
            continue
        if clocks is None:
            clocks = Clocks(_clock(table, columns, 0), _clock(table, columns, 1))
        for symbol, rows in split(columns, table.has_symbol):
            if table.has_symbol and not symbol:
                place = table.where(row + (rows[0] if rows else 0))
                raise UserError(f"{table.path}: {place}: symbol is empty; fill it in")
            places: Rows
            if rows is None:
                part, places = columns, range(row, row + len(columns[0]))
            else:
                part = [compute("take", each, pa.array(rows)) for each in columns]
                places = [row + n for n in rows]
            facts = found.setdefault(symbol, TickFacts())
            contract = contracts.get(symbol, NO_CONTRACT)
            _check_part(_Part(table, layout, clocks, contract), part, places, facts)
    if clocks is None:
        raise UserError(f"{table.path} holds no {layout.kind}; give a file with some")
    for facts in found.values():
        if not facts.whole:
            facts.held.clear()
    return clocks, found


@frozen
class _Part:
    table: Table
    layout: Layout
    clocks: Clocks
    contract: Contract


def _clock(table: Table, columns: Columns, place: int) -> Moments:
    first = columns[place][0].as_py()
    try:
        return Moments(columns[place].type, first)
    except ValueError as error:
        raise UserError(
            f"{table.path}: {table.where(0)}: {table.names[place]} = {first} {error}; correct it"
        ) from error


def _check_part(part: _Part, columns: Columns, places: Rows, facts: TickFacts) -> None:
    """Judge some rows of one symbol and add them to ``facts``."""
    kept, left_out = part.layout.kept(columns[2:])
    facts.left_out.update(left_out)
    if kept is not None:
        columns = [compute("take", each, kept) for each in columns]
        places = [places[n] for n in kept.to_pylist()]
    if not places:
        return
    received = _moments(part.clocks.received, columns[0])
    sent = _moments(part.clocks.sent, columns[1])
    least = 1 if part.layout.strict else 0
    fields = None
    if not (
        received is None
        or sent is None
        or (facts.rows and received[0].as_py() < facts.last_ns + least)
        or (len(received) > 1 and compute("min", _steps(received)).as_py() < least)
    ):
        fields = part.layout.exact(columns[2:], part.contract, facts)
    if fields is None:
        walked = _walk(part, columns, places, facts)
        received, sent = (pa.array(times, pa.int64()) for times in walked)
    _add(part, received, sent, places, facts)
    if fields and places[-1] < HELD_ROWS:
        facts.held.append([received, sent, *fields])
    else:
        facts.whole = False


def _moments(clock: Moments, column: pa.Array) -> pa.Array | None:
    return None if column.null_count else clock.column(column)


def _steps(times: pa.Array) -> pa.Array:
    return compute("subtract", times[1:], times[:-1])


def _add(part: _Part, received: pa.Array, sent: pa.Array, places: Rows, facts: TickFacts) -> None:
    first, first_sent = received[0].as_py(), sent[0].as_py()
    if not facts.rows:
        facts.first_ns, facts.first_row = first, places[0]
    else:
        facts.venue_back += first_sent < facts.last_venue_ns
        facts.steps[first - facts.last_ns] += 1
    if len(sent) > 1:
        facts.venue_back += compute("sum", compute("less", _steps(sent), 0)).as_py()
        if part.layout.closes:
            for step in compute("value_counts", _steps(received)).to_pylist():
                facts.steps[step["values"]] += step["counts"]
    facts.rows += len(received)
    facts.last_ns, facts.last_row = received[-1].as_py(), places[-1]
    facts.last_venue_ns = sent[-1].as_py()


def _walk(
    part: _Part, columns: Columns, places: Rows, facts: TickFacts
) -> tuple[list[int], list[int]]:
    """Row by row; returns both times of all when, after all, nothing is wrong."""
    table, layout = part.table, part.layout
    before = facts.last_ns if facts.rows else 0
    least = 1 if layout.strict else 0
    received, sent = [], []
    for row, values in zip(
        places, zip(*(c.to_pylist() for c in columns), strict=True), strict=True
    ):
        place = f"{table.path}: {table.where(row)}: "
        at = _moment(part.clocks.received, table.names[0], values[0], place)
        sent.append(_moment(part.clocks.sent, table.names[1], values[1], place))
        if at < before + least and before:
            raise UserError(_disorder(place, table.names[0], at, before))
        layout.judge(place, values[2:], part.contract, facts)
        received.append(at)
        before = at
    return received, sent


def _moment(clock: Moments, name: str, value: Any, place: str) -> int:
    try:
        return clock.one(value)
    except ValueError as error:
        raise UserError(
            f"{place}{name} = {shown(value)} {error}; correct it, or leave the row out"
        ) from error


def _disorder(place: str, name: str, at: int, before: int) -> str:
    if at == before:
        return f"{place}{name} = {render_time(at)} is there twice; remove one of the two"
    return (
        f"{place}{name} = {render_time(at)} comes after {render_time(before)}; "
        f"sort the file by {name}"
    )
