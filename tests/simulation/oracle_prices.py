"""What prices do in the oracle exchange: bars, candles of the mark, and funding."""

from fractions import Fraction

from engine.domain.candle import Candle
from engine.messages.market import FundingRated, MarkCandle
from tests.simulation.oracle import Oracle
from tests.simulation.oracle_book import ZERO, Number, cent, number
from tests.simulation.oracle_margin import available
from tests.simulation.oracle_way import FALLING, Way


def open_bar(oracle: Oracle, symbol: str, price: Number) -> None:
    """A bar opens: stops, targets and triggers that it jumped over act; limits wait."""
    market = oracle.markets[symbol]
    market.last = price
    Way(oracle, symbol, market.following).stand(price)


def close_bar(oracle: Oracle, candle: Candle) -> None:
    """A bar closed: its prices in the order that the run declares."""
    symbol = candle.symbol
    market = oracle.markets[symbol]
    low, high = number(candle.low), number(candle.high)
    opened, closed = number(candle.open), number(candle.close)
    way = Way(oracle, symbol, market.following, candle=candle)
    low_first = is_low_first(oracle, symbol, opened - low, high - opened)
    corners = [opened, low, high, closed] if low_first else [opened, high, low, closed]
    oracle.now = candle.open_ns
    way.when = lambda _: candle.open_ns
    way.stand(opened)
    way.walk(corners, candle.open_ns, candle.close_ns, from_the_past=False)
    market.last = closed
    market.volume, market.taken = number(candle.volume), ZERO
    market.closed_ns = candle.close_ns


def tell_price(oracle: Oracle, symbol: str, source: str, price: Number, at: int) -> None:
    """The feed tells a mark or an index."""
    market = oracle.markets[symbol]
    market.told[source] = price
    if source == "mark":
        market.marked_ns = at
    Way(oracle, symbol, (source,), elsewhere=market.last).stand(price)


def close_mark(oracle: Oracle, candle: MarkCandle, at: int) -> None:
    """A candle of the mark closed: what was there already meets its way, where the market is."""
    market = oracle.markets[candle.symbol]
    low, high = number(candle.low), number(candle.high)
    opened, closed = number(candle.open), number(candle.close)
    market.told["mark"], market.marked_ns = opened, at
    low_first = is_low_first(oracle, candle.symbol, opened - low, high - opened)
    corners = [opened, low, high, closed] if low_first else [opened, high, low, closed]
    way = Way(oracle, candle.symbol, ("mark",), elsewhere=market.last)
    way.walk(corners, candle.open_ns, candle.close_ns, from_the_past=True)
    market.told["mark"] = closed


def settle(oracle: Oracle, event: FundingRated) -> None:
    """Funding of a symbol: quantity * mark * rate, longs pay at a positive rate (6.6).

    What the wallet has not available is taken from the position's own margin.
    """
    market = oracle.markets[event.symbol]
    if event.settle_ns <= market.settled_ns or oracle.is_spot:
        return
    market.settled_ns = event.settle_ns
    for position in oracle.positions:
        if position.key.symbol != event.symbol or not position.side:
            continue
        exact = position.quantity * market.mark * number(event.rate)
        amount = cent(abs(exact)) * (1 if exact > 0 else -1)
        if not oracle.is_cross:
            position.added -= max(ZERO, amount - max(ZERO, available(oracle)))
        oracle.pass_to(event.symbol, event.settle_ns)
        oracle.wallet -= amount
        oracle.funding += amount
        market.executions += 1
        paid = position.quantity, market.mark, number(event.rate), amount
        name = f"{event.symbol}-{market.executions}"
        oracle.tell("FundingPaid", position.key, name, *paid)
    Way(oracle, event.symbol, ("mark",), elsewhere=market.last).stand(market.mark)


def is_low_first(oracle: Oracle, symbol: str, below: Number, above: Number) -> bool:
    """Whether the bar's low comes first, by the path of the run."""
    held = sum((p.quantity for p in oracle.positions if p.key.symbol == symbol), Fraction(0))
    waiting = [one for one in oracle.waiting if one.symbol == symbol]
    conditional = [one for one in waiting if not one.triggered]
    adverse = True
    if held:
        adverse = held > 0
    elif conditional:
        adverse = conditional[0].meets == FALLING
    elif waiting:
        adverse = waiting[0].side > 0
    path = oracle.terms.simulation.path
    if path == "nearest_first" and below != above:
        return below < above
    return not adverse if path == "best_first" else adverse
