"""What the shell must now do. Effects derive from decisions alone and are never journaled."""

from engine.domain.order import OrderType, Side, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.record import record
from engine.money import Price, Quantity


@record
class PlaceOrder:
    """Send an order. Answer: accepted, rejected or unknown."""

    key: PositionKey
    client_id: ClientId
    side: Side
    order_type: OrderType
    quantity: Quantity
    price: Price
    trigger_price: Price
    time_in_force: TimeInForce
    reduce_only: bool
    stop_price: Price
    target_price: Price


@record
class CancelOrder:
    """Cancel an order. Answer: ``OrderCancelled``, ``CancelRejected`` or unknown."""

    key: PositionKey
    client_id: ClientId


@record
class SetStop:
    """Set the position's own stop and target (0 removes). Answer: reported, rejected or unknown."""

    key: PositionKey
    stop_price: Price
    target_price: Price


@record
class LookUpOrder:
    """Ask open orders, history and executions. Answer: found, not found or unknown."""

    key: PositionKey
    client_id: ClientId


@record
class LookUpPosition:
    """Ask for the position and its stop. Answer: ``PositionReported`` or unknown."""

    key: PositionKey


@record
class Notify:
    """Tell people; expects no answer."""

    kind: str
    text: str


Effect = PlaceOrder | CancelOrder | SetStop | LookUpOrder | LookUpPosition | Notify
