"""Bybit's words for where an order stands (bybit-v5.md 5.1, 5.4, 5.6).

Pure readings of a ``VenueOrder``: what its ``orderStatus``, ``stopOrderType``, ``createType``,
``cancelType`` and ``rejectReason`` are. The position's own full stop, target and trailing stop are
no orders here; their words follow from the cause of their fill.
"""

from typing import Final, Literal

from adapters.simulated.orders import VenueOrder
from engine.domain.order import FillCause

OrderStatus = Literal[
    "New", "PartiallyFilled", "Untriggered", "Triggered", "Filled", "Cancelled", "Deactivated"
]

START: Final = ""
"""Where an order comes from that was not there before."""

TRANSITIONS: Final[dict[str, tuple[OrderStatus, ...]]] = {
    START: ("New", "PartiallyFilled", "Filled", "Untriggered", "Cancelled"),
    "New": ("PartiallyFilled", "Filled", "Cancelled"),
    "PartiallyFilled": ("Filled", "Cancelled"),
    "Untriggered": ("Triggered", "Deactivated"),
    "Triggered": ("New", "PartiallyFilled", "Filled", "Cancelled"),
    "Filled": (),
    "Cancelled": (),
    "Deactivated": (),
}
"""From each status the ones that may follow (5.1); to stay is always allowed. ``Triggered`` is a
passing one: who looks now and then sees what comes after it."""

NO_TYPE = ""
NO_ERROR = "EC_NoError"
BY_REQUEST = "EC_PerCancelRequest"
USER_CANCEL = "CancelByUser"

STOP_ORDER_TYPES: Final[dict[FillCause, str]] = {
    "order": NO_TYPE,
    "stop_loss": "StopLoss",
    "take_profit": "TakeProfit",
    "trailing_stop": "TrailingStop",
    "liquidation": NO_TYPE,
    "adl": NO_TYPE,
}
"""By what closed the position in full (5.4)."""

CREATE_TYPES: Final[dict[FillCause, str]] = {
    "order": "CreateByUser",
    "stop_loss": "CreateByStopLoss",
    "take_profit": "CreateByTakeProfit",
    "trailing_stop": "CreateByTrailingStop",
    "liquidation": "CreateByTakeOver_PassThrough",
    "adl": "CreateByAdl_PassThrough",
}
"""By what closed the position in full (5.4, 6.4)."""


def order_status(order: VenueOrder) -> OrderStatus:
    """``orderStatus`` as it is now."""
    match order.state:
        case "filled":
            return "Filled"
        case "partially_filled":
            return "PartiallyFilled"
        case "cancelled":
            return "Cancelled" if order.triggered else "Deactivated"
        case _:
            return "New" if order.triggered else "Untriggered"


def stop_order_type(order: VenueOrder) -> str:
    """``stopOrderType``: of which kind of trigger the order is, empty for a plain one."""
    if order.cause != "order":
        return f"Partial{STOP_ORDER_TYPES[order.cause]}"
    return "Stop" if order.trigger_direction else NO_TYPE


def create_type(order: VenueOrder) -> str:
    """``createType``: who made the order."""
    if order.cause == "stop_loss":
        return "CreateByPartialStopLoss"
    if order.cause == "take_profit":
        return "CreateByPartialTakeProfit"
    return "CreateByStopOrder" if order.trigger_direction else CREATE_TYPES["order"]


def cancel_type(order: VenueOrder) -> str:
    """``cancelType``: who ended it unfilled; ``UNKNOWN`` where it was the order's own doing."""
    return order.ended_by if order.ended_by.startswith("Cancel") else "UNKNOWN"


def reject_reason(order: VenueOrder) -> str:
    """``rejectReason``: why the matching engine ended it."""
    if order.ended_by == USER_CANCEL:
        return BY_REQUEST
    return order.ended_by if order.ended_by.startswith("EC_") else NO_ERROR
