"""Bybit's words for where an order stands, and random sessions that keep to them (5.1, 5.4)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulated.orders import VenueOrder
from adapters.simulated.status import (
    START as NOWHERE,
)
from adapters.simulated.status import (
    TRANSITIONS,
    cancel_type,
    create_type,
    order_status,
    reject_reason,
    stop_order_type,
)
from engine.domain.candle import Candle
from engine.domain.order import BUY, SELL
from engine.messages.effects import Effect
from tests.simulation.asked import STILL, amend, at_100, guarded
from tests.simulation.given import Session, bar, cancel, faults, order
from tests.simulation.wishes import sessions

CLOSE_0 = bar(0, STILL).close_ns


def found(session: Session, name: str) -> VenueOrder:
    """The order of a client id, or of a venue's id, open or finished."""
    book = session.exchange._state.orders
    order = book.find(name) or book.find_venue_id(name)  # type: ignore[arg-type]
    assert order is not None
    return order


def words_of(order: VenueOrder) -> tuple[str, str, str, str, str]:
    """Status, stop order type, create type, cancel type and reject reason."""
    return (
        order_status(order),
        stop_order_type(order),
        create_type(order),
        cancel_type(order),
        reject_reason(order),
    )


USER, STOP = "CreateByUser", "CreateByStopOrder"
PLAIN = ("", USER, "UNKNOWN", "EC_NoError")
RESTS = order("a", BUY, "2", order_type="limit", price="98")
STOPS = order("a", BUY, "2", order_type="stop_market", trigger="105")
POST = order("a", BUY, "2", order_type="limit", price="100", time_in_force="PostOnly")
KILL = order("a", BUY, "9", order_type="limit", price="100", time_in_force="FOK")
PAIR = guarded("p", BUY, "1", stop="95", target="110")

STATES: list[tuple[str, list[Effect], str, str, tuple[str, ...]]] = [
    # what, requests in a market that offers 3, the bar after, whose words, the words
    ("a limit order that rests", [RESTS], "", "a", ("New", *PLAIN)),
    (
        "one amended to where it fills",
        [RESTS, amend("a", price="100")],
        "",
        "a",
        ("Filled", *PLAIN),
    ),
    (
        "one that takes a part and rests",
        [order("a", BUY, "5", order_type="limit", price="100")],
        "",
        "a",
        ("PartiallyFilled", *PLAIN),
    ),
    (
        "one that its user cancels",
        [RESTS, cancel("a")],
        "",
        "a",
        ("Cancelled", "", USER, "CancelByUser", "EC_PerCancelRequest"),
    ),
    (
        "a PostOnly order that would take",
        [POST],
        "",
        "a",
        ("Cancelled", "", USER, "UNKNOWN", "EC_PostOnlyWillTakeLiquidity"),
    ),
    (
        "an order that cannot be filled in full",
        [KILL],
        "",
        "a",
        ("Cancelled", "", USER, "UNKNOWN", "EC_NoEnoughQtyToFill"),
    ),
    (
        "a conditional order that waits",
        [STOPS],
        "",
        "a",
        ("Untriggered", "Stop", STOP, "UNKNOWN", "EC_NoError"),
    ),
    (
        "a conditional order cancelled before its trigger",
        [STOPS, cancel("a")],
        "",
        "a",
        ("Deactivated", "Stop", STOP, "CancelByUser", "EC_PerCancelRequest"),
    ),
    (
        "a conditional order that triggered and filled",
        [STOPS],
        "100 105 100 105",
        "a",
        ("Filled", "Stop", STOP, "UNKNOWN", "EC_NoError"),
    ),
    (
        "a partial stop that waits",
        [PAIR],
        "",
        "sim-2",
        ("Untriggered", "PartialStopLoss", "CreateByPartialStopLoss", "UNKNOWN", "EC_NoError"),
    ),
    (
        "a partial target whose stop fired",
        [PAIR],
        "100 100 95 95",
        "sim-3",
        (
            "Deactivated",
            "PartialTakeProfit",
            "CreateByPartialTakeProfit",
            "CancelByOCOTpCanceledBySlTriggered",
            "EC_NoError",
        ),
    ),
    (
        "a partial stop whose position was closed",
        [PAIR, order("x", SELL, "1", reduce_only=True)],
        "",
        "sim-2",
        (
            "Deactivated",
            "PartialStopLoss",
            "CreateByPartialStopLoss",
            "CancelByTpSlTsClear",
            "EC_NoError",
        ),
    ),
]


@pytest.mark.parametrize(
    ("asked", "prices", "whose", "told"),
    [row[1:] for row in STATES],
    ids=[row[0] for row in STATES],
)
def test_the_words_for(asked: list[Effect], prices: str, whose: str, told: tuple[str, ...]) -> None:
    session = Session(volume_share="0.1", leverage="1")
    session.bar(bar(0, STILL, volume="30"))
    session.send(*asked, at=CLOSE_0)
    if prices:
        session.bar(bar(1, prices))

    assert words_of(found(session, whose)) == told


def test_only_a_triggered_order_short_of_margin_ends_cancelled_with_a_reason() -> None:
    session = at_100(wallet="5")
    session.send(STOPS, at=CLOSE_0)
    session.bar(bar(1, "100 105 100 105"))

    assert words_of(found(session, "a")) == ("Cancelled", "Stop", STOP, "UNKNOWN", "EC_Others")


@given(plan=sessions(), share=st.sampled_from(["0", "0.1"]), luck=st.sampled_from(["0", "0.4"]))
@settings(max_examples=100)
def test_orders_only_go_the_ways_of_the_table(
    plan: list[tuple[Candle, list[Effect]]], share: str, luck: str
) -> None:
    """Looked at after every request and every half of a bar; what passes in between may be skipped.

    An order never leaves an end, never comes back, and is somewhere in the table (5.1).
    """
    session = Session(
        volume_share=share, leverage="2", faults=faults(partial=luck, no_answer_placed=luck)
    )
    book = session.exchange._state.orders
    seen: dict[str, VenueOrder] = {}
    status: dict[str, str] = {}

    def look() -> None:
        seen.update(book.open)
        seen.update({one.venue_order_id: one for one in book._finished})
        for name, one in seen.items():
            was, now = status.get(name, NOWHERE), order_status(one)
            assert now == was or now in reachable(was), f"{was} to {now}"
            assert (now in ("Filled", "Cancelled", "Deactivated")) == (name not in book.open)
            assert 0 <= one.filled <= one.quantity
            status[name] = now

    for candle, asked in plan:
        session.open(candle)
        look()
        for effect in asked:
            session.send(effect, at=candle.open_ns)
            look()
        session.close(candle)
        look()


def reachable(status: str) -> set[str]:
    """Every status that may follow, over those that may be passed in between."""
    found: set[str] = set()
    waiting = list(TRANSITIONS[status])
    while waiting:
        after = waiting.pop()
        if after not in found:
            found.add(after)
            waiting += TRANSITIONS[after]
    return found


def test_the_table_ends_where_an_order_is_closed() -> None:
    """Filled, Cancelled and Deactivated are ends; from Untriggered nothing fills untriggered."""
    ends = {one for one, after in TRANSITIONS.items() if not after}

    assert ends == {"Filled", "Cancelled", "Deactivated"}
    assert set(TRANSITIONS["Untriggered"]) == {"Triggered", "Deactivated"}
    assert "Deactivated" not in reachable("New")
