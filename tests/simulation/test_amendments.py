"""Amending open orders: values, place, refusals, crossing, faults (bybit-v5.md 5.1, 5.6, 7.2)."""

from typing import Any

import pytest

from engine.domain.order import BUY, SELL
from engine.ids import ClientId
from engine.messages.effects import AmendOrder
from engine.messages.venue import (
    AmendRejected,
    OrderAmended,
    OrderFilled,
    OrderFound,
    OutcomeUnknown,
)
from engine.money import NO_PRICE, Price, Quantity
from engine.timebase import Nanos
from tests.simulation.asked import STILL, amend, at_100, by, priced, session_of, words
from tests.simulation.given import (
    BTC,
    ETH,
    REQUEST_NS,
    TIMEOUT_NS,
    Session,
    bar,
    cancel,
    e8,
    faults,
    looking_up,
    order,
)
from tests.simulation.margined import account, tiers

CLOSE_0 = bar(0, STILL).close_ns


def resting(**told: Any) -> Session:
    """A bid for 2 at 98 rests in a market at 100."""
    session = at_100(**told)
    session.send(order("a", BUY, "2", order_type="limit", price="98"), at=CLOSE_0)
    session.take()
    return session


def test_an_amended_order_tells_all_its_values_and_has_them() -> None:
    session = resting()
    session.send(amend("a", quantity="1.5"), amend("a", price="97"), looking_up("a"), at=CLOSE_0)

    smaller, lower, found = session.take()
    at = CLOSE_0 + REQUEST_NS
    assert smaller == OrderAmended(
        BTC, ClientId("a"), Quantity(e8("1.5")), Price(e8("98")), NO_PRICE, Nanos(at)
    )
    assert isinstance(lower, OrderAmended)
    assert (lower.quantity, lower.price) == (e8("1.5"), e8("97"))
    assert isinstance(found, OrderFound)
    assert (found.quantity, found.price, found.filled_quantity) == (e8("1.5"), e8("97"), 0)


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (amend("a", quantity="1"), "a"),
        (amend("a", price="97"), "b"),
    ],
    ids=["a smaller quantity keeps its place", "a price change and back loses it"],
)
def test_of_two_bids_at_one_price_the_older_fills_first(change: AmendOrder, first: str) -> None:
    """The bar has volume for one of them only: 10 % of 10."""
    session = resting(volume_share="0.1")
    session.send(order("b", BUY, "2", order_type="limit", price="98"), change, at=CLOSE_0)
    if change.price:
        session.send(amend("a", price="98"), at=CLOSE_0 + 1)
    session.take()
    session.bar(bar(1, "100 100 97 100", volume="10"))

    assert next(one for one in session.take() if isinstance(one, OrderFilled)).client_id == first


def test_an_amended_quantity_is_what_still_fills() -> None:
    session = resting()
    session.send(amend("a", quantity="0.5"), at=CLOSE_0)
    session.bar(bar(1, "100 100 97 100"))

    fills = [one for one in session.take() if isinstance(one, OrderFilled)]
    assert [one.quantity for one in fills] == [e8("0.5")]
    assert session.exchange.open_orders == ()


@pytest.mark.parametrize(
    ("change", "price"),
    [(amend("a", quantity="1", price="97"), "97"), (amend("a", quantity="1"), "98")],
)
def test_margin_follows_the_amended_values(change: AmendOrder, price: str) -> None:
    """A bid for 1 holds what one placed like that holds."""
    session, other = resting(), at_100()
    session.send(change, at=CLOSE_0)
    other.send(order("b", BUY, "1", order_type="limit", price=price), at=CLOSE_0)

    assert session.exchange.available == other.exchange.available


def test_an_amended_limit_price_that_crosses_takes_after_it_is_told() -> None:
    session = resting()
    session.send(amend("a", price="101"), at=CLOSE_0)

    amended, fill = session.take()
    assert isinstance(amended, OrderAmended)
    assert isinstance(fill, OrderFilled)
    assert (fill.price, fill.is_maker) == (e8("100"), False)


def test_an_amended_post_only_order_that_would_take_is_cancelled() -> None:
    session = at_100()
    asked = order("a", BUY, "1", order_type="limit", price="98", time_in_force="PostOnly")
    session.send(asked, amend("a", price="100"), at=CLOSE_0)

    assert words(session.take())[1:] == [
        "OrderAmended a",
        "OrderCancelled a EC_PostOnlyWillTakeLiquidity",
    ]


def test_an_amended_trigger_price_is_what_triggers() -> None:
    session = at_100()
    asked = order("a", BUY, "1", order_type="stop_market", trigger="105")
    session.send(asked, amend("a", trigger="103"), at=CLOSE_0)
    session.bar(bar(1, "100 103 100 100"))

    assert words(session.take())[1:] == ["OrderAmended a", "OrderTriggered a", "OrderFilled a"]


REFUSALS = [
    ("an unknown order", 110001, amend("nobody", quantity="1")),
    ("another symbol's key", 110001, amend("a", quantity="1", key=ETH)),
    ("a finished order", 110008, amend("done", price="97")),
    ("more than it was", 110022, amend("a", quantity="2.001")),
    ("no more than is filled", 110064, amend("half", quantity="1")),
    ("what it is already", 10001, amend("a", quantity="2", price="98")),
    ("nothing at all", 10001, amend("a")),
    ("half a lot", 10001, amend("a", quantity="1.0005")),
    ("half a tick", 10001, amend("a", price="97.95")),
    ("a price out of range", 110003, amend("a", price="1999999.9")),
    ("a value below the minimum", 110094, amend("a", quantity="0.05")),
    ("a trigger of an order without", 10001, amend("a", trigger="105")),
    ("a price of a market order", 10001, amend("stop", price="105")),
    ("a trigger that is passed", 110092, amend("stop", trigger="100")),
    ("a trigger that its source has passed", 110092, amend("marked", trigger="109")),
    ("a price on the wrong side of its stop", 10001, amend("guarded", price="95")),
    ("more than the balance carries", 110007, amend("a", price="99.9")),
]


@pytest.mark.parametrize(
    ("code", "asked"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_the_venue_does_not_amend_to(code: int, asked: AmendOrder) -> None:
    """The order stays as it was, its place and its margin too (bybit-v5.md 5.6, 7.2)."""
    session = Session(wallet="41.2", volume_share="0.1", leverage="10")
    session.bar(bar(0, STILL, volume="10"))
    priced(session, "mark", "110")
    session.send(
        order("half", BUY, "2", order_type="limit", price="100"),
        order("a", BUY, "2", order_type="limit", price="98"),
        order("done", BUY, "0.1", order_type="limit", price="98"),
        cancel("done"),
        order("guarded", BUY, "0.1", order_type="limit", price="98", stop="96"),
        order("stop", BUY, "1", order_type="stop_market", trigger="105"),
        by(order("marked", BUY, "1", order_type="stop_market", trigger="112"), trigger="mark"),
        at=CLOSE_0,
    )
    assert "OrderRejected" not in session.take_kinds()
    exchange = session.exchange
    before = (
        exchange.available,
        [
            (one.client_id, one.number, one.quantity, one.price, one.trigger_price)
            for one in exchange.open_orders
        ],
    )
    session.send(asked, at=CLOSE_0 + 1)

    (refused,) = session.take()
    assert isinstance(refused, AmendRejected)
    assert (refused.code, bool(refused.reason)) == (code, True)
    assert before == (
        exchange.available,
        [
            (one.client_id, one.number, one.quantity, one.price, one.trigger_price)
            for one in exchange.open_orders
        ],
    )


def test_a_lost_amendment_ends_in_silence_and_changes_nothing() -> None:
    session = Session(faults=faults(no_answer_lost="1"))
    session.bar(bar(0, STILL))
    session.send(amend("a", price="97"), at=CLOSE_0)

    assert session.take() == [OutcomeUnknown(BTC, ClientId("a"), "amend", "no answer")]
    assert session.reports[-1][0] == CLOSE_0 + TIMEOUT_NS


def test_an_amendment_whose_answer_is_lost_holds_all_the_same() -> None:
    """The look-up tells the new price."""
    for n in range(20):
        session = Session(faults=faults(no_answer_placed="0.5"))
        session.bar(bar(0, STILL), order(f"a{n}", BUY, "1", order_type="limit", price="98"))
        session.take()
        session.send(amend(f"a{n}", price="97"), looking_up(f"a{n}"), at=CLOSE_0)
        told = session.take()
        found = next(one for one in told if isinstance(one, OrderFound))
        assert found.price == e8("97")
        answers = [one for one in told if isinstance(one, OutcomeUnknown | OrderAmended)]
        assert len(answers) == 1


def test_of_a_silent_order_no_unasked_value_is_heard() -> None:
    """Its price is moved up to 99; half of the silent orders lose their stream too."""
    heard = 0
    for n in range(20):
        session = session_of(band=("0.01", "0"), faults=faults(no_answer_placed="1"))
        session.bar(bar(0, STILL))
        asked = order(f"a{n}", SELL, "1", order_type="limit", price="98.5")
        session.send(asked, at=CLOSE_0)
        kept = session.exchange._state.orders.find(asked.client_id)
        assert kept is not None
        muted = kept.muted
        told = [type(one).__name__ for one in session.take()]
        assert ("OrderAmended" in told) == (not muted)
        heard += not muted
    assert 0 < heard < 20


def test_an_amendment_may_be_refused_for_too_many_visits() -> None:
    session = Session(faults=faults(reject="1"))
    session.bar(bar(0, STILL))
    session.send(amend("a", price="97"), at=CLOSE_0)

    assert words(session.take()) == ["AmendRejected a 10006"]


def test_a_reducing_order_may_be_amended_whatever_the_balance() -> None:
    session = at_100()
    session.send(
        order("a", BUY, "1"),
        order("b", SELL, "1", order_type="limit", price="105", reduce_only=True),
        amend("b", price="103", quantity="0.01"),
        at=CLOSE_0,
    )

    assert words(session.take())[-1] == "OrderAmended b"


def test_an_amended_price_must_fit_the_tier_of_the_leverage() -> None:
    """The tier of 10x carries 200: two at 98 fit it and two at 101 do not (5.6, 110090)."""
    session = account(leverage="10", ladder=tiers("200 0.005 10", "1000 0.01 5"))
    session.bar(bar(0, "105 105 105 105"))
    session.send(
        order("a", BUY, "2", order_type="limit", price="98"),
        amend("a", price="101"),
        amend("a", price="99"),
        at=CLOSE_0,
    )

    told = ["OrderAccepted a", "AmendRejected a 110090", "OrderAmended a"]
    assert words(session.take()) == told


def test_an_amendment_that_ends_a_post_only_order_gives_its_margin_back() -> None:
    session = at_100()
    bid = order("a", BUY, "2", order_type="limit", price="98", time_in_force="PostOnly")
    session.send(bid, amend("a", price="101"), at=CLOSE_0)

    assert words(session.take())[-1].startswith("OrderCancelled a")
    assert session.exchange.available == session.exchange.wallet
