"""The shipped contracts: whole, true to the venue's recorded ladders, and cheap to have."""

from itertools import pairwise
from pathlib import Path

import pytest

from adapters.config.catalogue import catalogue_layer, shipped_symbols
from adapters.config.terms import to_terms
from engine.domain.instrument import Instrument
from engine.money import SCALE, Money, notional, parse
from engine.timebase import HOUR, MINUTE, Nanos
from tests.config.rooms import resolved

CANDLES = ("BTC", "ETH", "SOL", "BNB", "ADA", "AAVE", "XRP", "DOGE", "LTC", "LINK")


def contract(folder: Path, symbol: str, *sets: str) -> Instrument:
    result = resolved(folder, sets=(f"accounts.va1.symbols={symbol}", *sets))
    return to_terms(result, Nanos(5 * MINUTE), {}).instruments[0]


def test_only_wanted_contracts_are_made() -> None:
    layer = catalogue_layer({"BTCUSDT", "NONEUSDT"})
    assert list(layer.tree["instruments"]) == ["BTCUSDT"]


def test_the_large_coins_and_the_recorded_universe_are_shipped() -> None:
    shipped = shipped_symbols()
    assert {f"{name}USDT" for name in CANDLES} <= set(shipped)
    assert len(shipped) == len(set(shipped)) == 50


def test_every_shipped_contract_resolves_with_a_ladder(tmp_path: Path) -> None:
    """Which checks that tiers rise and that the first one agrees with the contract's own rate."""
    symbols = shipped_symbols()
    result = resolved(
        tmp_path,
        sets=("accounts.va1.symbols=" + ",".join(symbols), "accounts.va1.sizing.leverage=1"),
    )
    for each in to_terms(result, Nanos(5 * MINUTE), {}).instruments:
        assert len(each.tiers) >= 20
        assert each.max_leverage == each.tiers[0].max_leverage
        assert each.max_price == round(parse("19999998") * each.tick / SCALE)
        assert each.funding_interval_ns in (4 * HOUR, 8 * HOUR)


@pytest.mark.parametrize(
    ("symbol", "tier", "limit", "rate", "leverage", "deduction"),
    [
        ("BTCUSDT", 2, 2_600_000, "0.0056", "90", 1200),
        ("BTCUSDT", 35, 1_200_000_000, "0.6", "1", 226_382_000),
        ("ETHUSDT", 8, 5_000_000, "0.01", "50", 12_220),
        ("ETHUSDT", 35, 1_000_000_000, "0.6", "1", 138_018_220),
        ("SOLUSDT", 11, 3_000_000, "0.0278", "18", 20_345),
        ("SOLUSDT", 33, 180_000_000, "0.6", "1", 61_065_445),
    ],
)
def test_tiers_and_deductions_are_the_venues(
    tmp_path: Path, symbol: str, tier: int, limit: int, rate: str, leverage: str, deduction: int
) -> None:
    """Rows of bybit-v5.md 6.9, whose deductions the venue stated itself."""
    found = contract(tmp_path, symbol).tiers[tier - 1]
    assert found == (limit * SCALE, parse(rate), parse(leverage), deduction * SCALE)


def test_margin_is_continuous_where_two_tiers_meet(tmp_path: Path) -> None:
    tiers = contract(tmp_path, "DOGEUSDT").tiers
    for below, above in pairwise(tiers):
        ends = [
            notional(below.limit, each.maintenance_rate) - each.deduction for each in (below, above)
        ]
        assert ends[0] == ends[1]


def test_a_band_and_an_interval_are_shipped_where_they_were_recorded(tmp_path: Path) -> None:
    bitcoin = contract(tmp_path, "BTCUSDT")
    assert (bitcoin.price_limit_x, bitcoin.price_limit_y) == (parse("0.01"), parse("0.02"))
    solana = contract(tmp_path, "SOLUSDT")
    assert (solana.price_limit_x, solana.price_limit_y) == (0, 0)
    assert contract(tmp_path, "ALPHAUSDT").funding_interval_ns == 4 * HOUR


def test_a_ladder_can_be_written_or_switched_off(tmp_path: Path) -> None:
    rows = (
        "{limit = 1000, maintenance_rate = 0.01, max_leverage = 50},"
        "{limit = 3000, maintenance_rate = 0.02, max_leverage = 25, deduction = 10}"
    )
    first = ("instruments.BTCUSDT.max_leverage=50", "instruments.BTCUSDT.maintenance_rate=0.01")
    written = contract(tmp_path, "BTCUSDT", f"instruments.BTCUSDT.tiers=[{rows}]", *first)
    assert [tier.deduction for tier in written.tiers] == [Money(0), Money(10 * SCALE)]
    off = contract(tmp_path, "BTCUSDT", "instruments.BTCUSDT.tiers=off", *first)
    assert off.tiers == ()
    assert off.maintenance_rate == parse("0.01")
