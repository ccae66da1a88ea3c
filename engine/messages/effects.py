"""What the shell must now do. Effects derive from decisions alone and are never journaled."""

from engine.domain.order import OrderType, PriceSource, ProtectionMode, Side, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.record import record
from engine.money import NO_PRICE, Price, Quantity, Rate


@record
class PlaceOrder:
    """Send an order. Answer: accepted, rejected or unknown.

    ``stop_price`` and ``target_price`` become the position's own once it opens (bybit-v5.md 5.4);
    with ``protection`` "partial" they guard what this order filled, and may rest as limit orders
    at ``stop_limit`` and ``target_limit``. ``close_on_trigger`` frees margin for a closing order.
    """

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
    trigger_by: PriceSource = "last"
    close_on_trigger: bool = False
    stop_by: PriceSource = "last"
    target_by: PriceSource = "last"
    protection: ProtectionMode = "full"
    stop_limit: Price = NO_PRICE
    target_limit: Price = NO_PRICE


@record
class AmendOrder:
    """Change an open order; 0 leaves a value. Answer: amended, rejected or unknown.

    ``quantity`` is the whole order's, what is filled included, and may only get smaller (110022).
    """

    key: PositionKey
    client_id: ClientId
    quantity: Quantity
    price: Price
    trigger_price: Price


@record
class CancelOrder:
    """Cancel an order. Answer: ``OrderCancelled``, ``CancelRejected`` or unknown."""

    key: PositionKey
    client_id: ClientId


@record
class SetStop:
    """Set the position's own stop and target (0 removes). Answer: reported, rejected or unknown.

    ``trailing_distance`` > 0 makes a stop follow the best price since ``activation_price`` was
    reached (0: at once) at that distance in price.
    """

    key: PositionKey
    stop_price: Price
    target_price: Price
    stop_by: PriceSource = "last"
    target_by: PriceSource = "last"
    trailing_distance: Price = NO_PRICE
    activation_price: Price = NO_PRICE


@record
class SetLeverage:
    """Set the leverage (e8) of a symbol. Answer: ``LeverageSet``, rejected or unknown."""

    key: PositionKey
    leverage: Rate


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


Effect = (
    PlaceOrder
    | AmendOrder
    | CancelOrder
    | SetStop
    | SetLeverage
    | LookUpOrder
    | LookUpPosition
    | Notify
)
