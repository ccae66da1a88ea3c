"""Funding is booked once, belongs to the trade that it was paid in, and counts against limits."""

import pytest

from engine.domain.intent import Enter
from engine.domain.order import BUY
from engine.messages.decisions import GovernorActed, OrderRequested, TradeClosed
from engine.messages.runs import RunStarted
from engine.money import parse
from tests.spec.run_terms import account, terms
from tests.spec.scenario import Scenario, a, given

LONG = Enter(BUY, parse("98"))
FEE = parse("2.75")
"""Of 50 at 100."""


def long_of_fifty(**limits: int) -> Scenario:
    """Long 50 at 100, entered by alpha."""
    run = given(terms(account(**limits), account("beta")))
    return run.when_proposed(LONG).when(run.stop("98"), run.filled("50"))


def test_funding_is_paid_out_of_the_wallet_by_the_owner() -> None:
    run = long_of_fifty()
    run.when(run.funding("0.5")).then_nothing().then_state(funding=parse("0.5"))
    ledger = run.state.ledger
    assert ledger.wallet == parse("100000") - FEE - parse("0.5")
    assert (ledger.fees, ledger.funding, ledger.realised) == (FEE, parse("0.5"), 0)
    run.then_state(alpha_realised=-FEE - parse("0.5"))
    assert run.state.accounts["beta"].realised == 0


def test_the_same_execution_again_changes_nothing() -> None:
    """F40: told before a crash and after it, or twice in one breath."""
    run = long_of_fifty()
    run.when(run.funding("0.5", "at-8"), run.funding("0.5", "at-8"))
    run.when(RunStarted("c0ffee00", run.state.terms, ())).when(run.funding("0.5", "at-8"))
    run.then_nothing().then_state(funding=parse("0.5"))
    assert run.state.ledger.funding == parse("0.5")


def test_a_trade_is_net_of_its_fees_and_its_funding() -> None:
    """50 * 4 won, 2.75 and 2.86 of fees, 0.5 paid and 0.2 received."""
    run = long_of_fifty()
    run.when(run.funding("0.5"), run.funding("-0.2"), run.stopped("104"))
    fees, pnl = parse("5.61"), parse("194.09")
    run.then(a(TradeClosed, fees=fees, funding=parse("0.3"), pnl=pnl))
    run.then_state(alpha_realised=pnl, funding=0)


def test_the_next_trade_begins_with_none() -> None:
    run = long_of_fifty()
    run.when(run.funding("0.5"), run.stopped("104"))
    run.when_proposed(LONG).when(run.stop("98"), run.filled("50")).then_state(funding=0)


def test_a_loss_by_funding_alone_is_a_lost_trade() -> None:
    """9 won, 5.5 of fees, and 4 of funding."""
    run = long_of_fifty()
    run.when(run.funding("4"), run.stopped("100.18"))
    run.then_state(alpha_losses=1, alpha_wins=0)


def test_funding_told_after_the_close_is_paid_by_whom_the_trade_was() -> None:
    run = long_of_fifty()
    run.when(run.stopped("100"))
    run.when(run.funding("0.5")).then_nothing()
    run.then_state(alpha_realised=-2 * FEE - parse("0.5"), funding=0)
    assert run.state.ledger.funding == parse("0.5")


@pytest.mark.parametrize(("quantity", "payer"), [("50", "beta"), ("-50", "alpha")])
def test_funding_that_overtakes_a_fill_is_paid_by_whose_entry_is_under_way(
    quantity: str, payer: str
) -> None:
    """On its side: on the other it is what comes after the close of the trade before."""
    run = long_of_fifty()
    run.when(run.stopped("100"))
    run.when_proposed(LONG, of="beta").when(run.funding("0.5", quantity=quantity)).then_nothing()
    paid = {name: each.realised for name, each in run.state.accounts.items()}
    others = {"alpha": -2 * FEE, "beta": 0}
    assert paid == {**others, payer: others[payer] - parse("0.5")}


def test_funding_told_between_an_entrys_end_and_its_late_fill_is_its_accounts() -> None:
    """The report of the cancelled rest came first."""
    run = given(terms(account(), account("beta")))
    run.when_proposed(LONG).when(run.accepted(), run.cancelled())
    run.when(run.funding("0.5", quantity="5")).then_nothing()
    run.then_state(alpha_realised=-parse("0.5"))


def test_funding_of_a_position_that_nobody_ever_owned_is_the_ledgers_alone() -> None:
    run = given()
    run.when(run.funding("0.5")).then_nothing().then_state(alpha_realised=0)
    assert run.state.ledger.wallet == parse("99999.5")


@pytest.mark.parametrize(("amount", "kills"), [("97.24", False), ("97.25", True)])
def test_funding_counts_towards_the_drawdown(amount: str, kills: bool) -> None:
    """1 % of 10,000 is 100: the fee and so much funding, and not a cent less."""
    run = long_of_fifty(max_drawdown=parse("0.01"))
    run.when(run.funding(amount))
    if kills:
        run.then(a(GovernorActed, action="kill", reason="drawdown"), a(OrderRequested))
    else:
        run.then_nothing()


def test_funding_received_lifts_the_peak() -> None:
    run = long_of_fifty()
    run.when(run.funding("-10")).then_state(alpha_peak_equity=parse("10007.25"))
