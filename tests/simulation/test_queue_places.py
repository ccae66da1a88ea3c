"""Resting limit orders in a run on ticks: the queue ahead of them, and what eats it.

The order ``a`` buys or sells 4 and comes to rest 21 ms after the start.
"""

import pytest

from engine.domain.order import BUY, SELL, Side
from engine.messages.runs import MatchedOn, QueueModel
from tests.simulation.given_ticks import depth, quoted, resting, traded

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
