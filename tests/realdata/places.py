"""Where recorded candles are, and the sentence that a test skips with where they are not."""

import os
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
LONG = os.environ.get("TRADEFOLD_LONG", "") not in ("", "0")
"""Whether to play everything there is."""

ROOT = Path(os.environ.get("TRADEFOLD_DATA") or HOUSE / "../shared/data")
FIVE_MINUTES = "candles/bybit_linear/5m"
UNIVERSE = "candles/bybit_linear/universe_2024/universe_5m_20240501_20240719.parquet"
STEPS = "instruments/bybit_symbol_properties_lean.csv"
TIERS = "instruments/bybit_linear_risk_limit_20240809.csv.gz"


def recorded(name: str) -> Path:
    """The recorded file of that name; skips the test where there is none."""
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"no recorded candles: {path} is not there; set TRADEFOLD_DATA to their folder")
    return path


def candles_of(symbol: str) -> Path:
    """The 5-minute candles of one of the large coins."""
    return recorded(f"{FIVE_MINUTES}/{symbol}_5m.parquet")
