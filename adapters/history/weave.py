"""Ticks of several recordings, and the rare events between them, as groups in the total order.

How this works: recordings come in stretches of columns, so that a tick costs no line of Python of
its own. Those of several recordings are cut at the moment up to which all of them are known, put
behind one another and sorted by time; the sort keeps the order of sources for events of one
moment. No stretch ends inside of a moment. Rare events then cut a stretch where they belong.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice, repeat
from operator import attrgetter, itemgetter, lt
from typing import Protocol

from adapters.history.feed import CLOSES, OPENINGS, Group
from adapters.history.rare import MARKET_SOURCE, TICK_RANK, Item, item
from adapters.history.recording import Stretch
from engine.messages.market import MarketEvent
from engine.timebase import NEVER, Nanos

_PLACE = itemgetter(0, 1, 2, 3, 4)
_MOMENT = itemgetter(0, 1)


class RareEvents(Protocol):
    """A source of events that are few."""

    def until(self, at: int) -> list[Item]:
        """Those that have not been handed out and are not after ``at``, in order."""


class _Head:
    """What one recording has told and nobody has taken yet."""

    __slots__ = ("_stretches", "ats", "ended", "events")

    def __init__(self, stretches: Iterator[Stretch]) -> None:
        self._stretches = stretches
        self.ats: list[Nanos] = []
        self.events: list[MarketEvent] = []
        self.ended = False

    def read_on(self) -> None:
        """Another stretch behind what is there, or the end."""
        found = next(self._stretches, None)
        if found is None:
            self.ended = True
        elif self.ats:
            self.ats = self.ats + found[0]
            self.events = self.events + found[1]
        else:
            self.ats, self.events = found

    def cut(self, before: int) -> Stretch:
        """Take what lies before a moment."""
        ats, events = self.ats, self.events
        place = len(ats) if before == NEVER else bisect_left(ats, before)
        self.ats, self.events = ats[place:], events[place:]
        return ats[:place], events[:place]


def braid(recordings: Sequence[Iterator[Stretch]]) -> Iterator[Stretch]:
    """Stretches of all recordings as one; of the same moment those of the first come first."""
    heads = [_Head(each) for each in recordings]
    while True:
        for head in heads:
            if not head.ats and not head.ended:
                head.read_on()
        known = min((head.ats[-1] for head in heads if not head.ended), default=NEVER)
        parts = [part for part in (head.cut(known) for head in heads) if part[0]]
        if parts:
            yield _joined(parts)
        elif known == NEVER:
            return
        for head in heads:
            if not head.ended and head.ats[-1:] == [known]:
                head.read_on()


def _joined(parts: list[Stretch]) -> Stretch:
    if len(parts) == 1:
        return parts[0]
    ats = list(chain.from_iterable(part[0] for part in parts))
    events = list(chain.from_iterable(part[1] for part in parts))
    order = sorted(range(len(ats)), key=ats.__getitem__)
    return list(map(ats.__getitem__, order)), list(map(events.__getitem__, order))


def woven(stretches: Iterable[Stretch], rare: Sequence[RareEvents]) -> Iterator[Group]:
    """Groups of one moment and phase, in the total order."""
    return chain.from_iterable(_pieces(stretches, rare))


def _pieces(stretches: Iterable[Stretch], rare: Sequence[RareEvents]) -> Iterator[Iterable[Group]]:
    for ats, events in stretches:
        begin = 0
        for (at, phase), items in _due(rare, ats[-1]):
            cut = bisect_left(ats, at, begin)
            if cut > begin:
                yield _ticks(ats[begin:cut], events[begin:cut])
            begin = cut if phase < OPENINGS else bisect_right(ats, at, cut)
            yield (_mixed(at, phase, items, events[cut:begin]),)
        yield _ticks(ats[begin:], events[begin:])
    for (at, phase), items in _due(rare, NEVER):
        yield (_mixed(at, phase, items, ()),)


def _due(rare: Sequence[RareEvents], at: int) -> Iterator[tuple[tuple[Nanos, int], list[Item]]]:
    found = sorted(chain.from_iterable(each.until(at) for each in rare), key=_PLACE)
    for moment, items in groupby(found, key=_MOMENT):
        yield moment, list(items)


def _mixed(at: Nanos, phase: int, items: list[Item], ticks: Sequence[MarketEvent]) -> Group:
    """Rare events and ticks of one moment: by source, symbol, and kind."""
    if ticks:
        items = items + [
            Item(at, phase, MARKET_SOURCE, tick.symbol, TICK_RANK, tick)  # type: ignore[union-attr]
            for tick in ticks
        ]
        items.sort(key=_PLACE)
    return at, phase, tuple([each.event for each in items])


def _ticks(ats: list[Nanos], events: list[MarketEvent]) -> Iterator[Group]:
    """Ticks between two rare events: at C's speed where no two have the same moment."""
    if all(map(lt, ats, islice(ats, 1, None))):
        return zip(ats, repeat(OPENINGS), zip(events))
    return _moments(ats, events)


def _moments(ats: list[Nanos], events: list[MarketEvent]) -> Iterator[Group]:
    by_symbol = attrgetter("symbol")
    begin, count = 0, len(ats)
    while begin < count:
        at = ats[begin]
        end = begin + 1
        while end < count and ats[end] == at:
            end += 1
        if end == begin + 1:
            yield at, OPENINGS, (events[begin],)
        else:
            yield at, OPENINGS, tuple(sorted(events[begin:end], key=by_symbol))
        begin = end


def beside(groups: Iterable[Group], items: Iterator[Item]) -> Iterator[Group]:
    """Groups of candles with rare events between them: what a run without ticks is fed."""
    due = _Due(items)
    for group in groups:
        if group[0] < due.at:
            yield group
            continue
        at, phase, events = group
        while (due.at, due.phase) < (at, phase):
            yield _mixed(due.at, due.phase, due.take(), ())
        if (due.at, due.phase) == (at, phase):
            mine = [item(at, phase, event) for event in events]
            yield _mixed(at, phase, sorted(due.take() + mine, key=_PLACE), ())
        else:
            yield group
    while due.at != NEVER:
        yield _mixed(due.at, due.phase, due.take(), ())


class _Due:
    """Rare events in order, a moment and phase at a time; ``at`` is ``NEVER`` behind the last."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._head = next(items, None)
        self.at, self.phase = NEVER, CLOSES
        self._look()

    def _look(self) -> None:
        if self._head is None:
            self.at, self.phase = NEVER, CLOSES
        else:
            self.at, self.phase = self._head.at, self._head.phase

    def take(self) -> list[Item]:
        """All that is due at that moment and phase."""
        at, phase, found = self.at, self.phase, []
        while self._head is not None and (self._head.at, self._head.phase) == (at, phase):
            found.append(self._head)
            self._head = next(self._items, None)
        self._look()
        return found
