"""Recorded market data opens cleanly, and its holes are those that its description names."""

import os
import re
from pathlib import Path

import pytest

from adapters.history.feed import feed
from engine.messages.market import DataGap
from engine.timebase import MINUTE, Nanos
from tests.history.files import open_series

FOLDER = Path(os.environ.get("TRADEFOLD_DATA", Path(__file__).parents[3] / "shared" / "data"))
FIVE = sorted((FOLDER / "candles" / "bybit_linear" / "5m").glob("*.parquet"))
needs_data = pytest.mark.skipif(
    not FIVE, reason="no recorded market data beside the checkout or in $TRADEFOLD_DATA"
)


def described(name: str) -> tuple[int, int, int]:
    """Rows, holes and missing bars of a file, as the description beside the data has them."""
    row = next(
        line for line in (FOLDER / "README.md").read_text().splitlines() if f"/{name}`" in line
    )
    cells = [cell.strip() for cell in row.split("|")]
    holes = re.search(r"gaps (\d+)(?: \((\d+) bars missing\))?", row)
    assert holes is not None
    return int(cells[3]), int(holes[1]), int(holes[2] or 0)


@needs_data
@pytest.mark.parametrize("path", FIVE, ids=lambda path: path.stem)
def test_a_recorded_file_opens_cleanly(path: Path) -> None:
    symbol = path.stem.partition("_")[0]
    (series,) = open_series([str(path)], (symbol,), {})
    facts = series.facts
    missing = sum((to - since) // facts.interval_ns for since, to in facts.gaps)
    assert (facts.rows, len(facts.gaps), missing) == described(path.name)
    assert facts.interval_ns == 5 * MINUTE


@needs_data
def test_the_feed_tells_the_hole_of_a_recorded_file() -> None:
    path = next(each for each in FIVE if each.name.startswith("SOLUSDT"))
    (series,) = open_series([str(path)], ("SOLUSDT",), {})
    ((since, to),) = series.facts.gaps
    margin = 10 * series.facts.interval_ns
    events = [e for _, _, group in feed((series,), since - margin, to + margin) for e in group]
    assert [e for e in events if isinstance(e, DataGap)] == [
        DataGap("SOLUSDT", Nanos(since), Nanos(to))
    ]


@needs_data
def test_one_minute_candles_make_the_five_minute_ones() -> None:
    base = FOLDER / "candles" / "bybit_linear"
    (minute,) = open_series([str(base / "1m" / "BTCUSDT_1m.parquet")], ("BTCUSDT",), {})
    (five,) = open_series([str(base / "5m" / "BTCUSDT_5m.parquet")], ("BTCUSDT",), {})
    first = minute.facts.first_ns + -minute.facts.first_ns % (5 * MINUTE)
    last = first + 288 * 5 * MINUTE
    small, large = list(minute.bars(first, last)), list(five.bars(first, last))
    assert len(large) == 288
    for n, bar in enumerate(large):
        parts = small[5 * n : 5 * n + 5]
        assert (bar.open, bar.close) == (parts[0].open, parts[-1].close)
        assert bar.high == max(part.high for part in parts)
        assert bar.low == min(part.low for part in parts)
        assert bar.volume == sum(part.volume for part in parts)
