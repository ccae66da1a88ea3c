"""A strategy may reprice its resting entry or take it back: what is asked, held and believed (F11).

The entry under test buys at a limit of 99 with its stop at 97: 50 for a risk of 100, worth 4950.
"""

import pytest

from engine.domain.intent import CancelEntry, Enter, Reprice, find_mistake, reprice_to_ticks
from engine.domain.order import BUY, SELL
from engine.messages.decisions import (
    AmendRequested,
    Approved,
    IntentRefused,
    LookUpRequested,
    OrderUnknown,
)
from engine.messages.effects import AmendOrder, LookUpOrder
from engine.messages.runs import RunStarted
from engine.money import parse
from engine.orders.blotter import Order
from engine.react import pending
from engine.timebase import SECOND
from tests.spec.run_terms import account, terms
from tests.spec.scenario import Scenario, a, given

RESTING = Enter(BUY, parse("97"), limit_price=parse("99"))
LOWER = Reprice(parse("98.5"))
HIGHER = Reprice(parse("99.5"))


def resting(**limits: int) -> Scenario:
    """The entry works at the venue."""
    run = given(terms(account(**limits)))
    run.when_proposed(RESTING)
    return run.when(run.accepted())


def order_of(run: Scenario) -> Order:
    """The entry, alive."""
    order = run.live()
    assert order is not None
    return order


# What is asked.


def test_less_at_stake_is_simply_asked_for() -> None:
    """50 from 98.5 to 97 risk 75."""
    run = resting().when_proposed(LOWER)
    run.then(
        a(
            AmendRequested,
            quantity=parse("50"),
            price=parse("98.5"),
            risk=parse("75"),
            notional=parse("4925"),
        )
    )
    client_id = run.order.client_id
    assert run.effects == [AmendOrder(run.order.key, client_id, parse("50"), parse("98.5"), 0)]


def test_more_at_stake_passes_the_gate_and_shrinks_to_the_budget() -> None:
    """From 99.5 to 97 a risk of 100 pays for 40."""
    run = resting().when_proposed(HIGHER)
    run.then(
        a(Approved, quantity=parse("40"), entry_price=parse("99.5"), risk=parse("100")),
        a(AmendRequested, quantity=parse("40"), price=parse("99.5"), notional=parse("3980")),
    )


def test_of_a_partly_filled_entry_the_quantity_is_the_whole_orders() -> None:
    """The fee of 0.5445 is gone: 99.994555 over 2.5."""
    run = resting()
    run.when(run.stop("97"), run.filled("10", "99")).when_proposed(HIGHER, close="99")
    run.then(a(Approved), a(AmendRequested, quantity=parse("39.997")))


def test_a_fixed_quantity_stays() -> None:
    run = resting(fixed_quantity=parse("7")).when_proposed(HIGHER)
    run.then(a(Approved), a(AmendRequested, quantity=parse("7")))


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"max_position_notional": parse("4960")}, "position_notional"),
        ({"max_leverage": parse("0.497")}, "leverage"),
    ],
)
def test_a_limit_that_a_better_price_kept_is_not_broken_by_a_worse_one(
    limits: dict[str, int], code: str
) -> None:
    """50 at 99 are 4950, at 99.5 they are 4975."""
    run = resting(fixed_quantity=parse("50"), **limits).when_proposed(HIGHER)
    run.then(a(IntentRefused, code=code))
    assert run.effects == []


def test_a_price_beyond_its_own_stop_is_refused() -> None:
    resting().when_proposed(Reprice(parse("96"))).then(a(IntentRefused, code="stop_distance"))


def test_what_the_risk_budget_no_longer_pays_is_refused() -> None:
    """45 are filled; from 99.5 it would have been 40."""
    run = resting()
    run.when(run.stop("97"), run.filled("45", "99")).when_proposed(HIGHER)
    run.then(a(IntentRefused, code="quantity"))


def test_the_same_price_is_nothing() -> None:
    resting().when_proposed(Reprice(parse("99"))).then_nothing()


@pytest.mark.parametrize("intent", [LOWER, CancelEntry()])
def test_where_nothing_rests_nothing_happens(intent: object) -> None:
    given().when_proposed(intent).then_nothing()


def test_while_an_answer_is_awaited_nothing_is_asked() -> None:
    run = given().when_proposed(RESTING)
    run.when_proposed(LOWER).then_nothing()
    run = resting().when_proposed(LOWER)
    run.when_proposed(HIGHER).then_nothing()


def test_the_trigger_of_a_waiting_entry_moves_too() -> None:
    run = given().when_proposed(Enter(BUY, parse("98"), trigger_price=parse("103")))
    run.when(run.accepted()).when_proposed(Reprice(trigger_price=parse("102")))
    run.then(a(AmendRequested, price=0, trigger_price=parse("102"), risk=parse("80")))
    run.when(run.amended(trigger="102"))
    assert order_of(run).now.trigger_price == parse("102")
    run.when(run.triggered()).when_proposed(Reprice(trigger_price=parse("101"))).then_nothing()


def test_once_triggered_its_limit_moves_and_no_trigger_is_named() -> None:
    waiting = Enter(BUY, parse("98"), trigger_price=parse("102"), limit_price=parse("103"))
    run = given().when_proposed(waiting)
    run.when(run.accepted(), run.triggered()).when_proposed(Reprice(parse("102.5")))
    run.then(a(AmendRequested, price=parse("102.5"), trigger_price=0))
    run.when(run.amended("102.5", trigger="102"))
    assert order_of(run).now.price == parse("102.5")


def test_the_price_that_the_venue_shows_of_a_market_order_is_no_limit() -> None:
    """It is the venue's own protection (5.3): what is at stake is what it was."""
    run = given().when_proposed(Enter(BUY, parse("98")))
    run.when(run.unknown()).when(run.found("working", now=("50", "101")))
    order = order_of(run)
    assert (order.now.price, order.reserved_risk) == (0, parse("100"))


def test_prices_go_to_the_tick_like_those_of_an_entry() -> None:
    tick = parse("0.1")
    asked = Reprice(parse("99.09"), parse("103.01"))
    assert reprice_to_ticks(asked, BUY, tick) == Reprice(parse("99"), parse("103.1"))
    assert reprice_to_ticks(asked, SELL, tick) == Reprice(parse("99.1"), parse("103"))


@pytest.mark.parametrize("intent", [Reprice(-1), Reprice(1.5), CancelEntry(7)])
def test_what_cannot_be_meant_halts_the_strategy(intent: object) -> None:
    assert find_mistake(intent)


# What is held, and what is believed.


def test_until_the_answer_the_worse_of_both_is_held() -> None:
    order = order_of(resting().when_proposed(LOWER))
    assert (order.reserved_risk, order.reserved_notional) == (parse("100"), parse("4950"))
    order = order_of(resting(fixed_quantity=parse("50")).when_proposed(HIGHER))
    assert (order.reserved_risk, order.reserved_notional) == (parse("125"), parse("4975"))


def test_after_it_what_the_venue_says_is_held() -> None:
    run = resting().when_proposed(LOWER)
    run.when(run.amended("98.6", "30")).then_nothing()
    order = order_of(run)
    assert (order.reserved_risk, order.reserved_notional) == (parse("48"), parse("2958"))
    assert (order.remaining, order.awaits, order.state) == (parse("30"), "", "working")


def test_a_fill_that_crosses_the_amendment_counts_towards_it() -> None:
    """10 filled at the old price, then it is one of 40 at the new: 30 are left."""
    run = resting().when_proposed(HIGHER)
    run.when(run.stop("97"), run.filled("10", "99"), run.amended("99.5", "40"))
    order = order_of(run)
    assert (order.remaining, order.state) == (parse("30"), "partially_filled")
    run.when(run.filled("30", "99.5")).then_nothing()
    assert run.live() is None


def test_an_order_amended_to_what_it_has_filled_is_done() -> None:
    run = resting().when_proposed(HIGHER)
    run.when(run.stop("97"), run.filled("40", "99"), run.amended("99.5", "40"))
    assert run.live() is None
    assert run.state.blotter.resting_entry("alpha", run.order.key) is None


def test_filled_before_the_amendment_came_it_is_filled() -> None:
    """The refusal comes after the end and says nothing new."""
    run = resting().when_proposed(LOWER)
    run.when(run.stop("97"), run.filled("", "99"), run.amend_rejected(110001)).then_nothing()
    run.then_state(account="alpha", risk=parse("100"))


def test_an_amended_entry_opens_at_the_risk_that_it_has_now() -> None:
    run = resting().when_proposed(LOWER)
    run.when(run.amended("98.5"), run.stop("97"), run.filled("", "98.5"))
    run.then_state(risk=parse("75"))


def test_a_refused_amendment_leaves_the_order_as_it_was() -> None:
    run = resting(fixed_quantity=parse("50")).when_proposed(HIGHER)
    run.when(run.amend_rejected()).then_nothing()
    order = order_of(run)
    assert (order.reserved_risk, order.state, order.awaits) == (parse("100"), "working", "")


@pytest.mark.parametrize("code", [40004, 110001, 110008, 110010])
def test_an_order_that_is_said_to_be_gone_is_looked_for(code: int) -> None:
    """The end may be on its way; no answer is read as one."""
    run = resting().when_proposed(LOWER)
    run.when(run.amend_rejected(code)).then(a(OrderUnknown))
    run.when_time_passes(SECOND).then(a(LookUpRequested))
    run.when(run.found("working", now=("50", "99")))
    assert order_of(run).reserved_risk == parse("100")


def test_silence_makes_it_unknown_and_the_look_up_tells_what_it_is() -> None:
    run = resting(fixed_quantity=parse("50")).when_proposed(HIGHER)
    run.when(run.unknown("amend")).then(a(OrderUnknown))
    assert order_of(run).reserved_risk == parse("125"), "it may have been done"
    run.when_time_passes(SECOND).then(a(LookUpRequested))
    assert isinstance(run.effects[0], LookUpOrder)
    run.when(run.found("working", now=("50", "99.5")))
    order = order_of(run)
    assert (order.now.price, order.reserved_risk) == (parse("99.5"), parse("125"))


def test_no_answer_at_all_is_silence_after_the_deadline() -> None:
    run = resting().when_proposed(LOWER).when_time_passes(10 * SECOND)
    run.then(a(OrderUnknown, reason="no answer in time"))


def test_an_amendment_told_late_is_evidence_of_an_unknown_order() -> None:
    run = resting().when_proposed(LOWER)
    run.when(run.unknown("amend")).when(run.amended("98.5")).then_nothing()
    assert order_of(run).state == "working"


def test_an_acceptance_told_twice_answers_no_amendment() -> None:
    """Else its silence would never be noticed."""
    run = resting().when_proposed(LOWER)
    run.when(run.accepted()).then_nothing()
    assert order_of(run).awaits == "amend"
    run.when_time_passes(10 * SECOND).then(a(OrderUnknown))


def test_the_venue_may_change_it_unasked() -> None:
    """A price outside of the band is moved to its edge (5.6)."""
    run = resting()
    run.when(run.amended("98.8"))
    assert order_of(run).reserved_risk == parse("90")


def test_an_awaited_amendment_is_on_the_to_do_list() -> None:
    run = resting().when_proposed(LOWER)
    assert run.effects == list(pending(run.state))


def test_a_restart_asks_no_second_time_but_looks() -> None:
    """Law 4: nobody knows whether the amendment had left."""
    run = resting().when_proposed(LOWER)
    run.when(RunStarted("c0ffee00", run.state.terms, ()))
    run.then(a(OrderUnknown))
    assert [type(effect) for effect in pending(run.state)] == [LookUpOrder]


def test_a_strategy_sees_what_rests() -> None:
    run = resting()
    run.when_candles("100")
    view = run.state.seats["alpha", "BTCUSDT"].view
    assert (view.resting_quantity, view.resting_price) == (parse("50"), parse("99"))
    run.when(run.cancelled()).when_candles("100")
    assert (view.resting_quantity, view.resting_price) == (0, 0)
