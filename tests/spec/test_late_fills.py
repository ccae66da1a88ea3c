"""Reports overtake each other; the books end up where the venue's are."""

import attrs
import pytest

from engine.domain.order import FillCause
from engine.messages.decisions import IncidentOpened, TradeClosed
from engine.messages.inputs import Input
from engine.money import parse
from tests.spec.run_terms import terms
from tests.spec.scenario import Scenario, a, given
from tests.spec.test_entries import LONG


def test_a_stop_that_overtakes_the_late_fill_of_its_entry_is_the_same_accounts_trade() -> None:
    scenario = given().when_proposed(LONG)
    late = scenario.filled()
    scenario.when(scenario.accepted(), scenario.overtaking("98", "50"))
    scenario.then_state(quantity=-parse("50"), account="alpha")
    scenario.when(late).then(a(TradeClosed, account="alpha", quantity=parse("50")))
    (trade,) = scenario.decisions
    assert isinstance(trade, TradeClosed)
    assert trade.pnl < -parse("100"), "two per cent of 5000, and fees"
    scenario.then_state(quantity=0)


def told_as_cancelled(scenario: Scenario, *before: Input) -> Scenario:
    """The entry's rest is told as cancelled before its fill is."""
    scenario.when_proposed(LONG)
    return scenario.when(scenario.accepted(), *before, scenario.cancelled()).then_nothing()


@pytest.mark.parametrize("cause", ["stop_loss", "take_profit", "trailing_stop"])
def test_so_it_is_when_the_entry_was_told_as_cancelled_before_its_fill(cause: FillCause) -> None:
    """Stop set, cancel, stop hit, fill: only a fill that is missing can have set the stop."""
    scenario = given()
    told_as_cancelled(scenario, scenario.stop("98", "104"))
    late = scenario.filled("50")
    scenario.when(attrs.evolve(scenario.overtaking("98", "50"), cause=cause)).then_nothing()
    scenario.then_state(quantity=-parse("50"), account="alpha")
    scenario.when(scenario.stop("0"), late)
    scenario.then(a(TradeClosed, account="alpha", quantity=parse("50")))
    (trade,) = scenario.decisions
    assert isinstance(trade, TradeClosed)
    scenario.then_state(quantity=0, alpha_realised=trade.pnl)


def test_a_stop_that_nobody_saw_working_at_a_flat_position_is_nobodys() -> None:
    scenario = told_as_cancelled(given())
    scenario.when(scenario.overtaking("98", "50")).then(a(IncidentOpened, kind="external_fill"))
    scenario.then_state(quantity=-parse("50"), account="")


def test_a_strange_fill_of_an_order_is_nobodys_though_a_stop_works() -> None:
    scenario = given()
    told_as_cancelled(scenario, scenario.stop("98", "104"))
    strange = attrs.evolve(scenario.overtaking("98", "50"), cause="order")
    scenario.when(strange).then(a(IncidentOpened, kind="external_fill"))


def test_until_semantics_2_it_was_nobodys_and_frames_of_then_are_folded_so() -> None:
    """Law 2: a journal of semantics 1 keeps its digest, though the trade was left to nobody."""
    scenario = given(attrs.evolve(terms(), semantics=1))
    told_as_cancelled(scenario, scenario.stop("98", "104"))
    scenario.when(scenario.overtaking("98", "50")).then(a(IncidentOpened, kind="external_fill"))
    scenario.then_state(quantity=-parse("50"), account="")
