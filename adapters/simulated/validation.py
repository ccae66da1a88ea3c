"""What the venue refuses, and with which code (bybit-v5.md 5.4, 5.5, 5.6, 7.2).

Each check answers None or ``(code, text)``. Texts are for people; the codes are Bybit's, where
the venue's own code is not verified the sheet's assumption (10001) is taken.
"""

from adapters.simulated.fees import price_against
from adapters.simulated.margin import opening_quantity
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import LIMITS, TRIGGERED
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from engine.accounts.margin import order_cost
from engine.messages.effects import PlaceOrder, SetStop
from engine.money import notional, render

Refusal = tuple[int, str]

PARAMETER = 10001
PRICE_RANGE = 110003
BALANCE = 110007
REDUCE_ONLY = 110017
DUPLICATE_ID = 110072
EXPECT_RISING = 110092
EXPECT_FALLING = 110093
BELOW_MINIMUM_VALUE = 110094
NO_MARKET_PRICE = 110118
UNKNOWN_ORDER = 110001

WRONG_INDEX = "position idx not match position mode, or not this venue account"


def refuse_order(state: VenueState, market: VenueMarket, asked: PlaceOrder) -> Refusal | None:
    """Whether the venue refuses the order outright, looking at one thing after the other."""
    position = market.position_at(asked.key)
    if position is None:
        return PARAMETER, WRONG_INDEX
    if state.orders.find(asked.client_id) is not None:
        return DUPLICATE_ID, "the client order id exists already"
    base = asked.price or asked.trigger_price or market.last
    return (
        _steps(market, asked)
        or _quantity(market, position, asked)
        or _prices(market, asked)
        or _value(market, asked, base)
        or _sides(
            asked.side,
            asked.stop_price,
            asked.target_price,
            asked.price or asked.trigger_price or market.price_of(asked.stop_by),
            asked.price or asked.trigger_price or market.price_of(asked.target_by),
        )
        or _margin(state, market, position, asked)
    )


def _steps(market: VenueMarket, asked: PlaceOrder) -> Refusal | None:
    tick, lot = market.instrument.tick, market.instrument.lot
    order_type, limit, trigger = asked.order_type, asked.price, asked.trigger_price
    if asked.quantity <= 0 or asked.quantity % lot:
        return PARAMETER, f"quantity {render(asked.quantity)} is no multiple of {render(lot)}"
    for price in (limit, trigger, asked.stop_price, asked.target_price):
        if price and (price < 0 or price % tick):
            return PARAMETER, f"price {render(price)} is no multiple of {render(tick)}"
    if (order_type in LIMITS) != (limit > 0):
        return PARAMETER, "a limit order has a price, a market order has none"
    if (order_type in TRIGGERED) != (trigger > 0):
        return PARAMETER, "a conditional order has a trigger price, others have none"
    return None


def _quantity(market: VenueMarket, position: VenuePosition, asked: PlaceOrder) -> Refusal | None:
    instrument, quantity = market.instrument, int(asked.quantity)
    if asked.reduce_only or position.opens * asked.side < 0:
        if asked.stop_price or asked.target_price:
            return PARAMETER, "a reduce-only order carries no stop and no target"
        size = position.reducible(asked.side)
        if size == 0:
            return REDUCE_ONLY, "Reduce-only rule not satisfied: there is nothing to reduce"
        quantity = min(quantity, size)
    is_limit = asked.order_type in LIMITS
    most = instrument.max_limit_quantity if is_limit else instrument.max_market_quantity
    if quantity < instrument.min_quantity:
        return PARAMETER, f"quantity is below the minimum of {render(instrument.min_quantity)}"
    if quantity > most:
        return PARAMETER, f"quantity is above the maximum of {render(most)}"
    return None


def _prices(market: VenueMarket, asked: PlaceOrder) -> Refusal | None:
    instrument = market.instrument
    if asked.price and not instrument.min_price <= asked.price <= instrument.max_price:
        return PRICE_RANGE, "Order price is out of permissible range"
    if asked.order_type == "limit":
        return None
    if market.last == 0:
        return NO_MARKET_PRICE, "there is no market price yet"
    direction = TRIGGERED.get(asked.order_type, 0) * asked.side
    now, trigger = market.price_of(asked.trigger_by), asked.trigger_price
    if direction > 0 and trigger <= now:
        return EXPECT_RISING, "expect Rising, but the trigger price is not above the market"
    if direction < 0 and trigger >= now:
        return EXPECT_FALLING, "expect Falling, but the trigger price is not below the market"
    return None


def _value(market: VenueMarket, asked: PlaceOrder, base: int) -> Refusal | None:
    """``base`` is what an order's value and attached stops are judged by: its own price, or the
    market's.
    """
    least = market.instrument.min_notional
    if not asked.reduce_only and notional(base, asked.quantity) < least:
        return BELOW_MINIMUM_VALUE, f"order value is below the minimum of {render(least)}"
    return None


def _sides(side: int, stop: int, target: int, stop_base: int, target_base: int) -> Refusal | None:
    """A stop belongs on the losing side of its base, a target on the winning one (5.4)."""
    if stop and side * stop >= side * stop_base:
        where = "lower" if side > 0 else "higher"
        return PARAMETER, f"StopLoss {render(stop)} should be {where} than {render(stop_base)}"
    if target and side * target <= side * target_base:
        where = "higher" if side > 0 else "lower"
        text = f"TakeProfit {render(target)} should be {where} than {render(target_base)}"
        return PARAMETER, text
    return None


def _margin(
    state: VenueState, market: VenueMarket, position: VenuePosition, asked: PlaceOrder
) -> Refusal | None:
    """Opening orders need their cost available; conditional ones not before they trigger (5.1)."""
    if asked.reduce_only or asked.order_type in TRIGGERED:
        return None
    if position.opens * asked.side < 0:
        return None
    opening = opening_quantity(position, asked.side, asked.quantity)
    costs = state.costs
    price = asked.price or price_against(
        asked.side, market.last, costs.taker_cost, market.instrument.tick
    )
    value = notional(price, opening)
    if order_cost(asked.side, value, market.leverage, costs.taker_fee) > state.wallet - state.held:
        return BALANCE, "ab not enough for new order"
    return None


def refuse_stop(market: VenueMarket, asked: SetStop) -> Refusal | None:
    """Whether the venue refuses to set the position's own stop and target so."""
    position = market.position_at(asked.key)
    if position is None:
        return PARAMETER, WRONG_INDEX
    if position.quantity == 0:
        return PARAMETER, "can not set tp/sl/ts for zero position"
    tick = market.instrument.tick
    for price in (asked.stop_price, asked.target_price):
        if price < 0 or price % tick:
            return PARAMETER, f"price {render(price)} is no multiple of {render(tick)}"
    if (asked.stop_price, asked.target_price) == (position.stop_price, position.target_price):
        return None
    return _sides(
        position.side,
        asked.stop_price,
        asked.target_price,
        market.price_of(asked.stop_by),
        market.price_of(asked.target_by),
    )
