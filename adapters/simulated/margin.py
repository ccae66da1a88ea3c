"""What the open positions and orders of a symbol hold of the wallet, one-way isolated.

The formulas are the engine's (``engine.accounts.margin``); here is only what they apply to.
"""

from collections.abc import Iterable

from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from engine.accounts.margin import order_cost, position_margin
from engine.money import notional


def opening_quantity(position: VenuePosition, side: int, quantity: int) -> int:
    """The part of an order that opens: what is beyond an opposite position (5.5)."""
    held = position.quantity
    return quantity if held * side >= 0 else max(0, quantity - abs(held))


def margin_held(
    position: VenuePosition, orders: Iterable[VenueOrder], leverage: int, taker_fee: int
) -> int:
    """Position margin and the cost of each resting limit order, by bybit-v5.md 6.2.

    Reduce-only orders cost nothing, untriggered conditional ones reserve nothing (5.1). How the
    venue nets the opening orders of both sides is not known (6.2): this is the plain sum.
    """
    held = 0
    if position.quantity:
        held = position_margin(position.side, position.entry_value, leverage, taker_fee)
    for order in orders:
        asked = order.asked
        if asked.reduce_only or asked.order_type != "limit":
            continue
        opening = opening_quantity(position, order.side, order.remaining)
        held += order_cost(order.side, notional(asked.price, opening), leverage, taker_fee)
    return held
