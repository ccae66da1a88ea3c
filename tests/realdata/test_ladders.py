"""Every recorded risk ladder: its deductions are those that continuity asks for, exactly."""

import csv
import gzip
from itertools import groupby

import pytest

from engine.accounts.tiers import build_ladder
from engine.money import Money, Rate, parse
from tests.realdata.places import TIERS, recorded

BRACKETS = "instruments/binance_usdm_leverage_brackets_202410.csv.gz"


@pytest.mark.parametrize(
    ("name", "symbol", "columns", "count"),
    [
        (
            TIERS,
            "symbol",
            ("riskLimitValue", "maintenanceMargin", "maxLeverage", "mmDeduction"),
            439,
        ),
        (BRACKETS, "ccxt_symbol", ("max_notional", "mmr", "max_leverage", "cum"), 349),
    ],
    ids=["bybit", "binance"],
)
def test_each_recorded_ladder_has_the_deductions_of_continuity(
    name: str, symbol: str, columns: tuple[str, str, str, str], count: int
) -> None:
    """Limits and rates alone give what the venue sent, to the last digit of every tier."""
    with gzip.open(recorded(name), "rt", encoding="ascii", newline="") as text:
        rows = list(csv.DictReader(text))
    limit, rate, leverage, deduction = columns
    contracts = 0
    for contract, group in groupby(rows, key=lambda row: row[symbol]):
        tiers = list(group)
        ladder = build_ladder(
            (Money(parse(row[limit])), Rate(parse(row[rate])), Rate(parse(row[leverage])))
            for row in tiers
        )
        sent = [parse(row[deduction] or "0") for row in tiers]
        assert [tier.deduction for tier in ladder] == sent, contract
        contracts += 1

    assert contracts == count
