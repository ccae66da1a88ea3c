"""Order books in messages: whether changes follow one another, and what a book is at a moment.

How this works: a change is only worth something on top of the book it was made for. Venues number
their changes; where a number is missing, what follows is told as a ``DataGap``, the book is known
to be unknown (a snapshot without levels), and changes are left out until the next snapshot.
"""

from collections import deque
from collections.abc import Iterable

from attrs import Factory, define

from engine.messages.market import DataGap, DepthChanged, Level, MarketEvent
from engine.money import Price, Quantity
from engine.timebase import Nanos

_NO_TIME = Nanos(0)
_WAITING = 10_000
"""So many changes are held while a snapshot is awaited; a venue sends it within seconds."""


@define
class Change:
    """A change, the first and last number of the venue's that it covers, and the one before."""

    first: int
    last: int
    before: int
    event: DepthChanged


@define
class Sequence:
    """One symbol's book as messages tell it. ``left_out`` counts changes that gave no event.

    Where snapshots come by another way than changes (``waits``), a change may come before the
    snapshot that it belongs on.
    """

    symbol: str
    waits: bool = False
    last: int = 0
    known: bool = False
    just_known: bool = False
    heard_ns: int = 0
    left_out: int = 0
    waiting: deque[Change] = Factory(lambda: deque(maxlen=_WAITING))

    def snapshot(self, number: int, event: DepthChanged, at: int) -> list[MarketEvent]:
        """The whole book as of the venue's ``number``; changes that waited for it follow."""
        events: list[MarketEvent] = [event]
        self.last, self.known, self.just_known, self.heard_ns = number, True, True, at
        waiting = list(self.waiting)
        self.waiting.clear()
        for change in waiting:
            self.left_out -= 1
            events += self.change(change, at)
        return events

    def change(self, change: Change, at: int) -> list[MarketEvent]:
        """The change, nothing while the book is not known, or a gap where one is missing."""
        if not self.known:
            if self.waits:
                self.waiting.append(change)
            self.left_out += 1
            return []
        if self.just_known and change.last <= self.last:
            self.left_out += 1
            return []
        follows = change.before == self.last
        if self.just_known:
            follows = follows or change.first <= self.last + 1
        if not follows:
            return [*self.lost(at, change.event.venue_ns), *self.change(change, at)]
        self.last, self.just_known, self.heard_ns = change.last, False, at
        return [change.event]

    def lost(self, at: int, venue_ns: Nanos) -> list[MarketEvent]:
        """From here on the book is not known."""
        self.known = False
        gap = DataGap(self.symbol, Nanos(self.heard_ns), Nanos(at))
        return [gap, DepthChanged(self.symbol, venue_ns, True, (), ())]


@define
class Levels:
    """A book as snapshots and changes make it: price to quantity, both sides."""

    symbol: str
    known: bool = False
    venue_ns: Nanos = _NO_TIME
    bids: dict[Price, Quantity] = Factory(dict)
    asks: dict[Price, Quantity] = Factory(dict)

    def apply(self, event: DepthChanged) -> None:
        """Take over a snapshot, or a change."""
        self.venue_ns = event.venue_ns
        if event.snapshot:
            self.known = bool(event.bids or event.asks)
            self.bids, self.asks = dict(event.bids), dict(event.asks)
            return
        for side, levels in ((self.bids, event.bids), (self.asks, event.asks)):
            for price, quantity in levels:
                if quantity:
                    side[price] = quantity
                else:
                    side.pop(price, None)

    def as_snapshot(self) -> DepthChanged:
        """All of it, the best levels first."""
        return DepthChanged(
            self.symbol,
            self.venue_ns,
            True,
            ordered(self.bids.items(), falling=True),
            ordered(self.asks.items(), falling=False),
        )


def ordered(levels: Iterable[Level], falling: bool) -> tuple[Level, ...]:
    """Levels from the best on: bids fall, asks rise."""
    return tuple(sorted(levels, reverse=falling))
