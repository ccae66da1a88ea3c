"""Every order type by side and source of its trigger, and every time in force (5.2, 5.3, 5.4)."""

from itertools import product

import pytest
from attrs import evolve

from engine.domain.order import BUY, SELL, OrderType, PriceSource, Side, TimeInForce
from engine.ids import ClientId
from engine.messages.venue import OrderFilled, OrderRejected, OrderTriggered
from tests.simulation.asked import STILL, at_100, by, priced, words
from tests.simulation.given import START, Session, bar, e8, looking_up, order

SIDES: tuple[Side, ...] = (BUY, SELL)
SOURCES: tuple[PriceSource, ...] = ("last", "mark", "index")
DIRECTIONS: dict[OrderType, int] = {
    "stop_market": 1,
    "stop_limit": 1,
    "take_profit_market": -1,
    "take_profit_limit": -1,
}
"""Where the price must go for a buy; for a sale the other way."""
CLOSE_0 = bar(0, STILL).close_ns


def waiting(order_type: OrderType, side: Side, source: PriceSource) -> tuple[Session, int]:
    """A conditional order five above or below 100, and that direction; limits are at 90 or 110."""
    direction = DIRECTIONS[order_type] * side
    session = at_100()
    for other in ("mark", "index"):
        if source == other:
            priced(session, source, "100")
    limit = "0" if order_type.endswith("market") else str(100 - side * 10)
    trigger = str(100 + direction * 5)
    asked = order("a", side, "1", order_type=order_type, price=limit, trigger=trigger)
    session.send(by(asked, trigger=source), at=CLOSE_0)
    assert session.take_kinds() == ["OrderAccepted"]
    return session, direction


def reach(session: Session, source: PriceSource, price: str, n: int) -> None:
    """The source goes from 100 to ``price`` in the ``n``-th minute; the others stay."""
    if source == "last":
        low, high = sorted((e8(price), e8("100")))
        session.bar(bar(n, f"100 {high // 10**7 / 10} {low // 10**7 / 10} {price}"))
    else:
        session.bar(bar(n, STILL))
        priced(session, source, price, bar(n, STILL).close_ns)


@pytest.mark.parametrize(("order_type", "side", "source"), [*product(DIRECTIONS, SIDES, SOURCES)])
def test_a_conditional_order_waits_for_its_source_to_come_from_its_side(
    order_type: OrderType, side: Side, source: PriceSource
) -> None:
    """A tick before the level nothing happens; at it the order triggers (bybit-v5.md 5.4).

    A market order then fills where the market trades: at the level, if that is what met it, else
    at 100, where the last price still is. A limit order rests behind the market.
    """
    session, direction = waiting(order_type, side, source)
    reach(session, source, str(100 + direction * 4.9), 1)
    assert session.take() == []

    reach(session, source, str(100 + direction * 5), 2)
    triggered, *filled = session.take()
    assert isinstance(triggered, OrderTriggered)
    if order_type.endswith("market"):
        (fill,) = filled
        assert isinstance(fill, OrderFilled)
        where = 100 + direction * 5 if source == "last" else 100
        assert (fill.price, fill.side, fill.cause) == (e8(str(where)), side, "order")
    else:
        assert filled == []
        (rests,) = session.exchange.open_orders
        assert (rests.triggered, rests.price) == (True, e8(str(100 - side * 10)))


@pytest.mark.parametrize(("order_type", "side"), [*product(DIRECTIONS, SIDES)])
def test_the_other_direction_never_triggers(order_type: OrderType, side: Side) -> None:
    session, direction = waiting(order_type, side, "last")
    reach(session, "last", str(100 - direction * 8), 1)

    assert session.take() == []
    assert len(session.exchange.open_orders) == 1


@pytest.mark.parametrize(
    ("source", "price"), [("mark", "90"), ("mark", "110"), ("index", "90"), ("index", "110")]
)
def test_a_source_with_prices_of_its_own_does_not_look_at_the_last_price(
    source: PriceSource, price: str
) -> None:
    """The last price goes beyond the level, and the order still waits."""
    session = at_100()
    priced(session, source, "100")
    side: Side = BUY if price == "110" else SELL
    asked = order("a", side, "1", order_type="stop_market", trigger=price)
    session.send(by(asked, trigger=source), at=CLOSE_0)
    session.take()
    session.bar(bar(1, "100 120 80 100"))

    assert session.take() == []


PASSED: list[tuple[str, Side, str, int]] = [
    # trigger source, side of a stop, where mark and index are, the code
    ("mark", BUY, "110", 110092),
    ("index", BUY, "110", 110092),
    ("mark", SELL, "90", 110093),
    ("index", SELL, "90", 110093),
]


@pytest.mark.parametrize(("source", "side", "price", "code"), PASSED)
def test_a_trigger_that_its_own_source_has_passed_is_refused(
    source: PriceSource, side: Side, price: str, code: int
) -> None:
    """The level 105 or 95 is ahead of the last price, behind the mark or index (5.4, 7.2)."""
    session = at_100()
    priced(session, source, price)
    asked = order("a", side, "1", order_type="stop_market", trigger=str(100 + side * 5))
    session.send(by(asked, trigger=source), evolve(asked, client_id=ClientId("b")), at=CLOSE_0)

    refused, accepted = session.take()
    assert isinstance(refused, OrderRejected)
    assert (refused.code, refused.reason.endswith(source)) == (code, True)
    assert type(accepted).__name__ == "OrderAccepted"


FORCES: list[tuple[TimeInForce, str, list[str], str]] = [
    # time in force, limit price of a buy, what follows, how much goes on resting
    ("GTC", "101", ["OrderFilled a"], "2"),
    ("IOC", "101", ["OrderFilled a", "OrderCancelled a EC_CancelForNoFullFill"], "0"),
    ("FOK", "101", ["OrderCancelled a EC_NoEnoughQtyToFill"], "0"),
    ("PostOnly", "101", ["OrderCancelled a EC_PostOnlyWillTakeLiquidity"], "0"),
    ("GTC", "99", [], "3"),
    ("IOC", "99", ["OrderCancelled a EC_NoImmediateQtyToFill"], "0"),
    ("FOK", "99", ["OrderCancelled a EC_NoEnoughQtyToFill"], "0"),
    ("PostOnly", "99", [], "3"),
]


@pytest.mark.parametrize(("force", "limit", "told", "rests"), FORCES)
def test_a_limit_order_in_a_market_with_one_third_of_it(
    force: TimeInForce, limit: str, told: list[str], rests: str
) -> None:
    """10 % of the last bar's 10 is there, 3 are wanted (bybit-v5.md 5.2)."""
    session = Session(volume_share="0.1")
    session.bar(bar(0, STILL, volume="10"))
    asked = order("a", BUY, "3", order_type="limit", price=limit, time_in_force=force)
    session.send(asked, at=CLOSE_0)

    assert words(session.take()) == ["OrderAccepted a", *told]
    assert sum(one.remaining for one in session.exchange.open_orders) == e8(rests)


@pytest.mark.parametrize(("force", "limit", "told", "rests"), FORCES)
def test_a_triggered_limit_order_has_the_same_time_in_force(
    force: TimeInForce, limit: str, told: list[str], rests: str
) -> None:
    """By the mark, so that the market itself stays at 100."""
    session = Session(volume_share="0.1")
    session.bar(bar(0, STILL, volume="10"))
    priced(session, "mark", "100")
    asked = order(
        "a", BUY, "3", order_type="stop_limit", trigger="105", price=limit, time_in_force=force
    )
    session.send(by(asked, trigger="mark"), at=CLOSE_0)
    session.take()
    priced(session, "mark", "105", CLOSE_0 + 1)

    assert words(session.take()) == ["OrderTriggered a", *told]
    assert sum(one.remaining for one in session.exchange.open_orders) == e8(rests)


def test_fill_or_kill_fills_what_is_there_in_full() -> None:
    session = Session(volume_share="0.1")
    session.bar(bar(0, STILL, volume="10"))
    asked = order("a", BUY, "1", order_type="limit", price="100", time_in_force="FOK")
    session.send(asked, at=CLOSE_0)

    assert words(session.take()) == ["OrderAccepted a", "OrderFilled a"]


def test_a_market_order_cannot_be_post_only() -> None:
    session = at_100()
    session.send(order("a", BUY, "1", time_in_force="PostOnly"), at=START)

    assert words(session.take())[0].startswith("OrderRejected a 10001")


def test_a_look_up_tells_the_values_an_order_has() -> None:
    session = at_100()
    asked = order("a", BUY, "1", order_type="stop_limit", trigger="105", price="104")
    session.send(asked, looking_up("a"), at=CLOSE_0)

    found = session.take()[-1]
    told = found.quantity, found.price, found.trigger_price  # type: ignore[union-attr]
    assert told == (e8("1"), e8("104"), e8("105"))


def test_several_requests_of_one_frame_are_served_in_order_at_one_moment() -> None:
    """A batch in all but name (F12): each has its own answer, and a refused one stops no other."""
    session = at_100()
    orders = [
        order(name, BUY, quantity, order_type="limit", price="99")
        for name, quantity in (("a", "1"), ("b", "0.0005"), ("c", "2"), ("a", "1"))
    ]
    session.send(*orders, at=CLOSE_0)

    reports = session.take()
    kinds = [(type(one).__name__, getattr(one, "code", 0)) for one in reports]
    accepted, refused, twice = ("OrderAccepted", 0), ("OrderRejected", 10001), 110072
    assert kinds == [accepted, refused, accepted, ("OrderRejected", twice)]
    assert len({one.venue_ns for one in reports}) == 1  # type: ignore[union-attr]
    assert [one.client_id for one in session.exchange.open_orders] == ["a", "c"]
