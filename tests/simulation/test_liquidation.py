"""Isolated liquidation: when, at what price, and who pays (bybit-v5.md 6.4).

The worked example throughout: 0.1 BTC at 60 000 with leverage 10 and MMR 0.005. The long is
liquidated at 54 000 / 0.995 = 54 271.36, to the tick 54 271.4, and bankrupt at 54 000; the short
at 66 000 / 1.005 = 65 671.64, to the tick 65 671.6, and bankrupt at 66 000.
"""

import pytest

from engine.domain.order import BUY, SELL, Side
from engine.messages.market import MarkPriced
from engine.messages.venue import (
    OrderCancelled,
    OrderFilled,
    PositionLiquidated,
    StopReported,
)
from engine.money import Price
from tests.simulation.given import BTC, ETH, REQUEST_NS, bar, e8, order, set_stop
from tests.simulation.margined import (
    LONG_SIDE,
    OPENING_FEE,
    SHORT_SIDE,
    account,
    holding,
    liquidations,
    moving,
    still,
)


@pytest.mark.parametrize(
    ("side", "near", "there"),
    [
        (BUY, "60000 60000 54271.5 60000", "60000 60000 54271.4 60000"),
        (SELL, "60000 65671.5 60000 60000", "60000 65671.6 60000 60000"),
    ],
    ids=["long", "short"],
)
def test_a_position_is_liquidated_where_the_formula_says_to_the_tick(
    side: Side, near: str, there: str
) -> None:
    session = holding(side)
    moving(session, 1, near)
    assert session.take() == []

    moving(session, 2, there)
    assert len(liquidations(session.take())) == 1
    assert session.exchange.positions == {}


@pytest.mark.parametrize(
    ("side", "there", "mark", "bust", "fee", "gained"),
    [
        (BUY, "60000 60000 54000 60000", "54271.4", "54000", "2.97", "27.14"),
        (SELL, "60000 66000 60000 60000", "65671.6", "66000", "3.63", "32.84"),
    ],
    ids=["long", "short"],
)
def test_a_takeover_is_told_and_takes_the_whole_position_margin(
    side: Side, there: str, mark: str, bust: str, fee: str, gained: str
) -> None:
    """Margin 600 and F: the loss to bankruptcy and the fee there; the rest is the fund's."""
    session = holding(side)
    margin = session.exchange.position_margin(BTC)
    moving(session, 1, there)
    told, fill = session.take()

    assert isinstance(told, PositionLiquidated)
    assert (told.key, told.quantity) == (BTC, side * e8("0.1"))
    assert (told.mark, told.bankruptcy_price) == (e8(mark), e8(bust))
    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.client_id, fill.side) == ("liquidation", "", -side)
    assert (fill.price, fill.quantity, fill.fee) == (e8(bust), e8("0.1"), e8(fee))
    assert told.venue_ns == fill.venue_ns
    assert session.exchange.wallet == e8("10000") - OPENING_FEE - margin
    assert session.exchange.insurance == e8(gained)
    assert session.exchange.available == session.exchange.wallet


def test_a_gap_beyond_bankruptcy_is_paid_by_the_fund() -> None:
    """The market jumps to 50 000: the loss beyond 54 000, 400, is not ours."""
    session = holding()
    moving(session, 1, "50000 50000 49000 49000")
    fill = liquidations(session.take())[0]

    assert fill.price == e8("54000")
    assert session.exchange.wallet == e8("10000") - OPENING_FEE - e8("602.97")
    assert session.exchange.insurance == -e8("400")


def test_a_stop_saves_a_position_if_its_price_is_first_on_the_way() -> None:
    session = holding(stop="55000")
    moving(session, 1, "60000 60000 50000 50000")
    fill, gone = session.take()

    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.price) == ("stop_loss", e8("55000"))
    assert gone == StopReported(BTC, Price(0), Price(0), fill.venue_ns)
    assert session.exchange.insurance == 0


def test_a_stop_does_not_save_a_position_from_a_jump_over_both() -> None:
    """Neither price is first; the mark is past the end at once. The stop goes with the position."""
    session = holding(stop="55000")
    moving(session, 1, "54100 54100 54100 54100")
    told, fill, gone = session.take()

    assert isinstance(told, PositionLiquidated)
    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.price) == ("liquidation", e8("54000"))
    assert gone == StopReported(BTC, Price(0), Price(0), fill.venue_ns)


def test_the_orders_of_the_contract_are_cancelled_first_and_others_stay() -> None:
    session = holding()
    still(session, 0, "3000", "ETHUSDT")
    session.send(
        order("b", BUY, "0.01", order_type="limit", price="50000"),
        order("c", SELL, "0.1", order_type="stop_market", trigger="53000", reduce_only=True),
        order("e", BUY, "0.01", order_type="limit", price="2000", key=ETH),
        at=session.now + REQUEST_NS,
    )
    session.take()
    moving(session, 1, "60000 60000 54200 54200")
    first, second, told, _fill = session.take()

    for report, name in ((first, "b"), (second, "c")):
        assert isinstance(report, OrderCancelled)
        assert (report.client_id, report.reason) == (name, "CancelByPrepareLiq")
    assert isinstance(told, PositionLiquidated)
    assert [one.client_id for one in session.exchange.open_orders] == ["e"]


def test_each_side_of_a_hedge_is_liquidated_by_itself() -> None:
    session = account(positions="hedge")
    session.bar(
        bar(0, "60000 60000 60000 60000"),
        order("a", BUY, "0.1", key=LONG_SIDE),
        order("b", SELL, "0.1", key=SHORT_SIDE),
    )
    session.take()
    moving(session, 1, "60000 60000 54000 60000")

    assert [fill.key for fill in liquidations(session.take())] == [LONG_SIDE]
    assert list(session.exchange.positions) == [SHORT_SIDE]


def test_a_position_opened_past_its_end_is_liquidated_by_the_next_price() -> None:
    """At 100x a slippage of 1 % eats the margin: bought at 60 600, ended at 60 295.5."""
    session = account(leverage="100", slippage="0.01")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))

    assert len(liquidations(session.take())) == 1


def test_the_rule_of_2024_and_the_sources_rule_have_their_own_ends() -> None:
    """2024: 60 000 - (600 - 30) / 0.1. The sources: 54 000 / 0.995, and nothing is reserved."""
    for rule, end in (("bybit_2024", "54300"), ("source", "54271.4")):
        session = holding(session=account(rule=rule))  # type: ignore[arg-type]
        assert session.exchange.liquidation_price(BTC) == e8(end)


def test_a_long_that_is_paid_in_full_lives_through_everything() -> None:
    session = holding(session=account(leverage="1"))
    moving(session, 1, "60000 60000 0.1 0.1")

    assert session.take() == []


def test_less_of_a_position_keeps_its_end_and_more_of_it_moves_it() -> None:
    """Bought 0.1 more at 66 000: average 63 000, 56 700 / 0.995 = 56 984.92…"""
    session = holding()
    session.bar(bar(1, "60000 60000 60000 60000"), order("b", SELL, "0.05", reduce_only=True))
    assert session.exchange.liquidation_price(BTC) == e8("54271.4")

    session.bar(bar(2, "66000 66000 66000 66000"), order("c", BUY, "0.05"))
    assert session.exchange.liquidation_price(BTC) == e8("56985")
    session.send(set_stop("57000"), at=session.now)
    assert session.exchange.liquidation_price(BTC) == e8("56985")


def test_a_stop_that_slips_past_bankruptcy_closes_there_and_the_fund_pays() -> None:
    """At 100x the end is 59 700 (59 400 / 0.995 = 59 698.49…), the stop at 59 750.

    Slippage 1 % would sell at 59 152.5; the margin is gone at 59 400, and 24.75 are the fund's.
    """
    session = account(leverage="100", slippage="0.01")
    bid = order("a", BUY, "0.1", order_type="limit", price="60000", stop="59750")
    session.bar(bar(0, "60100 60100 60100 60100"), bid)
    session.bar(bar(1, "60000 60000 59990 60000"))
    session.take()
    moving(session, 2, "60000 60000 59740 59740")
    fill = session.take()[0]

    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.price) == ("stop_loss", e8("59400"))
    assert session.exchange.insurance == -e8("24.75")
    # 1.2 of maker fee, 60 of margin, 5940 * 0.00055 to close.
    assert session.exchange.wallet == e8("10000") - e8("1.2") - e8("60") - e8("3.267")


def test_an_exit_that_the_fund_did_not_help_is_as_bad_as_the_market() -> None:
    """Past the end by its last price alone, the mark being elsewhere: still its own margin."""
    session = holding()
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("60000"))), session.now)
    still(session, 1, "54100")
    session.send(order("b", SELL, "0.1", reduce_only=True), at=session.now)
    fill = session.take()[1]

    assert isinstance(fill, OrderFilled)
    assert fill.price == e8("54100")
    assert session.exchange.insurance == 0
