"""The words an order is made of, as the closed sets that the journal stores."""

from typing import Final, Literal

Side = Literal[1, -1]
"""1 buys, -1 sells; so a side times a quantity is a signed quantity."""
BUY: Final = 1
SELL: Final = -1

OrderType = Literal[
    "market", "limit", "stop_market", "stop_limit", "take_profit_market", "take_profit_limit"
]
"""A ``stop_*`` order waits for the price to move against its side's position (a buy: to rise), a
``take_profit_*`` order for the other way; triggered, it becomes a market or a limit order."""
TimeInForce = Literal["GTC", "IOC", "FOK", "PostOnly"]
PriceSource = Literal["last", "mark", "index"]
"""The price that a trigger looks at (bybit-v5.md 5.4)."""
ProtectionMode = Literal["full", "partial"]
"""``full``: one stop and one target for the whole position. ``partial``: a pair for each fill."""

Purpose = Literal["entry", "exit", "flatten", "panic"]
"""Why an order exists. Only ``entry`` opens risk; ``panic`` is protection closing a position."""

FillCause = Literal["order", "stop_loss", "take_profit", "trailing_stop", "liquidation", "adl"]
"""What made a fill: an order of ours, the position's own stop, target or trailing stop at the
venue, or the venue itself, which liquidates or deleverages (bybit-v5.md 6.4)."""
TAKEN_OVER: Final[dict[FillCause, str]] = {"liquidation": "liquidated", "adl": "deleveraged"}
"""Causes that are the venue's own, and the kind of incident that each makes (F39)."""

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
