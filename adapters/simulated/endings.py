"""How an order ends without being filled, and what is told of it."""

from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.state import VenueState
from engine.messages.venue import OrderAmended, OrderCancelled
from engine.money import Price, Quantity
from engine.timebase import Nanos

REDUCE_ONLY_GONE = "CancelByReduceOnly"


def cancel(
    state: VenueState, market: VenueMarket, order: VenueOrder, reason: str, venue_ns: int
) -> None:
    """End an order with what it has; the caller refreshes the market."""
    order.state = "cancelled"
    order.ended_by = reason
    market.leave(order)
    state.orders.finish(order)
    report = OrderCancelled(order.position.key, order.client_id, reason, Nanos(venue_ns))
    state.outbox.send(report, venue_ns)


def tell_values(
    state: VenueState, order: VenueOrder, venue_ns: int, is_answer: bool = False
) -> None:
    """Tell what an order's quantity and prices are now: as an answer, or unasked.

    Of children nobody has heard, and of a muted order nobody hears what was not asked.
    """
    if not is_answer and (order.muted or not order.client_id):
        return
    report = OrderAmended(
        order.position.key,
        order.client_id,
        Quantity(order.quantity),
        Price(order.price),
        Price(order.trigger_price),
        Nanos(venue_ns),
    )
    state.outbox.send(report, venue_ns)
