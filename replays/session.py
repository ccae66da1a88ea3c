"""A session: a feed, a simulated exchange and the engine, folded into a journal.

The same parts and the same loop as every other mode; only the row of the wiring table differs.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Protocol

import attrs

from adapters.simulated.exchange import SimulatedExchange
from adapters.timeline import Group
from adapters.wiring import BACKTEST, Mode
from engine.digest import state_digest, strategy_digest
from engine.errors import UserError
from engine.messages.decisions import Decision
from engine.messages.inputs import Input, Stamped
from engine.messages.runs import RunStarted, Terms
from engine.runner import Runner
from engine.state import EngineState, StrategyFactory
from engine.step import step
from engine.timebase import Nanos


class Journal(Protocol):
    """What a backtest writes to: a file or memory (``journal``)."""

    def append(self, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        """Add the next frame."""

    def seal(self, state_digest: str, strategy_digest: str) -> None:
        """The run is over."""

    def close(self) -> None:
        """Let go of a journal that is not sealed."""


OpenJournal = Callable[[Stamped, tuple[Decision, ...]], Journal]
"""Makes the journal from its first frame, the manifest."""


@attrs.frozen
class Outcome:
    """What a backtest leaves besides its journal; digests are 64 hex digits."""

    state: EngineState
    exchange: SimulatedExchange
    state_digest: str
    strategy_digest: str


@attrs.define
class Session:
    """A backtest that is ready to go: what decides it, and where its inputs come from.

    ``state`` is there from the beginning, so that progress can be shown while it runs.
    """

    run: str
    terms: Terms
    feed: Iterable[Group]
    factory: StrategyFactory
    provenance: tuple[tuple[str, str], ...] = ()
    commands: tuple[tuple[Nanos, Input], ...] = ()
    mode: Mode = BACKTEST
    state: EngineState = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.state = EngineState(self.factory)


def run_session(session: Session, open_journal: OpenJournal) -> Outcome:
    """Run a session to the end of its feed and seal its journal.

    On any exception, Ctrl-C included, the journal is closed with what was decided until then.
    Raises ``UserError`` when the feed is empty.
    """
    groups = iter(session.feed)
    first = next(groups, None)
    if first is None:
        raise UserError("there are no candles in the span asked for; look at --from and --to")
    state = session.state
    started = Stamped(1, first[0], RunStarted(session.run, session.terms, session.provenance))
    decisions, _ = step(state, started)
    exchange = session.mode.venue(session.terms)
    journal = open_journal(started, decisions)
    try:
        tail = session.terms.base_interval_ns
        inputs = session.mode.inputs(
            chain([first], groups), exchange, state, session.commands, tail
        )
        Runner(state, journal, exchange).run(inputs)
        digests = state_digest(state), strategy_digest(state)
        journal.seal(*digests)
    except BaseException:
        journal.close()
        raise
    return Outcome(state, exchange, *digests)
