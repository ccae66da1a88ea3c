"""Playing candles through the whole engine, with a watcher after every step."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

import attrs

from adapters.simulated.exchange import SimulatedExchange
from adapters.strategy_source import StrategyShelf
from adapters.timeline import Timeline
from adapters.wiring import BACKTEST
from engine.digest import state_digest, strategy_digest
from engine.messages.decisions import Decision
from engine.messages.effects import Effect
from engine.messages.inputs import Stamped
from engine.messages.runs import RunStarted
from engine.react import react
from engine.runner import Runner
from engine.state import EngineState
from engine.step import step
from journal.memory import MemoryJournal
from replays.plan import Plan, Wanted, plan_run
from replays.session import Session

Watch = Callable[
    [Stamped, tuple[Decision, ...], tuple[Effect, ...], EngineState, SimulatedExchange], None
]
"""Called after each step, before its effects go to the venue."""


def plan_of(
    config: Path, candles: Iterable[str], sets: Sequence[str] = (), start: str = "", end: str = ""
) -> Plan:
    """What ``tradefold backtest CONFIG --data … --set … --from … --to …`` would run."""
    wanted = Wanted(config, tuple(candles), tuple(sets), start, end)
    return plan_run(wanted, BACKTEST, {}, StrategyShelf())


@attrs.frozen
class Played:
    """What a watched run leaves."""

    state: EngineState
    exchange: SimulatedExchange
    journal: MemoryJournal

    @property
    def digests(self) -> tuple[str, str]:
        """Of the engine's state and of the strategies'."""
        return state_digest(self.state), strategy_digest(self.state)


class _Watched:
    """A journal that shows each frame to a watcher once the step is over."""

    def __init__(
        self,
        journal: MemoryJournal,
        watch: Watch,
        state: EngineState,
        exchange: SimulatedExchange,
    ) -> None:
        self._journal = journal
        self._watch = watch
        self._state = state
        self._exchange = exchange

    def append(self, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        """Add the next frame, and have it looked at."""
        self._journal.append(stamped, decisions)
        effects = tuple(effect for each in decisions for effect in react(each))
        self._watch(stamped, decisions, effects, self._state, self._exchange)


def play(session: Session, watch: Watch) -> Played:
    """``replays.session.run_session`` into memory, with ``watch`` after every step."""
    groups = iter(session.feed)
    first = next(groups)
    state = session.state
    started = Stamped(1, first[0], RunStarted(session.run, session.terms, ()))
    decisions, _ = step(state, started)
    journal = MemoryJournal(started, decisions)
    exchange = SimulatedExchange(session.terms)
    tail = session.terms.base_interval_ns
    inputs = Timeline(chain([first], groups), exchange, state, session.commands, tail)
    Runner(state, _Watched(journal, watch, state, exchange), exchange).run(inputs)
    return Played(state, exchange, journal)
