"""What is known of venues before anything is written: fees by profile, and the contracts."""

import tomllib
from decimal import Decimal
from pathlib import Path

from adapters.config.keys import nearest
from adapters.config.layers import Layer, tree_layer
from engine.errors import UserError

PROFILES = {
    # Non-VIP USDT perpetuals, as the fee-rate endpoint gives them (bybit-v5.md 6.8).
    "bybit_linear": ("0.00055", "0.0002"),
    # The figures of the strategies' sources: one rate for both sides (S2-71, S2-78).
    "source_flat": ("0.0006", "0.0006"),
}
INSTRUMENT_KEYS = (
    "tick",
    "lot",
    "min_quantity",
    "max_limit_quantity",
    "max_market_quantity",
    "min_price",
    "max_price",
    "max_leverage",
    "maintenance_rate",
)
"""What a contract that the catalogue does not know must be given."""


def profile_layer(profile: str) -> Layer:
    """The fees of a venue profile; ``UserError`` for one that does not exist."""
    if profile not in PROFILES:
        guess = nearest(profile, PROFILES)
        advice = f"did you mean {guess}?" if guess else "known are " + ", ".join(PROFILES)
        raise UserError(f"venue.profile = {profile!r} does not exist; {advice}")
    taker, maker = PROFILES[profile]
    fees = {"taker_fee": Decimal(taker), "maker_fee": Decimal(maker)}
    return tree_layer({"venue": fees}, f"profile {profile}")


def catalogue_layer() -> Layer:
    """The shipped instrument catalogue, weakest of all layers."""
    text = Path(__file__).with_name("instruments.toml").read_text(encoding="utf-8")
    return tree_layer(
        {"instruments": tomllib.loads(text, parse_float=Decimal)}, "instrument catalogue"
    )
