"""A position can always be closed, however small or large it is (bybit-v5.md 3.3, 5.5, 5.6)."""

import attrs

from engine.domain.order import BUY, SELL
from engine.messages.market import InstrumentChanged
from engine.messages.venue import OrderAmended, OrderFilled, OrderRejected
from engine.money import Quantity
from tests.simulation.asked import STILL, amend, at_100, by, words
from tests.simulation.given import BTC, Session, bar, e8, instrument, order

CLOSE_0 = bar(0, STILL).close_ns


def rest_of(quantity: str) -> Session:
    """Long so much at 100, in a contract that takes no order below 1 and none above 10 any more."""
    session = at_100(leverage="1")
    session.send(order("a", BUY, quantity), at=CLOSE_0)
    changed = attrs.evolve(
        instrument("BTCUSDT"),
        min_quantity=Quantity(e8("1")),
        max_limit_quantity=Quantity(e8("10")),
        max_market_quantity=Quantity(e8("10")),
    )
    session.exchange.observe(InstrumentChanged(changed), CLOSE_0)
    session.take()
    return session


def test_what_is_asked_for_is_measured_and_not_what_is_left_of_it() -> None:
    """0.4 are held: an order for 0.4 is refused, one for the least is cut to 0.4 and closes."""
    session = rest_of("0.4")
    session.send(order("b", SELL, "0.4", reduce_only=True), at=CLOSE_0 + 1)
    (refused,) = session.take()
    assert isinstance(refused, OrderRejected)
    assert refused.code == 10001

    session.send(order("c", SELL, "1", reduce_only=True), at=CLOSE_0 + 2)
    told = session.take()
    assert words(told) == ["OrderAccepted c", "OrderAmended c", "OrderFilled c"]
    assert isinstance(told[1], OrderAmended)
    assert told[1].quantity == e8("0.4")
    assert session.exchange.positions == {}


def test_nothing_asked_for_and_close_on_trigger_close_all() -> None:
    """Quantity 0 is the venue's own word for the whole position (3.3)."""
    session = rest_of("0.4")
    asked = by(order("b", SELL, "0", reduce_only=True), close_on_trigger=True)
    session.send(asked, at=CLOSE_0 + 1)

    filled = session.take()[-1]
    assert isinstance(filled, OrderFilled)
    assert filled.quantity == e8("0.4")
    assert session.exchange.positions == {}


def test_closing_all_closes_no_more_than_the_largest_order() -> None:
    session = rest_of("25")
    asked = by(order("b", SELL, "0", reduce_only=True), close_on_trigger=True)
    session.send(asked, at=CLOSE_0 + 1)

    assert session.exchange.positions[BTC].quantity == e8("15")


def test_a_conditional_order_for_all_closes_what_there_is_when_it_triggers() -> None:
    session = rest_of("3")
    asked = order("b", SELL, "0", order_type="stop_market", trigger="95", reduce_only=True)
    session.send(by(asked, close_on_trigger=True), order("c", BUY, "2"), at=CLOSE_0 + 1)
    session.bar(bar(1, "100 100 94 94"))

    assert session.exchange.positions == {}


def test_quantity_0_without_both_words_is_no_order() -> None:
    session = rest_of("3")
    plain = order("b", SELL, "0", reduce_only=True)
    opens = by(order("c", BUY, "0"), close_on_trigger=True)
    session.send(plain, opens, at=CLOSE_0 + 1)

    codes = [one.code for one in session.take() if isinstance(one, OrderRejected)]
    assert codes == [10001, 10001]


def test_what_only_reduces_has_no_largest_quantity_because_the_venue_splits_it() -> None:
    """25 are held and 10 is the most of one order: an exit closes all, an entry is refused."""
    session = rest_of("25")
    session.send(order("b", SELL, "25", reduce_only=True), at=CLOSE_0 + 1)
    assert session.exchange.positions == {}
    session.send(order("c", BUY, "11"), at=CLOSE_0 + 2)
    assert words(session.take())[-1] == "OrderRejected c 10001"


def test_a_reduced_order_below_the_least_can_have_another_price() -> None:
    """Only a quantity that is asked for is measured."""
    session = rest_of("0.4")
    offer = order("b", SELL, "1", order_type="limit", price="105", reduce_only=True)
    session.send(offer, at=CLOSE_0 + 1)
    session.take()

    session.send(amend("b", price="104"), at=CLOSE_0 + 2)
    assert words(session.take()) == ["OrderAmended b"]
    session.send(amend("b", quantity="0.3"), at=CLOSE_0 + 3)
    assert words(session.take()) == ["AmendRejected b 10001"]
