"""What the check and the playing of a tick file need to know of its kind."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import pyarrow as pa
from attrs import Factory, define

from adapters.history.tables import TIME_NAMES, Header, wrong_header
from adapters.history.ticks.numbers import Contract
from engine.messages.market import MarketEvent
from engine.timebase import Nanos

RECEIVED = ("recv_ns", "recv_us", "recv_ms", "recv_s", "local_timestamp")
"""When the recorder received a row; the names of their units are not believed, the values are."""
SENT = ("exch_ns", "exch_us", "exch_ms")
"""When the venue says that it happened."""

Columns = list[pa.Array]

STRETCH = 512
"""So few that they are gone before the garbage collector looks for new objects: it costs more to
look at a tick again than to make it."""


@define
class TickFacts:
    """What the check learned of one symbol's rows; places count rows of the file from 0.

    ``venue_back`` are rows whose venue time lies before that of the row above, ``locked`` those
    whose best bid is their best ask, ``left_out`` rows that give no event, by what they are.
    ``held`` are both times and all fields as int64 columns, of a file that is ``whole`` and small.
    """

    rows: int = 0
    first_ns: int = 0
    last_ns: int = 0
    first_row: int = 0
    last_row: int = 0
    last_venue_ns: int = 0
    venue_back: int = 0
    locked: int = 0
    left_out: Counter[str] = Factory(Counter)
    steps: Counter[int] = Factory(Counter)
    held: list[Columns] = Factory(list)
    whole: bool = True


class Layout(Protocol):
    """One kind of file. Columns come without the two times, which are the same for all kinds."""

    @property
    def kind(self) -> str:
        """One of ``KINDS``."""

    @property
    def rows(self) -> int:
        """How many rows are read at a time."""

    @property
    def stretch(self) -> int:
        """How many events are made at a time."""

    @property
    def strict(self) -> bool:
        """Whether two rows of one symbol may not have the same time."""

    @property
    def closes(self) -> bool:
        """Whether times are the opening of bars, and the rows known at their close."""

    def kept(self, columns: Columns) -> tuple[pa.Array | None, Counter[str]]:
        """The numbers of the rows that give events (``None``: all), and what the others are."""

    def exact(
        self, columns: Columns, contract: Contract, facts: TickFacts
    ) -> Sequence[pa.Array] | None:
        """The fields of the rows as int64 columns (none where they are no columns), or ``None`` if
        anything at all is wrong; only else ``facts`` are added to."""

    def judge(self, place: str, row: Sequence[Any], contract: Contract, facts: TickFacts) -> None:
        """Add one row to ``facts``; ``UserError`` with one sentence if it is wrong."""

    def fields(self, columns: Columns) -> list[list[Any]]:
        """The fields of checked rows: what ``exact`` found, as integers."""

    def events(
        self, symbol: str, venue: list[Nanos], fields: list[list[Any]]
    ) -> Iterator[MarketEvent]:
        """The events of checked rows, made as they are asked for."""


def times_of(header: Header, *venue: str) -> tuple[str, str]:
    """The file's names for the time of receipt and the venue's time; one may stand for both."""
    sent = header.find(*venue, *SENT, *TIME_NAMES)
    received = header.find(*RECEIVED) or sent
    if not received:
        raise wrong_header(header, ["a time (" + ", ".join((*SENT, *TIME_NAMES)) + ")"])
    return received, sent or received


def needed(header: Header, *choices: tuple[str, ...]) -> list[str]:
    """The file's names of columns, each one of some; ``UserError`` tells those that are missing."""
    found = [header.find(*each) for each in choices]
    missing = [
        each[0] + (f" (or {', '.join(each[1:])})" if each[1:] else "")
        for each, own in zip(choices, found, strict=True)
        if not own
    ]
    if missing:
        raise wrong_header(header, missing)
    return found
