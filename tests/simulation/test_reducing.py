"""Orders that only reduce, and the sides of hedge mode (bybit-v5.md 5.5)."""

import pytest

from engine.domain.order import BUY, SELL, Side
from engine.ids import PositionKey
from engine.messages.runs import PositionMode
from engine.messages.venue import OrderAmended, OrderCancelled, OrderFilled
from tests.simulation.asked import LONG, SHORT, STILL, at_100, by, words
from tests.simulation.given import BTC, Session, bar, cancel, e8, order

CLOSE_0 = bar(0, STILL).close_ns


def reducing_offers() -> Session:
    """Long 3 at 100, with reduce-only offers of 2 at 105 and of 3 at 110."""
    session = at_100(leverage="1")
    session.send(
        order("a", BUY, "3"),
        order("near", SELL, "2", order_type="limit", price="105", reduce_only=True),
        order("far", SELL, "5", order_type="limit", price="110", reduce_only=True),
        at=CLOSE_0,
    )
    return session


def test_a_reduce_only_order_is_cut_to_the_position_and_says_so() -> None:
    session = reducing_offers()

    cut = session.take()[-1]
    assert isinstance(cut, OrderAmended)
    assert (cut.client_id, cut.quantity) == ("far", e8("3"))
    assert [one.quantity for one in session.exchange.open_orders] == [e8("2"), e8("3")]


def test_a_market_order_is_cut_before_it_fills() -> None:
    """5 asked, 3 held: what is told first makes the fill of 3 a whole one."""
    session = at_100()
    session.send(order("a", BUY, "3"), order("b", SELL, "5", reduce_only=True), at=CLOSE_0)

    told = session.take()[2:]
    assert words(told) == ["OrderAccepted b", "OrderAmended b", "OrderFilled b"]
    assert isinstance(told[1], OrderAmended)
    assert told[1].quantity == e8("3")


def test_when_one_fills_the_others_are_trimmed_and_the_last_one_closes() -> None:
    """2 at 105 leave 1 for the offer of 3 at 110; nothing ever turns the position."""
    session = reducing_offers()
    session.take()
    session.bar(bar(1, "100 106 100 106"))
    assert words(session.take()) == ["OrderFilled near", "OrderAmended far"]
    assert [one.remaining for one in session.exchange.open_orders] == [e8("1")]

    session.bar(bar(2, "106 111 106 111"))
    assert words(session.take()) == ["OrderFilled far"]
    assert session.exchange.positions == {}


def test_all_of_them_end_with_the_position() -> None:
    session = reducing_offers()
    session.send(order("x", SELL, "3"), at=CLOSE_0 + 1)

    ended = [one for one in session.take() if isinstance(one, OrderCancelled)]
    assert [(one.client_id, one.reason) for one in ended] == [
        ("near", "CancelByReduceOnly"),
        ("far", "CancelByReduceOnly"),
    ]
    assert session.exchange.available == session.exchange.wallet


def test_a_larger_position_gives_nothing_back_to_what_was_trimmed() -> None:
    session = reducing_offers()
    session.send(order("x", SELL, "2", reduce_only=True), order("y", BUY, "5"), at=CLOSE_0 + 1)

    assert [one.remaining for one in session.exchange.open_orders] == [e8("1"), e8("1")]


def test_a_conditional_order_is_cut_when_it_fills_not_before() -> None:
    """It waits with its 3 while the position shrinks to 1; triggered, its limit order is for 1."""
    session = at_100(leverage="1")
    session.send(
        order("a", BUY, "3"),
        order("b", SELL, "3", order_type="stop_limit", trigger="95", price="98", reduce_only=True),
        order("x", SELL, "2", reduce_only=True),
        at=CLOSE_0,
    )
    session.take()
    assert [one.quantity for one in session.exchange.open_orders] == [e8("3")]
    session.bar(bar(1, "97 97 94 94"))

    assert words(session.take()) == ["OrderTriggered b", "OrderAmended b"]
    assert [one.quantity for one in session.exchange.open_orders] == [e8("1")]


def test_a_triggered_reduce_only_order_closes_what_is_left_and_no_more() -> None:
    """The position shrank after the order was placed: checked again at the fill (5.5)."""
    session = Session()
    session.bar(
        bar(0, STILL),
        order("a", BUY, "2"),
        order("b", SELL, "2", order_type="stop_market", trigger="95", reduce_only=True),
        order("c", SELL, "1.5", reduce_only=True),
    )
    session.take()
    session.bar(bar(1, "100 100 94 94"))

    _triggered, fill, ended = session.take()
    assert isinstance(fill, OrderFilled)
    assert (fill.client_id, fill.quantity) == ("b", e8("0.5"))
    assert isinstance(ended, OrderCancelled)
    assert (ended.client_id, ended.reason) == ("b", "CancelByReduceOnly")
    assert session.exchange.positions == {}


def test_close_on_trigger_only_reduces() -> None:
    """An order of 3 that closes on its trigger leaves a long of 1 flat, not short."""
    session = at_100(leverage="1")
    asked = by(order("b", SELL, "3", order_type="stop_market", trigger="95"), close_on_trigger=True)
    session.send(order("a", BUY, "1"), asked, at=CLOSE_0)
    session.bar(bar(1, "100 100 94 94"))

    assert session.exchange.positions == {}
    assert session.exchange.open_orders == ()


def test_a_closing_order_may_be_smaller_than_the_least_value() -> None:
    """4.9 USDT close what 5 USDT may not open (5.6)."""
    session = at_100("hedge")
    session.send(order("a", BUY, "1", key=LONG), order("b", SELL, "0.049", key=LONG), at=CLOSE_0)

    assert words(session.take())[-1] == "OrderFilled b"


def test_one_fill_turns_a_one_way_position() -> None:
    """Long 1 at 100, a sale of 3 at 100: short 2 at 100 after a single execution (5.5)."""
    session = at_100()
    session.send(order("a", BUY, "1"), order("b", SELL, "3"), at=CLOSE_0)

    fills = [one for one in session.take() if isinstance(one, OrderFilled)]
    assert [one.quantity for one in fills] == [e8("1"), e8("3")]
    position = session.exchange.positions[BTC]
    assert (position.quantity, position.entry_value) == (e8("-2"), e8("200"))


@pytest.mark.parametrize(
    ("position_mode", "index"), [("one_way", 1), ("one_way", 2), ("hedge", 0), ("hedge", 3)]
)
def test_an_index_of_the_other_position_mode_is_refused(
    position_mode: PositionMode, index: int
) -> None:
    session = at_100(position_mode=position_mode)
    key = PositionKey("main", "BTCUSDT", index)
    session.send(order("a", BUY, "1", key=key), cancel("a", key), at=CLOSE_0)

    assert words(session.take()) == ["OrderRejected a 10001", "CancelRejected a 110001"]


def test_both_sides_of_a_symbol_live_side_by_side() -> None:
    """Long 2 and short 1, each with a stop of its own; a bar that hits one leaves the other."""
    session = at_100("hedge", leverage="1")
    session.send(
        order("a", BUY, "2", key=LONG, stop="95"),
        order("b", SELL, "1", key=SHORT, stop="110"),
        at=CLOSE_0,
    )
    session.take()
    positions = session.exchange.positions
    assert {key: one.quantity for key, one in positions.items()} == {
        LONG: e8("2"),
        SHORT: e8("-1"),
    }
    session.bar(bar(1, "100 101 94 100"))

    fills = [one for one in session.take() if isinstance(one, OrderFilled)]
    assert [(one.key, one.cause, one.quantity) for one in fills] == [(LONG, "stop_loss", e8("2"))]
    assert list(session.exchange.positions) == [SHORT]


@pytest.mark.parametrize(("key", "opens"), [(LONG, BUY), (SHORT, SELL)])
def test_the_closing_side_of_a_hedge_position_never_turns_it(key: PositionKey, opens: Side) -> None:
    closes: Side = SELL if opens == BUY else BUY
    session = at_100("hedge")
    session.send(
        order("early", closes, "1", key=key),
        order("a", opens, "1", key=key),
        order("b", closes, "5", key=key),
        at=CLOSE_0,
    )

    told = words(session.take())
    assert told[0] == "OrderRejected early 110017"
    assert told[-1] == "OrderFilled b"
    assert session.exchange.positions == {}
