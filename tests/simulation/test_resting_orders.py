"""Limit and conditional orders: what they wait for, what they get, what they leave."""

import pytest

from engine.domain.order import BUY, SELL, Side
from engine.messages.venue import (
    CancelRejected,
    OrderCancelled,
    OrderFilled,
    OrderTriggered,
    StopReported,
)
from engine.timebase import MINUTE
from tests.simulation.given import BTC, START, Session, bar, cancel, e8, order

STILL = "100 100 100 100"
OPEN_1 = START + MINUTE


def fills(session: Session) -> list[tuple[str, int, int, bool]]:
    """Client id, price, quantity and whether maker, of the fills under way."""
    return [
        (report.client_id, report.price, report.quantity, report.is_maker)
        for report in session.take()
        if isinstance(report, OrderFilled)
    ]


def resting(side: Side, price: str, quantity: str = "1", **told: str) -> Session:
    """A limit order that rests after a still bar at 100."""
    session = Session(**told)
    session.bar(bar(0, STILL), order("a", side, quantity, order_type="limit", price=price))
    assert session.take_kinds() == ["OrderAccepted"]
    return session


@pytest.mark.parametrize(
    ("side", "price", "prices", "filled"),
    [
        (BUY, "98", "100 100 98 100", False),
        (BUY, "98", "100 100 97.9 100", True),
        (SELL, "102", "100 102 100 100", False),
        (SELL, "102", "100 102.1 100 100", True),
        (BUY, "98", "90 91 90 91", True),
    ],
    ids=["bid touched", "bid traded through", "offer touched", "offer through", "gapped"],
)
def test_a_limit_order_fills_at_its_price_once_the_market_trades_through_it(
    side: Side, price: str, prices: str, filled: bool
) -> None:
    """A touch is not enough: the queue in front is served first. A gap gives no better price."""
    session = resting(side, price)
    session.bar(bar(1, prices))

    assert fills(session) == ([("a", e8(price), e8("1"), True)] if filled else [])


def test_a_maker_pays_the_maker_fee() -> None:
    session = resting(BUY, "98")
    session.bar(bar(1, "100 100 97 100"))

    fill = session.take()[0]
    assert isinstance(fill, OrderFilled)
    assert fill.fee == e8("0.0196")


def test_limit_orders_share_the_volume_of_their_own_bar_and_go_on_waiting() -> None:
    """10 % of 10, then of 4: 1.0 and 0.4 of the two orders of 0.8, the nearer one first."""
    session = Session(volume_share="0.1")
    session.bar(
        bar(0, STILL, volume="1000"),
        order("far", BUY, "0.8", order_type="limit", price="98"),
        order("near", BUY, "0.8", order_type="limit", price="99"),
    )
    session.take()
    session.bar(bar(1, "100 100 97 100", volume="10"))
    assert fills(session) == [
        ("near", e8("99"), e8("0.8"), True),
        ("far", e8("98"), e8("0.2"), True),
    ]
    session.bar(bar(2, "100 100 97 100", volume="4"))
    assert fills(session) == [("far", e8("98"), e8("0.4"), True)]
    assert [one.remaining for one in session.exchange.open_orders] == [e8("0.2")]


def test_a_limit_order_that_crosses_takes_at_the_market_and_leaves_its_rest() -> None:
    """Offered at 100.1 after half the spread; what the last bar does not give rests at 105."""
    session = Session(volume_share="0.1", half_spread="0.0005")
    session.bar(bar(0, STILL, volume="10"))
    session.open(bar(1, STILL), order("a", BUY, "3", order_type="limit", price="105"))

    assert fills(session) == [("a", e8("100.1"), e8("1"), False)]
    assert [one.remaining for one in session.exchange.open_orders] == [e8("2")]


def test_a_crossing_limit_order_never_pays_more_than_its_price() -> None:
    session = Session(half_spread="0.0005", slippage="0.05")
    session.bar(bar(0, STILL), order("a", BUY, "1", order_type="limit", price="101"))

    assert fills(session) == [("a", e8("101"), e8("1"), False)]


def test_a_post_only_order_that_would_take_is_cancelled() -> None:
    session = Session()
    asked = order("a", BUY, "1", order_type="limit", price="100", time_in_force="PostOnly")
    session.bar(bar(0, STILL), asked)

    _, ended = session.take()
    assert isinstance(ended, OrderCancelled)
    assert ended.reason == "EC_PostOnlyWillTakeLiquidity"


def test_a_post_only_order_behind_the_market_rests() -> None:
    session = Session()
    asked = order("a", BUY, "1", order_type="limit", price="99.9", time_in_force="PostOnly")
    session.bar(bar(0, STILL), asked)

    assert session.take_kinds() == ["OrderAccepted"]
    assert len(session.exchange.open_orders) == 1


def test_an_ioc_order_never_rests() -> None:
    session = Session()
    asked = order("a", BUY, "1", order_type="limit", price="99", time_in_force="IOC")
    session.bar(bar(0, STILL), asked)

    _, ended = session.take()
    assert isinstance(ended, OrderCancelled)
    assert ended.reason == "EC_NoImmediateQtyToFill"
    assert session.exchange.open_orders == ()


@pytest.mark.parametrize(
    ("side", "trigger", "prices", "price"),
    [
        (BUY, "102", "100 102 99 101", "102"),
        (SELL, "98", "100 101 98 99", "98"),
        (BUY, "102", "104 105 103 104", "104"),
        (SELL, "98", "96 97 95 96", "96"),
    ],
    ids=["rises to it", "falls to it", "opens above", "opens below"],
)
def test_a_conditional_order_fires_at_its_trigger_or_at_the_gap(
    side: Side, trigger: str, prices: str, price: str
) -> None:
    session = Session()
    session.bar(bar(0, STILL), order("a", side, "1", order_type="stop_market", trigger=trigger))
    session.bar(bar(1, prices))

    assert fills(session) == [("a", e8(price), e8("1"), False)]


def test_an_entry_inside_a_bar_can_be_stopped_in_it() -> None:
    """The trigger's side comes first, so the other extreme still finds the fresh position."""
    session = Session()
    entry = order("a", BUY, "1", order_type="stop_market", trigger="102", stop="97", target="110")
    session.bar(bar(0, STILL), entry)
    session.take()
    session.bar(bar(1, "100 103 96 100"))

    told = session.take()
    assert [one.cause for one in told if isinstance(one, OrderFilled)] == ["order", "stop_loss"]
    assert [type(one) for one in told[:3]] == [OrderTriggered, OrderFilled, StopReported]
    assert session.exchange.positions == {}


@pytest.mark.parametrize("order_type", ["limit", "stop_market"])
def test_an_entry_inside_a_bar_does_not_reach_its_target_before_the_next(order_type: str) -> None:
    session = Session()
    entry = (
        order("a", BUY, "1", order_type="limit", price="98", stop="90", target="104")
        if order_type == "limit"
        else order("a", BUY, "1", order_type="stop_market", trigger="102", stop="90", target="104")
    )
    session.bar(bar(0, STILL), entry)
    session.bar(bar(1, "100 105 97 103"))
    assert len(fills(session)) == 1

    session.bar(bar(2, "103 104 103 103"))
    assert fills(session) == [("", e8("104"), e8("1"), False)]


def test_a_conditional_order_reserves_no_margin_and_ends_where_there_is_none() -> None:
    session = Session(wallet="20", leverage="10")
    asked = order("a", BUY, "10", order_type="stop_market", trigger="102")
    session.bar(bar(0, STILL), asked)
    assert session.exchange.available == e8("20")
    session.bar(bar(1, "100 103 99 100"))

    assert session.take_kinds() == ["OrderAccepted", "OrderTriggered", "OrderCancelled"]


def test_reduce_only_orders_end_with_the_position_they_reduce() -> None:
    session = Session()
    session.bar(
        bar(0, STILL),
        order("a", BUY, "1", stop="95"),
        order("b", SELL, "1", order_type="limit", price="110", reduce_only=True),
        order("c", BUY, "1", order_type="limit", price="80"),
    )
    session.take()
    session.bar(bar(1, "100 100 94 95"))

    fill, stop, ended = session.take()
    assert isinstance(fill, OrderFilled)
    assert isinstance(stop, StopReported)
    assert isinstance(ended, OrderCancelled)
    assert (ended.client_id, ended.reason) == ("b", "CancelByReduceOnly")
    assert [one.client_id for one in session.exchange.open_orders] == ["c"]


def test_a_reduce_only_order_gets_no_more_than_what_is_left_to_reduce() -> None:
    session = Session()
    session.bar(
        bar(0, STILL),
        order("a", BUY, "2"),
        order("b", SELL, "2", order_type="limit", price="101", reduce_only=True),
        order("c", SELL, "1.5", reduce_only=True),
    )
    session.take()
    session.bar(bar(1, "100 102 100 101"))

    assert fills(session) == [("b", e8("101"), e8("0.5"), True)]
    assert (session.exchange.positions, session.exchange.open_orders) == ({}, ())


def test_a_cancel_ends_an_order_once() -> None:
    session = resting(BUY, "98")
    session.send(cancel("a"), cancel("a"), cancel("nobody's"), at=OPEN_1)

    ended, late, unknown = session.take()
    assert isinstance(ended, OrderCancelled)
    assert ended.reason == "CancelByUser"
    assert isinstance(late, CancelRejected)
    assert isinstance(unknown, CancelRejected)
    assert (late.code, unknown.code) == (110001, 110001)


def test_no_event_of_a_symbol_is_older_than_the_order_it_is_about() -> None:
    """An order that came in the middle of a bar meets the bar's path, but not before it came."""
    session = Session()
    session.open(bar(0, STILL))
    arrived = START + MINUTE - 1
    entry = order("a", BUY, "1", order_type="stop_market", trigger="101")
    session.send(entry, at=arrived - 20_000_000)
    session.close(bar(0, "100 102 100 100"))

    triggered, fill = session.take()[1:]
    assert isinstance(triggered, OrderTriggered)
    assert isinstance(fill, OrderFilled)
    assert (triggered.venue_ns, fill.venue_ns) == (arrived, arrived)


def test_where_a_stop_and_an_order_wait_at_one_price_the_stop_is_first() -> None:
    """Else the order would close the position and the stop find nothing to do."""
    session = Session()
    session.bar(
        bar(0, STILL),
        order("a", BUY, "1", stop="95"),
        order("b", SELL, "1", order_type="stop_market", trigger="95"),
    )
    session.take()
    session.bar(bar(1, "100 100 94 94"))

    assert [one[0] for one in fills(session)] == ["", "b"]
    assert session.exchange.positions[BTC].quantity == e8("-1")


def test_a_limit_order_jumped_over_by_the_open_waits_for_its_target_too() -> None:
    session = Session()
    entry = order("a", BUY, "1", order_type="limit", price="98", stop="90", target="99")
    session.bar(bar(0, STILL), entry)
    session.bar(bar(1, "97 105 96 103"))

    assert [one[0] for one in fills(session)] == ["a"]


def test_a_limit_order_jumped_over_together_with_its_stop_loses_at_the_open() -> None:
    """Filled at 98 on the way down, stopped at 89, the price that the market jumped to."""
    session = Session()
    entry = order("a", BUY, "1", order_type="limit", price="98", stop="90")
    session.bar(bar(0, STILL), entry)
    session.bar(bar(1, "89 99 87 99"))

    assert [one[:2] for one in fills(session)] == [("a", e8("98")), ("", e8("89"))]
