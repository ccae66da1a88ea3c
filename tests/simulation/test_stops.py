"""The position's own stop and target: inside bars, over gaps, and when a bar touches both."""

import pytest

from adapters.simulated.candle_path import CandlePath
from engine.domain.order import BUY, SELL, Side
from engine.messages.effects import LookUpPosition
from engine.messages.venue import OrderFilled, PositionReported, StopRejected, StopReported
from engine.timebase import MINUTE
from tests.simulation.given import (
    BTC,
    REPORT_NS,
    START,
    Session,
    bar,
    e8,
    order,
    set_stop,
    stop_told,
)


def holding(side: Side, stop: str, target: str = "0", **told: object) -> Session:
    """A position of 1 at 100, opened and closed on a still bar, its reports taken."""
    session = Session(**told)
    entry = order("a", side, "1", stop=stop, target=target)
    session.bar(bar(0, "100 100 100 100"), entry)
    session.take()
    return session


def fills_of(session: Session) -> list[tuple[str, int, int]]:
    """Cause, price and venue time of each fill under way."""
    return [
        (report.cause, report.price, report.venue_ns)
        for report in session.take()
        if isinstance(report, OrderFilled)
    ]


OPEN_1 = START + MINUTE

WAYS = [
    # side, stop, target, bar 1, (cause, price, share of the way travelled as a fraction)
    ("a long's stop inside the bar", BUY, "95", "0", "100 102 90 101", "stop_loss", "95", (5, 23)),
    ("a short's stop", SELL, "105", "0", "100 110 98 99", "stop_loss", "105", (5, 23)),
    ("a long's target", BUY, "95", "104", "100 105 98 104", "take_profit", "104", (8, 10)),
    ("a short's target", SELL, "105", "96", "100 101 95 98", "take_profit", "96", (6, 10)),
    ("a stop touched to the tick", BUY, "95", "0", "100 100 95 95", "stop_loss", "95", (5, 15)),
    ("both, for a long", BUY, "95", "104", "100 106 94 100", "stop_loss", "95", (5, 24)),
    ("both, for a short", SELL, "105", "96", "100 106 94 100", "stop_loss", "105", (5, 24)),
    ("an open beyond the stop", BUY, "95", "0", "93 99 92 98", "stop_loss", "93", (0, 1)),
    ("an open over a short's stop", SELL, "105", "0", "107 108 99 99", "stop_loss", "107", (0, 1)),
    ("an open beyond the target", BUY, "95", "104", "108 109 90 95", "take_profit", "104", (0, 1)),
]


@pytest.mark.parametrize(
    ("side", "stop", "target", "prices", "cause", "price", "way"),
    [row[1:] for row in WAYS],
    ids=[row[0] for row in WAYS],
)
def test_a_bar_closes_the_position_at(
    side: Side, stop: str, target: str, prices: str, cause: str, price: str, way: tuple[int, int]
) -> None:
    """The extreme that hurts comes first; the way has one speed; a gap has the opening price."""
    session = holding(side, stop, target)
    session.bar(bar(1, prices))

    travelled, length = way
    assert fills_of(session) == [(cause, e8(price), OPEN_1 + MINUTE * travelled // length)]
    assert session.exchange.positions == {}


def test_a_gap_is_told_at_the_open_and_an_intrabar_stop_at_the_close() -> None:
    """No report of a bar comes before the event that told of it."""
    gapped, inside = holding(BUY, "95"), holding(BUY, "95")
    gapped.bar(bar(1, "90 90 90 90"))
    inside.bar(bar(1, "100 100 90 90"))
    gapped.take()
    inside.take()

    assert gapped.reports[-1][0] == OPEN_1 + REPORT_NS
    assert inside.reports[-1][0] == OPEN_1 + MINUTE


def test_a_stop_fires_though_the_opening_itself_was_never_told() -> None:
    session = holding(BUY, "95")
    session.close(bar(1, "92 99 85 99"))

    assert fills_of(session) == [("stop_loss", e8("92"), OPEN_1)]


@pytest.mark.parametrize(
    ("prices", "count"),
    [
        ("100 106 94 100", 1),
        ("100 103 94 100", 0),
        ("100 106 96 100", 0),
        ("93 106 93 100", 0),
    ],
    ids=["both touched", "only the stop", "only the target", "gone at the open"],
)
def test_bars_that_could_have_hit_both_are_counted(prices: str, count: int) -> None:
    session = holding(BUY, "95", "104")
    session.bar(bar(1, prices))

    assert session.exchange.ambiguous_bars == count


@pytest.mark.parametrize(("side", "stop", "price"), [(BUY, "95", "94.8"), (SELL, "105", "105.2")])
def test_a_stop_pays_spread_and_slippage_on_top_of_its_level(
    side: Side, stop: str, price: str
) -> None:
    session = holding(side, stop, half_spread="0.0005", slippage="0.0006")
    session.bar(bar(1, "100 110 90 100"))

    assert [fill[1] for fill in fills_of(session)] == [e8(price)]


def test_a_target_is_a_market_order_too_and_pays_spread_slippage_and_taker_fee() -> None:
    session = holding(BUY, "95", "104", half_spread="0.0005", slippage="0.0006")
    session.bar(bar(1, "100 110 99 100"))

    fill = next(report for report in session.take() if isinstance(report, OrderFilled))
    assert fill.price == e8("103.8")
    assert fill.fee == e8("0.05709")
    assert (fill.client_id, fill.is_maker, fill.side) == ("", False, SELL)


def test_a_stop_out_takes_stop_and_target_away_after_the_fill() -> None:
    session = holding(BUY, "95", "104")
    session.bar(bar(1, "100 100 90 90"))

    fill, stop = session.take()
    assert isinstance(fill, OrderFilled)
    assert stop == stop_told(BTC, "0", "0", fill.venue_ns)


def test_a_stop_can_be_moved_removed_and_set_again() -> None:
    session = holding(BUY, "95")
    for n, request in enumerate(
        [set_stop("97"), set_stop("97"), set_stop("0"), set_stop("98", "105")]
    ):
        session.send(request, at=OPEN_1 + n)

    told = [(r.stop_price, r.target_price) for r in session.take() if isinstance(r, StopReported)]
    assert told == [(e8("97"), 0), (e8("97"), 0), (0, 0), (e8("98"), e8("105"))]
    session.bar(bar(1, "100 101 97.5 100"))
    assert [fill[1] for fill in fills_of(session)] == [e8("98")]


STOP_REFUSALS = [
    ("a long's stop at the market would fire at once", BUY, "100", "0"),
    ("a long's stop above the market", BUY, "101", "0"),
    ("a short's stop below the market", SELL, "99", "0"),
    ("a long's target below the market", BUY, "95", "99"),
    ("a short's target above the market", SELL, "105", "101"),
    ("a stop between two ticks", BUY, "95.05", "0"),
]


@pytest.mark.parametrize(
    ("side", "stop", "target"),
    [row[1:] for row in STOP_REFUSALS],
    ids=[row[0] for row in STOP_REFUSALS],
)
def test_the_venue_does_not_take(side: Side, stop: str, target: str) -> None:
    before = "90" if side == BUY else "110"
    session = holding(side, before)
    session.send(set_stop(stop, target), at=OPEN_1)

    (refused,) = session.take()
    assert isinstance(refused, StopRejected)
    assert (refused.code, bool(refused.reason)) == (10001, True)
    assert session.exchange.positions[BTC].stop_price == e8(before)


def test_a_flat_position_has_no_stop() -> None:
    session = Session()
    session.bar(bar(0, "100 100 100 100"), set_stop("90"))

    (refused,) = session.take()
    assert isinstance(refused, StopRejected)
    assert refused.code == 10001


def test_a_position_look_up_tells_size_value_stop_and_target() -> None:
    session = holding(SELL, "105", "90")
    session.send(LookUpPosition(BTC), at=OPEN_1)

    (told,) = session.take()
    assert isinstance(told, PositionReported)
    assert (told.quantity, told.entry_value) == (e8("-1"), e8("100"))
    assert (told.stop_price, told.target_price) == (e8("105"), e8("90"))


def test_a_bar_that_never_moved_is_at_all_its_prices_when_it_opens() -> None:
    still = bar(0, "100 100 100 100")

    assert CandlePath(still, True).moment(2, still.close) == still.open_ns


def test_a_path_takes_the_whole_bar_at_one_speed() -> None:
    """100 -> 90 -> 110 -> 105 is a way of 35."""
    path = CandlePath(bar(0, "100 110 90 105"), True)

    assert path.corners == (e8("100"), e8("90"), e8("110"), e8("105"))
    assert path.moment(0, e8("90")) == START + MINUTE * 10 // 35
    assert path.moment(1, e8("100")) == START + MINUTE * 20 // 35
    assert path.moment(2, e8("105")) == START + MINUTE


def test_a_stop_jumped_over_is_not_ambiguous_though_the_opening_was_never_told() -> None:
    session = holding(BUY, "95", "104")
    session.close(bar(1, "93 106 93 100"))

    assert session.exchange.ambiguous_bars == 0
    assert [fill[0] for fill in fills_of(session)] == ["stop_loss"]
