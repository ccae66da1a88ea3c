"""Entries that wait at the venue for a price: what they are, what they hold, how they end."""

import pytest

from engine.domain.intent import Enter, find_mistake, to_ticks
from engine.domain.order import BUY, SELL
from engine.messages.decisions import LookUpRequested, OrderUnknown
from engine.messages.effects import PlaceOrder
from engine.money import parse
from engine.timebase import SECOND
from tests.spec.run_terms import BAR
from tests.spec.scenario import Scenario, a, given

BREAKOUT = Enter(BUY, parse("98"), trigger_price=parse("103"))


@pytest.mark.parametrize(
    ("side", "stop", "trigger", "limit", "kind", "force"),
    [
        (BUY, "98", "103", "0", "stop_market", "IOC"),
        (BUY, "98", "103", "103.5", "stop_limit", "GTC"),
        (BUY, "95", "97", "0", "take_profit_market", "IOC"),
        (BUY, "95", "97", "97.2", "take_profit_limit", "GTC"),
        (SELL, "102", "97", "0", "stop_market", "IOC"),
        (SELL, "105", "103", "0", "take_profit_market", "IOC"),
    ],
)
def test_where_the_trigger_lies_says_what_kind_of_order_it_is(
    side: int, stop: str, trigger: str, limit: str, kind: str, force: str
) -> None:
    """A stop waits beyond the market for its side, a take profit order before it; last is 100."""
    levels = {"trigger_price": parse(trigger), "limit_price": parse(limit)}
    run = given().when_proposed(Enter(side, parse(stop), **levels))
    order = run.order
    assert (order.order_type, order.time_in_force) == (kind, force)
    assert (order.trigger_price, order.price) == (parse(trigger), parse(limit))
    (effect,) = run.effects
    assert isinstance(effect, PlaceOrder)
    assert (effect.trigger_price, effect.trigger_by) == (parse(trigger), "last")


def test_it_is_sized_and_held_at_its_trigger() -> None:
    """100 of risk over a distance of 5 is 20, worth 2060."""
    run = given().when_proposed(BREAKOUT)
    order = run.live()
    assert order is not None
    assert order.request.quantity == parse("20")
    assert (order.reserved_risk, order.reserved_notional) == (parse("100"), parse("2060"))


def test_with_a_limit_it_is_sized_at_the_limit() -> None:
    """100 over 6 is 16.666."""
    run = given().when_proposed(
        Enter(BUY, parse("98"), trigger_price=parse("103"), limit_price=parse("104"))
    )
    assert run.order.quantity == parse("16.666")


def test_a_trigger_at_the_last_price_is_refused() -> None:
    run = given().when_proposed(Enter(BUY, parse("98"), trigger_price=parse("100")))
    run.then_refused("trigger_distance")


def test_the_stop_belongs_on_the_losing_side_of_the_trigger() -> None:
    run = given().when_proposed(Enter(BUY, parse("98"), trigger_price=parse("97")))
    run.then_refused("stop_distance")


def waiting() -> Scenario:
    """The breakout is at the venue, untriggered."""
    run = given().when_proposed(BREAKOUT)
    return run.when(run.accepted())


def test_it_rests_until_it_is_triggered() -> None:
    """Nobody looks for an IOC order that cannot have ended."""
    run = waiting()
    run.when_time_passes(BAR // 2).then_nothing()
    assert run.live() is not None


def test_once_triggered_it_ends_soon_or_is_looked_for() -> None:
    run = waiting()
    run.when(run.triggered()).then_nothing()
    run.when_time_passes(12 * SECOND)
    run.then(a(OrderUnknown), a(LookUpRequested))


def test_a_fill_in_part_says_that_it_was_triggered() -> None:
    """The report of the trigger may be lost or late."""
    run = waiting()
    run.when(run.stop("98"), run.filled("5", "103"))
    run.when_time_passes(12 * SECOND)
    run.then(a(OrderUnknown), a(LookUpRequested))


def test_filled_it_is_a_position_like_any_other() -> None:
    run = waiting()
    run.when(run.triggered(), run.stop("98"), run.filled("", "103.2")).then_nothing()
    run.then_state(account="alpha", risk=parse("100"), stop_price=parse("98"))


def test_a_trigger_told_of_an_order_that_has_none_changes_nothing() -> None:
    run = given().when_proposed(Enter(BUY, parse("97"), limit_price=parse("99")))
    run.when(run.accepted(), run.triggered()).then_nothing()
    run.when_time_passes(BAR // 2).then_nothing()


def test_a_trigger_lies_on_the_tick_away_from_a_better_entry() -> None:
    tick = parse("0.1")
    assert to_ticks(Enter(BUY, parse("98"), trigger_price=parse("103.01")), tick) == Enter(
        BUY, parse("98"), trigger_price=parse("103.1")
    )
    assert to_ticks(Enter(SELL, parse("98"), trigger_price=parse("90.09")), tick) == Enter(
        SELL, parse("98"), trigger_price=parse("90")
    )


@pytest.mark.parametrize("trigger", [-1, 1.5, "103", True])
def test_a_trigger_that_is_no_price_halts_the_strategy(trigger: object) -> None:
    assert "Enter the number" in find_mistake(Enter(BUY, parse("98"), trigger_price=trigger))
