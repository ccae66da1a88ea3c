"""The venue's desk: every request is judged, done, and answered by at least one report.

The first report that a request causes is its answer; what follows is the stream.
"""

from typing import assert_never

from adapters.simulated.amending import amend_order
from adapters.simulated.bands import within_band
from adapters.simulated.endings import cancel, tell_values
from adapters.simulated.leverage import set_leverage
from adapters.simulated.matching import meet_market, rest
from adapters.simulated.orders import VenueOrder
from adapters.simulated.protection import report_stop, trim
from adapters.simulated.rules import PARAMETER
from adapters.simulated.state import VenueState
from adapters.simulated.validation import UNKNOWN_ORDER, refuse_order, refuse_stop, wanted
from engine.messages.effects import (
    AmendOrder,
    CancelOrder,
    Effect,
    LookUpOrder,
    LookUpPosition,
    Notify,
    PlaceOrder,
    SetLeverage,
    SetStop,
)
from engine.messages.venue import (
    CancelRejected,
    OrderAccepted,
    OrderFound,
    OrderNotFound,
    OrderRejected,
    PositionReported,
    StopRejected,
)
from engine.money import NO_PRICE, Money, Price, Quantity
from engine.timebase import Nanos

BY_USER = "CancelByUser"
NO_SYMBOL = "symbol invalid"


def serve_effect(state: VenueState, effect: Effect, now: Nanos) -> None:
    """Handle one request that arrived at ``now``."""
    match effect:
        case PlaceOrder():
            place(state, effect, now)
        case SetStop():
            set_stop(state, effect, now)
        case CancelOrder():
            cancel_order(state, effect, now)
        case LookUpOrder():
            look_up_order(state, effect, now)
        case LookUpPosition():
            look_up_position(state, effect, now)
        case SetLeverage():
            set_leverage(state, effect, now)
        case AmendOrder():
            amend_order(state, effect, now)
        case Notify():
            pass
        case _:
            assert_never(effect)


def place(state: VenueState, asked: PlaceOrder, now: Nanos, muted: bool = False) -> None:
    """Accept and match an order, or reject it; nothing is heard of a ``muted`` one (a fault)."""
    market = state.markets.get(asked.key.symbol)
    refusal = (PARAMETER, NO_SYMBOL) if market is None else refuse_order(state, market, asked)
    if market is None or refusal is not None:
        reject(state, asked, refusal or (PARAMETER, NO_SYMBOL), now)
        return
    position = market.positions[asked.key.position_index]
    number = state.next_number()
    order = VenueOrder(asked, position, wanted(market, asked), number, f"sim-{number}")
    order.muted = muted
    state.orders.admit(order)
    accepted = OrderAccepted(position.key, asked.client_id, order.venue_order_id, now)
    state.outbox.send(accepted, now)
    if not order.triggered:
        rest(state, market, order, now)
        return
    if order.reduces:
        trim(state, order, now)
    if order.is_limit:
        order.price = within_band(market, order.side, order.price)
        if order.price != asked.price:
            tell_values(state, order, now)
    meet_market(state, market, order, market.last, now)


def reject(state: VenueState, asked: PlaceOrder, refusal: tuple[int, str], now: Nanos) -> None:
    """Answer that the order is not taken."""
    code, text = refusal
    state.outbox.send(OrderRejected(asked.key, asked.client_id, code, text, now), now)


def cancel_order(state: VenueState, asked: CancelOrder, now: Nanos) -> None:
    """Cancel an open order; a finished or unknown one cannot be."""
    order = state.orders.find_open(asked.client_id)
    market = state.markets.get(asked.key.symbol)
    if order is None or market is None or order.asked.key != asked.key:
        text = "order not exists or too late to cancel"
        report = CancelRejected(asked.key, asked.client_id, UNKNOWN_ORDER, text, now)
        state.outbox.send(report, now)
        return
    cancel(state, market, order, BY_USER, now)
    state.refresh(market)


def set_stop(state: VenueState, asked: SetStop, now: Nanos) -> None:
    """Set the position's own stop and target; the same again is fine (34040 means done)."""
    market = state.markets.get(asked.key.symbol)
    refusal = (PARAMETER, NO_SYMBOL) if market is None else refuse_stop(market, asked)
    if market is None or refusal is not None:
        reject_stop(state, asked, refusal or (PARAMETER, NO_SYMBOL), now)
        return
    position = market.positions[asked.key.position_index]
    position.stop_price, position.stop_by = asked.stop_price, asked.stop_by
    position.target_price, position.target_by = asked.target_price, asked.target_by
    position.trail(asked.trailing_distance, asked.activation_price, market.last)
    position.refresh_guards()
    market.touched_ns = max(market.touched_ns, now)
    state.refresh(market)
    report_stop(state, position, now)


def reject_stop(state: VenueState, asked: SetStop, refusal: tuple[int, str], now: Nanos) -> None:
    """Answer that the stop is not taken."""
    code, text = refusal
    state.outbox.send(StopRejected(asked.key, code, text, now), now)


def look_up_order(state: VenueState, asked: LookUpOrder, now: Nanos) -> None:
    """Tell what is known of an order; executions that never reached us come first, once more."""
    order = state.orders.find(asked.client_id)
    if order is None or order.asked.key != asked.key:
        state.outbox.send(OrderNotFound(asked.key, asked.client_id, now), now)
        return
    if state.faulty_reports is not None:
        state.faulty_reports.deliver_missed(order, now)
    found = OrderFound(
        key=asked.key,
        client_id=order.client_id,
        venue_order_id=order.venue_order_id,
        state=order.state,
        filled_quantity=order.filled_quantity,
        venue_ns=now,
        quantity=Quantity(order.quantity),
        price=Price(order.price),
        trigger_price=Price(order.trigger_price),
    )
    state.outbox.send(found, now)


def look_up_position(state: VenueState, asked: LookUpPosition, now: Nanos) -> None:
    """Tell the position as it is; an unknown symbol has none."""
    market = state.markets.get(asked.key.symbol)
    position = market.position_at(asked.key) if market is not None else None
    if position is None:
        nothing = PositionReported(asked.key, Quantity(0), Money(0), NO_PRICE, NO_PRICE, now)
        state.outbox.send(nothing, now)
        return
    report = PositionReported(
        key=position.key,
        quantity=Quantity(position.quantity),
        entry_value=Money(position.entry_value),
        stop_price=position.stop_price,
        target_price=position.target_price,
        venue_ns=now,
    )
    state.outbox.send(report, now)
