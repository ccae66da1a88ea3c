"""Venue profiles: fees, modes and what follows from them, before anything is written.

A profile is a layer that lies right below the place that names it. What that place writes itself
wins over the profile; the profile wins over weaker places. So ``--set venue.profile=…`` changes
the fees of a file too, and a file may name a profile and write one fee of its own.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.config.layers import Layer, Tree, tree_layer
from adapters.config.nearest import check_profile

DEFAULT_VENUE = "bybit_linear"
_LINEAR: Mapping[str, Any] = {
    # Non-VIP USDT perpetuals, as the fee-rate endpoint gives them (bybit-v5.md 6.8).
    "taker_fee": Decimal("0.00055"),
    "maker_fee": Decimal("0.0002"),
    "margin_mode": "isolated",
    "position_mode": "one_way",
    "margin_rule": "bybit",
    "order_netting": "sum",
    # An account's own setting; this is how it comes (bybit-v5.md 5.6).
    "moves_to_band": True,
}
VENUES: Mapping[str, Mapping[str, Any]] = {
    "bybit_linear": _LINEAR,
    # The formulas of before 2025-09-02 (bybit-v5.md 6.2); the fees were the same.
    "bybit_linear_2024": {**_LINEAR, "margin_rule": "bybit_2024"},
    # The strategies' sources (S2-67 … S2-88): one fee for both sides, an initial equity of 1000,
    # margin of position value over leverage, no fee to close in an entry's cost (S2-73).
    "source_flat": {
        **_LINEAR,
        "taker_fee": Decimal("0.0006"),
        "maker_fee": Decimal("0.0006"),
        "margin_rule": "source",
        "wallet": Decimal(1000),
    },
    # The harvester's source (S4-18): spot, 0.30 % to take and 0.10 % to make, nothing borrowed.
    "source_spot": {
        **_LINEAR,
        "taker_fee": Decimal("0.003"),
        "maker_fee": Decimal("0.001"),
        "margin_mode": "none",
    },
}
_FLAT_RATE = {"maintenance_rate": Decimal("0.005"), "tiers": "off"}
"""S2-72: the lowest tier's rate for every position."""


def venue_layer(
    profile: str, accounts: Sequence[str], symbols: Sequence[str], origin: str
) -> Layer:
    """What the venue profile means for these accounts and contracts.

    Raises ``UserError`` for one that does not exist.
    """
    check_profile("venue", profile, VENUES)
    tree: Tree = {"venue": dict(VENUES[profile])}
    if profile == "source_flat":
        equity = Decimal(1000) / len(accounts)
        each = {"virtual_equity": equity.quantize(Decimal("0.01"), rounding="ROUND_DOWN")}
        tree["accounts"] = {account: dict(each) for account in accounts}
        tree["instruments"] = {symbol: dict(_FLAT_RATE) for symbol in symbols}
    return tree_layer(tree, origin)


def spot_layer(accounts: Sequence[str]) -> Layer:
    """What ``margin_mode = "none"`` means: own money, no shorts, no funding."""
    own: Tree = {name: {"side": "long", "sizing": {"leverage": 1}} for name in accounts}
    return tree_layer({"accounts": own, "simulation": {"funding": False}}, "margin_mode none")
