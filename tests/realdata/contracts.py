"""Contracts of symbols that the shipped catalogue does not know, from the venue's own tables."""

import csv
import gzip

from tests.realdata.places import STEPS, TIERS, recorded

_LARGEST = "1000000000"
"""No upper bound was recorded for these contracts; this one is never reached."""


def contract_tables(symbols: tuple[str, ...]) -> str:
    """``[instruments.SYMBOL]`` in TOML for each of ``symbols``."""
    steps, tiers = _steps(), _tiers()
    return "\n".join(_table(symbol, steps[symbol], tiers[symbol]) for symbol in symbols)


def _table(symbol: str, steps: dict[str, str], tier: dict[str, str]) -> str:
    tick = steps["minimum_price_variation"]
    return "\n".join(
        (
            f"[instruments.{symbol}]",
            f"tick = {tick}",
            f"lot = {steps['lot_size']}",
            f"min_quantity = {steps['minimum_order_size']}",
            f"max_limit_quantity = {_LARGEST}",
            f"max_market_quantity = {_LARGEST}",
            "min_notional = 5",
            f"min_price = {tick}",
            f"max_price = {_LARGEST}",
            f"max_leverage = {tier['maxLeverage']}",
            f"maintenance_rate = {tier['maintenanceMargin']}",
            "",
        )
    )


def _steps() -> dict[str, dict[str, str]]:
    with recorded(STEPS).open(encoding="utf-8", newline="") as file:
        return {row["symbol"]: row for row in csv.DictReader(file) if row["type"] == "cryptofuture"}


def _tiers() -> dict[str, dict[str, str]]:
    with gzip.open(recorded(TIERS), "rt", encoding="utf-8", newline="") as file:
        return {row["symbol"]: row for row in csv.DictReader(file) if row["isLowestRisk"] == "1"}
