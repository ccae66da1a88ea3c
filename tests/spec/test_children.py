"""Children of partial stops are the venue's own: reports without a client id (bybit-v5.md 5.4)."""

from engine.ids import NO_CLIENT_ID
from engine.messages.venue import OrderCancelled, OrderTriggered
from engine.money import parse
from engine.timebase import Nanos
from tests.spec.scenario import key_of
from tests.spec.test_entries import opened


def test_what_happens_to_an_order_without_a_client_id_concerns_no_order_of_ours() -> None:
    """The position, its stop and its protection clock stay as they are, and nothing is decided."""
    scenario = opened()
    at = Nanos(scenario.at)
    triggered = OrderTriggered(key_of(), NO_CLIENT_ID, at)
    sibling = "CancelByOCOTpCanceledBySlTriggered"
    cancelled = OrderCancelled(key_of(), NO_CLIENT_ID, sibling, at)

    scenario.when(triggered, cancelled).then_nothing()
    scenario.then_state(quantity=parse("50"), venue_stop=parse("98"), covering_until=0)
