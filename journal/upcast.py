"""Old rows for new code: what a stored message has to become before it can be read.

A tag and its fields are a storage format for ever. When a message changes its shape, the format
version is raised, and the row of the old shape gets a function here, under its tag and the last
version that wrote it so. Rows are brought up one version at a time, and never rewritten in place.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

FORMAT = 2
"""The format version that this code writes, and the newest that it reads."""

STATE_SCHEMAS: Final[Mapping[int, int]] = {1: 1, 2: 2}
"""The schema of the engine state's digest (``engine/digest.py``) that a format was sealed with: a
new schema is a new format, so that the head of a journal names both."""

Row = list[Any]
Upcast = Callable[[Row], Row]
Upcasters = Mapping[tuple[str, int], Upcast]

_EIGHT_HOURS: Final = 8 * 3_600 * 1_000_000_000
_TO_2: Final[dict[str, Row]] = {
    "instrument": [[], 0, 0, _EIGHT_HOURS],
    "venue": ["isolated", "one_way", "bybit", "sum", True],
    "simulation": ["pessimistic", "candles", "through", "level", 0, True],
    "account": [0],
    "OrderFilled": [False],
    "StopReported": [0],
    "OrderFound": [0, 0, 0],
    "TradeClosed": [0],
    "CancelRequested": [False],
}
"""What format 2 put behind the fields of format 1, with the values that mean what was before."""


def _appended(tag: str) -> Upcast:
    return lambda row: [*row, *_TO_2[tag]]


def _instrument_changed(row: Row) -> Row:
    tag, instrument = row
    return [tag, [*instrument, *_TO_2["instrument"]]]


def _run_started(row: Row) -> Row:
    """Contracts got tiers and price bands, the venue its modes, the simulation its assumptions."""
    tag, run, terms, provenance = row
    *first, venue, simulation, instruments, accounts, limits = terms
    newer = [
        [*venue, *_TO_2["venue"]],
        [*simulation, *_TO_2["simulation"]],
        [[*instrument, *_TO_2["instrument"]] for instrument in instruments],
        [[*account, *_TO_2["account"]] for account in accounts],
    ]
    return [tag, run, [*first, *newer, limits], provenance]


UPCASTERS: Upcasters = {
    ("RunStarted", 1): _run_started,
    ("InstrumentChanged", 1): _instrument_changed,
    ("OrderFilled", 1): _appended("OrderFilled"),
    ("StopReported", 1): _appended("StopReported"),
    ("OrderFound", 1): _appended("OrderFound"),
    ("TradeClosed", 1): _appended("TradeClosed"),
    ("CancelRequested", 1): _appended("CancelRequested"),
}
"""(tag, version) to what makes a row of ``version + 1`` of it; it may change the tag."""


def upcast(row: Row, version: int, newest: int = FORMAT, table: Upcasters = UPCASTERS) -> Row:
    """A row as ``newest`` writes it, from one that ``version`` wrote."""
    for step in range(version, newest):
        change = table.get((row[0], step))
        if change is not None:
            row = change(row)
    return row
