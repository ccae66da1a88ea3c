"""A market that only has candles is played as ticks: trades and a book along each candle's path.

How this works: a bar's price goes from its open to the nearer of its extremes, to the other one and
to its close, in equal steps of time; so its trades make the same candle again. Around each trade
there is a book whose quantities hang on the price alone, so that a level that stays where it is
keeps its quantity. Nothing is drawn: the same candles give the same ticks.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import merge

from adapters.bybit_wire.desk import Played
from adapters.history.feed import Group
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.order import BUY, SELL, Side
from engine.messages.market import (
    DepthChanged,
    FundingRated,
    Level,
    MarketEvent,
    Traded,
)
from engine.money import SCALE, Price, Quantity, Rate, round_down
from engine.timebase import Nanos

STEPS = 12
"""Trades of a bar."""
LEVELS = 50
LEVEL_VALUE = 40_000 * SCALE
"""What rests at a level on average, e8 of the settlement asset."""
GAP_PPM = 20
"""How far levels are apart, in millionths of the price."""
USUAL_RATE = Rate(10_000)
"""0.01 % each interval, where the feed has no funding rates (6.6), e8."""


def played(
    groups: Iterable[Group], instruments: Mapping[str, Instrument], rated: Collection[str] = ()
) -> Iterator[Played]:
    """Candles as ticks. Bars share one grid, so an opening and its closes follow each other; what
    is told in between, marks and rates, stays at its time. Of the symbols that are ``rated`` the
    feed tells the funding, the others get the usual rate.
    """
    waiting: list[Played] = []
    settled: dict[str, int] = {}
    for at, _, events in groups:
        closes = [event for event in events if isinstance(event, Candle)]
        waiting.append((at, events))
        if closes:
            told = list(_between(closes, instruments, settled, rated))
            yield from merge(waiting[:-1], told, key=_moment)
            yield waiting[-1]
            waiting = []
    yield from waiting


def _moment(each: Played) -> int:
    return each[0]


def _between(
    closes: list[Candle],
    instruments: Mapping[str, Instrument],
    settled: dict[str, int],
    rated: Collection[str],
) -> Iterator[Played]:
    """What is made up for the bars that ``closes`` ends."""
    opens, span = closes[0].open_ns, closes[0].close_ns - closes[0].open_ns
    unrated = [each for each in closes if each.symbol not in rated]
    yield opens, tuple(_settlements(unrated, instruments, settled))
    ways = {each.symbol: way(each, instruments[each.symbol].tick) for each in closes}
    for step in range(STEPS):
        moment = Nanos(opens + 1 + span * step // STEPS)
        yield moment, tuple(_ticks(closes, instruments, ways, step, moment))


def _settlements(
    closes: Iterable[Candle], instruments: Mapping[str, Instrument], settled: dict[str, int]
) -> Iterator[MarketEvent]:
    """The funding that is due when a bar opens, at the usual rate."""
    for each in closes:
        interval = instruments[each.symbol].funding_interval_ns
        moment = each.open_ns - each.open_ns % interval
        if settled.setdefault(each.symbol, moment) < moment:
            settled[each.symbol] = moment
            yield FundingRated(each.symbol, Nanos(moment), USUAL_RATE)


def _ticks(
    closes: Iterable[Candle],
    instruments: Mapping[str, Instrument],
    ways: Mapping[str, list[int]],
    step: int,
    at: Nanos,
) -> Iterator[MarketEvent]:
    for each in closes:
        instrument, way_of = instruments[each.symbol], ways[each.symbol]
        price, before = way_of[step], way_of[step - 1] if step else each.open
        side: Side = BUY if price >= before else SELL
        total = round_down(each.volume, instrument.lot)
        quantity = round_down(total // STEPS, instrument.lot)
        if step == STEPS - 1:
            quantity = total - quantity * (STEPS - 1)
        bid = price if side == SELL else price - instrument.tick
        told = book(instrument, bid, bid + instrument.tick, at)
        # The book is where the trade is when that fires a stop, which else met offers of before;
        # but a market begins with a price, not with the middle of offers.
        if step:
            yield told
        if quantity:
            yield Traded(each.symbol, at, Price(price), Quantity(quantity), side)
        if not step:
            yield told


def way(candle: Candle, tick: int) -> list[int]:
    """The prices of a bar's steps, on the tick: open, both extremes and close among them."""
    up_first = candle.high - candle.open < candle.open - candle.low
    turns = [candle.high, candle.low] if up_first else [candle.low, candle.high]
    corners = [int(candle.open), *map(int, turns), int(candle.close)]
    legs = STEPS - 1
    found: list[int] = []
    for step in range(STEPS):
        leg, part = divmod(step * 3, legs)
        if leg >= 3:
            found.append(corners[3])
            continue
        start, end = corners[leg], corners[leg + 1]
        price = start + (end - start) * part // legs
        found.append(round_down(price, tick))
    found[legs // 3], found[2 * legs // 3] = corners[1], corners[2]
    return found


def book(instrument: Instrument, bid: int, ask: int, at: Nanos) -> DepthChanged:
    """A whole book: the best prices and, behind them, levels on a grid of their own."""
    gap = max(1, bid * GAP_PPM // 1_000_000 // instrument.tick) * instrument.tick
    bids = [_level(instrument, bid)]
    level = round_down(bid - 1, gap)
    while len(bids) < LEVELS and level > instrument.min_price:
        bids.append(_level(instrument, level))
        level -= gap
    asks = [_level(instrument, ask)]
    level = round_down(ask, gap) + gap
    while len(asks) < LEVELS:
        asks.append(_level(instrument, level))
        level += gap
    return DepthChanged(instrument.symbol, at, True, tuple(bids), tuple(asks))


def _level(instrument: Instrument, price: int) -> Level:
    """A level's quantity hangs on its price alone: half to one and a half of the average."""
    draw = price // instrument.tick * 2_654_435_761 % (1 << 32) >> 16
    value = LEVEL_VALUE * (32_768 + draw) // 65_536
    lots = max(1, value * SCALE // max(1, price) // instrument.lot)
    return Price(price), Quantity(lots * instrument.lot)
