"""What the venue account still has for an entry, by its margin mode and the contract's tiers.

Leverage is 3; long 50 at 100 hold 5000 / 3 and the closing fee of 5000 * 2 / 3 * 0.00055.
"""

from typing import Any

import attrs
import pytest

from engine.domain.instrument import RiskTier
from engine.domain.intent import Enter, Reprice
from engine.domain.order import BUY, SELL
from engine.messages.decisions import Approved, IntentRefused
from engine.messages.runs import Terms
from engine.messages.venue import LeverageSet
from engine.money import parse
from engine.timebase import Nanos
from tests.spec.run_terms import BTC, ETH, account, instrument, terms
from tests.spec.scenario import Scenario, a, given, key_of

LONG = Enter(BUY, parse("98"))
SHORT = Enter(SELL, parse("102"))


def venue(run: Terms, **changes: Any) -> Terms:
    """The same run at a venue of other terms."""
    return attrs.evolve(run, venue=attrs.evolve(run.venue, **changes))


def holding(mode: str, wallet: str = "10000", fee: str = "0.00055") -> Scenario:
    """Alpha is long 50 BTC from 100, which is 90 now, and looks at ETH."""
    run = terms(account(symbols=(BTC, ETH)))
    run = venue(run, margin_mode=mode, wallet=parse(wallet), taker_fee=parse(fee))
    scenario = given(run)
    scenario.when_proposed(LONG).when(scenario.stop("80"), scenario.filled())
    scenario.when_candles("90", symbols=(BTC,))
    return scenario.when_proposed(Enter(BUY, parse("98")), symbol=ETH)


def test_isolated_profit_and_loss_that_are_open_do_not_count() -> None:
    """10,000 - 2.75 of fee - 1666.66666667 - 1.83333333."""
    assert holding("isolated").check("available_margin").threshold == parse("8328.75")


def test_cross_they_do_and_margin_moves_with_the_mark() -> None:
    """10,000 - 2.75 - 500 lost - 1500 of margin at 90 - 1.83333333 of closing fee."""
    assert holding("cross").check("available_margin").threshold == parse("7995.41666667")


def test_without_margin_what_is_held_was_paid_in_full() -> None:
    """49.97 at 100 and the fee are gone; the value of another is wanted whole, with its fee."""
    check = holding("none").check("available_margin")
    assert check.threshold == parse("10000") - parse("2.75") - parse("5000")
    assert check.value > parse("4000")


def spot(wallet: str, **sizing: int) -> Scenario:
    """One account without margin."""
    return given(venue(terms(account(**sizing)), margin_mode="none", wallet=parse(wallet)))


def test_without_margin_nothing_is_sold_short() -> None:
    run = spot("10000").when_proposed(SHORT)
    run.then_refused("side")


def test_without_margin_an_entry_is_no_larger_than_the_wallet_pays_with_its_fee() -> None:
    """A risk of 1 % over 0.1 would be 1000; 10,000 / 1.00055 pay for 99.945."""
    run = spot("10000").when_proposed(Enter(BUY, parse("99.9")))
    run.then(a(Approved, quantity=parse("99.945")), a(object))


@pytest.mark.parametrize(("wallet", "lets"), [("5002.75", True), ("5002.74", False)])
def test_without_margin_value_and_fee_are_in_the_wallet(wallet: str, lets: bool) -> None:
    run = spot(wallet, fixed_quantity=parse("50")).when_proposed(LONG)
    assert run.check("available_margin").value == parse("5002.75")
    assert isinstance(run.decisions[0], Approved) == lets


LADDER = (
    RiskTier(parse("4000"), parse("0.005"), parse("50"), 0),
    RiskTier(parse("6000"), parse("0.01"), parse("25"), parse("20")),
)


def tiered(leverage: str, **sizing: int) -> Scenario:
    """A ladder of 4,000 at 50x and 6,000 at 25x; the symbol is set to ``leverage``."""
    run = terms(account(**sizing), instruments=(instrument(tiers=LADDER),))
    scenario = given(run)
    return scenario.when(LeverageSet(key_of(), parse(leverage), Nanos(1)))


@pytest.mark.parametrize(
    ("leverage", "allowed"), [("3", "6000"), ("25", "6000"), ("25.01", "4000"), ("50.01", "0")]
)
def test_a_value_has_to_be_allowed_at_the_leverage(leverage: str, allowed: str) -> None:
    run = tiered(leverage).when_proposed(LONG)
    assert run.check("risk_limit").value == parse("5000")
    assert run.check("risk_limit").threshold == parse(allowed)
    if parse(allowed) < parse("5000"):
        run.then_refused("risk_limit")


def test_at_the_limit_of_a_tier_it_is_allowed() -> None:
    run = tiered("25", fixed_quantity=parse("60")).when_proposed(LONG)
    assert isinstance(run.decisions[0], Approved)
    run = tiered("25", fixed_quantity=parse("60.001")).when_proposed(LONG)
    run.then_refused("risk_limit")


def test_what_an_entry_has_filled_counts_when_it_is_repriced() -> None:
    """20 at 90 and 40 more at 105 are 6,000; at 105.1 they are too much."""
    run = tiered("25", fixed_quantity=parse("60"))
    run.when_proposed(Enter(BUY, parse("80"), limit_price=parse("90")))
    run.when(run.accepted(), run.stop("80"), run.filled("20", "90"))
    run.when_proposed(Reprice(parse("105.1"))).then(a(IntentRefused, code="risk_limit"))
    run.when_proposed(Reprice(parse("105"))).then(a(Approved), a(object))


def test_a_contract_that_tells_no_tiers_has_no_such_limit() -> None:
    run = given().when_proposed(LONG)
    assert "risk_limit" not in [name for name, *_ in run.decisions[0].checks]
