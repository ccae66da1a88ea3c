"""Liquidation and deleveraging: the owner's, cancelled, told, and the end of new risk (F39)."""

import attrs
import pytest

from engine.domain.intent import Enter
from engine.domain.order import BUY
from engine.messages.decisions import (
    CancelRequested,
    CloseDelayed,
    GovernorActed,
    IncidentClosed,
    IncidentOpened,
    OrderRequested,
    TradeClosed,
)
from engine.money import parse
from engine.timebase import SECOND
from tests.spec.run_terms import BTC, ETH, account, terms
from tests.spec.scenario import Scenario, a, given, key_of

LONG = Enter(BUY, parse("98"))
WAITING = Enter(BUY, parse("97"), limit_price=parse("99"))
FACTS = (
    ("quantity", str(parse("50"))),
    ("mark", str(parse("91"))),
    ("bankruptcy_price", str(parse("90"))),
)


def long_of_fifty() -> Scenario:
    """Alpha is long 50 BTC at 100 and trades ETH too; beta looks on."""
    run = given(terms(account(symbols=(BTC, ETH)), account("beta", symbols=(BTC, ETH))))
    return run.when_proposed(LONG).when(run.stop("98"), run.filled("50"))


def test_a_liquidation_is_an_incident_kills_the_account_and_leaves_the_close_to_the_venue() -> None:
    run = long_of_fifty()
    run.when(run.liquidated())
    run.then(
        IncidentOpened(1, "liquidated", key_of(), "alpha", FACTS),
        a(GovernorActed, account="alpha", action="kill", reason="liquidated"),
        a(CloseDelayed, attempt=0, due_ns=run.at + SECOND),
    )
    assert run.effects == []


def test_the_fill_at_bankruptcy_is_the_owners_trade() -> None:
    """500 lost and both fees; the incident ends with the position, the kill does not."""
    run = long_of_fifty()
    run.when(run.liquidated()).when(run.stopped("90", "liquidation"))
    pnl = parse("-500") - parse("2.75") - parse("2.475")
    run.then(
        a(IncidentClosed, incident=1, resolution="position closed"),
        a(TradeClosed, account="alpha", pnl=pnl, exit_reason="liquidation"),
    )
    run.then_state(alpha_realised=pnl, alpha_killed="liquidated")
    run.when_time_passes(60 * SECOND).then_nothing()
    run.when_proposed(LONG).then_refused("killed")
    run.when_proposed(LONG, of="beta")
    assert isinstance(run.decisions[-1], OrderRequested), "the other account goes on"


def test_its_other_orders_are_cancelled() -> None:
    run = long_of_fifty()
    run.when_proposed(WAITING, symbol=ETH).when(run.accepted())
    run.when(run.liquidated())
    run.then(
        a(IncidentOpened, kind="liquidated"),
        a(GovernorActed, action="kill"),
        a(CancelRequested, client_id=run.order.client_id),
        a(CloseDelayed),
    )


def test_its_other_positions_are_closed_at_once() -> None:
    run = long_of_fifty()
    run.when_proposed(LONG, symbol=ETH).when(run.stop("98", symbol=ETH), run.filled())
    run.when(run.liquidated())
    run.then(
        a(IncidentOpened),
        a(GovernorActed),
        a(OrderRequested, key=key_of(ETH), purpose="flatten", reduce_only=True),
        a(CloseDelayed, key=key_of()),
    )


def test_a_position_that_the_venue_took_and_did_not_close_is_closed_by_us() -> None:
    """No more than the time of a look-up is left to the venue."""
    run = long_of_fifty()
    run.when(run.liquidated()).when_time_passes(SECOND)
    run.then(a(OrderRequested, key=key_of(), purpose="panic", reduce_only=True))


def test_once_the_venue_has_closed_it_nobody_closes_it_again() -> None:
    """Else the next owner's position would be closed for the last one's liquidation."""
    run = long_of_fifty()
    run.when(run.liquidated()).when(run.stopped("90", "liquidation"))
    assert ("close", "", key_of()) not in run.state.timers.due


def test_what_a_step_of_the_ladder_leaves_open_is_closed_by_us() -> None:
    """6.4: the venue may reduce to a lower tier; a killed account keeps nothing."""
    run = long_of_fifty()
    run.when(run.liquidated(quantity="20"))
    run.when(run.stopped("90", "liquidation", "20")).then_nothing()
    run.when_time_passes(SECOND)
    run.then(a(OrderRequested, quantity=parse("30"), purpose="panic"))


@pytest.mark.parametrize(("cause", "kind"), [("liquidation", "liquidated"), ("adl", "deleveraged")])
def test_a_fill_whose_announcement_was_lost_tells_all_of_it(cause: str, kind: str) -> None:
    run = long_of_fifty()
    run.when(run.stopped("90", cause))
    run.then(
        a(IncidentOpened, kind=kind, account="alpha"),
        a(GovernorActed, action="kill", reason=kind),
        a(IncidentClosed, incident=1),
        a(TradeClosed, account="alpha", exit_reason=cause),
    )


def test_deleveraging_is_told_kills_and_the_rest_is_closed_at_once() -> None:
    """The venue's insurance is used up: what is left with it is not left with it."""
    run = long_of_fifty()
    run.when(run.stopped("104", "adl", "20"))
    run.then(
        a(IncidentOpened, kind="deleveraged"),
        a(GovernorActed, action="kill", reason="deleveraged"),
        a(OrderRequested, quantity=parse("30"), purpose="flatten"),
    )
    run.when(run.accepted(), run.filled("", "104"))
    run.then(a(IncidentClosed, incident=1), a(TradeClosed))


def test_the_same_liquidation_told_twice_is_one_incident() -> None:
    run = long_of_fifty()
    run.when(run.liquidated()).when(run.liquidated()).then_nothing()


def test_an_older_incident_of_the_position_ends_in_the_new_one() -> None:
    run = long_of_fifty()
    run.when(run.stopped("104", "adl", "20")).when(run.liquidated(quantity="30"))
    run.then(
        a(IncidentClosed, incident=1, resolution="liquidated"),
        a(IncidentOpened, incident=2, kind="liquidated"),
    )


def test_the_fill_of_an_unknown_entry_overtaken_by_its_liquidation_is_its_accounts() -> None:
    run = given()
    run.when_proposed(LONG).when(run.unknown()).when(run.liquidated(quantity="50"))
    run.then(
        a(IncidentOpened, kind="liquidated", account="alpha"),
        a(GovernorActed, account="alpha", action="kill"),
        a(CancelRequested),
    )


def test_a_liquidation_told_between_an_entrys_end_and_its_late_fill_is_its_accounts() -> None:
    """Its fill opens what the late fill of the entry closes."""
    run = given()
    run.when_proposed(LONG).when(run.accepted(), run.cancelled())
    order = run.order
    run.when(run.liquidated(quantity="5"))
    run.then(a(IncidentOpened, account="alpha"), a(GovernorActed, action="kill"))
    taken = run.overtaking("90", "5")
    run.when(attrs.evolve(taken, cause="liquidation"))
    run.then_state(account="alpha", quantity=parse("-5"))
    assert list(run.state.incidents) == [1], "it is one takeover"
    run.when(run.filled("5", "100", order))
    run.then(a(IncidentClosed, incident=1), a(TradeClosed)).then_state(quantity=0)


def test_a_position_that_is_nobodys_is_an_incident_without_an_owner() -> None:
    run = given()
    run.when(run.liquidated(quantity="50")).then(a(IncidentOpened, kind="liquidated", account=""))
