"""Judging a start: what the last process had asked and not heard of is unknown now (law 4)."""

from collections.abc import Iterator

from engine.ids import NO_CLIENT_ID
from engine.messages.decisions import Decision, LookUpRequested, OrderUnknown
from engine.messages.runs import RunStarted
from engine.state import EngineState
from engine.timebase import Nanos


def decide_run_started(state: EngineState, _started: RunStarted) -> Iterator[Decision]:
    """An empty journal takes the same path: there is nothing to look up then."""
    due = Nanos(state.at + state.terms.limits.look_up_after_ns)
    for client_id in tuple(state.blotter.live):
        order = state.blotter.live[client_id]
        if order.state == "unknown":
            reason = "the process ended before the answer came"
            yield OrderUnknown(order.request.key, client_id, reason, due)
    for key in tuple(state.positions):
        if state.positions[key].stop_asked:
            yield LookUpRequested(key, NO_CLIENT_ID, 1)
