"""A small configuration and a made strategy for the tests of this folder."""

from collections.abc import Mapping
from pathlib import Path

from adapters.config.resolve import Resolved, resolve
from engine.errors import UserError

DEFAULTS: Mapping[str, object] = {
    "lookback_candles": 20,
    "tp_mode": "fixed",
    "fixed_tp_r": 1.8,
    "sl_range_mult": 1.0,
    "min_stop_distance": 0.0,
    "risk_tag": "vol_breakout_5m_closed",
    "both_sides": True,
}

SMALL = """
[accounts.va1]
symbols = ["BTCUSDT"]
strategy = "breakout"
"""


def parameters_of(strategy: str) -> Mapping[str, object]:
    """The one strategy that these tests know."""
    if strategy != "breakout":
        raise UserError(f"{strategy} is no strategy; did you mean breakout?")
    return DEFAULTS


def written(folder: Path, text: str, name: str = "desk.toml") -> Path:
    """``text`` as a file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def resolved(
    folder: Path,
    text: str = SMALL,
    environ: Mapping[str, str] | None = None,
    sets: tuple[str, ...] = (),
) -> Resolved:
    """``text`` resolved with these overrides."""
    return resolve(written(folder, text), environ or {}, sets, parameters_of)


def shown(result: Resolved, key: str) -> tuple[str, str]:
    """Value and origin of one key, the folder of the file left out."""
    row = next(row for row in result.origins if row.key == key)
    origin = row.origin
    return row.value, origin[origin.rfind("/") + 1 :] if "/" in origin else origin
