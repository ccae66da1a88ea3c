"""What the open positions and orders of a symbol hold of the wallet, isolated.

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
    positions: Iterable[VenuePosition],
    orders: Iterable[VenueOrder],
    leverage: int,
    taker_fee: int,
) -> int:
    """Position margin and the cost of each resting limit order, by bybit-v5.md 6.2.

    Reducing orders cost nothing, untriggered conditional ones reserve nothing (5.1). How the
    venue nets the opening orders of both sides is not known (6.2): this is the plain sum.
    """
    held = 0
    for position in positions:
        if position.quantity:
            held += position_margin(position.side, position.entry_value, leverage, taker_fee)
    for order in orders:
        if order.reduces or not order.triggered:
            continue
        opening = opening_quantity(order.position, order.side, order.remaining)
        held += order_cost(order.side, notional(order.price, opening), leverage, taker_fee)
    return held
