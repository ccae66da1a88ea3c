"""Judging commands: a person's word, checked like everything else, and journaled."""

from collections.abc import Iterator

from engine.decide.actions import enforce, flatten
from engine.messages.commands import (
    EVERY_ACCOUNT,
    FlattenAccount,
    KillAccount,
    PauseAccount,
    ResumeAccount,
    SetLimit,
)
from engine.messages.decisions import CommandRefused, Decision, GovernorActed, LimitSet
from engine.state import EngineState
from engine.timebase import NEVER

SETTABLE = (
    "max_daily_loss",
    "max_drawdown",
    "max_trades_per_day",
    "max_open_positions",
    "max_position_notional",
    "max_leverage",
)


def _accounts(state: EngineState, name: str) -> tuple[str, ...]:
    return tuple(state.accounts) if name == EVERY_ACCOUNT else (name,)


def _known(state: EngineState, name: str) -> bool:
    return name == EVERY_ACCOUNT or name in state.accounts


def _refuse(name: str) -> CommandRefused:
    return CommandRefused(f"there is no account {name!r}")


def decide_pause(state: EngineState, command: PauseAccount) -> Iterator[Decision]:
    """No new risk until resumed."""
    if not _known(state, command.account):
        yield _refuse(command.account)
        return
    for name in _accounts(state, command.account):
        yield from enforce(state, GovernorActed(name, "pause", command.reason, 0, 0, NEVER))


def decide_resume(state: EngineState, command: ResumeAccount) -> Iterator[Decision]:
    """Lift what holds the account."""
    if not _known(state, command.account):
        yield _refuse(command.account)
        return
    for name in _accounts(state, command.account):
        yield GovernorActed(name, "resume", command.reason, 0, 0, state.at)


def decide_flatten(state: EngineState, command: FlattenAccount) -> Iterator[Decision]:
    """Cancel entries and close positions."""
    if not _known(state, command.account):
        yield _refuse(command.account)
        return
    for name in _accounts(state, command.account):
        yield from flatten(state, name, command.reason)


def decide_kill(state: EngineState, command: KillAccount) -> Iterator[Decision]:
    """Flatten, and no new risk until a person resumes."""
    if not _known(state, command.account):
        yield _refuse(command.account)
        return
    for name in _accounts(state, command.account):
        yield from enforce(state, GovernorActed(name, "kill", command.reason, 0, 0, NEVER))


def decide_set_limit(state: EngineState, command: SetLimit) -> Iterator[Decision]:
    """Change a limit; a name or value that cannot be is refused with the names that can."""
    if not _known(state, command.account):
        yield _refuse(command.account)
    elif command.name not in SETTABLE:
        names = ", ".join(SETTABLE)
        yield CommandRefused(f"there is no limit {command.name!r}; there are {names}")
    elif command.value < 0:
        yield CommandRefused(f"{command.name} cannot be {command.value}; 0 switches it off")
    else:
        for name in _accounts(state, command.account):
            yield LimitSet(name, command.name, command.value)
