"""Which candles are proposed upon: fresh closed ones, once, in order, of the account's size."""

from typing import Any

import attrs

from engine.domain.intent import Enter
from engine.messages.decisions import Approved, OrderRequested
from engine.messages.market import BarOpened, DataGap, InstrumentChanged, MarkPriced
from engine.money import parse
from engine.timebase import SECOND, Nanos
from tests.spec.run_terms import BAR, BTC, START, account, instrument, terms
from tests.spec.scenario import Scenario, a, given, key_of
from tests.spec.test_entries import LONG, opened


def eager(scenario: Scenario) -> Any:
    """The strategy of alpha, which wants the same at every close."""
    strategy: Any = scenario.state.seats["alpha", BTC].strategy
    strategy.wishes = [LONG]
    return strategy


def next_candle(scenario: Scenario, late: int = 0) -> Scenario:
    """The next candle of BTC, so many nanoseconds after its close."""
    scenario.bars += 1
    at = START + scenario.bars * BAR + late
    scenario.when_time_passes(at - 1 - scenario.at)
    return scenario.when(scenario.candle("100"), at=at)


def test_a_candle_that_is_not_older_than_allowed_is_proposed_upon() -> None:
    scenario = given()
    eager(scenario)
    next_candle(scenario, 30 * SECOND).then(Approved, OrderRequested)


def test_a_candle_that_is_older_is_observed_and_never_proposed_upon() -> None:
    scenario = given()
    strategy = eager(scenario)
    seen = strategy.seen
    next_candle(scenario, 30 * SECOND + 1).then_nothing()
    assert strategy.seen == seen + 1


def test_a_candle_told_twice_or_out_of_order_is_in_the_journal_and_nowhere_else() -> None:
    scenario = given().when_candles("101")
    strategy = eager(scenario)
    seen = strategy.seen
    for age in (0, 1):
        scenario.when(scenario.candle("50", age=age)).then_nothing()
    assert strategy.seen == seen
    assert scenario.state.markets[BTC].mark == parse("101")


def test_candles_of_a_symbol_that_nobody_trades_are_let_pass() -> None:
    scenario = given()
    stranger = attrs.evolve(scenario.candle("1"), symbol="DOGEUSDT")
    scenario.when(
        stranger,
        BarOpened("DOGEUSDT", Nanos(START), parse("1")),
        MarkPriced("DOGEUSDT", parse("1")),
        DataGap("DOGEUSDT", Nanos(START), Nanos(START + BAR)),
        InstrumentChanged(instrument("DOGEUSDT")),
    ).then_nothing()


def test_after_a_hole_the_strategy_is_fresh_and_the_position_is_kept() -> None:
    scenario = opened()
    old = eager(scenario)
    scenario.when(DataGap(BTC, Nanos(START), Nanos(START + BAR))).then_nothing()
    fresh: Any = scenario.state.seats["alpha", BTC].strategy
    assert fresh is not old
    assert fresh.seen == 0
    scenario.then_state(quantity=parse("50"), initial_stop=parse("98"))


def test_an_account_of_larger_candles_is_asked_when_one_is_complete() -> None:
    run = terms(account(timeframe_ns=3 * BAR))
    scenario = given(run)
    strategy = eager(scenario)
    next_candle(scenario).then_nothing()
    next_candle(scenario).then(Approved, OrderRequested)
    assert strategy.seen == 1
    # A hole inside: the next one that has all its parts is the one after.
    scenario.when(scenario.rejected())
    next_candle(scenario)
    scenario.when(DataGap(BTC, Nanos(START), Nanos(START + BAR)))
    for _ in range(2):
        next_candle(scenario).then_nothing()
    strategy = eager(scenario)
    for _ in range(2):
        next_candle(scenario).then_nothing()
    next_candle(scenario).then(Approved, OrderRequested)


def test_the_open_of_a_bar_is_the_last_price_and_no_mark() -> None:
    scenario = opened()
    scenario.when(BarOpened(BTC, Nanos(scenario.at), parse("90"))).then_nothing()
    scenario.then_state(alpha_unrealised=0)
    assert scenario.state.markets[BTC].last == parse("90")


def test_a_new_tick_of_the_venue_holds_for_the_next_entry() -> None:
    scenario = given().when(InstrumentChanged(instrument(tick=parse("0.5"))))
    scenario.when_proposed(Enter(1, parse("97.6"), parse("103.3")))
    scenario.then(Approved, a(OrderRequested, stop_price=parse("98"), target_price=parse("103")))


def test_a_strategy_sees_its_own_position_and_whether_an_order_is_on_its_way() -> None:
    scenario = opened()
    view = scenario.state.seats["alpha", BTC].view
    assert (view.side, view.entry_price, view.stop_price) == (1, parse("100"), parse("98"))
    assert scenario.state.positions[key_of()].tag == "try"
