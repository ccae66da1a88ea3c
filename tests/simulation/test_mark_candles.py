"""Candles of the mark, longer than the bars: they meet what was there when the mark was (6.7)."""

from engine.domain.order import BUY, SELL
from engine.messages.effects import PlaceOrder
from engine.messages.venue import OrderFilled
from engine.timebase import MINUTE
from tests.simulation.asked import at_100, by, guarded, words
from tests.simulation.given import START, Session, order
from tests.simulation.margined import mark_candle

STILL = "100 100 100 100"


def stop_by_mark(name: str, trigger: str) -> PlaceOrder:
    """A conditional order to sell that looks at the mark."""
    asked = order(name, SELL, "1", order_type="stop_market", trigger=trigger)
    return by(asked, trigger="mark")


def told(session: Session, *prices: str, minutes: int = 60) -> list[str]:
    """What a candle of the mark over so many minutes brings."""
    candle = mark_candle(0, " ".join(prices), minutes=minutes)
    session.exchange.observe(candle, candle.close_ns)
    return words(session.take())


def test_a_younger_order_does_not_hide_an_older_one_behind_it() -> None:
    """The low of 80 was after 15 minutes: the order of minute 0 meets it, that of minute 30 not."""
    session = at_100(leverage="1")
    session.send(stop_by_mark("old", "85"), at=START)
    session.send(stop_by_mark("young", "95"), at=START + 30 * MINUTE)
    session.take()

    assert told(session, "100 120 80 100")[0] == "OrderTriggered old"
    assert [one.client_id for one in session.exchange.open_orders] == ["young"]


def test_a_child_does_not_meet_a_mark_from_before_its_birth() -> None:
    """Bought in minute 30 with a stop at 90 by mark; the mark was at 80 in minute 15."""
    for minute, fired in ((30, False), (0, True)):
        session = at_100(leverage="1")
        entry = by(guarded("a", BUY, "1", stop="90"), stop="mark")
        session.send(entry, at=START + minute * MINUTE)
        session.take()
        candle = mark_candle(0, "100 120 80 100", minutes=60)
        session.exchange.observe(candle, candle.close_ns)
        fills = [one for one in session.take() if isinstance(one, OrderFilled)]
        assert [one.cause for one in fills] == ["stop_loss"] * fired
