"""Faults of what the streams tell: gaps of the book, private messages lost, doubled, moved."""

from engine.timebase import SECOND
from tests.bybit_wire.given import START, desk
from tests.bybit_wire.test_streams import Talk


def test_a_books_messages_count_by_one() -> None:
    """However often the book moved in between, so that a gap can be seen; a topic that was left
    and is taken up again goes on higher."""
    there = desk(*(f"{60_000 + n}" for n in range(1, 8)))
    talk = Talk(there, "public")
    _, first = talk.replies(op="subscribe", args=["orderbook.50.BTCUSDT"])
    told = [first.message["data"]["u"]]
    for second in (3, 5, 6):
        there.advance(START + second * SECOND)
        ((_, delta),) = talk.streams.collect()
        told.append(delta["data"]["u"])
    assert told == [told[0] + n for n in range(4)]
    talk.replies(op="unsubscribe", args=["orderbook.50.BTCUSDT"])
    _, again = talk.replies(op="subscribe", args=["orderbook.50.BTCUSDT"])
    assert again.message["data"]["u"] > told[-1]
