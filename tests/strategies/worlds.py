"""Candles and views for tests of strategies: what a strategy sees, and nothing more."""

import random
from itertools import pairwise

from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.position import Position
from engine.ids import PositionKey
from engine.money import parse
from engine.strategies import Strategy, View
from engine.timebase import MINUTE

TICK = parse("0.1")
BTC = Instrument(
    symbol="BTCUSDT",
    settle_asset="USDT",
    tick=TICK,
    lot=parse("0.001"),
    min_quantity=parse("0.001"),
    max_limit_quantity=parse("1190"),
    max_market_quantity=parse("500"),
    min_notional=parse("5"),
    min_price=TICK,
    max_price=parse("1999999.8"),
    max_leverage=parse("100"),
    maintenance_rate=parse("0.005"),
)


def candle(place: int, high: int, low: int, close: int) -> Candle:
    """The 5-minute candle number ``place``; prices are e8."""
    start = place * 5 * MINUTE
    return Candle("BTCUSDT", start, start + 5 * MINUTE, close, high, low, close, parse("1"))


def candles(*bars: tuple[str, str, str]) -> list[Candle]:
    """Candles from the texts of (high, low, close)."""
    return [candle(place, *map(parse, bar)) for place, bar in enumerate(bars)]


def random_walk(seed: int, count: int) -> list[Candle]:
    """A walk in ticks around 30,000, each open the close before."""
    draw = random.Random(seed)
    closes = [300_000]
    for _ in range(count):
        closes.append(max(closes[-1] + draw.randint(-400, 400), 1_000))
    return [
        candle(
            place,
            (max(before, now) + draw.randint(0, 60)) * TICK,
            (min(before, now) - draw.randint(0, 60)) * TICK,
            now * TICK,
        )
        for place, (before, now) in enumerate(pairwise(closes))
    ]


def view_of(last: Candle, traced: bool = False) -> View:
    """A flat view of the market after ``last``."""
    view = View(Position(PositionKey("main", "BTCUSDT", 0)), BTC)
    view.candle = last
    view.at = last.close_ns
    view.trace = [] if traced else None
    return view


def holding(last: Candle, quantity: str, entry: str, first_stop: str, stop: str) -> View:
    """A view with an open position; ``quantity`` is signed."""
    position = Position(PositionKey("main", "BTCUSDT", 0))
    size, price = parse(quantity), parse(entry)
    position.enlarge(1 if size > 0 else -1, abs(size), abs(size) * price // parse("1"))
    position.initial_stop = parse(first_stop)
    position.stop_price = parse(stop)
    view = View(position, BTC)
    view.candle = last
    return view


def shown(strategy: Strategy, history: list[Candle], traced: bool = False) -> View:
    """``strategy`` has seen ``history``; the view after its last candle."""
    for closed in history:
        strategy.observe(closed)
    return view_of(history[-1], traced)
