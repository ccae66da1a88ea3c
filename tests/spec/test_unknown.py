"""Unknown is a state: silence from the venue is never read as yes or no."""

import pytest

from engine.domain.intent import Enter
from engine.domain.order import BUY
from engine.ids import ClientId
from engine.messages.commands import FlattenAccount
from engine.messages.decisions import (
    Approved,
    CancelRequested,
    CloseDelayed,
    LookUpMissed,
    LookUpRequested,
    OrderNotPlaced,
    OrderRequested,
    OrderUnknown,
    TradeClosed,
)
from engine.messages.effects import LookUpOrder
from engine.messages.venue import CancelRejected, OrderAccepted
from engine.money import parse
from engine.react import pending
from engine.timebase import SECOND, Nanos
from tests.spec.scenario import Scenario, a, given, key_of
from tests.spec.test_entries import LONG
from tests.spec.test_protection import panicking

RESTING = Enter(BUY, parse("97"), limit_price=parse("99"))


def doubtful(intent: Enter = LONG) -> Scenario:
    """An entry was sent and its answer did not come."""
    scenario = given().when_proposed(intent)
    return scenario.when(scenario.unknown()).then(a(OrderUnknown, look_up_ns=scenario.at + SECOND))


def looked_up(intent: Enter = LONG) -> Scenario:
    """And a second later the venue is asked."""
    scenario = doubtful(intent)
    scenario.when_time_passes(SECOND - 1).then_nothing()
    scenario.when_time_passes(1).then(a(LookUpRequested, attempt=1))
    assert scenario.effects == [LookUpOrder(key_of(), scenario.order.client_id)]
    return scenario


def state_of(scenario: Scenario) -> str:
    order = scenario.live()
    return "ended" if order is None else order.state


def test_a_timeout_makes_the_order_unknown_and_its_reservation_stays() -> None:
    scenario = doubtful()
    order = scenario.live()
    assert order is not None
    assert order.state == "unknown"
    assert order.reserved_risk == parse("100")
    assert order.reserved_notional == parse("5000")
    scenario.when_proposed(LONG).then_refused("already_open")
    assert not scenario.check("symbol_unknown").passed


def test_an_order_that_the_venue_has_is_adopted() -> None:
    scenario = looked_up(RESTING)
    scenario.when(scenario.found("working")).then_nothing()
    assert state_of(scenario) == "working"


def test_an_order_that_filled_unheard_is_found_through_its_executions() -> None:
    scenario = looked_up()
    scenario.when(scenario.filled(), scenario.found("filled", "50")).then_nothing()
    assert state_of(scenario) == "ended"
    scenario.then_state(quantity=parse("50"), account="alpha", stop_price=parse("98"))


def test_an_order_said_to_be_filled_stays_unknown_until_its_executions_are_here() -> None:
    scenario = looked_up()
    scenario.when(scenario.found("filled", "50"))
    scenario.then(a(LookUpMissed, negative=False))
    assert state_of(scenario) == "unknown"
    scenario.when(scenario.filled()).then_nothing()
    assert state_of(scenario) == "ended"


def test_an_order_that_was_refused_unheard_gives_back_what_it_reserved() -> None:
    scenario = looked_up()
    scenario.when(scenario.found("rejected")).then_nothing()
    assert state_of(scenario) == "ended"
    scenario.when_proposed(LONG).then(Approved, OrderRequested)


def test_only_two_negatives_with_one_beyond_the_receive_window_mean_never_placed() -> None:
    scenario = looked_up()
    sent = scenario.frames[-1][0].at - SECOND
    scenario.when(scenario.not_found()).then(a(LookUpMissed, negative=True))
    assert state_of(scenario) == "unknown"
    (missed,) = scenario.decisions
    assert missed.look_up_ns > sent + 5 * SECOND
    scenario.when_time_passes(missed.look_up_ns - scenario.at)
    scenario.then(a(LookUpRequested, attempt=2))
    scenario.when(scenario.not_found()).then(OrderNotPlaced)
    assert state_of(scenario) == "ended"
    scenario.when_proposed(LONG).then(Approved, OrderRequested)
    assert scenario.order.client_id != scenario.orders[0].client_id


def test_two_negatives_inside_the_receive_window_are_not_enough() -> None:
    scenario = looked_up()
    scenario.when(scenario.not_found(), scenario.not_found())
    scenario.then(a(LookUpMissed), a(LookUpMissed))
    assert state_of(scenario) == "unknown"


def test_one_negative_is_not_enough_however_late_it_comes() -> None:
    scenario = looked_up()
    scenario.when(scenario.unknown("look_up")).when_time_passes(30 * SECOND)
    scenario.when(scenario.not_found()).then(LookUpMissed)
    assert state_of(scenario) == "unknown"


def test_an_order_that_the_venue_once_had_is_never_said_not_to_have_been_placed() -> None:
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.accepted()).when(FlattenAccount("alpha", "home"))
    scenario.when(scenario.unknown("cancel"))
    for _ in range(3):
        scenario.when_time_passes(20 * SECOND)
        scenario.when(scenario.not_found()).then(LookUpMissed)
    assert state_of(scenario) == "unknown"


def test_a_look_up_without_an_answer_is_repeated_ever_more_slowly() -> None:
    scenario = looked_up()
    waits = []
    for _ in range(3):
        scenario.when(scenario.unknown("look_up"))
        (missed,) = scenario.decisions
        assert a(LookUpMissed, negative=False).fits(missed)
        waits.append(missed.look_up_ns - scenario.at)
        scenario.when_time_passes(waits[-1]).then(LookUpRequested)
    assert waits == sorted(waits)
    assert waits[0] > SECOND


def test_a_refusal_as_a_duplicate_is_evidence_that_the_order_exists() -> None:
    scenario = given().when_proposed(LONG)
    scenario.when(scenario.rejected(110072)).then(OrderUnknown)
    assert state_of(scenario) == "unknown"
    scenario.when_time_passes(SECOND).then(LookUpRequested)


def test_no_answer_at_all_is_noticed_by_the_answer_deadline() -> None:
    scenario = given().when_proposed(LONG)
    scenario.when_time_passes(10 * SECOND - 1).then_nothing()
    scenario.when_time_passes(1).then(a(OrderUnknown, reason="no answer in time"))


def test_no_answer_to_a_look_up_is_noticed_too() -> None:
    scenario = looked_up()
    scenario.when_time_passes(10 * SECOND).then(OrderUnknown)
    scenario.when_time_passes(SECOND).then(a(LookUpRequested, attempt=2))


@pytest.mark.parametrize("ends", ["found", "filled", "cancelled"])
def test_a_lost_cancel_leaves_the_order_unknown_until_there_is_evidence(ends: str) -> None:
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.accepted()).when(FlattenAccount("alpha", "home"))
    scenario.then(CancelRequested)
    scenario.when(scenario.unknown("cancel")).then(OrderUnknown)
    if ends == "cancelled":
        scenario.when(scenario.cancelled()).then_nothing()
        assert state_of(scenario) == "ended"
        return
    scenario.when_time_passes(SECOND).then(LookUpRequested)
    if ends == "found":
        # It still works: the cancel was lost, and is asked for again.
        scenario.when(scenario.found("working")).then(CancelRequested)
    else:
        entry = scenario.order
        scenario.when(scenario.filled(price="99"), scenario.found("filled", "50", entry))
        scenario.then(a(OrderRequested, purpose="flatten"))


def test_a_refused_cancel_asks_for_the_orders_true_end() -> None:
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.accepted()).when(FlattenAccount("alpha", "home"))
    order = scenario.order
    refused = CancelRejected(order.key, order.client_id, 110001, "too late", Nanos(scenario.at))
    scenario.when(refused).then(OrderUnknown)
    scenario.when_time_passes(SECOND).then(LookUpRequested)
    scenario.when(scenario.filled(price="99", order=order))
    assert scenario.state.blotter.live.get(order.client_id) is None


def test_a_panic_close_of_unknown_fate_is_not_sent_twice_until_it_surely_never_was() -> None:
    scenario = panicking()
    panic = scenario.order
    scenario.when(scenario.unknown()).then(OrderUnknown)
    scenario.when_time_passes(SECOND).then(LookUpRequested)
    scenario.when(scenario.not_found()).then(LookUpMissed)
    scenario.when_time_passes(10 * SECOND).then(LookUpRequested)
    scenario.when(scenario.not_found()).then(OrderNotPlaced, CloseDelayed)
    scenario.when_time_passes(2 * SECOND).then(a(OrderRequested, purpose="panic"))
    assert scenario.order.client_id != panic.client_id


# Merging reports that come late, twice or in the wrong order.


def test_an_acceptance_after_the_fill_changes_nothing() -> None:
    scenario = given().when_proposed(LONG)
    entry = scenario.order
    scenario.when(scenario.filled("20"), scenario.accepted())
    assert state_of(scenario) == "partially_filled"
    scenario.when(scenario.filled("30"), scenario.accepted(entry)).then_nothing()
    assert state_of(scenario) == "ended"


def test_an_execution_told_twice_is_booked_once() -> None:
    scenario = given().when_proposed(LONG)
    fill = scenario.filled("20", execution="the-one")
    scenario.when(fill, fill, scenario.stop("98", "104"), fill)
    scenario.then_state(quantity=parse("20"), entry_value=parse("2000"))


def test_a_fill_after_the_cancel_counts() -> None:
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.accepted(), scenario.cancelled(), scenario.filled("20", "99"))
    scenario.then_state(quantity=parse("20"), account="alpha", stop_price=parse("97"))
    assert state_of(scenario) == "ended"


def test_a_repeated_acceptance_does_not_answer_the_question_about_a_lost_cancel() -> None:
    scenario = given().when_proposed(RESTING)
    accepted = scenario.accepted()
    scenario.when(accepted).when(FlattenAccount("alpha", "home"))
    scenario.when(scenario.unknown("cancel"), accepted)
    assert state_of(scenario) == "unknown"
    scenario.when_time_passes(SECOND).then(LookUpRequested)


def test_an_unknown_order_that_fills_in_part_is_still_looked_up() -> None:
    scenario = doubtful()
    scenario.when(scenario.filled("20"), scenario.stop("98", "104"))
    scenario.when_time_passes(SECOND).then(LookUpRequested)
    scenario.when(scenario.found("cancelled", "20")).then_nothing()
    assert state_of(scenario) == "ended"
    scenario.when(scenario.stopped("98")).then(TradeClosed)


def test_an_answer_to_a_look_up_that_was_never_asked_is_no_answer_to_the_order() -> None:
    scenario = given().when_proposed(LONG)
    for _ in range(3):
        scenario.when_time_passes(2 * SECOND).when(scenario.not_found()).then_nothing()
    assert state_of(scenario) == "requested"
    assert list(pending(scenario.state))
    scenario.when_time_passes(10 * SECOND).then(OrderUnknown, LookUpRequested)


def test_a_close_that_the_venue_cut_to_the_position_is_looked_up_to_its_end() -> None:
    scenario = panicking()
    panic = scenario.order
    # Five of the fifty were closed by hand: the venue fills the rest, and says no more.
    by_hand = scenario.stopped("99", quantity="5")
    scenario.when(scenario.accepted(), by_hand, scenario.filled("45"))
    assert scenario.position().quantity == 0
    scenario.when_time_passes(10 * SECOND).then(a(OrderUnknown, client_id=panic.client_id))
    scenario.when_time_passes(SECOND).then(LookUpRequested)
    scenario.when(scenario.found("filled", "45", panic)).then_nothing()
    assert scenario.live(panic) is None
    scenario.when_proposed(LONG).then(Approved, OrderRequested)


def test_a_market_order_that_was_accepted_and_not_heard_of_again_is_looked_up() -> None:
    scenario = given().when_proposed(LONG)
    scenario.when(scenario.accepted()).when_time_passes(10 * SECOND).then(OrderUnknown)
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.accepted()).when_time_passes(60 * SECOND).then_nothing()


def test_reports_about_orders_that_nobody_knows_change_nothing() -> None:
    scenario = given()
    at = Nanos(scenario.at)
    stranger = OrderAccepted(key_of(), ClientId("somebody-else-1"), "v", at)
    scenario.when(stranger).then_nothing()
    assert list(pending(scenario.state)) == []
