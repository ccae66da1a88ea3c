"""What a strategy asks for. An intent is a wish: sizing and the gate decide what becomes of it."""

from typing import Literal

from engine.domain.order import Side
from engine.messages.record import record
from engine.money import NO_PRICE, ONE, Price, Rate


@record
class Enter:
    """Open a position: the stop is mandatory, so an entry without one cannot be written (S0-12).

    ``limit_price`` 0 enters at the market; ``target_price`` 0 means no take profit.
    """

    side: Side
    stop_price: Price
    target_price: Price = NO_PRICE
    limit_price: Price = NO_PRICE
    tag: str = ""


@record
class Exit:
    """Close ``fraction`` (e8, default all) of the position at the market, reduce-only."""

    reason: str = "signal"
    fraction: Rate = ONE


@record
class MoveStop:
    """Move the position's stop; it may only get tighter. ``target_price`` 0 keeps the target."""

    stop_price: Price
    target_price: Price = NO_PRICE


Intent = Enter | Exit | MoveStop
TargetMode = Literal["fixed", "trailing"]
