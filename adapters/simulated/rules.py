"""The venue's rules of prices and quantities, each by itself (bybit-v5.md 5.4, 5.5, 5.6, 7.2).

Each answers None or ``(code, text)``. Texts are for people; the codes are Bybit's, where the
venue's own code is not verified the sheet's assumption (10001) is taken.
"""

import re
from collections.abc import Iterable

from adapters.simulated.admission import Refusal
from adapters.simulated.bands import within_band
from adapters.simulated.children import MOST_CHILDREN, children_of, legs
from adapters.simulated.markets import VenueMarket
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from engine.domain.order import PriceSource
from engine.ids import CLIENT_ID_LENGTH, ClientId
from engine.messages.effects import PlaceOrder
from engine.money import Quantity, notional, render

PARAMETER = 10001
PRICE_RANGE = 110003
TOO_MANY_CONDITIONAL = 110009
TOO_MANY_ACTIVE = 110020
TOO_MANY_CHILDREN = 110061
EXPECT_RISING = 110092
EXPECT_FALLING = 110093
BELOW_MINIMUM_VALUE = 110094
ABOVE_BAND = 30208
BELOW_BAND = 30209

_NAME = re.compile(rf"[A-Za-z0-9_-]{{0,{CLIENT_ID_LENGTH}}}").fullmatch


def refuse_name(client_id: ClientId) -> Refusal | None:
    """A client order id has at most 36 letters, digits, ``-`` and ``_``."""
    if not _NAME(client_id):
        return PARAMETER, "orderLinkId is longer than 36 or has other than letters, digits, - and _"
    return None


def refuse_steps(market: VenueMarket, quantity: int, prices: Iterable[int]) -> Refusal | None:
    """A quantity is a multiple of the lot and above 0, a price of the tick; price 0 is none."""
    tick, lot = market.instrument.tick, market.instrument.lot
    if quantity <= 0 or quantity % lot:
        return PARAMETER, f"quantity {render(quantity)} is no multiple of {render(lot)}"
    for price in filter(None, prices):
        if price < 0 or price % tick:
            return PARAMETER, f"price {render(price)} is no multiple of {render(tick)}"
    return None


def refuse_quantity(
    market: VenueMarket, is_limit: bool, reduces: bool, quantity: int
) -> Refusal | None:
    """The least and largest quantity of an order of the contract, as it was asked for.

    One that only reduces has no largest: the venue splits it (3.3). It is cut to the position once
    it is taken, so a rest below the least is closed by asking for the least, or for 0.
    """
    instrument = market.instrument
    if quantity < instrument.min_quantity:
        return PARAMETER, "The number of contracts exceeds minimum limit allowed"
    if not reduces and quantity > (most := largest_order(market, is_limit)):
        text = "The number of contracts exceeds maximum limit allowed: too large"
        return PARAMETER, f"{text}, order_qty:{quantity} > max_qty:{most}"
    return None


def largest_order(market: VenueMarket, is_limit: bool) -> Quantity:
    """The largest quantity that one order may have."""
    instrument = market.instrument
    return instrument.max_limit_quantity if is_limit else instrument.max_market_quantity


def closes_all(asked: PlaceOrder) -> bool:
    """Quantity 0, reduce-only and close on trigger: the whole position, up to the largest order
    (3.3).
    """
    return asked.quantity == 0 and asked.reduce_only and asked.close_on_trigger


def refuse_range(market: VenueMarket, price: int) -> Refusal | None:
    """The least and largest price of the contract; price 0 is none."""
    instrument = market.instrument
    if price and not instrument.min_price <= price <= instrument.max_price:
        return PRICE_RANGE, "Order price is out of permissible range"
    return None


def refuse_value(market: VenueMarket, reduces: bool, quantity: int, base: int) -> Refusal | None:
    """The least value of an order; what only closes has none."""
    least = market.instrument.min_notional
    if not reduces and notional(base, quantity) < least:
        return BELOW_MINIMUM_VALUE, f"order value is below the minimum of {render(least)}"
    return None


def refuse_trigger(
    market: VenueMarket, direction: int, source: PriceSource, trigger: int
) -> Refusal | None:
    """A trigger that its source has passed already would fire at once (5.4)."""
    now = market.price_of(source)
    if direction > 0 and trigger <= now:
        text = f"expect Rising, but trigger_price[{trigger}] <= current[{now}]??{source}"
        return EXPECT_RISING, text
    if direction < 0 and trigger >= now:
        text = f"expect Falling, but trigger_price[{trigger}] >= current[{now}]??{source}"
        return EXPECT_FALLING, text
    return None


def refuse_sides(
    side: int, stop: int, target: int, stop_base: int, target_base: int
) -> Refusal | None:
    """A stop belongs on the losing side of its base, a target on the winning one (5.4)."""
    if stop and side * stop >= side * stop_base:
        where = "lower" if side > 0 else "higher"
        return PARAMETER, f"StopLoss {render(stop)} should be {where} than {render(stop_base)}"
    if target and side * target <= side * target_base:
        where = "higher" if side > 0 else "lower"
        text = f"TakeProfit {render(target)} should be {where} than {render(target_base)}"
        return PARAMETER, text
    return None


def refuse_band(state: VenueState, market: VenueMarket, side: int, price: int) -> Refusal | None:
    """A limit price outside the band, where the account does not let it be moved (5.6)."""
    if state.moves_to_band or within_band(market, side, price) == price:
        return None
    if side > 0:
        return ABOVE_BAND, "the order price is above the highest price to buy"
    return BELOW_BAND, "the order price is below the lowest price to sell"


def refuse_crowd(state: VenueState, market: VenueMarket, is_conditional: bool) -> Refusal | None:
    """So many orders of a symbol may wait; the children of partial stops do not count (5.4)."""
    if is_conditional:
        conditional = sum(1 for one in market.conditional.values() if one.cause == "order")
        if conditional >= state.most_conditional:
            return TOO_MANY_CONDITIONAL, "the number of stop orders exceeds the maximum"
    elif len(market.orders) - len(market.conditional) >= state.most_active:
        return TOO_MANY_ACTIVE, "the number of active orders exceeds the maximum"
    return None


def refuse_protection(
    market: VenueMarket, position: VenuePosition, asked: PlaceOrder
) -> Refusal | None:
    """Whether the stop and target that come with an order are not such as there can be (5.4)."""
    if asked.protection == "full":
        if asked.stop_limit or asked.target_limit:
            return PARAMETER, "a full stop or target is a market order: it has no limit price"
        return None
    if (asked.stop_limit and not asked.stop_price) or (
        asked.target_limit and not asked.target_price
    ):
        return PARAMETER, "a limit price of a stop or target needs its trigger price"
    wanted = legs(asked)
    if wanted and children_of(market, position) + wanted > MOST_CHILDREN:
        return TOO_MANY_CHILDREN, f"more than {MOST_CHILDREN} partial stops and targets"
    return None
