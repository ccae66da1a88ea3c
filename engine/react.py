"""``react``: the only source of effects, and ``pending``: the whole to-do list of a state."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from engine.ids import NO_CLIENT_ID
from engine.messages.decisions import (
    AmendRequested,
    CancelRequested,
    Decision,
    GovernorActed,
    IncidentOpened,
    LookUpRequested,
    OrderRequested,
    StopMoved,
    StrategyHalted,
)
from engine.messages.effects import (
    AmendOrder,
    CancelOrder,
    Effect,
    LookUpOrder,
    LookUpPosition,
    Notify,
    PlaceOrder,
    SetStop,
)
from engine.state import EngineState


def _place(order: OrderRequested) -> Iterable[Effect]:
    return (
        PlaceOrder(
            order.key,
            order.client_id,
            order.side,
            order.order_type,
            order.quantity,
            order.price,
            order.trigger_price,
            order.time_in_force,
            order.reduce_only,
            order.stop_price,
            order.target_price,
        ),
    )


def _cancel(cancel: CancelRequested) -> Iterable[Effect]:
    return (CancelOrder(cancel.key, cancel.client_id),)


def _amend(amend: AmendRequested) -> Iterable[Effect]:
    values = (amend.quantity, amend.price, amend.trigger_price)
    return (AmendOrder(amend.key, amend.client_id, *values),)


def _set_stop(moved: StopMoved) -> Iterable[Effect]:
    return (SetStop(moved.key, moved.stop_price, moved.target_price),)


def _look_up(requested: LookUpRequested) -> Iterable[Effect]:
    if requested.client_id == NO_CLIENT_ID:
        return (LookUpPosition(requested.key),)
    return (LookUpOrder(requested.key, requested.client_id),)


def _tell_incident(incident: IncidentOpened) -> Iterable[Effect]:
    facts = ", ".join(f"{name} {value}" for name, value in incident.facts)
    return (Notify(incident.kind, f"{incident.key}: {facts}"),)


def _tell_governor(acted: GovernorActed) -> Iterable[Effect]:
    if acted.action != "kill":
        return ()
    return (Notify("killed", f"{acted.account}: {acted.reason}"),)


def _tell_halt(halted: StrategyHalted) -> Iterable[Effect]:
    return (Notify("strategy_halted", f"{halted.account}/{halted.symbol}: {halted.reason}"),)


ROUTES: dict[type, Callable[[Any], Iterable[Effect]]] = {
    OrderRequested: _place,
    CancelRequested: _cancel,
    AmendRequested: _amend,
    StopMoved: _set_stop,
    LookUpRequested: _look_up,
    IncidentOpened: _tell_incident,
    GovernorActed: _tell_governor,
    StrategyHalted: _tell_halt,
}


def react(decision: Decision) -> Iterable[Effect]:
    """The effects of one decision; most have none."""
    route = ROUTES.get(type(decision))
    return route(decision) if route is not None else ()


def pending(state: EngineState) -> Iterator[Effect]:
    """All that still expects an answer, for recovery: an ``unknown`` order is only looked up."""
    for client_id, order in state.blotter.live.items():
        request = order.request
        if order.awaits == "look_up" or order.state == "unknown":
            yield LookUpOrder(request.key, client_id)
        if order.awaits == "place":
            yield from _place(request)
            if order.cancelling:
                yield CancelOrder(request.key, client_id)
        elif order.awaits == "cancel":
            yield CancelOrder(request.key, client_id)
        elif order.awaits == "amend" and order.asked is not None:
            yield from _amend(order.asked)
    for key, position in state.positions.items():
        if position.stop_asked:
            yield SetStop(key, position.stop_price, position.target_price)
        if position.look_up_asked:
            yield LookUpPosition(key)
