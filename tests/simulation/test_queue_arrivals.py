"""Resting limit orders in a run on ticks: where nothing is shown, offers, several of them, times.

The order ``a`` buys or sells 4 and comes to rest 21 ms after the start.
"""

import pytest

from engine.domain.order import BUY, SELL
from engine.ids import ClientId
from engine.messages.effects import AmendOrder
from engine.messages.runs import MatchedOn, QueueModel
from engine.money import Price, Quantity
from tests.simulation.given import BTC, cancel, e8, order
from tests.simulation.given_ticks import depth, quoted, resting, traded


def amend(client_id: str, quantity: str, price: str) -> AmendOrder:
    """A request to change an order; 0 leaves a value."""
    none = Price(0)
    return AmendOrder(BTC, ClientId(client_id), Quantity(e8(quantity)), Price(e8(price)), none)


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
