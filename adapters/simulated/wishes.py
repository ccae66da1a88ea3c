"""The words of what an account's holder may ask for beyond the engine's effects (``holder.py``).

Prices, quantities and money are e8 integers; a price of 0 is none.
"""

from typing import NamedTuple

from engine.domain.order import PriceSource
from engine.ids import PositionKey
from engine.messages.runs import MarginMode


class AddMargin(NamedTuple):
    """Put ``amount`` into an isolated position, or take it out (< 0)."""

    key: PositionKey
    amount: int


class AutoAddMargin(NamedTuple):
    """Let the venue add margin before it would liquidate an isolated position, or not."""

    key: PositionKey
    is_on: bool


class MoveCash(NamedTuple):
    """Bring ``amount`` into the wallet, or take it out (< 0)."""

    amount: int


class SwitchPositionMode(NamedTuple):
    """Trade a symbol in hedge mode from now on, or one way."""

    symbol: str
    is_hedge: bool


class SwitchMarginMode(NamedTuple):
    """Margin the whole account another way."""

    mode: MarginMode


class AddStops(NamedTuple):
    """One more partial stop and target (0: none of that kind) for ``quantity`` of a position."""

    key: PositionKey
    quantity: int
    stop_price: int
    target_price: int
    stop_by: PriceSource
    target_by: PriceSource
    stop_limit: int
    target_limit: int


class Attached(NamedTuple):
    """The stop and target that an order shall bring; 0 is none."""

    stop_price: int
    target_price: int
    stop_by: PriceSource
    target_by: PriceSource
    stop_limit: int
    target_limit: int


class AmendOpen(NamedTuple):
    """Change an open order by the venue's name, children of partial stops too; 0 leaves a value.

    The quantity may grow. ``attached`` None leaves what the order brings.
    """

    venue_order_id: str
    quantity: int
    price: int
    trigger_price: int
    attached: Attached | None
    trigger_by: PriceSource


class CancelOpen(NamedTuple):
    """Cancel an open order by the venue's name; ``reason`` is the cancel type that is told."""

    venue_order_id: str
    reason: str


class MoveToBand(NamedTuple):
    """Move limit prices to the edge of the band (True), or refuse those beyond it (5.6)."""

    is_on: bool


Wish = (
    AddMargin
    | AutoAddMargin
    | MoveCash
    | SwitchPositionMode
    | SwitchMarginMode
    | AddStops
    | AmendOpen
    | CancelOpen
    | MoveToBand
)
"""Everything that ``grant`` does."""
