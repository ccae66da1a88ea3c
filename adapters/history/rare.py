"""Events that are few beside ticks: bars, marks and funding rates, with their place in the order.

How this works: the total order is (at, phase, source, symbol, n) (design 2). Closes of candles,
those of marks included, are phase 0: they belong to what was before their moment. A mark's candle
comes after the trade's candle of the same bar, since a stop inside of the bar acts before its
extremes liquidate. In phase 1 funding is a source of its own and comes first; of one symbol a gap
comes before a mark, a mark before the opening of a bar, and both before ticks.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from adapters.history.feed import CLOSES, OPENINGS, Group
from adapters.history.recording import Recording
from adapters.history.series import Series
from engine.domain.candle import Candle
from engine.messages.market import (
    BarOpened,
    DataGap,
    FundingRated,
    MarkCandle,
    MarketEvent,
    MarkPriced,
)
from engine.timebase import Nanos

FUNDING_SOURCE, MARKET_SOURCE = 0, 1
_RANKS: dict[type, int] = {
    FundingRated: 0,
    Candle: 0,
    MarkCandle: 1,
    DataGap: 0,
    MarkPriced: 1,
    BarOpened: 2,
}
TICK_RANK = 3


class Item(NamedTuple):
    """An event and its place in the total order."""

    at: Nanos
    phase: int
    source: int
    symbol: str
    rank: int
    event: Any


def item(at: Nanos, phase: int, event: MarketEvent) -> Item:
    """The event in its place."""
    source = FUNDING_SOURCE if type(event) is FundingRated else MARKET_SOURCE
    symbol: str = event.symbol  # type: ignore[union-attr]
    return Item(at, phase, source, symbol, _RANKS[type(event)], event)


class Pending:
    """Items of one source in order, handed out up to a moment."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = iter(items)
        self._next = next(self._items, None)

    def until(self, at: int) -> list[Item]:
        """Those that have not been handed out and are not after ``at``."""
        found = []
        while self._next is not None and self._next.at <= at:
            found.append(self._next)
            self._next = next(self._items, None)
        return found


def of_groups(groups: Iterable[Group]) -> Iterator[Item]:
    """Events of candles."""
    for at, phase, events in groups:
        for event in events:
            yield item(at, phase, event)


def of_funding(recording: Recording, start: int, end: int) -> Iterator[Item]:
    """Rates that settle in ``[start, end)``, at their settlement."""
    for ats, events in recording.stretches(start, end):
        for at, event in zip(ats, events, strict=True):
            yield item(at, OPENINGS, event)


def of_marks(series: Series, first: int, last: int) -> Iterator[Item]:
    """A bar of marks: ``MarkPriced`` with its first price when it opens, and at its close the
    ``MarkCandle``; those that come in ``[first, last]``, of bars that open there."""
    symbol = series.facts.symbol
    before: Item | None = None
    for bar in series.bars(first, last + 1):
        if before is not None:
            yield before
        yield item(bar.open_ns, OPENINGS, MarkPriced(symbol, bar.open))
        candle = MarkCandle(
            symbol, bar.open_ns, bar.close_ns, bar.open, bar.high, bar.low, bar.close
        )
        before = item(bar.close_ns, CLOSES, candle)
    if before is not None and before.at <= last:
        yield before
