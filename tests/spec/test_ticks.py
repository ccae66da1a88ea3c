"""Marks, quotes and trades: what they say of the price, and what follows from it."""

from typing import Any

import pytest

from engine.domain.intent import Enter
from engine.domain.order import BUY
from engine.messages.decisions import GovernorActed, OrderRequested
from engine.messages.market import (
    DepthChanged,
    FundingRated,
    IndexPriced,
    MarkCandle,
    MarkPriced,
    Quoted,
    Traded,
)
from engine.messages.venue import LeverageSet
from engine.money import parse
from engine.timebase import Nanos
from tests.spec.run_terms import BTC, account, terms
from tests.spec.scenario import Scenario, a, given, key_of

LONG = Enter(BUY, parse("98"))


def quoted(bid: str, ask: str, at: int = 1, symbol: str = BTC) -> Quoted:
    """One unit on both sides."""
    return Quoted(symbol, Nanos(at), parse(bid), parse("1"), parse(ask), parse("1"))


def traded(price: str, at: int = 1, symbol: str = BTC) -> Traded:
    """A taker bought one unit."""
    return Traded(symbol, Nanos(at), parse(price), parse("1"), 1)


def long_of_fifty(**limits: Any) -> Scenario:
    """Long 50 at 100: one point is 50."""
    run = given(terms(account(**limits)))
    return run.when_proposed(LONG).when(run.stop("98"), run.filled("50"))


def test_a_quote_tells_bid_ask_and_their_middle() -> None:
    market = given().when(quoted("99.8", "100.4")).state.markets[BTC]
    assert (market.bid, market.ask) == (parse("99.8"), parse("100.4"))
    assert (market.last, market.mark) == (parse("100.1"), parse("100.1"))


def test_a_trade_is_the_last_price() -> None:
    market = given().when(traded("101.5")).state.markets[BTC]
    assert (market.last, market.mark) == (parse("101.5"), parse("101.5"))


@pytest.mark.parametrize("tell", [quoted, lambda _, price, at: traded(price, at)])
def test_what_is_older_than_the_last_is_left_out(tell: Any) -> None:
    run = given().when(tell("102", "102", 20), tell("90", "90", 19))
    assert run.state.markets[BTC].last == parse("102")


@pytest.mark.parametrize("event", [quoted("90", "90"), traded("90")])
def test_once_the_venue_tells_marks_nothing_else_is_one(event: Any) -> None:
    run = long_of_fifty().when(MarkPriced(BTC, parse("101")), event)
    run.then_state(marked=parse("50"))
    assert run.state.markets[BTC].last == parse("90")


def test_a_mark_candle_marks_at_its_close() -> None:
    prices = [parse(price) for price in ("100", "104", "96", "101")]
    run = long_of_fifty().when(MarkCandle(BTC, Nanos(1), Nanos(2), *prices))
    run.then_state(marked=parse("50")).then_nothing()


MARK = MarkCandle(BTC, Nanos(1), Nanos(2), *[parse("97")] * 4)


@pytest.mark.parametrize("event", [quoted("97", "97"), traded("97"), MARK])
def test_a_price_that_breaches_the_drawdown_kills(event: Any) -> None:
    """100 of 10,000 and the entry's fee stay under 1.2 %; 150 do not."""
    run = long_of_fifty(max_drawdown=parse("0.012")).when(traded("98"))
    run.then_nothing()
    run.when(event)
    run.then(a(GovernorActed, action="kill", reason="drawdown"), a(OrderRequested))


@pytest.mark.parametrize(
    "event",
    [
        IndexPriced(BTC, parse("50")),
        FundingRated(BTC, Nanos(5), parse("0.0001")),
        DepthChanged(BTC, Nanos(5), True, ((parse("50"), parse("1")),), ()),
    ],
)
def test_index_funding_rate_and_depth_only_inform(event: Any) -> None:
    run = long_of_fifty()
    run.when(event).then_nothing().then_state(marked=0)
    assert run.state.markets[BTC].last == parse("100")


@pytest.mark.parametrize("event", [quoted("9", "9", 1, "XRP"), traded("9", 1, "XRP")])
def test_a_symbol_without_terms_is_left_out(event: Any) -> None:
    given().when(event).then_nothing()


def test_the_leverage_that_the_venue_sets_is_what_margin_is_counted_with() -> None:
    """Full value and two fees of it: an entry of 500 at 50x costs 10.5 and some, at 1x 500."""
    run = given()
    run.when(LeverageSet(key_of(), parse("50"), Nanos(1))).when_proposed(LONG)
    cheap = run.check("available_margin").value
    run = given()
    run.when(LeverageSet(key_of(), parse("1"), Nanos(1))).when_proposed(LONG)
    assert cheap < run.check("available_margin").value // 40
