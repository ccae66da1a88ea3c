"""The words an order is made of, as the closed sets that the journal stores."""

from typing import Final, Literal

Side = Literal[1, -1]
"""1 buys, -1 sells; so a side times a quantity is a signed quantity."""
BUY: Final = 1
SELL: Final = -1

OrderType = Literal["market", "limit", "stop_market"]
TimeInForce = Literal["GTC", "IOC", "PostOnly"]

Purpose = Literal["entry", "exit", "flatten", "panic"]
"""Why an order exists. Only ``entry`` opens risk; ``panic`` is protection closing a position."""

FillCause = Literal["order", "stop_loss", "take_profit"]
"""What made a fill: an order of ours, or the position's own stop or target at the venue."""

OrderState = Literal[
    "requested",
    "working",
    "partially_filled",
    "filled",
    "cancelled",
    "rejected",
    "expired",
    "not_placed",
    "unknown",
]


def side_name(side: int) -> str:
    """``buy`` or ``sell``, for people."""
    return "buy" if side > 0 else "sell"
