"""Folding what the governor decided of accounts, days, limits, strategies and incidents."""

from typing import Any

import attrs

from engine.messages.decisions import (
    DayRolled,
    GovernorActed,
    IncidentClosed,
    IncidentOpened,
    LimitSet,
    StrategyHalted,
)
from engine.money import ONE, Rate
from engine.state import EngineState
from engine.timebase import NEVER, Nanos
from engine.timers import NO_KEY


def evolve_governor_acted(state: EngineState, acted: GovernorActed) -> None:
    """The account may do more or less from now on."""
    account = state.accounts[acted.account]
    if acted.action == "size":
        account.size_factor = Rate(acted.value)
    elif acted.action == "cooldown":
        account.cooldown_until = max(account.cooldown_until, acted.until_ns)
    elif acted.action == "pause":
        account.paused_until = max(account.paused_until, acted.until_ns)
        account.pause_reason = acted.reason
    elif acted.action == "kill":
        account.killed = acted.reason
    elif acted.action == "expire":
        if account.cooldown_until <= state.at:
            account.cooldown_until = Nanos(0)
        if account.paused_until <= state.at:
            account.paused_until = Nanos(0)
            account.pause_reason = ""
    else:
        account.cooldown_until = account.paused_until = Nanos(0)
        account.pause_reason = account.killed = ""
        account.losses = 0
        account.size_factor = ONE
        account.peak_equity = account.equity
    until = [t for t in (account.cooldown_until, account.paused_until) if state.at < t < NEVER]
    if until:
        state.timers.set("governor", account.name, NO_KEY, min(until))
    else:
        state.timers.cancel("governor", account.name, NO_KEY)


def evolve_day_rolled(state: EngineState, rolled: DayRolled) -> None:
    """A new trading day: counters start anew, and so does the loss ladder (design 8)."""
    account = state.accounts[rolled.account]
    account.day_ns = rolled.day_ns
    account.day_equity = rolled.equity
    account.day_entries = 0
    account.day_trades = 0
    account.losses = 0
    account.size_factor = ONE
    state.timers.set("day", "", NO_KEY, rolled.next_day_ns)


def evolve_limit_set(state: EngineState, limit: LimitSet) -> None:
    """The limit holds from now on."""
    account = state.accounts[limit.account]
    changes: dict[str, Any] = {limit.name: limit.value}
    account.risk = attrs.evolve(account.risk, **changes)


def evolve_strategy_halted(state: EngineState, halted: StrategyHalted) -> None:
    """The strategy is not called again."""
    seat = state.seats[halted.account, halted.symbol]
    seat.halted = halted.reason
    seat.error = ""


def evolve_incident_opened(state: EngineState, opened: IncidentOpened) -> None:
    """The incident is open; one about protection is remembered by its position."""
    state.incident_count = opened.incident
    state.incidents[opened.incident] = opened
    position = state.positions.get(opened.key)
    if position is not None and not position.incident:
        position.incident = opened.incident


def evolve_incident_closed(state: EngineState, closed: IncidentClosed) -> None:
    """The incident is settled."""
    opened = state.incidents.pop(closed.incident)
    position = state.positions.get(opened.key)
    if position is not None and position.incident == closed.incident:
        position.incident = 0
