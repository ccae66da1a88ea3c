"""Orders that the venue makes by itself (bybit-v5.md 5.4, 6.4): a position's stop, target and
trailing stop, children of partial protection, liquidations. None of them has a link id.
"""

from typing import NamedTuple

from adapters.bybit_wire.order_rows import OrderRow
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from adapters.simulated.status import (
    CREATE_TYPES,
    STOP_ORDER_TYPES,
    cancel_type,
    create_type,
    order_status,
    reject_reason,
    stop_order_type,
)
from engine.domain.order import FillCause, PriceSource


class Bust(NamedTuple):
    """A part of a position that was liquidated: the position's ``side``, and at which price."""

    symbol: str
    side: int
    quantity: int
    price: int
    at: int


LEGS: tuple[FillCause, ...] = ("stop_loss", "take_profit", "trailing_stop")
"""What a position can carry of its own."""


def leg_level(position: VenuePosition, cause: FillCause) -> tuple[int, int, PriceSource]:
    """Trigger price, direction and source of one leg; price and direction 0 where there is none.

    A trailing stop shows the price at which it begins to follow (5.4), or the best price so far.
    """
    side = position.side
    if cause == "stop_loss":
        return position.stop_price, -side, position.stop_by
    if cause == "take_profit":
        return position.target_price, side, position.target_by
    if not position.trailing_distance:
        return 0, 0, "last"
    return position.trailing_from or position.trailing_best, -side, "last"


def leg_row(
    order_id: str, position: VenuePosition, cause: FillCause, parent_link: str, at: int
) -> OrderRow:
    """A leg as an order that waits for its trigger, over the whole position."""
    level, direction, source = leg_level(position, cause)
    return OrderRow(
        order_id=order_id,
        link_id="",
        symbol=position.key.symbol,
        side=-position.side,
        is_limit=False,
        quantity=abs(position.quantity),
        price=0,
        time_in_force="IOC",
        position_index=position.key.position_index,
        created_ns=at,
        updated_ns=at,
        status="Untriggered",
        reduce_only=True,
        close_on_trigger=True,
        trigger_price=level,
        trigger_direction=direction,
        trigger_by=source,
        protection="Full",
        stop_order_type=STOP_ORDER_TYPES[cause],
        create_type=CREATE_TYPES[cause],
        parent_link=parent_link,
    )


def update_leg(row: OrderRow, position: VenuePosition, cause: FillCause, at: int) -> bool:
    """Bring a leg up to its position; whether anything of it changed."""
    level, direction, source = leg_level(position, cause)
    now = (level, direction, source, abs(position.quantity), -position.side)
    if now == (row.trigger_price, row.trigger_direction, row.trigger_by, row.quantity, row.side):
        return False
    row.trigger_price, row.trigger_direction, row.trigger_by, row.quantity, row.side = now
    row.updated_ns = at
    return True


def taken_over_row(
    order_id: str, symbol: str, index: int, side: int, quantity: int, cause: FillCause, at: int
) -> OrderRow:
    """The order by which the venue closes a position, or a part of it."""
    return OrderRow(
        order_id=order_id,
        link_id="",
        symbol=symbol,
        side=side,
        is_limit=False,
        quantity=quantity,
        price=0,
        time_in_force="IOC",
        position_index=index,
        created_ns=at,
        updated_ns=at,
        reduce_only=True,
        create_type=CREATE_TYPES[cause],
        stop_order_type=STOP_ORDER_TYPES[cause],
        trigger_price=0,
    )


def child_row(order_id: str, order: VenueOrder, parent_link: str, at: int) -> OrderRow:
    """A child of partial protection: it is an order of the exchange, without a client's name."""
    return OrderRow(
        order_id=order_id,
        link_id="",
        symbol=order.position.key.symbol,
        side=order.side,
        is_limit=order.is_limit,
        quantity=order.quantity,
        price=order.price,
        time_in_force="GTC" if order.is_limit else "IOC",
        position_index=order.position.key.position_index,
        created_ns=at,
        updated_ns=at,
        status="Untriggered",
        venue_id=order.venue_order_id,
        reduce_only=True,
        close_on_trigger=True,
        trigger_price=order.trigger_price,
        trigger_direction=order.trigger_direction,
        trigger_by=order.asked.trigger_by,
        protection="Partial",
        stop_order_type=stop_order_type(order),
        create_type=create_type(order),
        parent_link=parent_link,
    )


def end_as(row: OrderRow, order: VenueOrder, at: int) -> None:
    """Take over from the exchange's order how a row ended or stands."""
    row.status = order_status(order)
    row.cancel_type = cancel_type(order)
    row.reject_reason = reject_reason(order)
    row.updated_ns = at


def take_protection(row: OrderRow, order: VenueOrder) -> None:
    """Take over the stop and target that an order brings now."""
    asked = order.asked
    row.stop_price, row.stop_by = int(asked.stop_price), asked.stop_by
    row.target_price, row.target_by = int(asked.target_price), asked.target_by
    row.stop_limit, row.target_limit = int(asked.stop_limit), int(asked.target_limit)
    row.trigger_by = asked.trigger_by
    if not (row.stop_price or row.target_price):
        row.protection = ""
    elif not row.protection:
        row.protection = "Partial" if asked.protection == "partial" else "Full"
