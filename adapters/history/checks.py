"""The whole file is checked before the first frame; what is wrong is told in one sentence.

How this works: each batch is converted and compared a column at a time, which costs little and
answers only "is anything wrong?". If so, or if a column could not be converted like that, its
rows are walked one by one, and the first that is wrong is named with line, value and mend.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import pyarrow as pa
from attrs import Factory, define, frozen

from adapters.history.arrow import cast, compute
from adapters.history.exact import exact_column, off_step, on_step_column
from adapters.history.moments import Moments
from adapters.history.rows import walk
from adapters.history.tables import NUMBERS, PRICES, Table
from engine.errors import UserError

HELD_ROWS = 200_000
"""A file of at most so many rows is not decoded twice: its integers, 48 bytes a row, are held from
the check to the run. Of a larger one nothing is held."""

Columns = list[pa.Array]
"""Opening time (ns), open, high, low, close and volume (e8), each an int64 column."""


@define
class SymbolFacts:
    """What pass one learned of one symbol: rows, times, distances between rows, odd prices.

    ``held`` are all its rows as integers, or nothing. ``before_ns`` is the opening of the last bar
    but one (0 for none). Where the file tells closing times, ``closed_ns`` is that of the last bar
    and ``early`` whether it was open for less long than the bar before. ``traded``: any volume.
    """

    rows: int = 0
    first_ns: int = 0
    last_ns: int = 0
    before_ns: int = 0
    closed_ns: int = 0
    early: bool = False
    traded: bool = False
    first_row: int = 0
    last_row: int = 0
    steps: Counter[int] = Factory(Counter)
    off_tick: int = 0
    held: list[Columns] = Factory(list)


def split(columns: list[pa.Array], has_symbol: bool) -> Iterator[tuple[str, list[int] | None]]:
    """The symbols of a batch in order of appearance, each with its rows (``None``: all)."""
    if not has_symbol:
        yield "", None
        return
    names = cast(columns[-1], pa.string())
    found = compute("unique", names).to_pylist()
    if len(found) == 1:
        yield str(found[0] or ""), None
        return
    for name in found:
        mask = compute("equal", names, name) if name is not None else compute("is_null", names)
        yield str(name or ""), compute("indices_nonzero", mask).to_pylist()


@frozen
class Checked:
    """A sound file: what its time column means, facts of every symbol, and how many rows repeat
    the one before them."""

    moments: Moments
    facts: dict[str, SymbolFacts]
    repeated: int


def check(table: Table, ticks: Mapping[str, int]) -> Checked:
    """What is known of a sound file.

    ``UserError`` names the first fault of one that is not. ``ticks`` gives the price step of a
    symbol (``""`` for a file without symbols); prices that are finer are counted, not refused:
    the venue changes its steps.
    """
    moments: Moments | None = None
    found: dict[str, SymbolFacts] = {}
    whole = True
    repeated = after = 0
    for row, columns in table.batches():
        repeated += row - after
        after = row + len(columns[0])
        if not len(columns[0]):
            continue
        if moments is None:
            moments = _moments_of(table, columns[0])
        small = row + len(columns[0]) <= HELD_ROWS
        for symbol, rows in split(columns, table.has_symbol):
            if table.has_symbol and not symbol:
                place = table.where(row + (rows[0] if rows else 0))
                raise UserError(f"{table.path}: {place}: symbol is empty; fill it in")
            part = (
                columns
                if rows is None
                else [compute("take", each, pa.array(rows)) for each in columns]
            )
            facts = found.setdefault(symbol, SymbolFacts())
            numbers = range(row, row + len(part[0])) if rows is None else [row + n for n in rows]
            exact = _check_batch(table, moments, part, numbers, facts, ticks.get(symbol, 0))
            if exact is not None and small:
                facts.held.append(exact)
            else:
                whole = False
    if moments is None:
        raise UserError(f"{table.path} holds no candles; give a file with at least two")
    if not whole:
        for facts in found.values():
            facts.held.clear()
    return Checked(moments, found, repeated)


def _moments_of(table: Table, times: pa.Array) -> Moments:
    """What the time column means, told from its first value."""
    first = times[0].as_py()
    try:
        return Moments(times.type, first, table.times)
    except ValueError as error:
        raise UserError(
            f"{table.path}: {table.where(0)}: {table.names[0]} = {first} {error}; "
            "give the bar's opening time"
        ) from error


def _check_batch(
    table: Table,
    moments: Moments,
    columns: list[pa.Array],
    rows: "range | list[int]",
    facts: SymbolFacts,
    tick: int,
) -> Columns | None:
    """Judge these rows and add them to ``facts``; their integers, if all columns have them."""
    times = None if columns[0].null_count else moments.column(columns[0])
    values = []
    for name, column in zip(NUMBERS, columns[1:], strict=False):
        value, off = _exact(column, tick if name in PRICES else 0)
        values.append(value)
        facts.off_tick += off
    if times is None or not _sound(times, values, facts):
        before = facts.last_ns if facts.rows else None
        times = pa.array(walk(table, moments, columns, rows, before), pa.int64())
    first = times[0].as_py()
    if facts.rows:
        facts.steps[first - facts.last_ns] += 1
    else:
        facts.first_ns, facts.first_row = first, rows[0]
    for step in compute("value_counts", _steps(times)).to_pylist():
        facts.steps[step["values"]] += step["counts"]
    facts.before_ns = times[-2].as_py() if len(times) > 1 else facts.last_ns
    if table.closes:
        _closing(table, moments, columns[1 + len(NUMBERS)], rows, times, facts)
    if not facts.traded:
        facts.traded = values[-1] is None or compute("max", values[-1]).as_py() > 0
    facts.rows += len(times)
    facts.last_ns, facts.last_row = times[-1].as_py(), rows[-1]
    return None if any(value is None for value in values) else [times, *values]


def _closing(
    table: Table,
    moments: Moments,
    closes: pa.Array,
    rows: "range | list[int]",
    times: pa.Array,
    facts: SymbolFacts,
) -> None:
    """Note when the last of these rows closed, and whether it did so too early."""
    before = facts.closed_ns - facts.last_ns
    for place in range(max(0, len(times) - 2), len(times)):
        try:
            facts.closed_ns = moments.one(closes[place].as_py())
        except ValueError as error:
            raise UserError(
                f"{table.path}: {table.where(rows[place])}: the closing time {error}; correct it"
            ) from error
        open_for = facts.closed_ns - times[place].as_py()
        facts.early = 0 < open_for < before
        before = open_for


def _exact(column: pa.Array, tick: int) -> tuple[pa.Array | None, int]:
    """The integers of a column, if all its values have one, and how many are off the tick."""
    if column.null_count:
        return None, 0
    value = on_step_column(column, tick)
    if value is not None:
        return value, 0
    value = exact_column(column)
    return value, off_step(value, tick) if tick and value is not None else 0


def _steps(times: pa.Array) -> pa.Array:
    return compute("subtract", times[1:], times[:-1])


def _sound(times: pa.Array, values: list[pa.Array | None], facts: SymbolFacts) -> bool:
    """Whether nothing at all is wrong with these rows."""
    if any(value is None for value in values):
        return False
    opened, high, low, closed, volume = values
    above = compute("less_equal", low, compute("min_element_wise", opened, closed, high))
    below = compute("greater_equal", high, compute("max_element_wise", opened, closed))
    steps = _steps(times)
    sound: bool = (
        (facts.rows == 0 or times[0].as_py() > facts.last_ns)
        and (len(steps) == 0 or compute("min", steps).as_py() > 0)
        and compute("min", low).as_py() > 0
        and compute("min", volume).as_py() >= 0
        and compute("all", above).as_py()
        and compute("all", below).as_py()
    )
    return sound
