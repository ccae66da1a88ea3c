"""Every refusal of an order and its code, as a table (bybit-v5.md 5.4, 5.5, 5.6, 7.2)."""

import pytest
from attrs import evolve

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import BUY, SELL
from engine.errors import InvariantError, UserError
from engine.ids import PositionKey
from engine.messages.effects import PlaceOrder
from engine.messages.market import InstrumentChanged
from engine.messages.venue import OrderRejected
from engine.money import Money, Price, Quantity
from tests.simulation.given import START, Session, bar, e8, instrument, order, terms

STILL = "100 100 100 100"

REFUSALS = [
    ("an unknown symbol", 10001, order("x", BUY, "1", key=PositionKey("main", "NOPE", 0))),
    ("a hedge position index", 10001, order("x", BUY, "1", key=PositionKey("main", "BTCUSDT", 1))),
    ("another account", 10001, order("x", BUY, "1", key=PositionKey("else", "BTCUSDT", 0))),
    ("a used client id", 110072, order("used", BUY, "1")),
    ("half a lot", 10001, order("x", BUY, "1.0005")),
    ("no quantity", 10001, order("x", BUY, "0")),
    ("half a tick", 10001, order("x", BUY, "1", order_type="limit", price="99.95")),
    ("half a tick of a stop", 10001, order("x", BUY, "1", stop="90.05")),
    (
        "half a tick of a trigger",
        10001,
        order("x", BUY, "1", order_type="stop_market", trigger="101.05"),
    ),
    ("a limit order without price", 10001, order("x", BUY, "1", order_type="limit")),
    ("a conditional without trigger", 10001, order("x", BUY, "1", order_type="stop_market")),
    ("more than a market order may have", 10001, order("x", BUY, "50.001")),
    (
        "more than a limit order may have",
        10001,
        order("x", BUY, "100.001", order_type="limit", price="99"),
    ),
    ("a value below the minimum", 110094, order("x", BUY, "0.049")),
    (
        "a limit value below the minimum",
        110094,
        order("x", BUY, "0.09", order_type="limit", price="50"),
    ),
    ("a price out of range", 110003, order("x", BUY, "1", order_type="limit", price="1999999.9")),
    ("nothing to reduce", 110017, order("x", BUY, "1", reduce_only=True)),
    ("reducing with a stop", 10001, order("x", SELL, "1", reduce_only=True, stop="110")),
    ("a long's stop above its price", 10001, order("x", BUY, "1", stop="100")),
    ("a long's target below its price", 10001, order("x", BUY, "1", target="99")),
    ("a short's stop below its price", 10001, order("x", SELL, "1", stop="99")),
    (
        "a limit order's stop above its price",
        10001,
        order("x", BUY, "1", order_type="limit", price="98", stop="98.5"),
    ),
    (
        "a rising trigger already passed",
        110092,
        order("x", BUY, "1", order_type="stop_market", trigger="100"),
    ),
    (
        "a falling trigger already passed",
        110093,
        order("x", SELL, "1", order_type="stop_market", trigger="100"),
    ),
    ("more than the balance carries", 110007, order("x", BUY, "50")),
]


@pytest.mark.parametrize(
    ("code", "asked"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_the_venue_refuses(code: int, asked: PlaceOrder) -> None:
    """A refusal has Bybit's code and a text, and leaves everything as it was."""
    session = Session(wallet="400", leverage="10")
    session.bar(bar(0, STILL), order("used", BUY, "1"))
    session.take()
    before = (session.exchange.available, session.exchange.wallet, session.exchange.open_orders)
    session.send(asked, at=bar(0, STILL).close_ns)

    (refused,) = session.take()
    assert isinstance(refused, OrderRejected)
    assert (refused.code, refused.client_id) == (code, asked.client_id)
    assert refused.reason
    assert before == (
        session.exchange.available,
        session.exchange.wallet,
        session.exchange.open_orders,
    )


def test_a_quantity_below_the_minimum_is_refused() -> None:
    session = Session()
    coarse = evolve(instrument("BTCUSDT"), min_quantity=Quantity(e8("0.01")), min_notional=Money(0))
    session.exchange.observe(InstrumentChanged(coarse), START)
    session.bar(bar(0, STILL), order("x", BUY, "0.009"))

    (refused,) = session.take()
    assert isinstance(refused, OrderRejected)
    assert refused.code == 10001


def test_the_minimum_value_does_not_bind_an_exit() -> None:
    session = Session()
    session.bar(bar(0, STILL), order("a", BUY, "1"), order("b", SELL, "0.999", reduce_only=True))
    session.bar(bar(1, STILL), order("c", SELL, "0.001", reduce_only=True))

    assert "OrderRejected" not in session.take_kinds()
    assert session.exchange.positions == {}


def test_new_rules_of_a_contract_hold_at_once() -> None:
    """A tick of 1 instead of 0.1 refuses what was fine before (F19)."""
    session = Session()
    asked = order("a", BUY, "1", order_type="limit", price="99.5")
    changed = InstrumentChanged(evolve(instrument("BTCUSDT"), tick=Price(e8("1"))))
    session.exchange.observe(changed, START)
    session.bar(bar(0, STILL), asked)

    assert session.take_kinds() == ["OrderRejected"]


def test_a_path_that_is_not_known_is_refused_with_the_ones_that_are() -> None:
    with pytest.raises(UserError, match=r"simulation\.path 'best' is not known.*worst_first"):
        SimulatedExchange(terms(path="best"))


def test_a_bar_of_a_symbol_without_instrument_is_a_contradiction() -> None:
    session = Session()

    with pytest.raises(InvariantError, match="DOGEUSDT has no instrument"):
        session.exchange.observe(bar(0, STILL, symbol="DOGEUSDT"), START)
