"""From a table of bars to a symbol's series: its columns, its order, and what of it is said.

How this works: the layout names the columns; a file that goes from new to old is turned round
before the check; after it, a last bar that is known to be unfinished is left out. Whatever was
done to a file or cannot be known of it is a note, printed and kept with the run.
"""

from attrs import evolve, frozen

from adapters.history.checks import Checked, SymbolFacts, split
from adapters.history.layouts import ARCHIVED, OWN, RUNNING, CandleLayout, layout_of, plain
from adapters.history.moments import Moments
from adapters.history.recording import CANDLES
from adapters.history.series import FileSeries, SeriesFacts
from adapters.history.spacing import gaps_of, interval_of
from adapters.history.tables import NUMBERS, PRICES, TIME_NAMES, Header, Table, wrong_header
from engine.timebase import DAY, MILLISECOND, Nanos, render_time

_PEEK_ROWS = 256


@frozen
class Source:
    """A checked file: how it was told, read and found sound. ``digest`` is its bytes' SHA-256."""

    header: Header
    layout: CandleLayout
    table: Table
    checked: Checked
    digest: str


def bar_table(header: Header, kind: str) -> tuple[Table, CandleLayout]:
    """The columns of candles or marks and their layout; ``UserError`` with what is missing.

    Marks have no volume: their close stands in for it, so that all else is checked as candles are.
    """
    layout = layout_of(header.form, header.names)
    wanted = NUMBERS if kind == CANDLES else PRICES
    choices = layout.columns[: 1 + len(wanted)]
    found = [header.find(*names) for names in choices]
    missing = [name for name, own in zip(wanted, found[1:], strict=True) if not own]
    if not found[0]:
        missing.insert(0, "a time (" + ", ".join(TIME_NAMES) + ")")
    if missing:
        raise wrong_header(header, missing)
    numbers = found[1:]
    names = found if kind == CANDLES else [*found, found[-1]]
    closes = header.find(layout.closes) if layout.closes else ""
    table = header.table([*names, closes] if closes else names, numbers)
    return evolve(table, times=layout.times, closes=bool(closes), paged=layout.paged), layout


def in_order_of_time(table: Table) -> Table:
    """The table, turned round when its first symbol's first two bars go from new to old."""
    for _, columns in table.batches(1, _PEEK_ROWS):
        for _, rows in split(columns, table.has_symbol):
            times = columns[0].to_pylist()
            if rows is not None:
                times = [times[row] for row in rows]
            try:
                moments = Moments(columns[0].type, times[0], table.times)
                first, second = (moments.one(time) for time in (*times, *times)[:2])
            except (IndexError, ValueError):
                return table
            return table.from_new_to_old() if second < first else table
    return table


def file_series(source: Source, name: str, symbol: str) -> FileSeries:
    """One symbol's candles; ``name`` is what the file calls it, "" without a column."""
    table, checked = source.table, source.checked
    found = checked.facts[name]
    interval = interval_of(table, name, found)
    gaps = gaps_of(table, checked.moments, name, found, interval)
    left_out, said = _last_bar(source, found, symbol, interval)
    last = found.before_ns if left_out else found.last_ns
    facts = SeriesFacts(
        symbol=symbol,
        source=str(table.path),
        digest=source.digest,
        rows=found.rows - left_out,
        first_ns=Nanos(found.first_ns),
        last_ns=Nanos(last),
        interval_ns=interval,
        grid_ns=Nanos(found.first_ns % interval),
        gaps=tuple(gap for gap in gaps if gap[0] <= last),
        unit=checked.moments.unit,
        notes=(*_file_notes(source), *_notes(source, found, symbol), *said),
        layout=source.layout.name,
    )
    return FileSeries(
        facts, table, checked.moments, name, found.first_row, found.last_row, tuple(found.held)
    )


def _file_notes(source: Source) -> tuple[str, ...]:
    """What was done to the whole file."""
    path, notes = source.table.path, []
    if source.table.turned:
        notes.append(f"{path}: goes from new to old; it was turned round")
    if source.header.arrays and source.header.arrays.pages > 1:
        pages = source.header.arrays.pages
        notes.append(f"{path}: {pages} pages; they were put in the order of time")
    repeated = source.checked.repeated
    if repeated:
        notes.append(
            f"{path}: rows that repeat the row before them, as pages do at their edges: "
            f"{repeated}; each counts once"
        )
    read = {plain(name) for name in (*source.table.names, "symbol")}
    other = [name for name in source.header.names if plain(name) not in read]
    if source.layout.chatty and other:
        notes.append(f"{path}: columns that are no candles are not read: {', '.join(other)}")
    return tuple(notes)


def _notes(source: Source, found: SymbolFacts, symbol: str) -> tuple[str, ...]:
    """What is odd about one symbol's numbers."""
    path, notes = source.table.path, []
    if found.off_tick:
        notes.append(
            f"{path}: {found.off_tick} prices of {symbol} are finer than its tick; "
            "they are taken as they are, the venue's step was finer then"
        )
    if not found.traded:
        notes.append(
            f"{path}: no bar of {symbol} has any volume; if they are marks, give them as "
            f"--data {symbol}:marks={path}"
        )
    return tuple(notes)


def _last_bar(
    source: Source, found: SymbolFacts, symbol: str, interval: int
) -> tuple[bool, tuple[str, ...]]:
    """Whether the last bar is unfinished as far as the file itself tells, and what to say of it."""
    layout, path = source.layout, source.table.path
    bar = f"{path}: the last bar of {symbol}, {render_time(found.last_ns)},"
    end = found.last_ns + interval
    answer = source.header.arrays
    until = answer.until_ms * MILLISECOND if answer else 0
    if layout == OWN or layout.last == "":
        return False, ()
    if layout.last == RUNNING:
        return True, (f"{bar} is left out: {layout.name} exports the running bar, too",)
    if until:
        if end <= until:
            return False, ()
        return True, (
            f"{bar} is left out: it was not finished when the venue answered, at "
            f"{render_time(until)}",
        )
    if found.early:
        return True, (f"{bar} is left out: it closes early, at {render_time(found.closed_ns)}",)
    whole = (end + layout.times.ahead_ns) % DAY == 0
    if layout.last == ARCHIVED and whole:
        return False, ()
    return False, (
        f"{bar} is taken as it is: whether it was finished when the file was made, the file does "
        "not tell",
    )
