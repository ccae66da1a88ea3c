"""What the holder of an account may ask for beyond the engine's effects (bybit-v5.md 3.3 - 3.5).

A strategy never asks for these, so they are no effects and no run's journal knows them; a client of
the wire server does. Each is judged and done at once: the answer is None, or the venue's code and a
text, and then everything is as it was. What changed is told by the reports of the engine's own
requests.
"""

from typing import assert_never

from attrs import evolve

from adapters.simulated.admission import BALANCE, Refusal
from adapters.simulated.amending import change
from adapters.simulated.children import bear, release_sibling
from adapters.simulated.endings import cancel
from adapters.simulated.markets import HEDGE, ONE_WAY, VenueMarket
from adapters.simulated.modes import set_margin_mode
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from adapters.simulated.protection import report_stop
from adapters.simulated.rules import (
    PARAMETER,
    refuse_protection,
    refuse_quantity,
    refuse_range,
    refuse_sides,
    refuse_steps,
    refuse_trigger,
)
from adapters.simulated.state import VenueState
from adapters.simulated.validation import UNKNOWN_ORDER, WRONG_INDEX
from adapters.simulated.wishes import (
    AddMargin,
    AddStops,
    AmendOpen,
    Attached,
    AutoAddMargin,
    CancelOpen,
    MoveCash,
    MoveToBand,
    SwitchMarginMode,
    SwitchPositionMode,
    Wish,
)
from engine.domain.order import BUY, SELL, PriceSource
from engine.ids import NO_CLIENT_ID, PositionKey
from engine.messages.effects import PlaceOrder
from engine.money import NO_PRICE, Price, Quantity
from engine.timebase import Nanos

CROSS_POSITION = 110015
HAS_POSITION = 110024
MODE_UNCHANGED = 110025
MARGIN_UNCHANGED = 110027
HAS_ORDERS = 110028
NO_POSITION = 110033
FILLED_PARTLY = 110059
ISOLATED_ONLY = 110076
REDUCES_TOO_MUCH = 110078


def grant(state: VenueState, wish: Wish, now: Nanos) -> Refusal | None:
    """Do what is wished at ``now``, or say why not."""
    match wish:
        case AddMargin():
            return _add_margin(state, wish, now)
        case AutoAddMargin():
            return _auto_add(state, wish, now)
        case MoveCash():
            return _move_cash(state, wish)
        case SwitchPositionMode():
            return _switch_position_mode(state, wish)
        case SwitchMarginMode():
            return set_margin_mode(state, wish.mode)
        case AddStops():
            return _add_stops(state, wish, now)
        case AmendOpen():
            return _amend(state, wish, now)
        case CancelOpen():
            return _cancel(state, wish, now)
        case MoveToBand():
            state.moves_to_band = wish.is_on
            return None
        case _:
            assert_never(wish)


def _found(state: VenueState, key: PositionKey) -> tuple[VenueMarket, VenuePosition] | None:
    market = state.markets.get(key.symbol)
    position = market.position_at(key) if market is not None else None
    return (market, position) if market is not None and position is not None else None


def _add_margin(state: VenueState, wish: AddMargin, now: Nanos) -> Refusal | None:
    """Margin of an isolated position; only what was added can be taken out again."""
    found = _found(state, wish.key)
    if found is None:
        return PARAMETER, WRONG_INDEX
    market, position = found
    if state.margin.mode != "isolated":
        return CROSS_POSITION, "the position is in cross margin mode"
    if not position.quantity:
        return NO_POSITION, "cannot set margin without an open position"
    if not wish.amount:
        return MARGIN_UNCHANGED, "Margin is not modified"
    if wish.amount > state.available:
        return BALANCE, "ab not enough for margin"
    if position.added + wish.amount < 0:
        return REDUCES_TOO_MUCH, "only margin that was added can be taken out"
    position.added += wish.amount
    state.refresh(market)
    end = position.liquidated_at
    if wish.amount < 0 and end and position.side * market.mark_price <= position.side * end:
        position.added -= wish.amount
        state.refresh(market)
        return REDUCES_TOO_MUCH, "the change would trigger immediate liquidation"
    report_stop(state, position, now)
    return None


def _auto_add(state: VenueState, wish: AutoAddMargin, now: Nanos) -> Refusal | None:
    found = _found(state, wish.key)
    if found is None:
        return PARAMETER, WRONG_INDEX
    if state.margin.mode != "isolated":
        return ISOLATED_ONLY, "auto-add-margin is of isolated margin mode only"
    if found[1].auto_adds == wish.is_on:
        return MARGIN_UNCHANGED, "Auto add margin is not modified"
    found[1].auto_adds = wish.is_on
    report_stop(state, found[1], now)
    return None


def _move_cash(state: VenueState, wish: MoveCash) -> Refusal | None:
    if wish.amount < 0 and -wish.amount > min(state.available, state.wallet):
        return BALANCE, "Insufficient balance"
    state.wallet += wish.amount
    for market in state.markets.values():
        state.refresh(market)
    return None


def _switch_position_mode(state: VenueState, wish: SwitchPositionMode) -> Refusal | None:
    market = state.markets.get(wish.symbol)
    if market is None:
        return PARAMETER, "symbol invalid"
    indexes = HEDGE if wish.is_hedge else ONE_WAY
    if tuple(market.positions) == indexes:
        return MODE_UNCHANGED, "Position mode is not modified"
    if any(position.quantity for position in market.positions.values()):
        return HAS_POSITION, "there is an open position, so the mode stays"
    if market.orders:
        return HAS_ORDERS, "there are open orders, so the mode stays"
    market.turn(indexes, next(iter(market.positions.values())).leverage)
    state.refresh(market)
    return None


def _add_stops(state: VenueState, wish: AddStops, now: Nanos) -> Refusal | None:
    """A pair of children for a part of an open position, as if a fill had brought it (5.4)."""
    found = _found(state, wish.key)
    if found is None:
        return PARAMETER, WRONG_INDEX
    market, position = found
    if not position.quantity:
        return PARAMETER, "can not set tp/sl/ts for zero position"
    asked = PlaceOrder(
        key=position.key,
        client_id=NO_CLIENT_ID,
        side=BUY if position.quantity > 0 else SELL,
        order_type="market",
        quantity=Quantity(min(wish.quantity, abs(position.quantity))),
        price=NO_PRICE,
        trigger_price=NO_PRICE,
        time_in_force="IOC",
        reduce_only=False,
        stop_price=Price(wish.stop_price),
        target_price=Price(wish.target_price),
        stop_by=wish.stop_by,
        target_by=wish.target_by,
        protection="partial",
        stop_limit=Price(wish.stop_limit),
        target_limit=Price(wish.target_limit),
    )
    prices = (wish.stop_price, wish.target_price, wish.stop_limit, wish.target_limit)
    stop_base, target_base = market.price_of(wish.stop_by), market.price_of(wish.target_by)
    refusal = (
        refuse_steps(market, wish.quantity, prices)
        or refuse_quantity(market, True, True, wish.quantity)
        or refuse_sides(asked.side, asked.stop_price, asked.target_price, stop_base, target_base)
        or refuse_protection(market, position, asked)
    )
    if refusal is not None:
        return refusal
    for price in prices:
        refusal = refusal or refuse_range(market, price)
    if refusal is not None:
        return refusal
    parent = VenueOrder(asked, position, asked.quantity, state.newest_number, "")
    market.touched_ns = max(market.touched_ns, now)
    bear(state, market, parent, asked.quantity)
    state.refresh(market)
    report_stop(state, position, now)
    return None


def _open(state: VenueState, name: str) -> tuple[VenueMarket, VenueOrder] | None:
    order = state.orders.open.get(name)
    return None if order is None else (state.markets[order.position.key.symbol], order)


def _amend(state: VenueState, wish: AmendOpen, now: Nanos) -> Refusal | None:
    """A child that is changed parts from the other one of its pair (3.4)."""
    found = _open(state, wish.venue_order_id)
    if found is None:
        return UNKNOWN_ORDER, "order not exists or too late to replace"
    market, order = found
    before, refusal = order.asked, None
    source = before.trigger_by if order.triggered else wish.trigger_by
    if wish.attached is not None:
        base = wish.price or wish.trigger_price or order.price or order.trigger_price
        refusal = _attach(market, order, wish.attached, base)
    if refusal is None and source != before.trigger_by:
        level = wish.trigger_price or order.trigger_price
        refusal = refuse_trigger(market, order.trigger_direction, source, level)
        if refusal is None:
            _wait_for(state, market, order, source)
    if refusal is None:
        wanted = (wish.quantity, wish.price, wish.trigger_price)
        refusal = change(state, market, order, wanted, now, True, order.asked != before)
    if refusal is not None:
        if order.asked.trigger_by != before.trigger_by:
            _wait_for(state, market, order, before.trigger_by)
        order.asked = before
        return refusal
    if order.cause != "order":
        release_sibling(order)
    return None


def _wait_for(
    state: VenueState, market: VenueMarket, order: VenueOrder, source: PriceSource
) -> None:
    """Let a conditional order wait for another price than before."""
    market.leave(order)
    order.asked = evolve(order.asked, trigger_by=source)
    market.rest(order)
    state.refresh(market)


def _attach(market: VenueMarket, order: VenueOrder, wanted: Attached, base: int) -> Refusal | None:
    """Give an order that waits another stop and target."""
    if order.reduces:
        return PARAMETER, "a reduce-only order carries no stop and no target"
    if order.filled:
        return FILLED_PARTLY, "the TP/SL of a partly filled order cannot be modified"
    prices = (wanted.stop_price, wanted.target_price, wanted.stop_limit, wanted.target_limit)
    is_pair = order.asked.protection == "partial"
    if (wanted.stop_limit or wanted.target_limit) and not is_pair:
        return PARAMETER, "a full stop or target is a market order: it has no limit price"
    refusal = refuse_steps(market, market.instrument.lot, prices) or refuse_sides(
        order.side, wanted.stop_price, wanted.target_price, base, base
    )
    if refusal is not None:
        return refusal
    order.asked = evolve(
        order.asked,
        stop_price=Price(wanted.stop_price),
        target_price=Price(wanted.target_price),
        stop_by=wanted.stop_by,
        target_by=wanted.target_by,
        stop_limit=Price(wanted.stop_limit),
        target_limit=Price(wanted.target_limit),
    )
    return None


def _cancel(state: VenueState, wish: CancelOpen, now: Nanos) -> Refusal | None:
    """The pair of a child that is cancelled goes with it, as long as they are one (3.4)."""
    found = _open(state, wish.venue_order_id)
    if found is None:
        return UNKNOWN_ORDER, "order not exists or too late to cancel"
    market, order = found
    sibling = release_sibling(order)
    cancel(state, market, order, wish.reason, now)
    if sibling is not None:
        cancel(state, market, sibling, wish.reason, now)
    state.refresh(market)
    return None
