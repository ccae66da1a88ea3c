"""Folding what the venue says of orders and stops, apart from fills."""

from engine.domain.position import Position
from engine.evolve.amendments import take_values
from engine.evolve.fills import await_end, disarm, release, start_protection_clock
from engine.messages.venue import (
    CancelRejected,
    OrderAccepted,
    OrderCancelled,
    OrderFound,
    OrderNotFound,
    OrderRejected,
    OrderTriggered,
    OutcomeUnknown,
    PositionReported,
    StopRejected,
    StopReported,
)
from engine.money import Price
from engine.orders.blotter import Order
from engine.orders.lifecycle import OrderEvent
from engine.state import EngineState
from engine.timebase import Nanos

DUPLICATE_CLIENT_ID = 110072
"""Bybit's code for an order link id that was used before: evidence that the order exists (F6)."""


def evolve_order_accepted(state: EngineState, accepted: OrderAccepted) -> None:
    """The venue has the order. Told twice, it answers no later question about it."""
    order = state.blotter.live.get(accepted.client_id)
    if order is None or (order.state == "unknown" and order.venue_order_id):
        return
    order.venue_order_id = accepted.venue_order_id
    if order.awaits != "amend":
        _answered(state, order)
    await_end(state, order)
    if order.cancelling:
        order.awaits = "cancel"
        deadline = state.at + state.terms.limits.answer_deadline_ns
        state.timers.set("answer", accepted.client_id, accepted.key, deadline)
    state.blotter.move(order, "accepted")


def evolve_order_triggered(state: EngineState, triggered: OrderTriggered) -> None:
    """A conditional order is an order like others now: what cannot rest ends soon."""
    order = state.blotter.live.get(triggered.client_id)
    if order is not None and order.request.trigger_price:
        order.triggered = True
        await_end(state, order)


def evolve_order_rejected(state: EngineState, rejected: OrderRejected) -> None:
    """The venue refused it; a refusal as a duplicate means that it is there already."""
    state.ended = None
    order = state.blotter.live.get(rejected.client_id)
    if order is None:
        return
    _answered(state, order)
    if rejected.code == DUPLICATE_CLIENT_ID:
        state.blotter.move(order, "outcome_unknown")
    else:
        _finish(state, order, "rejected")


def evolve_order_cancelled(state: EngineState, cancelled: OrderCancelled) -> None:
    """The order ended; what it had filled stays."""
    state.ended = None
    order = state.blotter.live.get(cancelled.client_id)
    if order is not None:
        _finish(state, order, "cancelled")


def evolve_cancel_rejected(state: EngineState, rejected: CancelRejected) -> None:
    """The venue has nothing to cancel: the order's true end is still to be learnt (F10)."""
    order = state.blotter.live.get(rejected.client_id)
    if order is not None:
        _answered(state, order)
        state.blotter.move(order, "outcome_unknown")


def evolve_order_found(state: EngineState, found: OrderFound) -> None:
    """The look-up answered; an order stays unknown until its missed executions are here too."""
    state.ended = None
    order = state.blotter.live.get(found.client_id)
    if order is None:
        return
    order.venue_order_id = found.venue_order_id
    _answered(state, order)
    if found.quantity:
        take_values(order, found)
    if found.filled_quantity > order.filled:
        state.blotter.move(order, "outcome_unknown")
        return
    event = _event_of(found)
    if event in ("accepted", "partly_filled"):
        state.blotter.move(order, event)
        await_end(state, order)
    else:
        _finish(state, order, event)


def _event_of(found: OrderFound) -> OrderEvent:
    if found.state == "filled":
        return "fully_filled"
    if found.state in ("cancelled", "rejected", "expired"):
        return found.state
    return "partly_filled" if found.filled_quantity else "accepted"


def evolve_order_not_found(state: EngineState, missing: OrderNotFound) -> None:
    """No trace of the order; ``decide`` judges whether that is enough.

    About one whose first answer is still due it says nothing: nobody has looked for that yet.
    """
    order = state.blotter.live.get(missing.client_id)
    if order is not None and order.state != "requested":
        order.negatives += 1
        _answered(state, order)


def evolve_stop_reported(state: EngineState, report: StopReported) -> None:
    """The position's stop at the venue is this now."""
    position = state.positions.get(report.key)
    if position is not None:
        _observe_stop(state, position, report.stop_price, report.target_price)


def _observe_stop(state: EngineState, position: Position, stop: Price, target: Price) -> None:
    position.venue_stop = stop
    position.venue_target = target
    position.stop_asked = False
    state.timers.cancel("stop", "", position.key)
    if not position.quantity:
        return
    if stop:
        if position.covering_until:
            position.covering_until = Nanos(0)
            state.timers.cancel("protection", "", position.key)
    elif not position.covering_until:
        start_protection_clock(state, position)


def evolve_stop_rejected(state: EngineState, rejected: StopRejected) -> None:
    """The venue did not take the stop; an older one that works is what we then want."""
    position = state.positions.get(rejected.key)
    if position is None:
        return
    position.stop_asked = False
    state.timers.cancel("stop", "", position.key)
    if position.venue_stop:
        position.stop_price = position.venue_stop
        position.target_price = position.venue_target


def evolve_position_reported(state: EngineState, report: PositionReported) -> None:
    """The venue's truth about the stop; a difference in size is for ``decide`` to name."""
    position = state.positions.get(report.key)
    if position is not None:
        differs = position.quantity != report.quantity
        position.mismatches = position.mismatches + 1 if differs else 0
        position.look_up_asked = False
        _observe_stop(state, position, report.stop_price, report.target_price)


def evolve_outcome_unknown(state: EngineState, unknown: OutcomeUnknown) -> None:
    """Silence: an order becomes ``unknown``; a stop's request is over without a result."""
    order = state.blotter.live.get(unknown.client_id)
    if order is not None:
        _answered(state, order)
        state.blotter.move(order, "outcome_unknown")
        return
    position = state.positions.get(unknown.key)
    if position is not None and not unknown.client_id:
        position.stop_asked = False
        position.look_up_asked = False
        state.timers.cancel("stop", "", position.key)


def _answered(state: EngineState, order: Order) -> None:
    disarm(state, order)
    order.awaits = ""


def _finish(state: EngineState, order: Order, event: OrderEvent) -> None:
    release(state, order)
    state.ended = order.request
    state.blotter.move(order, event)
