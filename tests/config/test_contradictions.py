"""Settings that are right one by one and cannot hold together are refused before the run."""

from pathlib import Path

import pytest

from engine.errors import UserError
from tests.config.rooms import resolved

HEDGE = "venue.position_mode=hedge"
SPOT = "venue.margin_mode=none"
SIDE = "accounts.va1.side"
LEVERAGE = "accounts.va1.sizing.leverage"


@pytest.mark.parametrize(
    ("sets", "sentence"),
    [
        ((HEDGE,), "va1.side = both cannot hold in venue.position_mode = hedge, where a long"),
        ((HEDGE, f"{SIDE}=both"), 'write side = "long" or side = "short", an account for each'),
        ((HEDGE, SPOT), "--set: venue.position_mode = hedge needs two sides, and"),
        ((SPOT, f"{SIDE}=short"), "--set: accounts.va1.side = short cannot hold in"),
        ((SPOT, f"{SIDE}=both"), "nothing is sold that is not owned"),
        ((SPOT, f"{LEVERAGE}=2"), "sizing.leverage = 2 borrows, and venue.margin_mode = none"),
        (
            ("accounts.va1.symbols=AAVEUSDT", f"{LEVERAGE}=26", "risk.max_leverage=0"),
            "sizing.leverage = 26 is above instruments.AAVEUSDT.max_leverage = 25",
        ),
        (
            ("accounts.va1.symbols=BTCUSDT,AAVEUSDT", f"{LEVERAGE}=26", "risk.max_leverage=30"),
            "is above instruments.AAVEUSDT.max_leverage = 25, which the venue gives its smallest",
        ),
    ],
)
def test_a_contradiction_is_named_with_its_mend(
    tmp_path: Path, sets: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(UserError) as refusal:
        resolved(tmp_path, sets=sets)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "sets",
    [
        (HEDGE, f"{SIDE}=long"),
        (HEDGE, f"{SIDE}=short", "venue.margin_mode=cross"),
        (f"{SIDE}=short",),
        (SPOT, f"{LEVERAGE}=1"),
        ("accounts.va1.symbols=AAVEUSDT", f"{LEVERAGE}=25", "risk.max_leverage=0"),
        ("simulation.matched_on=depth", "simulation.queue=through"),
    ],
)
def test_what_can_hold_together_is_taken(tmp_path: Path, sets: tuple[str, ...]) -> None:
    resolved(tmp_path, sets=sets)
