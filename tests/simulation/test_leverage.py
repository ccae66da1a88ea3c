"""Setting the leverage: what is refused, and what it does to margins and ends (bybit-v5.md 6.5)."""

import pytest

from engine.domain.order import BUY, SELL
from engine.ids import NO_CLIENT_ID, PositionKey
from engine.messages.venue import LeverageRejected, LeverageSet, OutcomeUnknown
from tests.simulation.given import BTC, ETH, Session, bar, e8, faults, order
from tests.simulation.margined import (
    LADDER,
    LONG_SIDE,
    SHORT_SIDE,
    account,
    moving,
    set_leverage,
    still,
)


def answer(session: Session, leverage: str, key: PositionKey = BTC) -> int:
    """The code of the refusal; 0 where the leverage was set, and told so."""
    session.take()
    session.send(set_leverage(leverage, key), at=session.now)
    (report,) = session.take()
    if isinstance(report, LeverageRejected):
        return report.code
    assert isinstance(report, LeverageSet)
    assert (report.key, report.leverage) == (key, e8(leverage))
    return 0


@pytest.mark.parametrize(
    ("leverage", "code"),
    [
        ("20", 0),
        ("1", 0),
        ("4.21", 0),
        ("100", 0),
        ("10", 110043),
        ("100.01", 110013),
        ("4.215", 10001),
        ("0.99", 10001),
        ("0", 10001),
    ],
)
def test_a_flat_symbol_takes_every_step_up_to_the_maximum(leverage: str, code: int) -> None:
    session = account()
    still(session, 0, "60000")

    assert answer(session, leverage) == code


def test_the_tier_of_what_is_held_and_asked_for_bounds_the_leverage() -> None:
    """1800 held allow 100x, 300 more that are asked for 20x."""
    session = account(ladder=LADDER)
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.03"))
    assert answer(session, "50") == 0
    assert answer(session, "10") == 0
    session.send(order("b", BUY, "0.005", order_type="limit", price="60000"), at=session.now)
    assert answer(session, "20.01") == 110013
    assert answer(session, "20") == 0


def test_less_leverage_needs_the_margin_and_moves_the_end_away() -> None:
    """0.1 at 60 000 from 10x to 5x: 600 more and F of 4800, 2.64 for 2.97; 48 000 / 0.995."""
    session = account(wallet="1206")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    assert answer(session, "5") == 0
    assert session.exchange.position_margin(BTC) == e8("1202.64")
    assert session.exchange.liquidation_price(BTC) == e8("48241.3")
    assert session.exchange.available == e8("1206") - e8("3.3") - e8("1202.64")


def test_less_leverage_without_the_margin_is_refused_and_changes_nothing() -> None:
    session = account(wallet="1205.93")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    before = session.exchange.available

    assert answer(session, "5") == 110012
    assert session.exchange.available == before
    assert session.exchange.liquidation_price(BTC) == e8("54271.4")
    assert answer(session, "10") == 110043


def test_more_leverage_gives_margin_back_and_brings_the_end_nearer() -> None:
    """At 20x: 300 + 3.135, and 57 000 / 0.995 = 57 286.43…"""
    session = account()
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    assert answer(session, "20") == 0

    assert session.exchange.position_margin(BTC) == e8("303.135")
    assert session.exchange.liquidation_price(BTC) == e8("57286.5")
    assert session.exchange.available == e8("10000") - e8("3.3") - e8("303.135")


def test_leverage_that_would_liquidate_at_once_is_refused() -> None:
    """At 57 000 the end of 20x, 57 286.5, is passed already."""
    session = account()
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    moving(session, 1, "60000 60000 57000 57000")

    assert answer(session, "20") == 110011
    assert session.exchange.liquidation_price(BTC) == e8("54271.4")


def test_resting_orders_are_held_at_the_new_leverage() -> None:
    """A bid of 0.1 at 60 000: 606.27 at 10x, 300 + 3.3 + 3.135 at 20x."""
    session = account()
    still(session, 0, "61000")
    session.send(order("a", BUY, "0.1", order_type="limit", price="60000"), at=session.now)
    assert answer(session, "20") == 0

    assert session.exchange.available == e8("10000") - e8("306.435")


def test_each_side_of_an_isolated_hedge_has_its_own_leverage() -> None:
    session = account(positions="hedge")
    still(session, 0, "60000")
    assert answer(session, "20", LONG_SIDE) == 0
    session.send(
        order("a", BUY, "0.1", key=LONG_SIDE),
        order("b", SELL, "0.1", key=SHORT_SIDE),
        at=session.now,
    )

    assert session.exchange.position_margin(LONG_SIDE) == e8("303.135")
    assert session.exchange.position_margin(SHORT_SIDE) == e8("603.63")


def test_both_sides_of_a_cross_hedge_change_together() -> None:
    session = account("cross", positions="hedge")
    still(session, 0, "60000")
    assert answer(session, "20", LONG_SIDE) == 0

    assert answer(session, "20", SHORT_SIDE) == 110043


def test_leverage_in_cross_changes_what_is_held_and_hardly_the_end() -> None:
    """Only F moves the end: 6000 - 1000 + 3.135 by 0.0995 is 50 282.76…, for 50 281.2."""
    session = account("cross", wallet="1003.3")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    assert answer(session, "20") == 0

    assert session.exchange.position_margin(BTC) == e8("303.135")
    assert session.exchange.liquidation_price(BTC) == e8("50282.8")


def test_a_spot_account_has_no_leverage_and_an_unknown_key_none_to_set() -> None:
    assert answer(account("none"), "2") == 10001
    assert answer(account(), "20", PositionKey("main", "BTCUSDT", 1)) == 10001
    assert answer(account(), "20", PositionKey("main", "NOSUCH", 0)) == 10001
    assert answer(account(), "20", ETH) == 0


@pytest.mark.parametrize(
    ("fault", "leverage"), [("no_answer_lost", "10"), ("no_answer_placed", "20")]
)
def test_silence_after_a_leverage_may_mean_either(fault: str, leverage: str) -> None:
    """Lost, or set and not told: 0.1 at 60 000 shows which, by what it holds."""
    session = account(faults=faults(**{fault: "1"}))
    still(session, 0, "60000")
    session.send(set_leverage("20"), at=session.now)

    assert session.take() == [OutcomeUnknown(BTC, NO_CLIENT_ID, "set_leverage", "no answer")]
    assert session.exchange.leverage(BTC) == e8(leverage)
