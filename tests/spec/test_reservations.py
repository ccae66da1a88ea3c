"""What an entry reserves is given back on every path on which it can end (S0-28)."""

from collections.abc import Callable

import pytest

from engine.domain.intent import Enter
from engine.domain.order import BUY
from engine.messages.commands import FlattenAccount
from engine.money import parse
from engine.timebase import SECOND
from tests.spec.run_terms import BTC, account, terms
from tests.spec.scenario import Scenario, given

RESTING = Enter(BUY, parse("97"), limit_price=parse("99"))


def rejected(s: Scenario) -> None:
    s.when(s.rejected())


def filled(s: Scenario) -> None:
    s.when(s.filled(price="99"))


def filled_before_accepted(s: Scenario) -> None:
    entry = s.order
    s.when(s.filled(price="99")).when(s.accepted(entry))


def cancelled_by_the_venue(s: Scenario) -> None:
    s.when(s.accepted(), s.cancelled())


def cancelled_by_us(s: Scenario) -> None:
    s.when(s.accepted()).when(FlattenAccount("alpha", "home")).when(s.cancelled())


def filled_in_part_and_cancelled(s: Scenario) -> None:
    s.when(s.accepted(), s.filled("20", "99"), s.cancelled())


def found_expired(s: Scenario) -> None:
    s.when(s.unknown()).when_time_passes(SECOND).when(s.found("expired"))


def found_rejected(s: Scenario) -> None:
    s.when(s.unknown()).when_time_passes(SECOND).when(s.found("rejected"))


def never_placed(s: Scenario) -> None:
    s.when(s.unknown())
    for _ in range(2):
        s.when_time_passes(6 * SECOND).when(s.not_found())


WAYS = [
    rejected,
    filled,
    filled_before_accepted,
    cancelled_by_the_venue,
    cancelled_by_us,
    filled_in_part_and_cancelled,
    found_expired,
    found_rejected,
    never_placed,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_an_order_that_ends_frees_its_seat_its_reservation_and_its_timers(
    way: Callable[[Scenario], None],
) -> None:
    scenario = given().when_proposed(RESTING)
    entry = scenario.order
    seat = scenario.state.seats["alpha", BTC]
    assert seat.pending_entries == 1
    way(scenario)
    assert seat.pending_entries == 0
    assert scenario.live(entry) is None
    assert not [timer for timer in scenario.state.timers.due if timer[1] == entry.client_id]
    size = scenario.position().quantity
    if size:
        scenario.when(scenario.stop("97"), scenario.stopped("97"))
    scenario.when_proposed(RESTING)
    assert scenario.check("leverage").value == scenario.order.notional, "only its own value counts"
    assert scenario.check("open_positions").value == 0


def test_the_filled_part_of_an_order_reserves_no_more() -> None:
    scenario = given().when_proposed(RESTING)
    scenario.when(scenario.accepted(), scenario.filled("20", "99"), scenario.stop("97"))
    order = scenario.live()
    assert order is not None
    assert order.reserved_risk == parse("60")
    assert order.reserved_notional == parse("2970")


def test_risk_on_its_way_counts_against_the_daily_loss() -> None:
    run = terms(account(symbols=(BTC, "ETHUSDT"), max_daily_loss=parse("100")))
    scenario = given(run).when_proposed(RESTING, symbol="ETHUSDT")
    scenario.when_proposed(RESTING).then_refused("daily_loss")
    assert scenario.check("daily_loss").value == parse("100")
