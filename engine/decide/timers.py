"""Judging a timer: what was due, and what follows when it did not happen."""

from collections.abc import Iterator

from engine.decide.actions import close_position, open_incident
from engine.ids import NO_CLIENT_ID, ClientId, PositionKey
from engine.messages.decisions import (
    DayRolled,
    Decision,
    GovernorActed,
    LookUpRequested,
    OrderUnknown,
)
from engine.messages.timers import TimerFired
from engine.money import Money
from engine.state import EngineState
from engine.timebase import DAY, Nanos, day_start


def decide_timer_fired(state: EngineState, _fired: TimerFired) -> Iterator[Decision]:
    """Route by what ``evolve`` took out of the table."""
    if state.fired is None:
        return
    kind, subject, key = state.fired
    if kind == "day":
        yield from _roll_day(state)
    elif kind == "governor":
        yield GovernorActed(subject, "expire", "time is up", 0, 0, state.at)
    elif kind == "answer":
        yield from _miss_answer(state, ClientId(subject))
    elif kind == "look_up":
        yield from _look_up(state, ClientId(subject))
    elif kind == "stop":
        yield LookUpRequested(key, NO_CLIENT_ID, 1)
    elif kind == "protection":
        yield from _miss_protection(state, key)
    else:
        position = state.positions[key]
        yield from close_position(state, position, "panic", "close again")


def _roll_day(state: EngineState) -> Iterator[Decision]:
    start = day_start(state.at, state.terms.limits.daily_reset_hour)
    for name in tuple(state.accounts):
        account = state.accounts[name]
        equity = account.equity
        pnl = Money(equity - account.day_equity)
        next_day = Nanos(start + DAY)
        yield DayRolled(name, start, pnl, account.day_trades, equity, next_day)


def _miss_answer(state: EngineState, client_id: ClientId) -> Iterator[Decision]:
    """The gateway owes exactly one answer; this is the back-stop when it never comes."""
    order = state.blotter.live.get(client_id)
    if order is not None:
        due = Nanos(state.at + state.terms.limits.look_up_after_ns)
        yield OrderUnknown(order.request.key, client_id, "no answer in time", due)


def _look_up(state: EngineState, client_id: ClientId) -> Iterator[Decision]:
    """Also an order that was filled in part since: its end may have been lost like its answer."""
    order = state.blotter.live.get(client_id)
    if order is not None:
        yield LookUpRequested(order.request.key, client_id, order.look_ups + 1)


def _miss_protection(state: EngineState, key: PositionKey) -> Iterator[Decision]:
    """Past the deadline an unprotected position is closed, and an incident is open (law 5)."""
    position = state.positions[key]
    if not position.quantity or position.venue_stop:
        return
    if not position.incident:
        facts = ("wanted_stop", str(position.stop_price)), ("opened_ns", str(position.opened_ns))
        yield open_incident(state, "unprotected", key, position.account, *facts)
    yield from close_position(state, position, "panic", "no working stop")
