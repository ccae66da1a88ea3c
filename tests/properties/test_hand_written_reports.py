"""The laws over the engine alone, under reports that no decent venue would send.

Every report may come at any time, about any order that ever was, twice, late, contradicting the
one before. Whatever is said, each step keeps the laws, and nothing but the venue's fills moves a
position.
"""

from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from engine.decide.router import decide
from engine.digest import state_digest
from engine.domain.intent import CancelEntry, Enter, Exit, MoveStop, Reprice
from engine.domain.order import BUY, SELL
from engine.evolve import evolve
from engine.ids import NO_CLIENT_ID
from engine.messages.commands import FlattenAccount, KillAccount, PauseAccount, ResumeAccount
from engine.messages.decisions import OrderRequested
from engine.messages.market import MarkCandle, Quoted, Traded
from engine.messages.runs import RunStarted, Terms
from engine.messages.venue import (
    CancelRejected,
    LeverageSet,
    OutcomeUnknown,
    PositionReported,
    StopRejected,
)
from engine.money import parse, render
from engine.state import EngineState
from engine.timebase import MILLISECOND, SECOND, Nanos
from tests.properties.test_simulated_runs import look
from tests.spec.run_terms import BTC, ETH, LADDER, account, terms
from tests.spec.scenario import Scenario, Scripted, key_of, refold
from tests.spec.scenario import given as given_run

INTENTS = (
    Enter(BUY, parse("98"), parse("104")),
    Enter(SELL, parse("102")),
    Enter(BUY, parse("97"), limit_price=parse("99")),
    Exit(),
    Exit(fraction=parse("0.4")),
    MoveStop(parse("99.37")),
    MoveStop(parse("100.63")),
    Reprice(parse("98.4")),
    Reprice(parse("99.6"), parse("101.5")),
    CancelEntry(),
    Enter(BUY, parse("98"), trigger_price=parse("102")),
    Enter(SELL, parse("104"), limit_price=parse("101.9"), trigger_price=parse("102")),
)
SPANS = (MILLISECOND, SECOND, 2 * SECOND, 11 * SECOND)
FOUND = ("working", "partially_filled", "filled", "cancelled", "rejected", "expired")


def run() -> Terms:
    """Two accounts that would both like both symbols."""
    limits = {"max_daily_loss": parse("900"), "max_drawdown": parse("0.2"), "ladder": LADDER}
    return terms(
        account("alpha", (BTC, ETH), **limits),
        account("beta", (BTC, ETH), **limits),
        max_symbol_exposure=parse("0.5"),
        breach_cooldown_ns=60 * SECOND,
    )


def hedged() -> Terms:
    """The same, one of them long and one short, in hedge mode."""
    one_way = run()
    sides = [attrs.evolve(each, side=n) for each, n in zip(one_way.accounts, (1, -1), strict=True)]
    venue = attrs.evolve(one_way.venue, position_mode="hedge", margin_mode="cross")
    return attrs.evolve(one_way, accounts=tuple(sides), venue=venue)


def say(scenario: Scenario, order: OrderRequested, pick: int, half: bool) -> Any:
    """One of all reports about an order."""
    size = render(order.quantity // 2 if half else order.quantity)
    at = scenario.at
    return (
        lambda: scenario.accepted(order),
        lambda: scenario.rejected(order=order),
        lambda: scenario.rejected(110072, order),
        lambda: scenario.cancelled(order),
        lambda: scenario.filled(size, order=order),
        lambda: scenario.filled(size, "97", order=order),
        lambda: scenario.filled(size, order=order, execution=f"same-{order.client_id}"),
        lambda: scenario.unknown("place", order),
        lambda: scenario.unknown("cancel", order),
        lambda: scenario.unknown("look_up", order),
        lambda: scenario.not_found(order),
        lambda: scenario.found(FOUND[pick % len(FOUND)], size if half else "0", order),
        lambda: CancelRejected(order.key, order.client_id, 110001, "gone", at),
        lambda: scenario.amended("98.4", "" if half else "0.7", order=order),
        lambda: scenario.amended("99.6", trigger="101.5", order=order),
        lambda: scenario.amend_rejected(order=order),
        lambda: scenario.amend_rejected(110001, order),
        lambda: scenario.unknown("amend", order),
        lambda: scenario.triggered(order),
        lambda: scenario.found("working", "0", order, ("0.9", "98.9")),
    )[pick % 20]()


def tell(scenario: Scenario, symbol: str, pick: int) -> Any:
    """One of all reports about a position."""
    hedged = scenario.state.terms.venue.position_mode == "hedge"
    index = 1 + pick // 16 % 2 if hedged else 0
    key, at, held = key_of(symbol, index), scenario.at, scenario.position(symbol, index)
    stop, target = render(held.stop_price), render(held.target_price)

    def taken(price: str, cause: str, quantity: str = "") -> Any:
        if not held.quantity:
            return None
        return scenario.stopped(price, cause, quantity, symbol, index)

    return (
        lambda: scenario.stop(stop, target, symbol, index),
        lambda: scenario.stop("0", symbol=symbol, index=index),
        lambda: scenario.stop("91.1", symbol=symbol, index=index),
        lambda: StopRejected(key, 10001, "no", at),
        lambda: OutcomeUnknown(key, NO_CLIENT_ID, "set_stop", "timeout"),
        lambda: OutcomeUnknown(key, NO_CLIENT_ID, "look_up", "timeout"),
        lambda: PositionReported(key, held.quantity, 0, held.stop_price, held.target_price, at),
        lambda: PositionReported(key, held.quantity, 0, 0, 0, at),
        lambda: PositionReported(key, parse("3"), 0, held.stop_price, 0, at),
        lambda: taken("97.5", "stop_loss"),
        lambda: taken("96", "liquidation"),
        lambda: taken("101", "adl", "0.5"),
        lambda: scenario.liquidated(
            quantity=render(held.quantity) if pick % 2 else "7",
            symbol=symbol,
            index=index,
        ),
        lambda: scenario.funding("0.37", symbol=symbol, index=index),
        lambda: scenario.funding("-1.1", f"same-{pick % 3}", symbol, index=index),
        lambda: LeverageSet(key, parse("5") if pick % 2 else parse("3"), at),
    )[pick % 16]()


def tick(scenario: Scenario, symbol: str, pick: int) -> Any:
    """A quote, a trade or a mark around 100; some come out of their order."""
    price = parse(("100", "99.3", "101.2", "97.8", "103")[pick % 5])
    at = Nanos(scenario.at - pick % 3 * SECOND)
    one = parse("1")
    return (
        Quoted(symbol, at, price, one, price + parse("0.1"), one),
        Traded(symbol, at, price, one, 1),
        MarkCandle(symbol, at, at, price, price, price, price),
    )[pick // 5 % 3]


def command(pick: int) -> Any:
    """A command, or a restart."""
    name = ("alpha", "beta", "")[pick % 3]
    return (
        PauseAccount(name, "told"),
        ResumeAccount(name, "told"),
        FlattenAccount(name, "told"),
        KillAccount(name, "told"),
        RunStarted("c0ffee00", run(), ()),
    )[pick % 5]


MOVE = st.tuples(st.integers(0, 9), st.integers(0, 2**16), st.booleans(), st.booleans())


def move(scenario: Scenario, kind: int, pick: int, half: bool, other: bool) -> None:
    """Let one thing happen."""
    symbol, name = (ETH if other else BTC), ("beta" if half else "alpha")
    orders = scenario.orders
    if kind < 2:
        price = ("100", "100", "99.5", "101")[pick % 4]
        intent = INTENTS[pick // 4 % len(INTENTS)]
        scenario.when_proposed(intent, of=name, symbol=symbol, close=price)
    elif kind == 2:
        scenario.when_time_passes(SPANS[pick % len(SPANS)])
    elif kind == 3:
        scenario.when(command(pick))
    elif kind == 4 and pick % 3 == 0:
        scenario.when(tick(scenario, symbol, pick // 3))
    elif kind < 6:
        said = tell(scenario, symbol, pick)
        scenario.when(*([] if said is None else [said]))
    elif orders:
        recent = orders[-1 - pick // 13 % min(len(orders), 3)]
        scenario.when(say(scenario, recent, pick, half))


@look(60)
@given(st.lists(MOVE, min_size=15, max_size=60), st.booleans())
def test_whatever_is_said_every_step_keeps_the_laws(
    moves: list[tuple[int, int, bool, bool]], sides: bool
) -> None:
    scenario = given_run(hedged() if sides else run())
    for one in moves:
        move(scenario, *one)
    assert state_digest(refold(scenario)) == state_digest(scenario.state), "law 2"


@look(20)
@given(st.lists(MOVE, min_size=10, max_size=30))
def test_whatever_was_said_the_same_is_decided_again(
    moves: list[tuple[int, int, bool, bool]],
) -> None:
    scenario = given_run(run())
    for one in moves:
        move(scenario, *one)
    state = EngineState(lambda *_: Scripted())
    for stamped, decisions in scenario.frames:
        evolve(state, stamped)
        asked = [d for d in decisions if isinstance(d, OrderRequested) and d.purpose == "entry"]
        if asked or type(stamped.input).__name__ == "Candle":
            # The script was the test's own: what it wished is not in the frames.
            for decision in decisions:
                evolve(state, decision)
            continue
        again = []
        for decision in decide(state, stamped):
            again.append(decision)
            evolve(state, decision)
        assert tuple(again) == decisions, f"law 3 at {stamped.seq}"
