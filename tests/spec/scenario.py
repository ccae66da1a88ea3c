"""given / when / then in the engine's own terms: no exchange, every report written by hand.

``given(...)`` starts a run with one candle of each symbol at 100 and no position. ``when...``
brings inputs, ``then...`` looks at the decisions of the last ``when``. After every single step the
laws of ``tests/properties/laws.py`` are held, so each sentence of the spec is their test too.
"""

from collections.abc import Iterable
from typing import Any

import attrs

from engine.decide.router import decide
from engine.domain.candle import Candle
from engine.domain.intent import Intent
from engine.domain.position import Position
from engine.evolve import evolve
from engine.ids import NO_CLIENT_ID, PositionKey
from engine.messages import venue
from engine.messages.decisions import Approved, Check, Decision, IntentRefused, OrderRequested
from engine.messages.effects import Effect, Notify
from engine.messages.inputs import Input, Stamped
from engine.messages.runs import RunStarted, Terms
from engine.messages.timers import TimerFired
from engine.money import apply_rate, notional, parse
from engine.orders.blotter import Order
from engine.state import EngineState
from engine.step import step
from engine.strategies.strategy import View
from engine.timebase import MILLISECOND, SECOND, Nanos
from tests.properties.laws import Books, hold
from tests.spec.run_terms import BAR, BTC, START, terms

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


def key_of(symbol: str = BTC) -> PositionKey:
    """Where the position of a symbol lives."""
    return PositionKey("main", symbol, 0)


class Scenario:
    """One run under test. ``decisions`` and ``effects`` are those of the last ``when``."""

    def __init__(self, run: Terms, make: Any = Scripted) -> None:
        self.state = EngineState(lambda *_: make())
        self.at: int = START
        self.seq = 0
        self.bars = 0
        self.executions = 0
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

    # When: what the venue says. Everything is about the last order unless another is named.

    @property
    def orders(self) -> list[OrderRequested]:
        """Every order of the run so far."""
        return [
            decision
            for _, decisions in self.frames
            for decision in decisions
            if isinstance(decision, OrderRequested)
        ]

    @property
    def order(self) -> OrderRequested:
        """The last order."""
        return self.orders[-1]

    def accepted(self, order: OrderRequested | None = None) -> venue.OrderAccepted:
        """The venue has the order."""
        order = order or self.order
        name = f"v-{order.client_id}"
        return venue.OrderAccepted(order.key, order.client_id, name, Nanos(self.at))

    def rejected(
        self, code: int = 110007, order: OrderRequested | None = None
    ) -> venue.OrderRejected:
        """The venue refuses the order."""
        order = order or self.order
        return venue.OrderRejected(order.key, order.client_id, code, "no", Nanos(self.at))

    def cancelled(self, order: OrderRequested | None = None) -> venue.OrderCancelled:
        """The order ended at the venue."""
        order = order or self.order
        return venue.OrderCancelled(order.key, order.client_id, "NoImmediateQty", Nanos(self.at))

    def unknown(
        self, request: venue.Request = "place", order: OrderRequested | None = None
    ) -> venue.OutcomeUnknown:
        """No answer came."""
        order = order or self.order
        return venue.OutcomeUnknown(order.key, order.client_id, request, "timeout")

    def filled(
        self,
        quantity: str = "",
        price: str = "100",
        order: OrderRequested | None = None,
        execution: str = "",
    ) -> venue.OrderFilled:
        """An execution of the order; all of it unless a quantity is given."""
        order = order or self.order
        size = parse(quantity) if quantity else int(order.quantity)
        return self._fill(order.key, order.client_id, "order", order.side, size, price, execution)

    def stopped(
        self, price: str, cause: str = "stop_loss", quantity: str = "", symbol: str = BTC
    ) -> venue.OrderFilled:
        """The position's own stop (or target) closes it."""
        position = self.position(symbol)
        size = parse(quantity) if quantity else abs(position.quantity)
        side = -1 if position.quantity > 0 else 1
        return self._fill(position.key, NO_CLIENT_ID, cause, side, size, price, "")

    def _fill(
        self, key: Any, client_id: Any, cause: Any, side: Any, size: int, price: str, name: str
    ) -> venue.OrderFilled:
        self.executions += 1
        paid = parse(price)
        fee = apply_rate(notional(paid, size), self.state.terms.venue.taker_fee)
        return venue.OrderFilled(
            key,
            client_id,
            f"v-{client_id}",
            name or f"e-{self.executions}",
            cause,
            side,
            paid,  # type: ignore[arg-type]
            size,  # type: ignore[arg-type]
            fee,
            "USDT",
            False,
            Nanos(self.at),
        )

    def stop(self, price: str, target: str = "0", symbol: str = BTC) -> venue.StopReported:
        """The position's stop and target at the venue."""
        stop_price, target_price = parse(price), parse(target)
        return venue.StopReported(
            key_of(symbol),
            stop_price,  # type: ignore[arg-type]
            target_price,  # type: ignore[arg-type]
            Nanos(self.at),
        )

    def found(
        self, state: Any, filled: str = "0", order: OrderRequested | None = None
    ) -> venue.OrderFound:
        """A look-up found the order."""
        order = order or self.order
        name, size = f"v-{order.client_id}", parse(filled)
        at = Nanos(self.at)
        return venue.OrderFound(order.key, order.client_id, name, state, size, at)  # type: ignore[arg-type]

    def not_found(self, order: OrderRequested | None = None) -> venue.OrderNotFound:
        """A look-up found no trace."""
        order = order or self.order
        return venue.OrderNotFound(order.key, order.client_id, Nanos(self.at))

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
        (found,) = [check for check in verdicts[-1].checks if check.name == name]
        return found

    def position(self, symbol: str = BTC) -> Position:
        """The position of a symbol."""
        return self.state.positions[key_of(symbol)]

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

__all__ = ["PROTECTION_DEADLINE", "Scenario", "a", "decide", "given", "key_of", "refold"]
