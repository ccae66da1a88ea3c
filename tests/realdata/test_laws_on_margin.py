"""No law is broken where margin ends: funding, recorded marks, liquidated positions."""

from pathlib import Path

import pytest

from tests.realdata.campaign import ACCOUNTS, FAULTS, examine, plan_campaign
from tests.realdata.holding import FUNDING, MARKS
from tests.realdata.places import candles_of, recorded

DARING = (
    "sizing.leverage=5",
    "sizing.risk_per_trade=0.05",
    "accounts.fast.parameters.fixed_tp_r=10",
    *(f"accounts.{each}.parameters.sl_range_mult=25" for each in ACCOUNTS),
)
"""Stops so far away that the liquidation comes first."""


@pytest.mark.parametrize(
    ("sets", "files", "liquidated"),
    [
        ((), (), 1),
        ((), (FUNDING, MARKS), 1),
        (("venue.margin_rule=bybit_2024",), (FUNDING, MARKS), 1),
        (("venue.margin_mode=cross",), (FUNDING, MARKS), 0),
        (FAULTS, (FUNDING, MARKS), None),
    ],
    ids=["last price", "marks", "2024", "cross", "faults"],
)
def test_no_law_is_broken_through_funding_and_liquidation(
    sets: tuple[str, ...], files: tuple[str, ...], liquidated: int | None, tmp_path: Path
) -> None:
    """AAVE through its crash, with stops behind the end: in isolated mode a short is taken over."""
    data = [candles_of("AAVEUSDT"), *map(recorded, files)]
    plan = plan_campaign(
        tmp_path, ("AAVEUSDT",), data, (*DARING, *sets), "2025-10-05", "2025-10-14"
    )
    played, laws = examine(plan)

    if liquidated is not None:
        assert len(laws.liquidations) == liquidated
    assert (played.exchange.funding != 0) is bool(files)
