"""An open position without a working stop is counted in seconds and ends in a close (law 5)."""

import pytest

from engine.domain.intent import Enter, Exit, MoveStop
from engine.domain.order import BUY
from engine.ids import NO_CLIENT_ID
from engine.messages.commands import FlattenAccount
from engine.messages.decisions import (
    CancelRequested,
    CloseDelayed,
    GovernorActed,
    IncidentClosed,
    IncidentOpened,
    LookUpMissed,
    LookUpRequested,
    OrderRequested,
    StopMoved,
    TradeClosed,
)
from engine.messages.effects import LookUpPosition, SetStop
from engine.messages.venue import OrderFilled, OutcomeUnknown, PositionReported, StopRejected
from engine.money import parse
from engine.timebase import NEVER, SECOND, Nanos
from tests.spec.run_terms import ETH, START
from tests.spec.scenario import PROTECTION_DEADLINE, Scenario, a, given, key_of
from tests.spec.test_entries import LONG, opened

PANIC = a(OrderRequested, purpose="panic", reduce_only=True, quantity=parse("50"))


def uncovered() -> Scenario:
    """An entry is filled and nothing is heard of its stop."""
    scenario = given().when_proposed(LONG)
    return scenario.when(scenario.accepted(), scenario.filled()).then_nothing()


def panicking() -> Scenario:
    """The deadline is over and a panic close is on its way."""
    scenario = uncovered()
    scenario.when_time_passes(PROTECTION_DEADLINE)
    return scenario.then(a(IncidentOpened, kind="unprotected"), PANIC)


def stop_rejected(scenario: Scenario) -> StopRejected:
    return StopRejected(key_of(), 10001, "would trigger at once", Nanos(scenario.at))


def reported(scenario: Scenario, quantity: str, stop: str, target: str = "0") -> PositionReported:
    size, at = parse(quantity), Nanos(scenario.at)
    return PositionReported(key_of(), size, 0, parse(stop), parse(target), at)


def silence() -> OutcomeUnknown:
    return OutcomeUnknown(key_of(), NO_CLIENT_ID, "set_stop", "timeout")


def test_a_fill_starts_the_protection_clock_and_the_reported_stop_ends_it() -> None:
    scenario = uncovered()
    scenario.then_state(covering_until=scenario.at + PROTECTION_DEADLINE)
    scenario.when(scenario.stop("98", "104")).then_nothing()
    scenario.then_state(covering_until=0, venue_stop=parse("98"))
    scenario.when_time_passes(10 * PROTECTION_DEADLINE).then_nothing()


def test_a_stop_reported_before_its_fill_protects_it_too() -> None:
    scenario = given().when_proposed(LONG)
    scenario.when(scenario.stop("98", "104"), scenario.filled()).then_nothing()
    scenario.then_state(covering_until=0, venue_stop=parse("98"))


def test_a_stop_of_an_older_position_does_not_protect_a_new_one() -> None:
    scenario = opened()
    scenario.when(scenario.stopped("98"), scenario.stop("98", "104"))
    scenario.when_proposed(Enter(BUY, parse("97")))
    scenario.when(scenario.filled())
    scenario.then_state(covering_until=scenario.at + PROTECTION_DEADLINE)


def test_a_nanosecond_before_the_deadline_nothing_happens_and_at_it_the_position_is_closed() -> (
    None
):
    scenario = uncovered()
    scenario.when_time_passes(PROTECTION_DEADLINE - 1).then_nothing()
    scenario.when_time_passes(1).then(a(IncidentOpened, kind="unprotected"), PANIC)
    scenario.when(scenario.filled(price="99"))
    scenario.then(a(IncidentClosed, resolution="position closed"), TradeClosed)
    assert scenario.state.incidents == {}
    scenario.when_time_passes(100 * SECOND).then_nothing()


def test_a_refused_stop_closes_at_once() -> None:
    scenario = uncovered()
    scenario.when(stop_rejected(scenario))
    scenario.then(a(IncidentOpened, kind="stop_rejected"), PANIC)


def test_a_refused_move_leaves_the_old_stop_in_force_and_is_an_incident_until_it_is_seen() -> None:
    scenario = opened().when_proposed(MoveStop(parse("99")))
    scenario.when(stop_rejected(scenario)).then(a(IncidentOpened, kind="stop_rejected"))
    scenario.then_state(stop_price=parse("98"), venue_stop=parse("98"), stop_asked=False)
    scenario.when(scenario.stop("98", "104")).then(a(IncidentClosed, resolution="protected"))


def test_a_stop_that_vanishes_is_asked_for_again_and_closes_if_it_does_not_come_back() -> None:
    scenario = opened().when()
    scenario.when(scenario.stop("0"))
    scenario.then(a(StopMoved, stop_price=parse("98"), target_price=parse("104"), reason="missing"))
    assert scenario.effects == [SetStop(key_of(), parse("98"), parse("104"))]
    restored = opened()
    restored.when(restored.stop("0"), restored.stop("98", "104"))
    restored.when_time_passes(PROTECTION_DEADLINE).then_nothing()
    scenario.when_time_passes(PROTECTION_DEADLINE)
    scenario.then(a(IncidentOpened, kind="unprotected"), PANIC)


def test_a_stop_that_is_not_the_wanted_one_is_set_right() -> None:
    scenario = opened()
    scenario.when(scenario.stop("90", "104"))
    scenario.then(a(StopMoved, stop_price=parse("98"), reason="differs"))


def test_a_refused_panic_close_is_tried_again_and_each_time_later() -> None:
    scenario = panicking()
    waits = []
    for attempt in (1, 2, 3):
        scenario.when(scenario.rejected()).then(a(CloseDelayed, attempt=attempt))
        (delayed,) = scenario.decisions
        wait = delayed.due_ns - scenario.at
        waits.append(wait // SECOND)
        scenario.when_time_passes(wait - 1).then_nothing()
        scenario.when_time_passes(1).then(PANIC)
    assert waits == [2, 4, 8]
    scenario.when(scenario.filled(price="97")).then(IncidentClosed, TradeClosed)


def test_a_flatten_takes_the_place_of_a_close_that_waits_for_its_time() -> None:
    scenario = panicking()
    scenario.when(scenario.rejected()).when(FlattenAccount("alpha", "home"))
    scenario.then(a(OrderRequested, purpose="flatten"))
    assert "close" not in [kind for kind, _, _ in scenario.state.timers.due]


def test_the_wait_between_closes_is_at_most_a_minute() -> None:
    scenario = panicking()
    for _ in range(12):
        scenario.when(scenario.rejected())
        (delayed,) = scenario.decisions
        wait = delayed.due_ns - scenario.at
        assert wait <= 60 * SECOND
        scenario.when_time_passes(wait)
    assert wait == 60 * SECOND


def test_a_panic_close_that_fills_in_part_is_followed_by_another_for_the_rest() -> None:
    scenario = panicking()
    scenario.when(scenario.filled("20"), scenario.cancelled())
    scenario.then(a(CloseDelayed, attempt=1))
    scenario.when_time_passes(2 * SECOND)
    scenario.then(a(OrderRequested, purpose="panic", quantity=parse("30")))


def test_an_entry_that_fills_on_while_the_panic_close_is_out_is_closed_too() -> None:
    scenario = given().when_proposed(LONG)
    entry = scenario.order
    scenario.when(scenario.filled("20")).when_time_passes(PROTECTION_DEADLINE)
    scenario.then(IncidentOpened, a(OrderRequested, quantity=parse("20")))
    panic = scenario.order
    scenario.when(scenario.filled("30", order=entry)).when(scenario.filled(order=panic))
    scenario.then(CloseDelayed)
    scenario.when_time_passes(2 * SECOND)
    scenario.then(a(OrderRequested, purpose="panic", quantity=parse("30")))


def test_an_exit_of_a_part_on_its_way_does_not_hold_up_a_panic_close_of_the_whole() -> None:
    scenario = opened()
    scenario.when(scenario.stop("0")).when_proposed(Exit(fraction=parse("0.5")))
    # The candle came after the deadline: the position is closing, and the exit has to wait.
    assert scenario.order.purpose == "panic"
    scenario = opened().when_proposed(Exit(fraction=parse("0.5")))
    scenario.when(scenario.stop("0")).when_time_passes(PROTECTION_DEADLINE)
    scenario.then(a(IncidentOpened, kind="unprotected"), PANIC)


def test_a_position_that_is_protected_again_is_closed_all_the_same_once_panic_has_begun() -> None:
    scenario = panicking()
    scenario.when(scenario.rejected()).when(scenario.stop("98", "104")).then_nothing()
    assert scenario.state.incidents
    scenario.when_time_passes(2 * SECOND).then(PANIC)
    scenario.when(scenario.filled()).then(IncidentClosed, TradeClosed)


def test_a_refused_exit_is_the_strategys_to_ask_again() -> None:
    scenario = opened().when_proposed(Exit())
    scenario.when(scenario.rejected()).then_nothing()
    scenario.then_state(closing="", quantity=parse("50"))
    scenario.when_proposed(Exit()).then(a(OrderRequested, purpose="exit"))


def test_a_doubled_end_of_an_old_close_does_not_touch_the_next_position() -> None:
    scenario = panicking()
    panic = scenario.order
    scenario.when(scenario.filled("20"), scenario.cancelled()).when_time_passes(2 * SECOND)
    scenario.when(scenario.filled())
    opened(scenario)
    for late in (scenario.cancelled(panic), scenario.rejected(order=panic)):
        scenario.when(late).then_nothing()
    scenario.when(scenario.found("cancelled", "20", panic)).then_nothing()


def test_a_partly_filled_and_cancelled_entry_is_protected_for_what_it_has() -> None:
    scenario = given().when_proposed(LONG)
    scenario.when(scenario.accepted(), scenario.filled("20"), scenario.cancelled())
    scenario.then_state(quantity=parse("20"), covering_until=scenario.at - 10**6 + 2 * SECOND)
    scenario.when(scenario.stop("98", "104")).then_nothing()
    assert scenario.live() is None
    assert scenario.state.seats["alpha", "BTCUSDT"].pending_entries == 0


def test_silence_about_a_stop_is_followed_by_a_look_at_the_position() -> None:
    scenario = opened().when_proposed(MoveStop(parse("99")))
    scenario.when(silence()).then(a(LookUpMissed, client_id=NO_CLIENT_ID))
    scenario.when_time_passes(SECOND).then(a(LookUpRequested, client_id=NO_CLIENT_ID))
    assert scenario.effects == [LookUpPosition(key_of())]
    scenario.when(reported(scenario, "50", "98", "104"))
    scenario.then(a(StopMoved, stop_price=parse("99"), reason="differs"))


def test_no_word_at_all_about_a_stop_is_noticed_by_the_answer_deadline() -> None:
    scenario = opened().when_proposed(MoveStop(parse("99")))
    scenario.when_time_passes(10 * SECOND - 1).then_nothing()
    scenario.when_time_passes(1).then(LookUpRequested)


def test_a_stop_and_a_target_that_both_fire_close_the_position_once() -> None:
    scenario = opened()
    target = scenario.stopped("104", "take_profit")
    scenario.when(scenario.stopped("98")).then(TradeClosed)
    # A venue that fills the other one too has opened a position that nobody asked for.
    scenario.when(target).then(a(IncidentOpened, kind="external_fill", account=""))
    scenario.then_state(quantity=-parse("50"), account="")


def test_a_stop_larger_than_what_we_knew_of_leaves_a_rest_of_the_same_account() -> None:
    """Fills of ours are missing; until they come and close it, the rest has the usual deadline."""
    scenario = opened()
    scenario.when(scenario.stopped("98", quantity="60")).then(a(TradeClosed, quantity=parse("50")))
    rest = {"quantity": -parse("10"), "entry_value": parse("980"), "account": "alpha"}
    scenario.then_state(**rest, covering_until=scenario.at + PROTECTION_DEADLINE)


def test_a_strange_fill_through_zero_leaves_an_external_rest() -> None:
    scenario = opened()
    fill = OrderFilled(
        key_of(), "", "v", "hand", "order", -1, parse("98"), parse("60"), 0, "USDT", False, START
    )
    scenario.when(fill)
    scenario.then(a(TradeClosed, quantity=parse("50")), a(IncidentOpened, kind="external_fill"))
    scenario.then_state(quantity=-parse("10"), entry_value=parse("980"), account="")


def test_a_fill_that_nobody_asked_for_is_an_incident_and_is_never_traded_away() -> None:
    eth, price, one = key_of(ETH), parse("100"), parse("1")
    fill = OrderFilled(eth, "", "v", "hand", "order", BUY, price, one, 0, "USDT", False, START)
    scenario = given().when(fill)
    scenario.then(a(IncidentOpened, kind="external_fill"))
    scenario.when_time_passes(60 * SECOND).then_nothing()
    scenario.when_proposed(LONG).then(*[type(d) for d in scenario.decisions])
    assert scenario.orders, "an account in another symbol still trades"


def test_a_size_that_differs_at_the_venue_pauses_the_account_and_stays_an_incident() -> None:
    scenario = opened()
    scenario.when(reported(scenario, "30", "98", "104"))
    scenario.then(a(LookUpMissed, negative=True))
    scenario.when(reported(scenario, "30", "98", "104"))
    scenario.then(
        a(IncidentOpened, kind="position_drift"),
        a(GovernorActed, action="pause", reason="position_drift", until_ns=NEVER),
    )
    assert [incident.kind for incident in scenario.state.incidents.values()] == ["position_drift"]
    scenario.when(scenario.stop("98", "104")).then_nothing()


def test_a_size_that_differs_once_may_have_overtaken_a_fill() -> None:
    scenario = opened()
    scenario.when(reported(scenario, "30", "98", "104")).when(reported(scenario, "50", "98", "104"))
    scenario.then_nothing()
    scenario.when(reported(scenario, "30", "98", "104")).then(a(LookUpMissed, negative=True))
    assert not scenario.state.incidents


@pytest.mark.parametrize("stop", ["98", "0"])
def test_the_close_of_a_position_cancels_what_still_works_for_its_entry(stop: str) -> None:
    scenario = given().when_proposed(Enter(BUY, parse("97"), limit_price=parse("99")))
    entry = scenario.order
    scenario.when(scenario.accepted(), scenario.filled("20", "99"), scenario.stop("97"))
    scenario.when(scenario.stopped("97", quantity="20"))
    scenario.then(TradeClosed, a(CancelRequested, client_id=entry.client_id))
    scenario.when(scenario.stop(stop)).then_nothing()
