"""Bars: candles of any timeframe from smaller closed ones, as the exchange makes its own."""

import os
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.candle import Candle
from engine.markets.bars import BarBuilder
from engine.money import parse
from engine.timebase import MILLISECOND, MINUTE, parse_span

BASE = 5 * MINUTE
DATA = Path(os.environ.get("TRADEFOLD_DATA", Path(__file__).parents[3] / "shared" / "data"))
UNIVERSE = DATA / "candles" / "bybit_linear" / "universe_2024"


def part(place: int, price: int = 100) -> Candle:
    """The 5-minute candle number ``place`` since the epoch, around ``price``."""
    start = place * BASE
    return Candle("X", start, start + BASE, price, price + 9, price - 9, price + 1, 10 + place)


def built(places, timeframe=3 * BASE):
    """The first places of the emitted candles."""
    builder = BarBuilder(BASE, timeframe)
    return [bar.open_ns // BASE for bar in map(builder.push, map(part, places)) if bar]


@pytest.mark.parametrize(
    ("given_parts", "then_bars", "why"),
    [
        ([0, 1, 2, 3, 4, 5], [0, 3], "complete ones are emitted"),
        ([0, 1], [], "an unfinished one is not"),
        ([1, 2, 3, 4, 5], [3], "one that started in the middle is not"),
        ([0, 2, 3, 4, 5], [3], "one with a hole inside is not"),
        ([0, 1, 3, 4, 5], [3], "one without its last part is not"),
        ([0, 1, 2, 4, 5, 6, 7, 8], [0, 6], "one without its first part is not"),
        ([0, 1, 12, 13, 14], [12], "a long hole over whole bars leaves no half bar"),
        ([0, 1, 1, 2], [0], "a doubled part counts once"),
        ([3, 4, 0, 5], [3], "a late part is left out and spoils nothing"),
        ([3, 4, 5, 3, 4, 5, 6, 7, 8], [3, 6], "a bar is emitted once"),
    ],
)
def test_a_bar_is_emitted_when_all_its_parts_have_closed(given_parts, then_bars, why):
    assert built(given_parts) == then_bars, why


def test_a_bar_takes_open_first_close_last_extremes_and_the_sum_of_volumes():
    builder = BarBuilder(BASE, 3 * BASE)
    parts = [part(6, 100), part(7, 150), part(8, 50)]
    assert [builder.push(candle) for candle in parts[:2]] == [None, None]
    assert builder.push(parts[2]) == Candle("X", 6 * BASE, 9 * BASE, 100, 159, 41, 51, 51)


def test_the_base_timeframe_hands_the_candle_through():
    candle = part(7)
    assert BarBuilder(BASE, BASE).push(candle) is candle


def test_a_reset_drops_the_unfinished_bar():
    builder = BarBuilder(BASE, 3 * BASE)
    builder.push(part(0))
    builder.push(part(1))
    builder.reset()
    assert builder.push(part(2)) is None
    assert [builder.push(part(place)) is not None for place in (3, 4, 5)] == [False, False, True]


@pytest.mark.parametrize("timeframe", [BASE + 1, BASE // 5, 0, -BASE])
def test_a_timeframe_that_is_no_multiple_is_refused(timeframe):
    with pytest.raises(ValueError, match="no multiple"):
        BarBuilder(BASE, timeframe)


@given(st.lists(st.integers(0, 40), max_size=60).map(sorted), st.sampled_from([2, 3, 4, 12]))
def test_exactly_the_complete_bars_are_emitted(places, parts):
    whole = {place // parts for place in places}
    expected = [
        start * parts
        for start in sorted(whole)
        if all(start * parts + n in places for n in range(parts))
    ]
    assert built(places, parts * BASE) == expected


def rows(name: str, symbols: tuple[str, ...]) -> list[dict[str, object]]:
    path = UNIVERSE / name
    if not path.is_file():
        pytest.skip(f"no real candles at {path}: set TRADEFOLD_DATA to the folder that has them")
    return pq.read_table(path, filters=[("symbol", "in", symbols)]).to_pylist()


def candle_of(row, interval) -> Candle:
    start = row["ts_ms"] * MILLISECOND
    numbers = [parse(repr(row[name])) for name in ("open", "high", "low", "close", "volume")]
    return Candle(row["symbol"], start, start + interval, *numbers)


def test_bars_equal_those_that_the_exchange_made():
    """given real 5-minute candles, then 1h, 4h and 1d bars are Bybit's own, to the last digit"""
    symbols = ("BTCUSDT", "1INCHUSDT")
    expected = defaultdict(list)
    for row in rows("higher_timeframes_20240501_20240719.parquet", symbols):
        expected[row["symbol"], row["timeframe"]].append(
            candle_of(row, parse_span(row["timeframe"]))
        )
    made = defaultdict(list)
    builders = {key: BarBuilder(BASE, parse_span(key[1])) for key in expected}
    for row in rows("universe_5m_20240501_20240719.parquet", symbols):
        for timeframe in ("1h", "4h", "1d"):
            key = row["symbol"], timeframe
            bar = builders[key].push(candle_of(row, BASE))
            if bar:
                made[key].append(bar)
    assert {key: len(bars) for key, bars in expected.items()} == {
        (symbol, timeframe): count
        for symbol in symbols
        for timeframe, count in (("1h", 1920), ("4h", 480), ("1d", 80))
    }
    assert made == expected
