"""Reports overtake each other; the books end up where the venue's are."""

from engine.messages.decisions import TradeClosed
from engine.money import parse
from tests.spec.scenario import a, given
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
