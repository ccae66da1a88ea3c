"""What every recording of a market has in common, whatever it holds and however it is stored."""

from collections.abc import Iterator
from typing import Protocol

from attrs import frozen

from engine.messages.market import MarketEvent
from engine.timebase import NEVER, Nanos, render_time

CANDLES = "candles"
TRADES = "trades"
QUOTES = "quotes"
DEPTH = "depth"
MARKS = "marks"
FUNDING = "funding"
KINDS = (CANDLES, TRADES, QUOTES, DEPTH, MARKS, FUNDING)
"""What a recording can tell of a symbol; a stream of messages tells several of them."""

Stretch = tuple[list[Nanos], list[MarketEvent]]
"""Moments, never decreasing, and the event of each."""


@frozen
class RecordingFacts:
    """What is known of a recording before it is played: for printing and for provenance.

    ``kind`` is one of ``KINDS``, or ``messages`` for a stream; ``tells`` are the pairs of symbol
    and kind that the run gets from it. ``events`` is the number of events it gives, ``unit`` what
    its times were taken for, ``notes`` sentences that a person should read.
    """

    kind: str
    tells: tuple[tuple[str, str], ...]
    source: str
    digest: str
    events: int
    first_ns: Nanos
    last_ns: Nanos
    unit: str
    notes: tuple[str, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that the run gets from it, sorted."""
        return tuple(sorted({symbol for symbol, _ in self.tells}))

    def sentence(self) -> str:
        """One line for people."""
        return (
            f"{', '.join(self.symbols)}: {self.events} events of {self.kind} from "
            f"{render_time(self.first_ns)} to {render_time(self.last_ns)}, "
            f"times are {self.unit} ({self.source})"
        )


class Recording(Protocol):
    """A checked recording, ready to be played."""

    @property
    def facts(self) -> RecordingFacts:
        """What is known of it."""

    def stretches(self, start: int = 0, end: int = NEVER) -> Iterator[Stretch]:
        """Its events with ``start <= at < end`` in order, some thousand at a time, none empty.

        ``at`` is when the recorder received them, or the venue's time where that was not recorded.
        """
