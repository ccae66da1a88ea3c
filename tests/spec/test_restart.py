"""Start is recovery: what the last process had asked and not heard of is unknown (law 4)."""

from engine.domain.intent import Enter, MoveStop
from engine.domain.order import BUY
from engine.messages.commands import FlattenAccount
from engine.messages.decisions import LookUpRequested, OrderUnknown
from engine.messages.effects import LookUpOrder, LookUpPosition, PlaceOrder, SetStop
from engine.messages.runs import RunStarted
from engine.money import parse
from engine.react import pending
from engine.timebase import SECOND
from tests.spec.run_terms import terms
from tests.spec.scenario import Scenario, a, given, key_of
from tests.spec.test_entries import LONG, opened
from tests.spec.test_protection import reported

RESTING = Enter(BUY, parse("97"), limit_price=parse("99"))


def restarted(scenario: Scenario) -> Scenario:
    return scenario.when(RunStarted("c0ffee00", terms(), (("host", "another"),)))


def test_a_first_start_has_nothing_to_look_up() -> None:
    scenario = given()
    assert list(pending(scenario.state)) == []
    restarted(scenario).then_nothing()


def test_an_order_that_awaited_its_answer_is_looked_up_and_never_sent_again() -> None:
    scenario = given().when_proposed(LONG)
    (sent,) = scenario.effects
    assert isinstance(sent, PlaceOrder)
    assert list(pending(scenario.state)) == [sent]
    restarted(scenario).then(a(OrderUnknown, client_id=sent.client_id))
    assert list(pending(scenario.state)) == [LookUpOrder(sent.key, sent.client_id)]
    scenario.when_time_passes(SECOND).then(LookUpRequested)


def test_an_order_that_rests_is_left_alone() -> None:
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.accepted())
    restarted(scenario).then_nothing()
    assert list(pending(scenario.state)) == []


def test_a_cancel_that_awaited_its_answer_makes_its_order_unknown() -> None:
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.accepted()).when(FlattenAccount("alpha", "home"))
    restarted(scenario).then(OrderUnknown)
    order = scenario.order
    assert list(pending(scenario.state)) == [LookUpOrder(order.key, order.client_id)]


def test_a_stop_that_awaited_its_answer_is_asked_for_and_then_the_position_is_read() -> None:
    scenario = opened().when_proposed(MoveStop(parse("99")))
    (asked,) = scenario.effects
    assert asked == SetStop(key_of(), parse("99"), parse("104"))
    restarted(scenario).then(LookUpRequested)
    assert list(pending(scenario.state)) == [asked, LookUpPosition(key_of())]
    scenario.when(reported(scenario, "50", "99", "104")).then_nothing()
    scenario.then_state(venue_stop=parse("99"), stop_asked=False, look_up_asked=False)
    assert list(pending(scenario.state)) == []


def test_an_unknown_order_survives_any_number_of_starts() -> None:
    scenario = given().when_proposed(LONG)
    for _ in range(3):
        restarted(scenario).then(OrderUnknown)
    scenario.when_time_passes(SECOND).then(a(LookUpRequested, attempt=1))
    scenario.when(scenario.filled(), scenario.found("filled", "50"))
    scenario.then_state(quantity=parse("50"), account="alpha")


def test_positions_counts_and_losses_survive_a_start() -> None:
    scenario = opened()
    before = scenario.state.accounts["alpha"].equity
    restarted(scenario).then_nothing()
    scenario.then_state(quantity=parse("50"), alpha_day_entries=1, alpha_equity=before)
    assert scenario.state.seats["alpha", "BTCUSDT"].orders == 1
