"""Resting limit orders in a run on ticks: their place in the queue, and what fills them.

The order ``a`` buys or sells 4 and comes to rest 21 ms after the start.
"""

import pytest

from engine.domain.order import BUY, SELL, Side
from engine.ids import ClientId
from engine.messages.effects import AmendOrder
from engine.messages.market import MarketEvent
from engine.messages.runs import MatchedOn, QueueModel
from engine.money import Price, Quantity
from tests.simulation.given import BTC, cancel, e8, order
from tests.simulation.given_ticks import TickSession, depth, quoted, traded

FIRST: dict[MatchedOn, MarketEvent] = {
    "trades": traded(0, "100 x 1"),
    "quotes": quoted(0, "99 x 10", "101 x 10"),
    "depth": depth(0, "99 x 10, 98 x 5, 96 x 5", "101 x 10, 102 x 5, 104 x 5", True),
}


def resting(
    matched_on: MatchedOn,
    queue: QueueModel,
    price: str = "99",
    side: Side = BUY,
    quantity: str = "4",
) -> TickSession:
    """``a`` rests in a market of 99 and 101."""
    session = TickSession(matched_on, queue)
    session.see(FIRST[matched_on])
    session.ask(1, order("a", side, quantity, order_type="limit", price=price))
    assert session.take_kinds() == ["OrderAccepted"]
    return session


def amend(client_id: str, quantity: str, price: str) -> AmendOrder:
    """A request to change an order; 0 leaves a value."""
    none = Price(0)
    return AmendOrder(BTC, ClientId(client_id), Quantity(e8(quantity)), Price(e8(price)), none)


# Of trades nobody knows the queue.


@pytest.mark.parametrize(
    ("queue", "print_", "fills"),
    [
        ("through", "99 x 50", []),
        ("back", "99 x 50", []),
        ("pro_rata", "99 x 50", []),
        ("front", "99 x 50", ["a 4 @ 99 maker"]),
        ("through", "98.9 x 3", ["a 3 @ 99 maker"]),
        ("back", "98.9 x 3", ["a 3 @ 99 maker"]),
        ("front", "98.9 x 3", ["a 3 @ 99 maker"]),
    ],
)
def test_of_trades_alone_an_order_fills_when_one_goes_through_its_price(
    queue: QueueModel, print_: str, fills: list[str]
) -> None:
    """Never with more than was traded; at the first touch only where the run says ``front``."""
    session = resting("trades", queue)
    session.see(traded(50, print_, SELL))

    assert session.fills() == fills


# Shown queues: 10 at the best bid of 99.


@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
def test_trades_at_the_price_eat_the_queue_first(matched_on: MatchedOn) -> None:
    """7 of 10, then 5: the queue's last 3 and 2 for us; then 1, then more than we want."""
    session = resting(matched_on, "back")
    heard = []
    for at, quantity in ((50, "7"), (51, "5"), (52, "1"), (53, "9")):
        session.see(traded(at, f"99 x {quantity}", SELL))
        heard.append(session.fills())

    assert heard == [[], ["a 2 @ 99 maker"], ["a 1 @ 99 maker"], ["a 1 @ 99 maker"]]


@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
@pytest.mark.parametrize(
    ("queue", "side", "fills"),
    [
        ("back", SELL, ["a 2 @ 99 maker"]),
        ("back", 0, ["a 2 @ 99 maker"]),
        ("back", BUY, []),
        ("front", BUY, ["a 4 @ 99 maker"]),
        ("through", SELL, []),
    ],
)
def test_a_taker_on_our_own_side_is_none_for_us(
    matched_on: MatchedOn, queue: QueueModel, side: Side, fills: list[str]
) -> None:
    """Who bought at 99 met a seller, and not our bid; ``front`` asks for the touch alone."""
    session = resting(matched_on, queue)
    session.see(traded(50, "99 x 12", side))

    assert session.fills() == fills


@pytest.mark.parametrize("queue", ["through", "back", "pro_rata", "front"])
@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
@pytest.mark.parametrize("side", [BUY, SELL, 0])
def test_a_trade_beyond_the_price_has_emptied_the_queue(
    queue: QueueModel, matched_on: MatchedOn, side: Side
) -> None:
    session = resting(matched_on, queue)
    session.see(traded(50, "98.9 x 3", side))

    assert session.fills() == ["a 3 @ 99 maker"]


@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
@pytest.mark.parametrize(
    ("queue", "fills"), [("back", ["a 1 @ 99 maker"]), ("pro_rata", ["a 4 @ 99 maker"])]
)
def test_what_vanishes_without_a_trade_was_behind_us_or_everywhere_alike(
    matched_on: MatchedOn, queue: QueueModel, fills: list[str]
) -> None:
    """10 more come behind our 10, and then 10 of the 20 go. ``back``: all of ours are still ahead,
    of a trade of 11 we get 1. ``pro_rata``: half of ours went, so it is 6, and we want 4.
    """
    session = resting(matched_on, queue)
    if matched_on == "quotes":
        session.see(quoted(30, "99 x 20", "101 x 10"), quoted(40, "99 x 10", "101 x 10"))
    else:
        session.see(depth(30, "99 x 20"), depth(40, "99 x 10"))
    session.see(traded(50, "99 x 11", SELL))

    assert session.fills() == fills


@pytest.mark.parametrize("queue", ["back", "pro_rata"])
def test_what_was_traded_has_not_vanished(queue: QueueModel) -> None:
    """10 ahead and 10 behind; a trade of 4 leaves the 16 that are told: 6 are ahead, not fewer."""
    session = resting("depth", queue)
    session.see(depth(30, "99 x 20"), traded(40, "99 x 4", SELL), depth(41, "99 x 16"))
    session.see(traded(50, "99 x 7", SELL))

    assert session.fills() == ["a 1 @ 99 maker"]


@pytest.mark.parametrize("queue", ["back", "pro_rata"])
@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
def test_no_more_can_be_ahead_than_is_shown(matched_on: MatchedOn, queue: QueueModel) -> None:
    session = resting(matched_on, queue)
    if matched_on == "quotes":
        session.see(quoted(30, "99 x 3", "101 x 10"), quoted(40, "99 x 30", "101 x 10"))
    else:
        session.see(depth(30, "99 x 3"), depth(40, "99 x 30"))
    session.see(traded(50, "99 x 5", SELL))

    assert session.fills() == ["a 2 @ 99 maker"]


@pytest.mark.parametrize(
    ("bid_at_40", "fills"),
    [("99 x 4", ["a 2 @ 99 maker"]), ("99 x 6", []), ("99 x 2", ["a 4 @ 99 maker"])],
)
def test_a_trade_and_the_level_it_left_are_not_counted_twice(
    bid_at_40: str, fills: list[str]
) -> None:
    """10 are ahead. A trade of 4 leaves 6, and the feed says so after it: still 6 ahead. Of a
    later trade of 6 nothing is ours. If it says 4, 2 more have gone, ahead of us by necessity.
    """
    session = resting("depth", "back")
    session.see(traded(40, "99 x 4", SELL), depth(40, bid_at_40), traded(50, "99 x 6", SELL))

    assert session.fills() == fills


@pytest.mark.parametrize(
    ("queue", "later", "fills"),
    [
        ("back", "6", []),
        ("back", "7", ["a 1 @ 99 maker"]),
        ("pro_rata", "6", []),
        ("pro_rata", "7", ["a 1 @ 99 maker"]),
    ],
)
def test_a_level_told_before_the_trade_that_changed_it_counts_once(
    queue: QueueModel, later: str, fills: list[str]
) -> None:
    """The level is told as 6 at 40 ms, and then the trade of 4 at 40 ms that made it so."""
    session = resting("depth", queue)
    session.see(depth(40, "99 x 6"), traded(40, "99 x 4", SELL), traded(50, f"99 x {later}", SELL))

    assert session.fills() == fills


def test_what_a_trade_leaves_over_is_ours_although_the_level_was_told_first() -> None:
    """10 ahead; the level is told as gone, then the trade of 12 at the same time comes."""
    session = resting("depth", "back")
    session.see(depth(40, "99 x 0"), traded(40, "99 x 12", SELL))

    assert session.fills() == ["a 2 @ 99 maker"]


# Where nothing is shown at our price.


@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
def test_the_best_bid_of_all_is_first(matched_on: MatchedOn) -> None:
    """Nothing is shown at 100, so nobody is ahead; who joins later is behind."""
    session = resting(matched_on, "back", "100")
    if matched_on == "quotes":
        session.see(quoted(30, "100 x 8", "101 x 10"))
    else:
        session.see(depth(30, "100 x 8"))
    session.see(traded(50, "100 x 3", SELL))

    assert session.fills() == ["a 3 @ 100 maker"]


def test_behind_the_best_quote_the_queue_is_all_that_will_be_shown() -> None:
    """98 is not quoted when we come. A trade there is not ours; then it is quoted with 6."""
    session = resting("quotes", "back", "98")
    session.see(traded(30, "98 x 50", SELL))
    assert session.fills() == []

    session.see(quoted(40, "98 x 6", "99 x 1"), traded(50, "98 x 7", SELL))
    assert session.fills() == ["a 1 @ 98 maker"]


def test_a_best_bid_below_our_price_says_that_nobody_is_ahead() -> None:
    session = resting("quotes", "back", "98")
    session.see(quoted(40, "97 x 6", "99 x 1"), traded(50, "98 x 1", SELL))

    assert session.fills() == ["a 1 @ 98 maker"]


@pytest.mark.parametrize(
    ("price", "fills"), [("98", ["a 1 @ 98 maker"]), ("97", ["a 4 @ 97 maker"]), ("95", [])]
)
def test_inside_a_book_every_queue_is_known_and_behind_its_last_level_none(
    price: str, fills: list[str]
) -> None:
    """5 wait at 98, none at 97; below 96 the book does not reach, and a trade there is not ours."""
    session = resting("depth", "back", price)
    session.see(traded(50, f"{price} x 6", SELL))

    assert session.fills() == fills


def test_a_level_that_leaves_the_shown_book_keeps_its_queue() -> None:
    """96 is the last level, with 5; the feed drops it as better levels come. It is not gone."""
    session = resting("depth", "back", "96")
    session.see(depth(30, "96 x 0, 98.5 x 1"), traded(50, "96 x 6", SELL))

    assert session.fills() == ["a 1 @ 96 maker"]


# Offers across our price.


@pytest.mark.parametrize(
    ("queue", "ask", "fills"),
    [
        ("through", "99 x 3", []),
        ("back", "99 x 3", ["a 3 @ 99 maker"]),
        ("front", "99 x 3", ["a 3 @ 99 maker"]),
        ("through", "98.9 x 3", ["a 3 @ 99 maker"]),
        ("back", "98.9 x 3", ["a 3 @ 99 maker"]),
    ],
)
def test_a_quote_across_our_price_fills_up_to_its_size(
    queue: QueueModel, ask: str, fills: list[str]
) -> None:
    session = resting("quotes", queue)
    session.see(quoted(50, "98 x 1", ask))

    assert session.fills() == fills


@pytest.mark.parametrize(("queue", "fills"), [("back", []), ("front", ["a 4 @ 99 maker"])])
def test_in_a_locked_market_the_queue_is_before_us(queue: QueueModel, fills: list[str]) -> None:
    """99 is bid and offered at once: who is shown there is ahead of us."""
    session = resting("quotes", queue)
    session.see(quoted(50, "99 x 10", "99 x 10"))

    assert session.fills() == fills


def test_an_offer_fills_once_until_it_changes() -> None:
    session = resting("quotes", "back")
    session.see(quoted(50, "98 x 1", "99 x 1"), quoted(51, "97 x 1", "99 x 1"))
    assert session.fills() == ["a 1 @ 99 maker"]

    session.see(quoted(52, "97 x 1", "99 x 2"))
    assert session.fills() == ["a 2 @ 99 maker"]


def test_of_a_book_all_offers_across_our_price_come_to_us() -> None:
    session = resting("depth", "back")
    session.see(depth(50, "99 x 0", "98.5 x 1, 98.8 x 2, 99.1 x 5"))

    assert session.fills() == ["a 3 @ 99 maker"]


def test_a_crossed_book_is_taken_as_it_is_told() -> None:
    """99.5 is bid above the offer at 98.9: nothing breaks, and the offer is across our price."""
    session = resting("depth", "back")
    session.see(depth(50, "99.5 x 1", "98.9 x 1"))

    assert session.fills() == ["a 1 @ 99 maker"]


# Several orders, and what may be done with one.


def test_our_own_orders_share_what_was_traded_better_prices_first_then_the_oldest() -> None:
    """10 were traded at 98, beyond all three: 4 at 99.5, and of 99 the older one its 4."""
    session = resting("quotes", "back")
    session.ask(
        30,
        order("b", BUY, "4", order_type="limit", price="99.5"),
        order("c", BUY, "4", order_type="limit", price="99"),
    )
    session.take()
    session.see(traded(60, "98 x 10", SELL))

    assert session.fills() == ["b 4 @ 99.5 maker", "a 4 @ 99 maker", "c 2 @ 99 maker"]


def test_our_older_order_is_ahead_of_our_younger_one_at_one_price() -> None:
    """15 at 99, 10 of them ahead of both: the 5 beyond are 4 for the older and 1 for the other."""
    session = resting("quotes", "back")
    session.ask(30, order("b", BUY, "4", order_type="limit", price="99"))
    session.take()
    session.see(traded(60, "99 x 15", SELL))

    assert session.fills() == ["a 4 @ 99 maker", "b 1 @ 99 maker"]


def test_an_order_that_comes_again_joins_at_the_back() -> None:
    """9 of the 10 ahead have gone, 20 have come behind us: the new order is behind all 21."""
    session = resting("quotes", "back")
    session.see(traded(30, "99 x 9", SELL), quoted(31, "99 x 21", "101 x 1"))
    session.ask(32, cancel("a"), order("b", BUY, "4", order_type="limit", price="99"))
    session.take()
    session.see(traded(60, "99 x 22", SELL))

    assert session.fills() == ["b 1 @ 99 maker"]


@pytest.mark.parametrize(
    ("quantity", "prices", "fills"),
    [
        ("3", (), ["a 2 @ 99 maker"]),
        ("4", ("98", "99"), []),
    ],
    ids=["a smaller quantity", "another price and back"],
)
def test_only_an_order_that_is_made_smaller_keeps_its_place(
    quantity: str, prices: tuple[str, ...], fills: list[str]
) -> None:
    """10 were ahead, and 20 have come behind: a trade of 12 reaches the order that stayed."""
    session = resting("quotes", "back")
    session.see(quoted(25, "99 x 30", "101 x 1"))
    session.ask(30, *[amend("a", quantity, price) for price in prices or ("0",)])
    session.take()
    session.see(traded(60, "99 x 12", SELL))

    assert session.fills() == fills


@pytest.mark.parametrize("queue", ["through", "back", "front"])
def test_a_trade_of_before_the_order_came_is_not_with_it(queue: QueueModel) -> None:
    """It was dated 20 ms after the start and heard of after the order rested, at 21 ms."""
    session = resting("quotes", queue)
    session.see(traded(20, "98 x 50", SELL), late=30)
    assert session.fills() == []

    session.see(traded(22, "98 x 50", SELL), late=30)
    assert session.fills() == ["a 4 @ 99 maker"]


def test_a_level_of_before_the_order_came_is_the_one_it_joined() -> None:
    """30 were there at 20 ms already, which we hear of late: we are behind them."""
    session = resting("quotes", "back")
    session.see(quoted(20, "99 x 30", "101 x 1"), late=30)
    session.see(traded(60, "99 x 31", SELL))

    assert session.fills() == ["a 1 @ 99 maker"]


@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
def test_an_offer_to_sell_waits_the_mirror_image(matched_on: MatchedOn) -> None:
    """10 are ahead at 101."""
    session = resting(matched_on, "back", "101", SELL)
    session.see(traded(50, "101 x 12", BUY), traded(51, "101.1 x 1", SELL))

    assert session.fills() == ["a 2 @ 101 maker", "a 1 @ 101 maker"]


def test_a_fill_is_in_whole_lots() -> None:
    session = resting("quotes", "back")
    session.see(traded(50, "98 x 0.0019", SELL))

    assert session.fills() == ["a 0.001 @ 99 maker"]
