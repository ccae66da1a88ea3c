"""Hedge mode: one account long, another short, on one symbol, each at a place of its own (5.5)."""

import attrs
import pytest

from engine.domain.intent import Enter, Exit
from engine.domain.order import BUY, SELL
from engine.messages.decisions import Approved, OrderRequested, TradeClosed
from engine.messages.runs import Terms
from engine.money import parse
from tests.spec.run_terms import BTC, account, terms
from tests.spec.scenario import Scenario, a, given, key_of

LONG = Enter(BUY, parse("98"))
SHORT = Enter(SELL, parse("102"))


def hedged(*accounts: object) -> Terms:
    """Alpha holds longs, beta shorts, and gamma would be long too."""
    sides = account(side=1), account("beta", side=-1), account("gamma", side=1)
    run = terms(*(accounts or sides))
    return attrs.evolve(run, venue=attrs.evolve(run.venue, position_mode="hedge"))


def both() -> Scenario:
    """Both sides are open."""
    run = given(hedged())
    run.when_proposed(LONG).when(run.stop("98", index=1), run.filled())
    run.when_proposed(SHORT, of="beta")
    run.then(a(Approved), a(OrderRequested, key=key_of(BTC, 2), side=-1))
    return run.when(run.stop("102", index=2), run.filled())


def test_each_side_has_its_place() -> None:
    run = both()
    long, short = run.position(index=1), run.position(index=2)
    assert (long.account, long.quantity) == ("alpha", parse("50"))
    assert (short.account, short.quantity) == ("beta", parse("-50"))
    assert key_of(BTC, 0) not in run.state.positions


def test_each_side_closes_by_itself() -> None:
    run = both()
    run.when(run.stopped("102", index=2))
    run.then(a(TradeClosed, account="beta", side=-1, key=key_of(BTC, 2)))
    run.when_proposed(Exit())
    run.then(a(OrderRequested, key=key_of(BTC, 1), side=-1, reduce_only=True))
    run.when(run.accepted(), run.filled("", "101"))
    run.then(a(TradeClosed, account="alpha", side=1))


@pytest.mark.parametrize(("intent", "of"), [(SHORT, "alpha"), (LONG, "beta"), (SHORT, "gamma")])
def test_an_account_of_one_side_never_opens_the_other(intent: Enter, of: str) -> None:
    run = given(hedged()).when_proposed(intent, of=of)
    run.then_refused("side")
    assert run.check("side")[1:] == (intent.side, -intent.side, False)


def test_one_place_has_one_owner() -> None:
    """S0-18 holds in hedge mode too, for each side."""
    run = both()
    run.when_proposed(LONG, of="gamma").then_refused("symbol_owner")


def test_both_sides_are_marked_by_one_price() -> None:
    run = both()
    run.when_candles("101")
    accounts = run.state.accounts
    assert accounts["alpha"].unrealised == parse("50")
    assert accounts["beta"].unrealised == parse("-50")


def test_the_exposure_of_a_symbol_is_net_of_its_sides() -> None:
    """S0-20: 5,000 long and 5,000 short expose nobody."""
    run = given(attrs.evolve(hedged()))
    run.when_proposed(LONG).when(run.stop("98", index=1), run.filled())
    run.when_proposed(SHORT, of="beta")
    assert run.check("symbol_exposure").value == 0


def test_in_one_way_mode_a_side_of_ones_own_is_kept_all_the_same() -> None:
    run = given(terms(account(side=-1)))
    run.when_proposed(LONG).then_refused("side")
    run.when_proposed(SHORT)
    run.then(a(Approved), a(OrderRequested, key=key_of()))


def test_in_one_way_mode_the_other_side_of_another_account_is_refused() -> None:
    """S0-19 is the rule where both would be one position."""
    run = given(terms(account(), account("beta")))
    run.when_proposed(LONG).when(run.stop("98"), run.filled())
    run.when_proposed(SHORT, of="beta")
    assert not run.check("opposing").passed


def test_an_account_without_a_side_has_no_place_in_hedge_mode() -> None:
    with pytest.raises(AssertionError, match="one side"):
        given(hedged(account()))
