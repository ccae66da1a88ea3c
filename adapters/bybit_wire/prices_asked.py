"""The price of an order that is asked for: its own, one of the book's, or a bound from it (3.3)."""

from collections.abc import Mapping

from adapters.bybit_wire.answers import PARAMETER, Fields, RefusedError
from adapters.bybit_wire.fields import choice, number, text_of, whole
from adapters.bybit_wire.market import Market
from engine.money import SCALE

NO_PRICE_THERE = 110118
TICKS_OUT_OF_RANGE = 110108
PERCENT_OUT_OF_RANGE = 110109
MOST_TICKS = 10_000
LEAST_PERCENT, MOST_PERCENT = SCALE // 100, 10 * SCALE
BOOK_SIDES: Mapping[str, int] = {"Queue": 1, "Counterparty": -1}
DEEPEST = 5
_TOLERANCE = ("slippageToleranceType", "slippageTolerance")
_BOOK = ("bboSideType", "bboLevel")


def priced(market: Market, given: Fields, side: int, is_limit: bool) -> int:
    """The limit of an order; 0 for a market order that has no bound of its own."""
    tolerates = any(text_of(given, name) for name in _TOLERANCE)
    follows_book = any(text_of(given, name) for name in _BOOK)
    if tolerates and (is_limit or _waits(given)):
        raise RefusedError(PARAMETER, "params error: slippage tolerance is of market orders alone")
    if follows_book and (not is_limit or text_of(given, "triggerPrice")):
        raise RefusedError(PARAMETER, "params error: a price of the book is of limit orders alone")
    if tolerates:
        return _bound(market, given, side)
    if follows_book:
        return _of_book(market, given, side)
    return number(given, "price") if is_limit else 0


def _waits(given: Fields) -> bool:
    return any(text_of(given, name) for name in ("triggerPrice", "takeProfit", "stopLoss"))


def _best(market: Market, side: int, level: int = 1) -> int:
    """The price of a level of the bids (1) or asks (-1)."""
    bids, asks = market.book(level)
    found = bids if side > 0 else asks
    if len(found) < level:
        raise RefusedError(NO_PRICE_THERE, "The order cannot be placed: the book has no such price")
    return found[level - 1][0]


def _bound(market: Market, given: Fields, side: int) -> int:
    """The worst price that a market order takes, reckoned from the best one of the other side."""
    kinds = {"TickSize": 0, "Percent": 0}
    tick = market.instrument.tick
    amount = number(given, "slippageTolerance")
    if choice(given, "slippageToleranceType", kinds, "") == "TickSize":
        if amount % SCALE or not SCALE <= amount <= MOST_TICKS * SCALE:
            text = f"slippage tolerance is not within 1 to {MOST_TICKS} ticks"
            raise RefusedError(TICKS_OUT_OF_RANGE, text)
        return max(tick, _best(market, -side) + side * amount // SCALE * tick)
    if amount % LEAST_PERCENT or not LEAST_PERCENT <= amount <= MOST_PERCENT:
        text = "slippage tolerance is not within 0.01 % to 10 %, with two decimals"
        raise RefusedError(PERCENT_OUT_OF_RANGE, text)
    worst, step = _best(market, -side) * (100 * SCALE + side * amount), 100 * SCALE * tick
    steps = worst // step if side > 0 else -(worst // -step)
    return max(1, steps) * tick


def _of_book(market: Market, given: Fields, side: int) -> int:
    """The price of a level: of one's own side (``Queue``) or of the other (``Counterparty``)."""
    where = BOOK_SIDES[choice(given, "bboSideType", BOOK_SIDES, "")]
    return _best(market, side * where, whole(given, "bboLevel", 1, 1, DEEPEST))
