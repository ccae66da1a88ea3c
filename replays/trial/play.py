"""Playing a session in memory, with every law held after every step."""

from typing import Self

import attrs

from engine.digest import state_digest, strategy_digest
from engine.messages.decisions import Decision, OrderRequested, StrategyHalted, TradeClosed
from engine.messages.inputs import Stamped
from engine.react import react
from engine.state import EngineState
from engine.step import Step
from journal.memory import MemoryJournal
from replays.reproduce import redecide, refold
from replays.session import Outcome, Session, run_session
from replays.trial.laws import Books, hold, limits


class _Held(MemoryJournal):
    """A journal in memory that holds the laws of one step before it takes a frame."""

    def __init__(self, state: EngineState, first: Stamped, decisions: tuple[Decision, ...]) -> None:
        super().__init__(first, decisions)
        self._state = state
        self._books = Books()
        self._hold(first, decisions)

    def append(self, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        """Hold the laws, then keep the frame."""
        self._hold(stamped, decisions)
        super().append(stamped, decisions)

    def _hold(self, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        effects = tuple(effect for decision in decisions for effect in react(decision))
        hold(self._state, stamped, Step(decisions, effects), self._books)
        limits(self._state, decisions)


@attrs.frozen
class Trial:
    """A session that was played to its end and kept every law on the way."""

    session: Session
    journal: MemoryJournal
    outcome: Outcome

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every decision, in order."""
        return tuple(each for _, decided in self.journal.frames() for each in decided)

    @property
    def orders(self) -> tuple[OrderRequested, ...]:
        """Every order that was requested."""
        return tuple(each for each in self.decisions if isinstance(each, OrderRequested))

    @property
    def trades(self) -> tuple[TradeClosed, ...]:
        """Every round trip that was closed."""
        return tuple(each for each in self.decisions if isinstance(each, TradeClosed))

    @property
    def halted(self) -> tuple[str, ...]:
        """Why the strategy's own code failed; empty where it did not."""
        return tuple(each.reason for each in self.decisions if isinstance(each, StrategyHalted))

    def check_replay(self) -> Self:
        """Laws 2 and 3: refolded it is the same state, decided again the same decisions.

        Raises ``AssertionError``; a strategy that looks at a clock, at chance, or writes in
        ``propose`` is found here.
        """
        factory = self.session.factory
        state = refold(self.journal, factory)
        assert state_digest(state) == self.outcome.state_digest, "law 2: refolded to another state"
        strategies = strategy_digest(state)
        assert strategies == self.outcome.strategy_digest, "law 2: propose changed what it keeps"
        again = redecide(self.journal, factory)
        assert again.divergence is None, f"law 3: {again.divergence}"
        return self


def play(session: Session) -> Trial:
    """Run ``session`` to its end; ``AssertionError`` names the first law that does not hold.

    The laws of one step are held after each (protection, balance, gate, limits, once), replay and
    re-decide at the end.
    """
    kept: list[_Held] = []

    def open_journal(first: Stamped, decisions: tuple[Decision, ...]) -> _Held:
        kept.append(_Held(session.state, first, decisions))
        return kept[0]

    outcome = run_session(session, open_journal)
    return Trial(session, kept[0], outcome).check_replay()
