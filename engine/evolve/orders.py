"""Folding decisions about orders, look-ups and stops."""

from engine.evolve.fills import release
from engine.ids import NO_CLIENT_ID
from engine.messages.decisions import (
    CancelRequested,
    CloseDelayed,
    LookUpMissed,
    LookUpRequested,
    OrderNotPlaced,
    OrderRequested,
    OrderUnknown,
    StopMoved,
)
from engine.state import EngineState


def evolve_order_requested(state: EngineState, requested: OrderRequested) -> None:
    """The order is live from here on and waits for the venue's answer."""
    state.blotter.add(requested, state.at)
    deadline = state.at + state.terms.limits.answer_deadline_ns
    state.timers.set("answer", requested.client_id, requested.key, deadline)
    seat = state.seats[requested.account, requested.key.symbol]
    seat.orders += 1
    if requested.purpose == "entry":
        seat.pending_entries += 1
        seat.view.show_entry(state.blotter.live[requested.client_id])
        return
    position = state.positions[requested.key]
    position.closing = requested.client_id
    position.attempts += 1
    state.timers.cancel("close", "", requested.key)


def evolve_cancel_requested(state: EngineState, requested: CancelRequested) -> None:
    """The order waits for the answer to its cancel, after that to its placement if that is due."""
    order = state.blotter.live[requested.client_id]
    order.cancelling = True
    order.withdrawn = requested.keeps_fills
    if order.awaits != "place":
        order.awaits = "cancel"
    deadline = state.at + state.terms.limits.answer_deadline_ns
    state.timers.set("answer", requested.client_id, requested.key, deadline)


def evolve_order_unknown(state: EngineState, unknown: OrderUnknown) -> None:
    """From now on the order counts as filled, until a look-up brings evidence."""
    order = state.blotter.live[unknown.client_id]
    order.awaits = ""
    state.timers.cancel("answer", unknown.client_id, unknown.key)
    if order.state != "unknown":
        state.blotter.move(order, "outcome_unknown")
    state.timers.set("look_up", unknown.client_id, unknown.key, unknown.look_up_ns)


def evolve_look_up_requested(state: EngineState, requested: LookUpRequested) -> None:
    """The venue is being asked; its silence has a deadline too."""
    deadline = state.at + state.terms.limits.answer_deadline_ns
    if requested.client_id == NO_CLIENT_ID:
        position = state.positions[requested.key]
        position.look_up_asked = True
        state.timers.set("stop", "", requested.key, deadline)
        return
    order = state.blotter.live[requested.client_id]
    order.awaits = "look_up"
    order.look_ups = requested.attempt
    state.timers.set("answer", requested.client_id, requested.key, deadline)


def evolve_look_up_missed(state: EngineState, missed: LookUpMissed) -> None:
    """The next look-up has its time."""
    if missed.client_id == NO_CLIENT_ID:
        state.timers.set("stop", "", missed.key, missed.look_up_ns)
        return
    order = state.blotter.live[missed.client_id]
    order.awaits = ""
    state.timers.cancel("answer", missed.client_id, missed.key)
    state.timers.set("look_up", missed.client_id, missed.key, missed.look_up_ns)


def evolve_order_not_placed(state: EngineState, dead: OrderNotPlaced) -> None:
    """The order never existed: what it reserved is free again."""
    order = state.blotter.live[dead.client_id]
    release(state, order)
    state.blotter.move(order, "not_placed")


def evolve_stop_moved(state: EngineState, moved: StopMoved) -> None:
    """The stop that is wanted; the one that works stays until the venue has the new one."""
    position = state.positions[moved.key]
    position.stop_price = moved.stop_price
    position.target_price = moved.target_price
    position.stop_asked = True
    deadline = state.at + state.terms.limits.answer_deadline_ns
    state.timers.set("stop", "", moved.key, deadline)


def evolve_close_delayed(state: EngineState, delayed: CloseDelayed) -> None:
    """Closing is tried again at its time."""
    state.timers.set("close", "", delayed.key, delayed.due_ns)
