"""What a taker finds in a run matched on trades, quotes or depth, and what it leaves."""

import pytest

from engine.domain.order import BUY, SELL, Side
from engine.messages.runs import MatchedOn
from engine.messages.venue import OrderCancelled, OrderRejected
from tests.simulation.given import bar, order
from tests.simulation.given_ticks import TickSession, depth, quoted, traded

TEN_AND_TEN = quoted(0, "99.9 x 10", "100.1 x 10")
LADDER = depth(0, "99.9 x 1, 99.8 x 2, 99.5 x 4", "100 x 1, 100.1 x 2, 100.5 x 4", True)


# Trades.


@pytest.mark.parametrize(("side", "price"), [(BUY, "100.3"), (SELL, "99.7")])
def test_of_trades_a_taker_pays_the_last_one_spread_and_slippage(side: Side, price: str) -> None:
    """0.1 % and 0.2 % of 100."""
    session = TickSession("trades", half_spread="0.001", slippage="0.002")
    session.see(traded(0, "90 x 1"), traded(1, "100 x 1"))
    session.ask(2, order("a", side, "5"))

    assert session.fills() == [f"a 5 @ {price}"]


def test_of_trades_takers_share_a_minute_of_them() -> None:
    """10 % of the 30 and 20 of this minute are 5, and of the whole minute later as well; in the
    minute after it the 8 traded so far are less than the 50 of the one before. Two minutes on
    the minute before had none, and 1 is traded so far.
    """
    session = TickSession("trades", volume_share="0.1")
    session.see(traded(0, "100 x 30"), traded(1, "100 x 20"))
    session.ask(2, order("a", BUY, "4"), order("b", BUY, "4"), order("c", BUY, "4"))
    assert session.fills() == ["a 4 @ 100", "b 1 @ 100"]

    session.see(traded(60_000, "100 x 8"))
    session.ask(60_001, order("d", BUY, "9"))
    assert session.fills() == ["d 5 @ 100"]

    session.see(traded(200_000, "100 x 1"))
    session.ask(200_001, order("e", BUY, "9"))
    assert session.fills() == ["e 0.1 @ 100"]


def test_where_bars_are_told_too_their_volume_is_the_one_that_takers_share() -> None:
    session = TickSession("trades", volume_share="0.1")
    session.see(traded(0, "100 x 500"))
    session.close(bar(0, "90 90 90 90", volume="20"))
    session.ask(60_001, order("a", BUY, "9"))

    assert session.fills() == ["a 2 @ 100"]


# Quotes.


@pytest.mark.parametrize(
    ("side", "fills"),
    [
        (BUY, ["a 2 @ 100", "a 2 @ 100.1", "a 3 @ 100.3"]),
        (SELL, ["a 2 @ 90", "a 2 @ 89.9", "a 3 @ 89.7"]),
    ],
)
def test_beyond_a_quote_each_doubling_pays_the_impact_of_its_last_multiple(
    side: Side, fills: list[str]
) -> None:
    """0.1 % a multiple. The 2 that are shown; 2 more at one impact, 100.1; of the next 4 at three
    impacts, 100.3, the 3 that are still wanted. Of 90: 89.91 and 89.73, rounded down.
    """
    session = TickSession("quotes", impact="0.001")
    session.see(quoted(0, "90 x 2", "100 x 2"))
    session.ask(1, order("a", side, "7"))

    assert session.fills() == fills


def test_what_we_took_is_gone_until_the_quote_changes() -> None:
    session = TickSession("quotes", impact="0.001")
    session.see(quoted(0, "90 x 2", "100 x 2"))
    session.ask(1, order("a", BUY, "1.5"))
    session.ask(2, order("b", BUY, "1.5"))
    assert session.fills() == ["a 1.5 @ 100", "b 0.5 @ 100", "b 1 @ 100.1"]

    session.see(quoted(50, "90.1 x 2", "100 x 2"))
    session.ask(51, order("c", BUY, "2"))
    assert session.fills() == ["c 1 @ 100.1", "c 1 @ 100.3"]

    session.see(quoted(90, "90.1 x 2", "100 x 1.9"))
    session.ask(91, order("d", BUY, "1"))
    assert session.fills() == ["d 1 @ 100"]


def test_a_taker_on_one_side_leaves_the_other_side_whole() -> None:
    session = TickSession("quotes", impact="0.001")
    session.see(quoted(0, "90 x 2", "100 x 2"))
    session.ask(1, order("a", BUY, "2"), order("b", SELL, "2"))

    assert session.fills() == ["a 2 @ 100", "b 2 @ 90"]


def test_without_impact_the_quote_holds_for_any_quantity() -> None:
    session = TickSession("quotes")
    session.see(quoted(0, "90 x 2", "100 x 2"))
    session.ask(1, order("a", BUY, "40"))

    assert session.fills() == ["a 2 @ 100", "a 38 @ 100"]


def test_a_limit_order_takes_as_far_as_its_price_and_rests() -> None:
    session = TickSession("quotes", impact="0.001")
    session.see(quoted(0, "90 x 2", "100 x 2"))
    session.ask(1, order("a", BUY, "7", order_type="limit", price="100.1"))

    assert session.fills() == ["a 2 @ 100", "a 2 @ 100.1"]
    assert [one.remaining for one in session.exchange.open_orders] == [300_000_000]


def test_a_quote_beyond_the_limit_is_not_crossed() -> None:
    session = TickSession("quotes")
    session.see(TEN_AND_TEN)
    session.ask(1, order("a", BUY, "1", order_type="limit", price="100", time_in_force="PostOnly"))
    assert session.take_kinds() == ["OrderAccepted"]

    session.ask(
        2, order("b", BUY, "1", order_type="limit", price="100.1", time_in_force="PostOnly")
    )
    ended = session.take()[1]
    assert isinstance(ended, OrderCancelled)
    assert ended.reason == "EC_PostOnlyWillTakeLiquidity"


@pytest.mark.parametrize("matched_on", ["trades", "quotes", "depth"])
def test_before_the_first_tick_there_is_no_market_price(matched_on: MatchedOn) -> None:
    session = TickSession(matched_on)
    session.ask(1, order("a", BUY, "1"))

    (refused,) = session.take()
    assert isinstance(refused, OrderRejected)
    assert refused.code == 110118


def test_a_side_that_is_not_there_gives_a_taker_nothing() -> None:
    """The bid alone is the last price as long as there is no other; nobody sells."""
    session = TickSession("quotes", impact="0.001")
    session.see(quoted(0, "100 x 2", "0 x 0"))
    session.ask(1, order("a", BUY, "1"), order("b", SELL, "1"))

    told = session.take()
    assert [type(one).__name__ for one in told] == [
        "OrderAccepted",
        "OrderCancelled",
        "OrderAccepted",
        "OrderFilled",
    ]


# Depth.


@pytest.mark.parametrize(
    ("side", "fills"),
    [
        (BUY, ["a 1 @ 100", "a 2 @ 100.1", "a 2 @ 100.5"]),
        (SELL, ["a 1 @ 99.9", "a 2 @ 99.8", "a 2 @ 99.5"]),
    ],
)
def test_of_a_book_a_taker_walks_the_levels(side: Side, fills: list[str]) -> None:
    session = TickSession("depth", impact="0.001")
    session.see(LADDER)
    session.ask(1, order("a", side, "5"))

    assert session.fills() == fills


def test_levels_that_we_took_stay_taken_until_they_are_told_with_another_quantity() -> None:
    session = TickSession("depth")
    session.see(LADDER)
    session.ask(1, order("a", BUY, "2"))
    assert session.fills() == ["a 1 @ 100", "a 1 @ 100.1"]

    session.see(depth(50, "", "100 x 1"))
    session.ask(51, order("b", BUY, "1.5"))
    assert session.fills() == ["b 1 @ 100.1", "b 0.5 @ 100.5"]

    session.see(depth(90, "", "100 x 1.5, 100.1 x 0"))
    session.ask(91, order("c", BUY, "2"))
    assert session.fills() == ["c 1.5 @ 100", "c 0.5 @ 100.5"]


def test_a_snapshot_tells_every_level_anew() -> None:
    """100 has another quantity and is whole; 100.1 has the one that we took half of."""
    session = TickSession("depth")
    session.see(LADDER)
    session.ask(1, order("a", BUY, "2"))
    session.take()
    session.see(depth(50, "99 x 1", "100 x 2, 100.1 x 2", True))
    session.ask(51, order("b", BUY, "9"))

    assert session.fills() == ["b 2 @ 100", "b 1 @ 100.1"]


def test_what_a_book_does_not_have_a_market_order_does_not_get() -> None:
    session = TickSession("depth", impact="0.001")
    session.see(LADDER)
    session.ask(1, order("a", BUY, "8"))

    ended = session.take()[-1]
    assert isinstance(ended, OrderCancelled)
    assert session.exchange.positions[ended.key].quantity == 700_000_000


def test_a_fill_or_kill_order_gets_all_that_it_wants_or_nothing() -> None:
    session = TickSession("depth")
    session.see(LADDER)
    for name, quantity in (("a", "3.1"), ("b", "3")):
        asked = order(name, BUY, quantity, order_type="limit", price="100.1", time_in_force="FOK")
        session.ask(1, asked)

    assert session.fills() == ["b 1 @ 100", "b 2 @ 100.1"]


def test_a_positions_own_stop_pays_on_beyond_the_book() -> None:
    """Long 7 of a book that has 3 bids left when the trade at 99.5 fires the stop. Beyond its last
    level 99 gives way by multiples of the best level's 1: 1 more at one impact of 1 %, 98.01
    rounded down to 98; 2 at three impacts, 96.03; of 4 at seven the last one, 92.07.
    """
    session = TickSession("depth", impact="0.01", wallet="100000")
    session.see(LADDER, traded(0, "100 x 1"))
    session.ask(1, order("a", BUY, "7", stop="99.6"))
    session.take()
    session.see(depth(50, "99.5 x 1, 99 x 2", "100.5 x 9", True), traded(51, "99.5 x 1", SELL))

    assert session.fills() == [
        "stop_loss 1 @ 99.5",
        "stop_loss 2 @ 99",
        "stop_loss 1 @ 98",
        "stop_loss 2 @ 96",
        "stop_loss 1 @ 92",
    ]


def test_a_positions_own_stop_finds_a_price_even_in_an_empty_book() -> None:
    """The last trade, spread and slippage: 0.1 % and 0.2 % of 99."""
    session = TickSession("depth", half_spread="0.001", slippage="0.002")
    session.see(LADDER, traded(0, "100 x 1"))
    session.ask(1, order("a", BUY, "1", stop="99.6"))
    session.take()
    session.see(depth(50, "", "", True), traded(51, "99 x 1", SELL))

    assert session.fills() == ["stop_loss 1 @ 98.7"]


def test_what_is_shown_in_parts_of_a_lot_is_had_in_whole_lots() -> None:
    session = TickSession("depth")
    session.see(depth(0, "99 x 1", "100 x 0.0519, 101 x 0.0005, 102 x 1", True))
    session.ask(1, order("a", BUY, "0.06"))

    assert session.fills() == ["a 0.051 @ 100", "a 0.009 @ 102"]
