"""A strategy takes its resting entry back: what fills meanwhile is its own (F10, F11)."""

from engine.domain.intent import CancelEntry
from engine.messages.commands import PauseAccount
from engine.messages.decisions import CancelRequested, GovernorActed, OrderRequested
from engine.messages.effects import CancelOrder
from engine.money import parse
from engine.timebase import SECOND
from tests.spec.scenario import a
from tests.spec.test_amendments import LOWER, RESTING, order_of, resting


def test_a_strategy_takes_its_entry_back() -> None:
    run = resting().when_proposed(CancelEntry("no more"))
    run.then(a(CancelRequested, reason="no more", keeps_fills=True))
    assert run.effects == [CancelOrder(run.order.key, run.order.client_id)]
    run.when(run.cancelled())
    assert run.live() is None
    run.when_proposed(RESTING)
    assert isinstance(run.decisions[-1], OrderRequested)


def test_it_is_taken_back_once() -> None:
    resting().when_proposed(CancelEntry()).when_proposed(CancelEntry()).then_nothing()


def test_what_fills_while_the_strategy_takes_it_back_is_its_position() -> None:
    run = resting().when_proposed(CancelEntry())
    run.when(run.stop("97"), run.filled("20", "99")).then_nothing()
    run.then_state(unwanted=False, quantity=parse("20"))


def test_a_pause_after_it_wants_no_fill_any_more() -> None:
    """The venue is asked again: what fills now is new risk that nobody may take."""
    run = resting().when_proposed(CancelEntry())
    run.when(PauseAccount("alpha", "told"))
    run.then(a(GovernorActed), a(CancelRequested, keeps_fills=False))
    run.when(run.stop("97"), run.filled("20", "99"))
    run.then(a(OrderRequested, purpose="flatten"))


def test_a_cancel_that_was_lost_is_asked_for_again_by_the_strategys_own_wish() -> None:
    """What fills is still its own."""
    run = resting().when_proposed(CancelEntry())
    run.when(run.unknown("cancel")).when_time_passes(SECOND)
    run.when(run.found("working")).then(a(CancelRequested, keeps_fills=True))
    run.when(run.stop("97"), run.filled("20", "99")).then_nothing()


def test_a_cancel_overtakes_an_amendment() -> None:
    """The amendment's answer comes first, the cancel's is still due."""
    run = resting().when_proposed(LOWER)
    run.when_proposed(CancelEntry())
    run.when(run.amended("98.5")).then_nothing()
    assert order_of(run).awaits == "cancel"
    run.when(run.cancelled())
    assert run.live() is None
