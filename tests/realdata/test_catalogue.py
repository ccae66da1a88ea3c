"""The shipped contracts are what was recorded: steps, every risk tier, and the funding interval."""

import csv
import gzip
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet
import pytest

from adapters.config.catalogue import shipped_symbols
from adapters.config.resolve import resolve
from adapters.config.terms import to_terms
from adapters.strategy_source import StrategyShelf
from engine.domain.instrument import Instrument
from engine.money import parse
from engine.timebase import MILLISECOND, MINUTE, Nanos
from tests.realdata.places import STEPS, TIERS, recorded

FUNDING = (
    "funding/bybit_linear_funding_universe_20240501_20240719.parquet",
    "funding/bybit_linear_funding_2025_2026.parquet",
)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Instrument]:
    """Every contract of the catalogue as a run would have it."""
    config = tmp_path_factory.mktemp("catalogue") / "all.toml"
    symbols = ", ".join(f'"{symbol}"' for symbol in shipped_symbols())
    config.write_text(
        f'[accounts.a]\nsymbols = [{symbols}]\nstrategy = "volatility_breakout"\n'
        "[accounts.a.sizing]\nleverage = 1\n",
        encoding="utf-8",
    )
    resolved = resolve(config, {}, (), StrategyShelf().parameters_of)
    terms = to_terms(resolved, Nanos(5 * MINUTE), {})
    return {each.symbol: each for each in terms.instruments}


def test_every_shipped_ladder_is_the_recorded_one(shipped: dict[str, Instrument]) -> None:
    with gzip.open(recorded(TIERS), "rt", encoding="ascii", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["symbol"] in shipped]
    for symbol, instrument in shipped.items():
        sent = [
            tuple(parse(row[key]) for key in ("riskLimitValue", "maintenanceMargin", "maxLeverage"))
            for row in rows
            if row["symbol"] == symbol
        ]
        assert [tier[:3] for tier in instrument.tiers] == sent, symbol


def test_every_shipped_step_is_the_recorded_one(shipped: dict[str, Instrument]) -> None:
    with Path(recorded(STEPS)).open(encoding="utf-8", newline="") as text:
        steps = {
            row["symbol"]: row for row in csv.DictReader(text) if row["type"] == "cryptofuture"
        }
    for symbol, instrument in shipped.items():
        row = steps[symbol]
        assert instrument.tick == parse(row["minimum_price_variation"]), symbol
        assert instrument.lot == parse(row["lot_size"]), symbol
        assert instrument.min_quantity == parse(row["minimum_order_size"]), symbol


@pytest.mark.parametrize("name", FUNDING)
def test_every_shipped_funding_interval_is_what_lay_between_the_recorded_rates(
    shipped: dict[str, Instrument], name: str
) -> None:
    table = pyarrow.parquet.read_table(recorded(name), columns=["symbol", "ts_ms"])
    moments: dict[str, list[int]] = {}
    for symbol, ts in zip(*(column.to_pylist() for column in table.columns), strict=True):
        moments.setdefault(symbol, []).append(ts)
    compared = 0
    for symbol, known in moments.items():
        if symbol in shipped:
            usual, _ = Counter(b - a for a, b in pairwise(sorted(known))).most_common(1)[0]
            assert shipped[symbol].funding_interval_ns == usual * MILLISECOND, symbol
            compared += 1
    assert compared >= 6
