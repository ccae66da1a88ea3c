"""given / when / then in the engine's own terms: no exchange, every report written by hand.

``given(...)`` starts a run with one candle of each symbol at 100 and no position. ``when...``
brings inputs, ``then...`` looks at the decisions of the last ``when``. After every single step the
laws of ``replays/trial/laws.py`` are held, so each sentence of the spec is their test too.
"""

from collections.abc import Iterable
from typing import Any

import attrs

from engine.domain.candle import Candle
from engine.domain.intent import Intent
from engine.evolve import evolve
from engine.messages.checks import Check, as_checks
from engine.messages.decisions import Approved, Decision, IntentRefused, OrderRequested
from engine.messages.effects import Effect, Notify
from engine.messages.inputs import Input, Stamped
from engine.messages.runs import RunStarted, Terms
from engine.messages.timers import TimerFired
from engine.money import parse
from engine.orders.blotter import Order
from engine.state import EngineState
from engine.step import step
from engine.strategies.strategy import View
from engine.timebase import MILLISECOND, SECOND, Nanos
from replays.trial.laws import Books, hold
from tests.spec.run_terms import BAR, BTC, START, terms
from tests.spec.venue_voice import VenueVoice, key_of

SCENARIOS: list["Scenario"] = []
"""What the running test has made; the folder's conftest refolds each (law 2)."""


@attrs.define
class Scripted:
    """A strategy that proposes what the test hands it, once."""

    wishes: list[Any] = attrs.field(factory=list)
    seen: int = attrs.field(init=False, default=0)

    def observe(self, candle: Candle) -> None:
        """Count."""
        del candle
        self.seen += 1

    def propose(self, view: View) -> Iterable[Intent]:
        """Say what was put into the script."""
        del view
        return tuple(self.wishes)


def a(kind: type, /, **fields: Any) -> Any:
    """Any message of ``kind`` with these fields, whatever the others are."""
    return _Like(kind, fields)


@attrs.frozen
class _Like:
    kind: type
    fields: dict[str, Any]

    def fits(self, got: object) -> bool:
        return isinstance(got, self.kind) and all(
            getattr(got, name) == value for name, value in self.fields.items()
        )


class Scenario(VenueVoice):
    """One run under test. ``decisions`` and ``effects`` are those of the last ``when``."""

    def __init__(self, run: Terms, make: Any = Scripted) -> None:
        self.state = EngineState(lambda *_: make())
        self.at: int = START
        self.seq = 0
        self.bars = 0
        self.books = Books()
        self.frames: list[tuple[Stamped, tuple[Decision, ...]]] = []
        self.decisions: list[Decision] = []
        self.effects: list[Effect] = []
        self.when(RunStarted("c0ffee00", run, ()))
        self.when_candles("100")
        SCENARIOS.append(self)

    # When.

    def when(self, *inputs: Input, at: int | None = None) -> "Scenario":
        """Bring inputs, each a millisecond after the one before (or all at ``at``)."""
        self.decisions, self.effects = [], []
        for input_ in inputs:
            self.at = at if at is not None else self.at + MILLISECOND
            self._step(input_)
        return self

    def _step(self, input_: Input) -> None:
        self.seq += 1
        stamped = Stamped(self.seq, Nanos(self.at), input_)
        done = step(self.state, stamped)
        self.frames.append((stamped, done.decisions))
        self.decisions += done.decisions
        self.effects += [effect for effect in done.effects if not isinstance(effect, Notify)]
        hold(self.state, stamped, done, self.books)

    def when_time_passes(self, span: int) -> "Scenario":
        """Let every timer fire that is due within ``span``."""
        self.decisions, self.effects = [], []
        end = self.at + span
        while self.state.timers.next_due <= end:
            due = self.state.timers.next_due
            self.at = max(self.at, due)
            self._step(TimerFired(due))
        self.at = end
        return self

    def candle(self, close: str, symbol: str = BTC, age: int = 0) -> Candle:
        """The candle that closes next, ``age`` bars late."""
        price = parse(close)
        start = Nanos(START + (self.bars - 1 - age) * BAR)
        volume = parse("1000")
        return Candle(symbol, start, Nanos(start + BAR), price, price, price, price, volume)

    def when_candles(self, *closes: str, symbols: Iterable[str] = ()) -> "Scenario":
        """A new bar closes for each price, for all symbols; timers due before fire first."""
        for close in closes:
            self.bars += 1
            self.when_time_passes(START + self.bars * BAR - self.at - 1)
            self.decisions, self.effects = [], []
            self.at = START + self.bars * BAR
            for symbol in symbols or self.state.markets:
                self._step(self.candle(close, symbol))
        return self

    def when_proposed(
        self, *intents: object, of: str = "alpha", symbol: str = BTC, close: str = "100"
    ) -> "Scenario":
        """The strategy of a seat proposes at the next close of its symbol."""
        return self.when_all_propose({(of, symbol): intents}, close)

    def when_all_propose(
        self, wishes: dict[tuple[str, str], tuple[object, ...]], close: str = "100"
    ) -> "Scenario":
        """Strategies of several seats propose at the same close."""
        symbols = sorted({symbol for _, symbol in wishes})
        strategies = {seat: self.state.seats[seat].strategy for seat in wishes}
        for seat, intents in wishes.items():
            strategy: Any = strategies[seat]
            strategy.wishes = list(intents)
        self.when_candles(close, symbols=symbols)
        for strategy in strategies.values():
            strategy.wishes = []
        return self

    # Then.

    def then(self, *expected: Any) -> "Scenario":
        """The decisions are exactly these: types, records, or ``a(kind, field=value)``."""
        told = "\n  ".join(map(str, self.decisions)) or "nothing"
        fit = len(expected) == len(self.decisions) and all(map(_fits, expected, self.decisions))
        assert fit, f"expected {expected}\ngot {told}"
        return self

    def then_nothing(self) -> "Scenario":
        """No decision followed."""
        return self.then()

    def then_refused(self, code: str) -> "Scenario":
        """The entry was refused with ``code``, and no order left."""
        refusals = [d for d in self.decisions if isinstance(d, IntentRefused)]
        assert [refusal.code for refusal in refusals] == [code], self.decisions
        assert not any(isinstance(d, OrderRequested) for d in self.decisions)
        return self

    def then_state(self, **slots: Any) -> "Scenario":
        """Slots of the BTC position (or, as ``alpha_...``, of account alpha) have these values."""
        account = self.state.accounts["alpha"]
        for name, value in slots.items():
            owner: Any = self.position()
            if name.startswith("alpha_"):
                owner, name = account, name.removeprefix("alpha_")
            assert getattr(owner, name) == value, f"{name} is {getattr(owner, name)}, not {value}"
        return self

    def check(self, name: str) -> Check:
        """The recorded check of that name in the last verdict of the gate."""
        verdicts = [d for d in self.decisions if isinstance(d, Approved | IntentRefused)]
        (found,) = [check for check in as_checks(verdicts[-1].checks) if check.name == name]
        return found

    def live(self, order: OrderRequested | None = None) -> Order | None:
        """The order as the blotter has it, None when it has ended."""
        return self.state.blotter.live.get((order or self.order).client_id)


def _fits(expected: Any, got: Decision) -> bool:
    if isinstance(expected, _Like):
        return expected.fits(got)
    return isinstance(got, expected) if isinstance(expected, type) else bool(expected == got)


def refold(scenario: Scenario) -> EngineState:
    """Fold the recorded frames into a fresh state, without decide and without strategies."""
    state = EngineState()
    for stamped, decisions in scenario.frames:
        evolve(state, stamped)
        for decision in decisions:
            evolve(state, decision)
    return state


def given(run: Terms | None = None, make: Any = Scripted) -> Scenario:
    """A run of these terms, flat, with every market at 100."""
    return Scenario(run or terms(), make)


PROTECTION_DEADLINE = 2 * SECOND

__all__ = ["PROTECTION_DEADLINE", "Scenario", "a", "given", "key_of", "refold"]
