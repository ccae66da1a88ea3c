"""Profiles of pessimism: what the simulated exchange assumes where the feed does not tell.

``pessimistic`` is the default and errs against the trader wherever it can. ``neutral`` is what a
large contract shows on an ordinary day. ``optimistic`` is the best that the same candles allow.
None is the truth: run all three, and what lies between them is not the strategy but the
assumption. A profile lies right below the place that names it, like a venue's (``venues``).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.config.layers import Layer, tree_layer
from adapters.config.nearest import check_profile
from engine.money import parse
from engine.timebase import MILLISECOND

DEFAULT_ASSUMPTIONS = "pessimistic"
ASSUMPTIONS: Mapping[str, Mapping[str, Any]] = {
    "pessimistic": {
        "path": "worst_first",
        "half_spread": Decimal("0.00001"),
        "slippage": Decimal("0.00002"),
        "request_latency": "50ms",
        "report_latency": "50ms",
        "volume_share": Decimal("0.10"),
        "queue": "through",
        "target_fill": "level",
        "impact": Decimal("0.00005"),
    },
    "neutral": {
        "path": "nearest_first",
        "half_spread": Decimal("0.000005"),
        "slippage": Decimal("0.000005"),
        "request_latency": "20ms",
        "report_latency": "20ms",
        "volume_share": Decimal("0.25"),
        "queue": "pro_rata",
        "target_fill": "better",
        "impact": Decimal("0.00001"),
    },
    "optimistic": {
        "path": "best_first",
        "half_spread": Decimal(0),
        "slippage": Decimal(0),
        "request_latency": "1ms",
        "report_latency": "1ms",
        "volume_share": Decimal(0),
        "queue": "front",
        "target_fill": "better",
        "impact": Decimal(0),
    },
}


def assumptions_layer(profile: str, origin: str) -> Layer:
    """The assumptions of a profile; ``UserError`` for one that does not exist."""
    check_profile("simulation", profile, ASSUMPTIONS)
    return tree_layer({"simulation": dict(ASSUMPTIONS[profile])}, origin)


def assumed_terms(profile: str) -> dict[str, int | str]:
    """A profile by the fields of ``SimulationTerms``, as integers; empty for an unknown one."""
    found: dict[str, int | str] = {}
    for key, value in ASSUMPTIONS.get(profile, {}).items():
        if isinstance(value, Decimal):
            found[key] = parse(value)
        elif key.endswith("_latency"):
            found[f"{key}_ns"] = int(value.removesuffix("ms")) * MILLISECOND
        else:
            found[key] = value
    return found
