"""A position below the least quantity can be closed all the same (bybit-v5.md 3.3, 5.6)."""

from engine.domain.intent import Exit
from engine.messages.commands import FlattenAccount
from engine.messages.decisions import IncidentOpened, OrderRequested, TradeClosed
from engine.messages.effects import PlaceOrder
from engine.messages.market import InstrumentChanged
from engine.money import parse
from tests.spec.run_terms import instrument
from tests.spec.scenario import PROTECTION_DEADLINE, Scenario, a, given
from tests.spec.test_entries import LONG

LEAST = parse("10")


def holding(quantity: str, *, protected: bool = True) -> Scenario:
    """Long so much at 100, of a contract that takes no order below 10 any more."""
    scenario = given().when_proposed(LONG)
    told = [scenario.filled(quantity), scenario.cancelled()]
    scenario.when(scenario.accepted(), *([scenario.stop("98", "104")] if protected else []), *told)
    return scenario.when(InstrumentChanged(instrument(min_quantity=LEAST)))


def test_protection_closes_a_rest_by_asking_for_the_least_and_the_venue_cuts_it() -> None:
    scenario = holding("4", protected=False)
    scenario.when_time_passes(PROTECTION_DEADLINE)
    asked = a(OrderRequested, purpose="panic", reduce_only=True, quantity=LEAST)
    scenario.then(a(IncidentOpened, kind="unprotected"), asked)
    (effect,) = scenario.effects
    assert isinstance(effect, PlaceOrder)
    assert effect.quantity == LEAST

    cut = scenario.amended(quantity="4")
    scenario.when(scenario.accepted(), cut, scenario.filled("4"))
    assert isinstance(scenario.decisions[-1], TradeClosed)
    scenario.then_state(quantity=0)
    assert not scenario.state.blotter.live


def test_a_venue_that_does_not_tell_the_cut_is_asked_how_the_order_ended() -> None:
    """It filled 4 of 10 and nothing more comes: the look-up at the deadline ends it."""
    scenario = holding("4").when(FlattenAccount("alpha", "told"))
    close = scenario.order
    assert close.quantity == LEAST
    scenario.when(scenario.accepted(), scenario.filled("4"))
    scenario.then(a(TradeClosed))
    assert scenario.live(close) is not None

    scenario.when_time_passes(5 * PROTECTION_DEADLINE)
    scenario.when(scenario.found("filled", "4", close)).then_nothing()
    assert scenario.live(close) is None


def test_an_exit_of_a_part_asks_for_the_least_where_the_part_is_smaller() -> None:
    """Half of 12 would be refused, and again at every candle: 10 go, and 2 can go later."""
    scenario = holding("12").when_proposed(Exit("half", parse("0.5")))
    scenario.then(a(OrderRequested, purpose="exit", quantity=LEAST, reduce_only=True))
    scenario.when(scenario.accepted(), scenario.filled()).then_nothing()
    scenario.then_state(quantity=parse("2"))

    scenario.when_proposed(Exit("rest"))
    scenario.then(a(OrderRequested, purpose="exit", quantity=LEAST, reduce_only=True))
    scenario.when(scenario.accepted(), scenario.amended(quantity="2"), scenario.filled("2"))
    scenario.then_state(quantity=0)


def test_what_is_not_below_the_least_is_asked_for_as_it_is() -> None:
    scenario = holding("12").when_proposed(Exit("all"))
    scenario.then(a(OrderRequested, purpose="exit", quantity=parse("12")))
