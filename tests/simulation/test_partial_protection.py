"""Partial stops and targets: a pair of children for each fill (bybit-v5.md 5.4)."""

import pytest
from attrs import evolve

from engine.domain.order import BUY, SELL, Side
from engine.messages.venue import OrderCancelled, OrderFilled, OrderTriggered, StopReported
from tests.simulation.asked import STILL, at_100, by, guarded, priced, words
from tests.simulation.given import BTC, Session, bar, e8, faults, order, set_stop

CLOSE_0 = bar(0, STILL).close_ns


def children(session: Session) -> list[tuple[str, int, int]]:
    """Order type, trigger price and quantity of the children that wait, oldest first."""
    return [
        (one.asked.order_type, one.trigger_price, one.remaining)
        for one in session.exchange.open_orders
        if not one.client_id
    ]


def test_every_fill_brings_a_pair_of_its_own_quantity() -> None:
    """Two entries with different stops: the position has no stop of its own, and four children."""
    session = at_100(leverage="1")
    session.send(
        guarded("a", BUY, "1", stop="95", target="110"),
        guarded("b", BUY, "0.5", stop="90", target="120", stop_limit="89", target_limit="121"),
        at=CLOSE_0,
    )

    assert not [one for one in session.take() if isinstance(one, StopReported)]
    assert children(session) == [
        ("stop_market", e8("95"), e8("1")),
        ("take_profit_market", e8("110"), e8("1")),
        ("stop_limit", e8("90"), e8("0.5")),
        ("take_profit_limit", e8("120"), e8("0.5")),
    ]


def test_children_have_names_at_the_venue_and_none_of_the_clients() -> None:
    session = at_100()
    session.send(guarded("a", BUY, "1", stop="95"), at=CLOSE_0)

    (child,) = session.exchange.open_orders
    book = session.exchange._state.orders
    assert (child.client_id, child.venue_order_id) == ("", "sim-2")
    assert book.find_venue_id("sim-2") is child
    assert book.find(child.client_id) is None
    assert (child.reduces, child.asked.close_on_trigger, child.side) == (True, True, SELL)


FIRED = [
    # side, bar, what closes, at which price, why its sibling ended
    (BUY, "100 100 94 94", "stop_loss", "95", "CancelByOCOTpCanceledBySlTriggered"),
    (BUY, "100 111 100 111", "take_profit", "110", "CancelByOCOSlCanceledByTpTriggered"),
    (SELL, "100 106 100 106", "stop_loss", "105", "CancelByOCOTpCanceledBySlTriggered"),
    (SELL, "100 100 89 89", "take_profit", "90", "CancelByOCOSlCanceledByTpTriggered"),
]


@pytest.mark.parametrize(("side", "prices", "cause", "price", "reason"), FIRED)
def test_one_fires_and_its_sibling_is_cancelled(
    side: Side, prices: str, cause: str, price: str, reason: str
) -> None:
    """The children's reports have no client id; the other pair stays (OCO)."""
    session = at_100(leverage="1")
    near, far = ("95", "80") if side == BUY else ("105", "120")
    good, better = ("110", "130") if side == BUY else ("90", "70")
    session.send(
        guarded("a", side, "1", stop=near, target=good),
        guarded("b", side, "0.5", stop=far, target=better),
        at=CLOSE_0,
    )
    session.take()
    session.bar(bar(1, prices))

    triggered, gone, fill = session.take()
    assert isinstance(triggered, OrderTriggered)
    assert isinstance(gone, OrderCancelled)
    assert isinstance(fill, OrderFilled)
    assert (triggered.client_id, gone.client_id, gone.reason) == ("", "", reason)
    assert (fill.client_id, fill.cause) == ("", cause)
    assert (fill.price, fill.quantity) == (e8(price), e8("1"))
    assert session.exchange.positions[BTC].quantity == side * e8("0.5")
    assert len(children(session)) == 2


def test_a_target_with_a_limit_price_rests_as_a_limit_order_and_makes() -> None:
    """It triggers at 110, rests at 112 and fills once the market trades through that."""
    session = at_100(leverage="1")
    session.send(guarded("a", BUY, "1", target="110", target_limit="112"), at=CLOSE_0)
    session.take()
    session.bar(bar(1, "100 111 100 111"))
    assert session.take_kinds() == ["OrderTriggered"]
    session.bar(bar(2, "111 113 111 113"))

    (fill,) = session.take()
    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.price, fill.is_maker) == ("take_profit", e8("112"), True)


def test_a_partial_stop_goes_by_its_own_source() -> None:
    session = at_100(leverage="1")
    priced(session, "mark", "100")
    session.send(by(guarded("a", BUY, "1", stop="95"), stop="mark"), at=CLOSE_0)
    session.bar(bar(1, "100 100 90 100"))
    assert "OrderTriggered" not in session.take_kinds()
    priced(session, "mark", "95", bar(1, STILL).close_ns)

    assert session.take_kinds() == ["OrderTriggered", "OrderFilled"]


def test_a_position_closed_otherwise_clears_its_children() -> None:
    session = at_100()
    session.send(guarded("a", BUY, "1", stop="95", target="110"), at=CLOSE_0)
    session.send(order("x", SELL, "1", reduce_only=True), at=CLOSE_0 + 1)

    cancelled = [one for one in session.take() if isinstance(one, OrderCancelled)]
    assert [one.reason for one in cancelled] == ["CancelByTpSlTsClear"] * 2
    assert session.exchange.open_orders == ()


def test_children_are_trimmed_with_the_position() -> None:
    session = at_100()
    session.send(guarded("a", BUY, "1", stop="95", target="110"), at=CLOSE_0)
    session.send(order("x", SELL, "0.7", reduce_only=True), at=CLOSE_0 + 1)

    assert [quantity for *_, quantity in children(session)] == [e8("0.3")] * 2


def test_a_fill_that_turns_the_position_guards_what_it_opened() -> None:
    """A sale of 3 against a long of 1 with children: those end, the new ones guard a short of 2."""
    session = at_100()
    session.send(guarded("a", BUY, "1", stop="95", target="110"), at=CLOSE_0)
    session.send(guarded("b", SELL, "3", stop="105"), at=CLOSE_0 + 1)

    assert session.exchange.positions[BTC].quantity == e8("-2")
    assert children(session) == [("stop_market", e8("105"), e8("2"))]


def test_twenty_children_are_the_most() -> None:
    """Ten pairs; the eleventh order is refused, and one without protection is not (110061)."""
    session = at_100()
    session.send(
        *(guarded(f"a{n}", BUY, "0.1", stop="95", target="110") for n in range(11)),
        order("plain", BUY, "0.1"),
        at=CLOSE_0,
    )

    told = words(session.take())
    assert [one for one in told if one.startswith("OrderRejected")] == ["OrderRejected a10 110061"]
    assert len(children(session)) == 20


def test_fills_beyond_the_twentieth_child_are_told_to_have_no_stop() -> None:
    """An order was taken when there was room; its later pieces find none, with some seeds."""
    told: list[str] = []
    for seed in range(10):
        session = at_100(faults=faults(partial="1"), seed=seed)
        session.send(
            *(guarded(f"a{n}", BUY, "3", stop="95", target="110") for n in range(10)), at=CLOSE_0
        )
        told += words(session.take())
        assert len(children(session)) == 20
    assert "StopRejected 110061" in told


WRONG = [
    (
        "a limit price in full mode",
        guarded("x", BUY, "1", stop="95", stop_limit="94", protection="full"),
    ),
    ("a limit price without a trigger", guarded("x", BUY, "1", target_limit="112")),
    ("half a tick of a limit price", guarded("x", BUY, "1", stop="95", stop_limit="94.05")),
    ("a stop on the wrong side", guarded("x", BUY, "1", stop="100")),
]


@pytest.mark.parametrize("asked", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
def test_the_venue_refuses_partial_protection_with(asked: object) -> None:
    session = at_100()
    session.send(asked, at=CLOSE_0)  # type: ignore[arg-type]

    assert words(session.take()) == ["OrderRejected x 10001"]


def test_a_refused_partial_stop_is_told_and_makes_no_children() -> None:
    session = at_100(faults=faults(stop_reject="1"))
    session.send(guarded("a", BUY, "1", stop="95"), at=CLOSE_0)

    assert words(session.take())[-1].startswith("StopRejected 10001")
    assert session.exchange.open_orders == ()


def test_the_position_may_have_a_stop_of_its_own_as_well() -> None:
    """The nearer of both fires first; what is left of the position clears the other."""
    session = at_100(leverage="1")
    session.send(guarded("a", BUY, "1", stop="95"), set_stop("97"), at=CLOSE_0)
    session.take()
    session.bar(bar(1, "100 100 90 90"))

    fill, *rest = session.take()
    assert isinstance(fill, OrderFilled)
    assert fill.price == e8("97")
    assert [type(one).__name__ for one in rest] == ["StopReported", "OrderCancelled"]


def entered(prices: str, side: Side = BUY) -> Session:
    """A resting order at 98 (a sale: 102) with both levels five away fills inside this bar."""
    session = at_100(leverage="1")
    price = 100 - 2 * side
    asked = order(
        "a",
        side,
        "1",
        order_type="limit",
        price=str(price),
        stop=str(price - 5 * side),
        target=str(price + 5 * side),
    )
    session.send(evolve(asked, protection="partial"), at=CLOSE_0)
    session.bar(bar(1, prices))
    return session


@pytest.mark.parametrize(
    ("side", "way", "later"),
    [(BUY, "100 104 97 104", "104 104 104 104"), (SELL, "100 103 96 96", "96 96 96 96")],
)
def test_what_opens_inside_a_bar_does_not_reach_its_partial_target_before_the_next(
    side: Side, way: str, later: str
) -> None:
    session = entered(way, side)
    assert words(session.take())[1:] == ["OrderFilled a"]
    session.bar(bar(2, later))

    fills = [one for one in session.take() if isinstance(one, OrderFilled)]
    assert [one.cause for one in fills] == ["take_profit"]


def test_it_may_be_stopped_in_it() -> None:
    session = entered("100 100 92 100")

    fills = [one for one in session.take() if isinstance(one, OrderFilled)]
    told = [(one.cause, one.price) for one in fills]
    assert told == [("order", e8("98")), ("stop_loss", e8("93"))]


@pytest.mark.parametrize(
    ("prices", "count"), [("100 111 94 100", 1), ("100 109 94 100", 0), ("94 111 94 100", 0)]
)
def test_a_bar_that_touches_both_of_a_pair_is_counted(prices: str, count: int) -> None:
    """The stop wins on the worst path, and its fill says that the path chose."""
    session = at_100(leverage="1")
    session.send(guarded("a", BUY, "1", stop="95", target="110"), at=CLOSE_0)
    session.take()
    session.bar(bar(1, prices))

    (fill,) = [one for one in session.take() if isinstance(one, OrderFilled)]
    assert (fill.cause, fill.is_ambiguous) == ("stop_loss", bool(count))
    assert session.exchange.ambiguous_bars == count
