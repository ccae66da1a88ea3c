"""Markets made from a seed: walks on the tick with jumps, gaps, marks and new contract rules."""

import random
from collections.abc import Iterator

from adapters.timeline import Group
from engine.domain.candle import Candle
from engine.messages.market import (
    BarOpened,
    DataGap,
    InstrumentChanged,
    MarketEvent,
    MarkPriced,
)
from engine.timebase import Nanos
from tests.spec.run_terms import BAR, START, instrument

TICK = int(instrument().tick)
FIRST = 1000
"""Ticks: prices start at 100."""


class _Walk:
    """One symbol's way, in whole ticks."""

    def __init__(self, symbol: str, seed: int) -> None:
        self.symbol = symbol
        self.draw = random.Random(f"{symbol}-{seed}")
        self.close = FIRST
        self.missing_since: int | None = None

    def bar(self, start: int) -> Candle | None:
        """The next bar; None where the feed has none."""
        draw = self.draw
        calm = draw.random() < 0.7
        opens = max(self.close + (draw.randint(-25, 25) if draw.random() < 0.1 else 0), 50)
        reach = 8 if calm else 40
        high = opens + draw.randint(0, reach)
        low = max(opens - draw.randint(0, reach), 40)
        self.close = draw.randint(low, high)
        volume = draw.choice((0, 50, 500, 5000)) * 100_000_000
        if draw.random() < 0.04:
            return None
        prices = (price * TICK for price in (opens, high, low, self.close))
        return Candle(self.symbol, Nanos(start), Nanos(start + BAR), *prices, volume)


def market(seed: int, bars: int, symbols: tuple[str, ...]) -> list[Group]:
    """Groups of events of ``bars`` bars, in the total order of the design."""
    walks = [_Walk(symbol, seed) for symbol in symbols]
    groups: list[Group] = []
    closes: tuple[MarketEvent, ...] = ()
    for n in range(bars):
        start = START + n * BAR
        if closes:
            groups.append((Nanos(start), 0, closes))
        made = [(walk, walk.bar(start)) for walk in walks]
        opens = tuple(event for walk, bar in made for event in _openings(walk, bar, start))
        if opens:
            groups.append((Nanos(start), 1, opens))
        closes = tuple(bar for _, bar in made if bar is not None)
    if closes:
        groups.append((Nanos(START + bars * BAR), 0, closes))
    return groups


def _openings(walk: _Walk, bar: Candle | None, start: int) -> Iterator[MarketEvent]:
    if bar is None:
        walk.missing_since = start if walk.missing_since is None else walk.missing_since
        return
    if walk.missing_since is not None:
        yield DataGap(walk.symbol, Nanos(walk.missing_since), Nanos(start))
        walk.missing_since = None
    yield BarOpened(walk.symbol, Nanos(start), bar.open)
    if walk.draw.random() < 0.05:
        yield MarkPriced(walk.symbol, bar.close)
    if walk.draw.random() < 0.02:
        least = walk.draw.choice((5, 10, 100)) * 100_000_000
        yield InstrumentChanged(instrument(walk.symbol, min_notional=least))
