"""What the venue refuses of orders and stops, and with which code (bybit-v5.md 5.4, 5.5, 5.6, 7.2).

The single rules are in ``rules.py``; here is which of them an order and a stop must pass.
"""

from adapters.simulated.admission import Refusal, refuse_opening
from adapters.simulated.fees import price_against
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import LIMITS, TRIGGERED, only_reduces
from adapters.simulated.positions import VenuePosition
from adapters.simulated.rules import (
    PARAMETER,
    closes_all,
    largest_order,
    refuse_band,
    refuse_crowd,
    refuse_name,
    refuse_protection,
    refuse_quantity,
    refuse_range,
    refuse_sides,
    refuse_steps,
    refuse_trigger,
    refuse_value,
)
from adapters.simulated.state import VenueState
from engine.messages.effects import PlaceOrder, SetStop
from engine.money import Price, Quantity, round_down

REDUCE_ONLY = 110017
DUPLICATE_ID = 110072
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
    is_limit, is_conditional = asked.order_type in LIMITS, asked.order_type in TRIGGERED
    reduces = only_reduces(asked, position)
    quantity = wanted(market, asked)
    base = asked.price or asked.trigger_price or market.last
    prices = (
        asked.price,
        asked.trigger_price,
        asked.stop_price,
        asked.target_price,
        asked.stop_limit,
        asked.target_limit,
    )
    return (
        refuse_name(asked.client_id)
        or refuse_steps(market, quantity, prices)
        or _refuse_shape(asked, is_limit, is_conditional)
        or _refuse_size(market, position, asked, reduces, is_limit, quantity)
        or _refuse_prices(state, market, asked)
        or refuse_value(market, reduces, quantity, base)
        or (_refuse_levels(market, asked) if asked.stop_price or asked.target_price else None)
        or refuse_protection(market, position, asked)
        or refuse_crowd(state, market, is_conditional)
        or (None if reduces or is_conditional else _refuse_margin(state, market, position, asked))
    )


def _refuse_levels(market: VenueMarket, asked: PlaceOrder) -> Refusal | None:
    """The stop and the target, against the order's own price or their sources' (5.4)."""
    base = asked.price or asked.trigger_price
    return refuse_sides(
        asked.side,
        asked.stop_price,
        asked.target_price,
        base or market.price_of(asked.stop_by),
        base or market.price_of(asked.target_by),
    )


def _refuse_shape(asked: PlaceOrder, is_limit: bool, is_conditional: bool) -> Refusal | None:
    if is_limit != (asked.price > 0):
        return PARAMETER, "a limit order has a price, a market order has none"
    if is_conditional != (asked.trigger_price > 0):
        return PARAMETER, "a conditional order has a trigger price, others have none"
    if not is_limit and asked.time_in_force == "PostOnly":
        return PARAMETER, "a market order takes: it cannot be PostOnly"
    return None


def _refuse_size(
    market: VenueMarket,
    position: VenuePosition,
    asked: PlaceOrder,
    reduces: bool,
    is_limit: bool,
    quantity: int,
) -> Refusal | None:
    """The quantity; an order that only reduces needs something to reduce (5.5)."""
    if reduces:
        if asked.stop_price or asked.target_price:
            return PARAMETER, "a reduce-only order carries no stop and no target"
        if position.reducible(asked.side) == 0:
            return REDUCE_ONLY, "Reduce-only rule not satisfied: there is nothing to reduce"
    return refuse_quantity(market, is_limit, reduces, quantity) or refuse_range(market, asked.price)


def wanted(market: VenueMarket, asked: PlaceOrder) -> Quantity:
    """The quantity that was asked for; the largest that there is where all is to be closed."""
    if asked.quantity or not closes_all(asked):
        return asked.quantity
    most = largest_order(market, asked.order_type in LIMITS)
    return Quantity(round_down(most, market.instrument.lot))


def _refuse_prices(state: VenueState, market: VenueMarket, asked: PlaceOrder) -> Refusal | None:
    if asked.order_type == "limit":
        return refuse_band(state, market, asked.side, asked.price)
    if market.last == 0:
        return NO_MARKET_PRICE, "there is no market price yet"
    if not asked.trigger_price:
        return None
    direction = TRIGGERED.get(asked.order_type, 0) * asked.side
    return refuse_trigger(market, direction, asked.trigger_by, asked.trigger_price)


def _refuse_margin(
    state: VenueState, market: VenueMarket, position: VenuePosition, asked: PlaceOrder
) -> Refusal | None:
    """Opening orders need their cost available; conditional ones not before they trigger (5.1)."""
    side, price, rests = asked.side, asked.price, False
    if price:
        best = state.liquidity.best(market, side, market.last)
        rests = best == 0 or side * price < side * best
    else:
        tick = market.instrument.tick
        price = Price(price_against(side, market.last, state.costs.taker_cost, tick))
    return refuse_opening(state, market, position, side, asked.quantity, price, rests)


def refuse_stop(market: VenueMarket, asked: SetStop) -> Refusal | None:
    """Whether the venue refuses to set the position's own stop, target and trailing stop so.

    The same again is taken: Bybit answers 34040 to it, which means that it is done.
    """
    position = market.position_at(asked.key)
    if position is None:
        return PARAMETER, WRONG_INDEX
    if position.quantity == 0:
        return PARAMETER, "can not set tp/sl/ts for zero position"
    prices = (
        asked.stop_price,
        asked.target_price,
        asked.trailing_distance,
        asked.activation_price,
    )
    refusal = refuse_steps(market, market.instrument.lot, prices)
    if refusal is not None:
        return refusal
    side = position.side
    was = position.stop_price, position.stop_by, position.target_price, position.target_by
    if was != (asked.stop_price, asked.stop_by, asked.target_price, asked.target_by):
        refusal = refuse_sides(
            side,
            asked.stop_price,
            asked.target_price,
            market.price_of(asked.stop_by),
            market.price_of(asked.target_by),
        )
    return refusal or _refuse_trailing(market, position, asked)


def _refuse_trailing(
    market: VenueMarket, position: VenuePosition, asked: SetStop
) -> Refusal | None:
    distance, activation = asked.trailing_distance, asked.activation_price
    if activation and not distance:
        return PARAMETER, "an activation price needs a trailing distance"
    if (distance, activation) == (position.trailing_distance, position.trailing_from):
        return None
    if distance >= market.last:
        return PARAMETER, "the trailing distance is not below the price"
    if activation and position.side * activation <= position.side * market.last:
        where = "higher" if position.side > 0 else "lower"
        return PARAMETER, f"the activation price should be {where} than the last price"
    return None
