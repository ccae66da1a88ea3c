"""The trailing stop: what it follows, when it starts, what it is told as (bybit-v5.md 5.4)."""

import pytest
from attrs import evolve

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import BUY, SELL, Side
from engine.messages.effects import SetStop
from engine.messages.market import Traded
from engine.messages.venue import OrderFilled, StopRejected, StopReported
from engine.money import Price, Quantity
from engine.timebase import SECOND, Nanos
from tests.simulation.asked import STILL, at_100, priced, trailing
from tests.simulation.given import BTC, Session, bar, e8, order, set_stop, stop_told, terms

CLOSE_0 = bar(0, STILL).close_ns


def trailed(side: Side, *requests: SetStop) -> Session:
    """A position of 1 at 100 with the stops asked for, its reports taken; liquidation is far."""
    session = at_100(leverage="1")
    session.send(order("a", side, "1"), *requests, at=CLOSE_0)
    assert "StopRejected" not in session.take_kinds()
    return session


def exits(session: Session) -> list[tuple[str, int]]:
    """Cause and price of the fills under way that nobody asked for."""
    reports = [one for one in session.take() if isinstance(one, OrderFilled)]
    return [(one.cause, one.price) for one in reports if not one.client_id]


WAYS = [
    # side, distance, activation, bars, what it got
    ("falls from where it was set", BUY, "5", "0", ["100 100 94 95"], "95"),
    ("rises from where it was set", SELL, "5", "0", ["100 106 100 106"], "105"),
    (
        "follows a high of an earlier bar",
        BUY,
        "5",
        "0",
        ["100 110 100 109", "109 109 104 104"],
        "105",
    ),
    ("follows a low of an earlier bar", SELL, "5", "0", ["100 100 90 91", "91 96 91 96"], "95"),
    ("follows within the bar to its close", BUY, "5", "0", ["100 110 100 104"], "105"),
    ("does not follow back", BUY, "5", "0", ["100 110 100 109", "109 109 106 106"], ""),
    ("waits for its activation", BUY, "5", "108", ["100 107 94 100"], ""),
    ("starts at its activation", BUY, "5", "108", ["100 108 100 108", "108 108 100 100"], "103"),
    ("a short's activation", SELL, "5", "92", ["100 100 91 92", "92 97 92 97"], "96"),
    ("jumped over by an open", BUY, "5", "0", ["93 93 92 92"], "93"),
    (
        "activated by an open, followed from there",
        BUY,
        "5",
        "108",
        ["112 112 112 112", "112 112 106 106"],
        "107",
    ),
]


@pytest.mark.parametrize(
    ("side", "distance", "activation", "bars", "price"),
    [row[1:] for row in WAYS],
    ids=[row[0] for row in WAYS],
)
def test_a_trailing_stop(
    side: Side, distance: str, activation: str, bars: list[str], price: str
) -> None:
    """The distance behind the best price since it follows; the extreme that hurts is first."""
    session = trailed(side, trailing(distance, activation))
    for n, prices in enumerate(bars, 1):
        session.bar(bar(n, prices))

    assert exits(session) == ([("trailing_stop", e8(price))] if price else [])
    assert bool(session.exchange.positions) == (not price)


def test_a_trailing_stop_is_told_by_its_distance_and_ends_with_the_position() -> None:
    session = at_100(leverage="1")
    session.send(order("a", BUY, "1"), trailing("5", stop="90", target="120"), at=CLOSE_0)
    told = session.take()[-1]
    assert isinstance(told, StopReported)
    assert (told.stop_price, told.target_price) == (e8("90"), e8("120"))
    assert told.trailing_distance == e8("5")

    session.bar(bar(1, "100 100 95 95"))
    fill, gone = session.take()
    assert isinstance(fill, OrderFilled)
    assert gone == stop_told(BTC, "0", "0", fill.venue_ns)


@pytest.mark.parametrize(
    ("prices", "cause", "price"),
    [
        ("100 100 90 90", "trailing_stop", "95"),
        ("100 111 100 111", "take_profit", "110"),
        ("100 120 94 100", "trailing_stop", "95"),
    ],
)
def test_the_nearest_of_stop_target_and_trailing_stop_closes(
    prices: str, cause: str, price: str
) -> None:
    session = trailed(BUY, trailing("5", stop="92", target="110"))
    session.bar(bar(1, prices))

    assert exits(session) == [(cause, e8(price))]


def test_the_same_again_goes_on_from_the_best_price_and_another_starts_anew() -> None:
    """Best 110: the same distance keeps 105, a distance of 6 starts at the last price of 106."""
    session, other = trailed(BUY, trailing("5")), trailed(BUY, trailing("5"))
    for each, distance in ((session, "5"), (other, "6")):
        each.bar(bar(1, "100 110 100 106"))
        each.send(trailing(distance), at=bar(1, STILL).close_ns)
        each.take()
        each.bar(bar(2, "106 106 99 99"))

    assert exits(session) == [("trailing_stop", e8("105"))]
    assert exits(other) == [("trailing_stop", e8("100"))]


def test_a_stop_set_without_a_trailing_distance_removes_it() -> None:
    session = trailed(BUY, trailing("5"), set_stop("80"))
    session.bar(bar(1, "100 100 90 90"))

    assert exits(session) == []


def test_marks_do_not_move_it() -> None:
    """It goes after the last price alone."""
    session = trailed(BUY, trailing("5"))
    priced(session, "mark", "120", CLOSE_0 + 1)
    priced(session, "mark", "114", CLOSE_0 + 2)
    assert exits(session) == []
    session.bar(bar(1, "100 104 100 104"))
    session.bar(bar(2, "104 104 99 99"))

    assert exits(session) == [("trailing_stop", e8("99"))]


REFUSALS = [
    ("a distance between two ticks", BUY, trailing("5.05")),
    ("a distance as large as the price", BUY, trailing("100")),
    ("an activation between two ticks", BUY, trailing("5", "108.05")),
    ("an activation without a distance", BUY, trailing("0", "108")),
    ("a long's activation below the market", BUY, trailing("5", "99")),
    ("a short's activation above the market", SELL, trailing("5", "101")),
    (
        "a long's stop above the mark it goes by",
        BUY,
        SetStop(BTC, Price(e8("97")), Price(0), stop_by="mark"),
    ),
    (
        "a long's target below the mark it goes by",
        BUY,
        SetStop(BTC, Price(0), Price(e8("95")), target_by="mark"),
    ),
]


@pytest.mark.parametrize(
    ("side", "asked"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_the_venue_does_not_take(side: Side, asked: SetStop) -> None:
    """The mark is at 96 there, the last price at 100; what was set before stays (5.4)."""
    session = trailed(side, set_stop("90" if side == BUY else "110"))
    priced(session, "mark", "96")
    before = session.exchange.positions[BTC].guards
    session.send(asked, at=CLOSE_0 + 10)

    (refused,) = session.take()
    assert isinstance(refused, StopRejected)
    assert refused.code == 10001
    assert session.exchange.positions[BTC].guards == before


def test_the_same_stop_by_another_source_is_judged_anew() -> None:
    """97 is below the last price and above the mark of 96."""
    session = trailed(BUY, set_stop("97"))
    priced(session, "mark", "96")
    asked = SetStop(BTC, Price(e8("97")), Price(0), stop_by="mark")
    session.send(asked, set_stop("97"), at=CLOSE_0 + 10)

    assert session.take_kinds() == ["StopRejected", "StopReported"]


@pytest.mark.parametrize(("source", "fires"), [("mark", True), ("index", False)])
def test_a_stop_by_the_mark_fires_when_the_mark_is_there(source: str, fires: bool) -> None:
    """The last price stays at 100, where the stop is filled."""
    asked = SetStop(BTC, Price(e8("95")), Price(0), stop_by="mark")
    session = at_100(leverage="1")
    priced(session, "mark", "100")
    priced(session, "index", "100")
    session.send(order("a", BUY, "1"), asked, at=CLOSE_0)
    session.take()
    priced(session, source, "94", CLOSE_0 + 10**9)  # type: ignore[arg-type]

    assert exits(session) == ([("stop_loss", e8("100"))] if fires else [])


def test_on_trades_it_goes_after_every_one_of_them() -> None:
    """100, then 110: the stop is at 105, and the trade at 104.9 that jumps over it is its price."""
    plain = terms(leverage="1")
    exchange = SimulatedExchange(
        evolve(plain, simulation=evolve(plain.simulation, matched_on="trades"))
    )
    session = Session()
    session.exchange = exchange
    for n, price in enumerate(("100", "110", "105.1", "104.9")):
        at = Nanos(CLOSE_0 + n * SECOND)
        traded = Traded("BTCUSDT", at, Price(e8(price)), Quantity(e8("1")), 0)
        exchange.observe(traded, at)
        if n == 0:
            session.send(order("a", BUY, "1"), trailing("5"), at=at)
            session.take()

    assert exits(session) == [("trailing_stop", e8("104.9"))]
