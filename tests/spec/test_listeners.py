"""Strategies that listen to quotes or trades: what they hear, when they propose, how they fail."""

from collections.abc import Iterable
from typing import Any

import attrs
import pytest

from engine.domain.candle import Candle
from engine.domain.intent import Enter, Intent
from engine.domain.order import BUY
from engine.messages.commands import SetLimit
from engine.messages.decisions import Approved, GovernorActed, OrderRequested, StrategyHalted
from engine.messages.market import DataGap, Quoted, Traded
from engine.money import parse
from engine.strategies.strategy import View
from engine.timebase import SECOND, Nanos
from tests.spec.run_terms import BAR, BTC, START
from tests.spec.scenario import Scenario, a, given

ENTRY = (a(Approved), a(OrderRequested))


@attrs.define
class Listener:
    """Buys when it is asked for the first time after a quote or trade at 101 or more."""

    quotes: list[int] = attrs.field(factory=list)
    trades: list[int] = attrs.field(factory=list)
    candles: int = 0

    def observe(self, candle: Candle) -> None:
        """Count."""
        del candle
        self.candles += 1

    def observe_quote(self, quote: Quoted) -> None:
        """Keep the bid."""
        if quote.bid == parse("66"):
            raise ValueError("sixes")
        if quote.bid == parse("77"):
            raise SystemExit
        self.quotes.append(quote.bid)

    def observe_trade(self, trade: Traded) -> None:
        """Keep the price."""
        self.trades.append(trade.price)

    def propose(self, view: View) -> Iterable[Intent]:
        """Buy above 101, with what the last quote and the last candle were in its tag."""
        heard = self.quotes[-1:] + self.trades[-1:]
        if view.side or view.busy or not any(price >= parse("101") for price in heard):
            return ()
        tag = f"{view.bid} {view.ask} {view.candle.close}"
        return (Enter(BUY, parse("90"), tag=tag),)


def quoted(run: Scenario, bid: str, age: int = 0) -> Quoted:
    """A quote a tick wide that is ``age`` old when it comes."""
    one, price = parse("1"), parse(bid)
    return Quoted(BTC, Nanos(run.at - age), price, one, price + parse("0.1"), one)


def traded(run: Scenario, price: str, age: int = 0) -> Traded:
    """A trade that is ``age`` old when it comes."""
    return Traded(BTC, Nanos(run.at - age), parse(price), parse("1"), 0)


def listening() -> tuple[Scenario, Any]:
    """A run whose strategy listens to everything, and the strategy."""
    run = given(make=Listener)
    return run, run.state.seats["alpha", BTC].strategy


@pytest.mark.parametrize(("event", "heard"), [(quoted, "quotes"), (traded, "trades")])
def test_it_hears_each_and_is_asked_after_it(event: Any, heard: str) -> None:
    run, strategy = listening()
    run.when(event(run, "100")).then_nothing()
    run.when(event(run, "101")).then(*ENTRY)
    assert getattr(strategy, heard) == [parse("100"), parse("101")]


def test_it_sees_the_quote_and_the_last_closed_candle() -> None:
    run, _ = listening()
    run.when_candles("98").when(quoted(run, "101"))
    assert run.order.tag == f"{parse('101')} {parse('101.1')} {parse('98')}"


def test_one_that_listens_to_nothing_is_not_asked() -> None:
    """The usual strategy: only a closed candle is its moment."""
    run = given()
    run.state.seats["alpha", BTC].strategy.wishes = [Enter(BUY, parse("90"))]
    run.when(quoted(run, "101"), traded(run, "101")).then_nothing()
    run.when_candles("100")
    assert run.orders


@pytest.mark.parametrize(("event", "heard"), [(quoted, "quotes"), (traded, "trades")])
def test_what_is_late_is_heard_and_not_proposed_upon(event: Any, heard: str) -> None:
    """Like a candle of more than 30 seconds ago."""
    run, strategy = listening()
    run.when(event(run, "101", age=31 * SECOND)).then_nothing()
    assert len(getattr(strategy, heard)) == 1
    run.when(event(run, "101", age=29 * SECOND)).then(*ENTRY)


@pytest.mark.parametrize(("event", "heard"), [(quoted, "quotes"), (traded, "trades")])
def test_what_comes_out_of_its_order_is_not_even_heard(event: Any, heard: str) -> None:
    run, strategy = listening()
    run.when(event(run, "100")).when(event(run, "101", age=SECOND)).then_nothing()
    assert getattr(strategy, heard) == [parse("100")]


@pytest.mark.parametrize(
    ("bid", "words"),
    [("66", "observe_quote: ValueError: sixes"), ("77", "observe_quote: SystemExit")],
)
def test_what_its_code_raises_halts_it_and_it_hears_no_more(bid: str, words: str) -> None:
    run, strategy = listening()
    run.when(quoted(run, bid)).then(a(StrategyHalted), a(GovernorActed, action="pause"))
    assert run.decisions[0].reason.startswith(words)
    run.when(quoted(run, "101"), traded(run, "101")).then_nothing()
    assert strategy.quotes == strategy.trades == []


@pytest.mark.parametrize("event", [quoted, traded])
def test_what_comes_out_of_its_order_is_no_moment_to_propose(event: Any) -> None:
    """Whatever the strategy would want now."""
    run, strategy = listening()
    run.when(event(run, "100"))
    strategy.quotes.append(parse("101"))
    strategy.trades.append(parse("101"))
    run.when(event(run, "100", age=SECOND)).then_nothing()
    run.when(event(run, "101")).then(*ENTRY)


def test_after_a_hole_in_the_data_a_fresh_one_listens() -> None:
    run, before = listening()
    run.when(quoted(run, "100")).when(DataGap(BTC, START, Nanos(START + BAR)))
    run.when(quoted(run, "99"))
    after = run.state.seats["alpha", BTC].strategy
    assert (before.quotes, after.quotes) == ([parse("100")], [parse("99")])


def test_limits_are_judged_before_it_is_asked() -> None:
    """A breach kills, and a killed account enters no more."""
    run = given(make=Listener)
    run.when(quoted(run, "101")).when(run.stop("90"), run.filled())
    run.when(SetLimit("alpha", "max_drawdown", parse("0.005")))
    run.when(quoted(run, "95"))
    run.then(a(GovernorActed, action="kill"), a(OrderRequested, purpose="flatten"))
