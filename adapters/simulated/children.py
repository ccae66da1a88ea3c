"""The children of partial stops and targets: conditional orders of the venue's own (5.4).

How this works: every opening fill of an order with partial protection gets its own pair, a stop
and a target of the size of that fill. They are reducing conditional orders without a client id;
the position they guard trims them, and the one that fires ends the other.
"""

from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from engine.domain.order import BUY, SELL, FillCause, OrderType, PriceSource, Side
from engine.ids import NO_CLIENT_ID, ClientId
from engine.messages.effects import PlaceOrder
from engine.money import NO_PRICE, Price, Quantity

MOST_CHILDREN = 20
"""How many partial stops and targets a position may have together (110061)."""

BY_STOP = "CancelByOCOTpCanceledBySlTriggered"
BY_TARGET = "CancelByOCOSlCanceledByTpTriggered"
CLEARED = "CancelByTpSlTsClear"


def children_of(market: VenueMarket, position: VenuePosition) -> int:
    """How many partial stops and targets wait for a position, those of its other side left out."""
    reducing = market.reducing[position.key.position_index].values()
    return sum(1 for one in reducing if one.cause != "order" and position.reducible(one.side))


def legs(asked: PlaceOrder) -> int:
    """How many children each fill of the order makes."""
    if asked.protection != "partial":
        return 0
    return (asked.stop_price > 0) + (asked.target_price > 0)


def bear(state: VenueState, market: VenueMarket, parent: VenueOrder, quantity: int) -> bool:
    """Let the pair of a fill wait that opened ``quantity``; False where there is no room for it."""
    asked = parent.asked
    if children_of(market, parent.position) + legs(asked) > MOST_CHILDREN:
        return False
    stop = target = None
    if asked.stop_price:
        kind: OrderType = "stop_limit" if asked.stop_limit else "stop_market"
        level, limit, source = asked.stop_price, asked.stop_limit, asked.stop_by
        stop = _child(state, parent, quantity, kind, level, limit, source, "stop_loss")
    if asked.target_price:
        kind = "take_profit_limit" if asked.target_limit else "take_profit_market"
        level, limit, source = asked.target_price, asked.target_limit, asked.target_by
        target = _child(state, parent, quantity, kind, level, limit, source, "take_profit")
    for child, sibling in ((stop, target), (target, stop)):
        if child is not None:
            child.sibling = sibling
            child.since_ns = market.touched_ns
            state.orders.admit(child)
            market.rest(child)
    return True


def _child(
    state: VenueState,
    parent: VenueOrder,
    quantity: int,
    order_type: OrderType,
    trigger: Price,
    limit: Price,
    source: PriceSource,
    cause: FillCause,
) -> VenueOrder:
    side: Side = SELL if parent.side > 0 else BUY
    asked = PlaceOrder(
        key=parent.asked.key,
        client_id=NO_CLIENT_ID,
        side=side,
        order_type=order_type,
        quantity=Quantity(quantity),
        price=limit,
        trigger_price=trigger,
        time_in_force="GTC" if limit else "IOC",
        reduce_only=True,
        stop_price=NO_PRICE,
        target_price=NO_PRICE,
        trigger_by=source,
        close_on_trigger=True,
    )
    number = state.next_number()
    child = VenueOrder(asked, parent.position, quantity, number, f"sim-{number}", cause)
    child.origin = ClientId(f"{parent.origin}-{parent.fills}")
    return child


def release_sibling(order: VenueOrder) -> VenueOrder | None:
    """The other one of the pair, from which ``order`` parts for ever; None where there is none."""
    sibling = order.sibling
    if sibling is not None:
        order.sibling = sibling.sibling = None
    return sibling
