"""The shipped instrument catalogue: contracts and their risk tiers, weakest of all layers.

Both files hold more contracts than any run trades, so only the wanted ones are parsed: a command
starts as fast with fifty contracts as with one.
"""

import tomllib
from collections.abc import Collection
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from adapters.config.layers import Layer, tree_layer

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
ORIGIN = "instrument catalogue"


def catalogue_layer(wanted: Collection[str]) -> Layer:
    """The contracts among ``wanted`` that the catalogue knows, with their tiers."""
    contracts = _contracts()
    known = [symbol for symbol in contracts if symbol in wanted]
    text = "\n".join(contracts[symbol] for symbol in known)
    instruments: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    for line in _read("risk_tiers.csv").splitlines():
        symbol, _, row = line.partition(",")
        if symbol in instruments:
            limit, rate, leverage = row.split(",")
            instruments[symbol].setdefault("tiers", []).append(
                {
                    "limit": Decimal(limit),
                    "maintenance_rate": Decimal(rate),
                    "max_leverage": Decimal(leverage),
                }
            )
    return tree_layer({"instruments": instruments}, ORIGIN)


def shipped_symbols() -> tuple[str, ...]:
    """Every contract that the catalogue knows."""
    return tuple(_contracts())


@cache
def _contracts() -> dict[str, str]:
    """The text of each contract's table, by symbol."""
    _, *tables = ("\n" + _read("instruments.toml")).split("\n[")
    return {table.partition("]")[0]: f"[{table}" for table in tables}


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
