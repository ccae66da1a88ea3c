"""Liquidation where the mark has a price of its own, and cuts to lower tiers (bybit-v5.md 6.4)."""

import pytest
from attrs import evolve

from engine.domain.order import BUY, SELL
from engine.messages.market import MarkPriced
from engine.messages.venue import OrderFilled, PositionLiquidated
from engine.money import Price
from engine.timebase import MINUTE
from tests.simulation.given import BTC, START, bar, e8, order
from tests.simulation.margined import (
    LADDER,
    OPENING_FEE,
    account,
    holding,
    liquidations,
    mark_candle,
    moving,
    still,
)


def test_a_mark_of_its_own_liquidates_whatever_the_last_price_does() -> None:
    """Last 60 000 sells the fund's position dear: (60 000 - 54 000) * 0.1."""
    session = holding()
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("54271.5"))), session.now)
    assert session.take() == []
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("54271.4"))), session.now)

    assert liquidations(session.take())[0].price == e8("54000")
    assert session.exchange.insurance == e8("600")


def test_a_last_price_that_the_mark_does_not_follow_liquidates_nothing() -> None:
    session = holding()
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("60000"))), session.now)
    moving(session, 1, "60000 60000 40000 40000")

    assert session.take() == []
    assert session.exchange.equity == e8("10000") - OPENING_FEE


@pytest.mark.parametrize(("low", "count"), [("54271.5", 0), ("54271.4", 1)])
def test_the_extremes_of_a_mark_candle_liquidate(low: str, count: int) -> None:
    session = holding()
    candle = mark_candle(0, f"60000 60000 {low} 60000")
    session.exchange.observe(candle, candle.close_ns)

    assert len(liquidations(session.take())) == count


def test_a_mark_candle_does_not_trigger_what_was_placed_after_its_low() -> None:
    """A stop order by mark at 55 000, placed in the thirtieth minute, twenty after the low."""
    for n, count in ((30, 0), (0, 1)):
        session = account()
        still(session, 0, "60000")
        placed = evolve(
            order("s", SELL, "0.1", order_type="stop_market", trigger="55000"), trigger_by="mark"
        )
        session.send(placed, at=START + n * MINUTE)
        session.take()
        candle = mark_candle(0, "60000 70000 50000 60000", minutes=60)
        session.exchange.observe(candle, candle.close_ns)
        assert session.take_kinds().count("OrderTriggered") == count


def test_a_mark_candle_does_not_liquidate_what_was_opened_after_its_low() -> None:
    """The path is at its low after a fifth of an hour; bought in the thirtieth minute."""
    session = account()
    still(session, 29, "60000")
    session.bar(bar(30, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.take()
    candle = mark_candle(0, "60000 70000 50000 60000", minutes=60)
    session.exchange.observe(candle, candle.close_ns)

    assert liquidations(session.take()) == []
    assert session.exchange.positions[BTC].quantity == e8("0.1")


def test_a_position_on_a_higher_tier_is_cut_down_to_a_lower_one_and_may_survive() -> None:
    """6000 is tier 2: (5400 - 90) / 0.095 = 55 894.73…, to the tick 55 894.8.

    There 2000 is worth 0.035 (and something), so 0.065 are sold; the rest ends at 54 271.4.
    """
    session = holding(session=account(ladder=LADDER))
    moving(session, 1, "60000 60000 55894.9 60000")
    assert session.take() == []
    moving(session, 2, "60000 60000 55894.8 60000")
    told, fill = session.take()

    assert isinstance(told, PositionLiquidated)
    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.quantity, fill.price) == ("liquidation", e8("0.065"), e8("55894.8"))
    # 0.065 * 4105.2 lost, 0.065 * 55894.8 * 0.00055 = 1.9982391 paid.
    assert session.exchange.wallet == e8("10000") - OPENING_FEE - e8("266.838") - e8("1.9982391")
    assert session.exchange.positions[BTC].quantity == e8("0.035")
    assert session.exchange.liquidation_price(BTC) == e8("54271.4")
    assert session.exchange.insurance == 0


def test_a_cut_that_the_market_cannot_serve_becomes_a_takeover() -> None:
    """Takers may have 10 % of a bar of 0.5: all or nothing of 0.065 is nothing."""
    session = account(ladder=LADDER, volume_share="0.1")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.bar(bar(1, "60000 60000 60000 60000", volume="0.5"))
    session.take()
    moving(session, 2, "60000 60000 55000 60000")

    assert [fill.price for fill in liquidations(session.take())] == [e8("54000")]


def test_a_position_is_cut_tier_by_tier_before_it_is_taken_over() -> None:
    """30 000 at 10x, tier 3, falls through everything at once; at 55 000 two cuts would fit in.

    (27 000 - 590) / 0.45 = 58 688.8…; at 55 000, cut to 10 000 and to 2000: 0.181 and 0.036 are
    left, and 0.036 of them ends only at 54 271.4.
    """
    session = account(ladder=LADDER)
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.5"))
    session.take()
    moving(session, 1, "55000 55000 55000 55000")
    fills = liquidations(session.take())

    assert [(fill.quantity, fill.price) for fill in fills] == [
        (e8("0.319"), e8("55000")),
        (e8("0.145"), e8("55000")),
    ]
    assert session.exchange.positions[BTC].quantity == e8("0.036")
