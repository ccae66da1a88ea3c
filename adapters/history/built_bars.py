"""Candles made from the ticks of a recording, as a run without a candle file gets them.

How this works: a bar covers what was received in ``[open_ns, close_ns)``, on the grid of the
interval since 1970. As at Bybit, a bar opens at the last price of the one before, so that a bar
without a trade is a flat one without volume, and every opening is known at its moment. The first
bar opens at its first price, and is told only if the recording began no later than it; the last
is told only if the recording lasted until its close. Of quotes and books the price is the middle of
bid and ask, half a unit rounded down, and there is no volume; a book without a side has no price.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from adapters.history.feed import CLOSES, OPENINGS
from adapters.history.rare import Item, item
from adapters.history.recording import DEPTH, QUOTES, TRADES, RecordingFacts, Stretch
from engine.domain.candle import Candle
from engine.messages.market import BarOpened, DepthChanged, MarketEvent, Quoted, Traded
from engine.money import Price, Quantity
from engine.timebase import Nanos

SOURCES: dict[str, type] = {TRADES: Traded, QUOTES: Quoted, DEPTH: DepthChanged}
"""What bars can be made of, the best first."""


class BuiltBars:
    """Bars of one symbol. Ticks run through ``watch``; ``until`` hands out what they closed."""

    def __init__(self, symbol: str, kind: str, interval_ns: Nanos) -> None:
        self._symbol = symbol
        self._type = SOURCES[kind]
        self._interval = interval_ns
        self._made: deque[Item] = deque()
        self._open_ns = self._close_ns = Nanos(0)
        self._open = self._high = self._low = self._last = 0
        self._volume = 0
        self._told = False
        self._book = _Book()

    def watch(
        self, stretches: Iterator[Stretch], facts: RecordingFacts, start: int, end: int
    ) -> Iterator[Stretch]:
        """The stretches of a recording in ``[start, end)``, looked at as they pass."""
        mixed = len(facts.tells) > 1 or self._type is DepthChanged
        for ats, events in stretches:
            began = max(start, facts.first_ns)
            if mixed:
                self._take(*self._mine(ats, events), began)
                # Others than this symbol's ticks may tell that a bar has ended.
                while 0 < self._close_ns <= ats[-1]:
                    self._end_bar()
                    self._open_bar()
            else:
                self._take(ats, events, began)
            yield ats, events
        # The recording went on, and with it the time, even where a range leaves its ticks out.
        while 0 < self._close_ns <= min(facts.last_ns, end):
            self._end_bar()
            if self._close_ns == end:
                break
            self._open_bar()

    def until(self, at: int) -> list[Item]:
        """Closes and openings that are not after ``at``."""
        found = []
        while self._made and self._made[0].at <= at:
            found.append(self._made.popleft())
        return found

    def _mine(self, ats: list[Nanos], events: list[MarketEvent]) -> Stretch:
        """This symbol's ticks of the kind that bars are made of."""
        kind = self._type
        chosen = [
            (at, event)
            for at, event in zip(ats, events, strict=True)
            if type(event) is kind and event.symbol == self._symbol  # type: ignore[union-attr]
        ]
        return [at for at, _ in chosen], [event for _, event in chosen]

    def _take(self, ats: list[Nanos], events: list[MarketEvent], began: int) -> None:
        if not ats:
            return
        prices = self._prices(events)
        if 0 in prices:
            ats = [at for at, price in zip(ats, prices, strict=True) if price]
            prices = [price for price in prices if price]
            if not ats:
                return
        volumes = list(map(attrgetter("quantity"), events)) if self._type is Traded else []
        if not self._close_ns:
            self._begin(ats[0], prices[0], began)
        first, count = 0, len(ats)
        while first < count:
            last = bisect_left(ats, self._close_ns, first)
            if last > first:
                part = prices[first:last]
                self._high = max(self._high, max(part))
                self._low = min(self._low, min(part))
                self._last = part[-1]
                self._volume += sum(volumes[first:last])
            first = last
            if first < count:
                self._end_bar()
                self._open_bar()

    def _prices(self, events: list[MarketEvent]) -> list[int]:
        if self._type is Traded:
            return list(map(attrgetter("price"), events))
        quotes: list[Any] = events
        if self._type is Quoted:
            return [(quote.bid + quote.ask) // 2 for quote in quotes]
        return list(map(self._book.middle, quotes))

    def _begin(self, at: Nanos, price: int, began: int) -> None:
        self._open_ns = Nanos(at - at % self._interval)
        self._close_ns = Nanos(self._open_ns + self._interval)
        self._open = self._high = self._low = self._last = price
        self._told = began <= self._open_ns
        if self._told:
            opened = BarOpened(self._symbol, self._open_ns, Price(price))
            self._made.append(item(at, OPENINGS, opened))

    def _end_bar(self) -> None:
        if self._told:
            bar = Candle(
                self._symbol,
                self._open_ns,
                self._close_ns,
                Price(self._open),
                Price(self._high),
                Price(self._low),
                Price(self._last),
                Quantity(self._volume),
            )
            self._made.append(item(self._close_ns, CLOSES, bar))

    def _open_bar(self) -> None:
        self._told = True
        self._open_ns = self._close_ns
        self._close_ns = Nanos(self._open_ns + self._interval)
        self._open = self._high = self._low = self._last
        self._volume = 0
        opened = BarOpened(self._symbol, self._open_ns, Price(self._open))
        self._made.append(item(self._open_ns, OPENINGS, opened))


class _Book:
    """The middle of a book as snapshots and changes tell it."""

    __slots__ = ("_asks", "_bids", "_snapshot")

    def __init__(self) -> None:
        self._snapshot: DepthChanged | None = None
        self._bids: dict[Price, Quantity] = {}
        self._asks: dict[Price, Quantity] = {}

    def middle(self, event: DepthChanged) -> int:
        """The middle of bid and ask after ``event``; 0 while a side is not there or not known."""
        if event.snapshot:
            # Where every row is a whole book nobody asks for its levels.
            self._snapshot = event
            if not (event.bids and event.asks):
                return 0
            return (event.bids[0][0] + event.asks[0][0]) // 2
        if self._snapshot is not None:
            self._bids, self._asks = dict(self._snapshot.bids), dict(self._snapshot.asks)
            self._snapshot = None
        for side, levels in ((self._bids, event.bids), (self._asks, event.asks)):
            for price, quantity in levels:
                if quantity:
                    side[price] = quantity
                else:
                    side.pop(price, None)
        if not (self._bids and self._asks):
            return 0
        return (max(self._bids) + min(self._asks)) // 2
