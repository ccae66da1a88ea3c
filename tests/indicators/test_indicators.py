"""Indicators: incremental, and equal to a plain computation over the whole list."""

from collections import deque
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.indicators import SHIPPED, Atr, Donchian, Ema, RollingMean, Rsi

LENGTHS = st.integers(1, 12)
PRICES = st.integers(1, 10**13)
SMALL = st.integers(1, 6)
"""Few values, so that equal highs meet each other in a window."""
BARS = st.lists(
    st.one_of(st.tuples(PRICES, PRICES, PRICES), st.tuples(SMALL, SMALL, SMALL)).map(
        lambda three: (max(three), min(three), sorted(three)[1])
    ),
    max_size=60,
)
"""(high, low, close)"""


@given(LENGTHS, BARS)
def test_a_channel_is_the_extremes_of_the_last_candles(length, bars):
    channel = Donchian(length)
    for seen, (high, low, _) in enumerate(bars, start=1):
        channel.update(high, low)
        window = bars[max(0, seen - length) : seen]
        assert channel.highest == max(bar[0] for bar in window)
        assert channel.lowest == min(bar[1] for bar in window)
        assert channel.ready == (seen >= length)


@given(LENGTHS, BARS)
def test_a_channel_forgets_all_but_its_window(length, bars):
    """given two histories with the same last candles, then their states are the same"""
    long, short = Donchian(length), Donchian(length)
    for high, low, _ in bars:
        long.update(high, low)
    for high, low, _ in bars[-length:]:
        short.update(high, low)
    assert contents(long) == contents(short)


@given(LENGTHS, st.lists(st.integers(-(10**20), 10**20), max_size=60))
def test_a_rolling_mean_is_exact_for_ever(length, values):
    mean = RollingMean(length)
    assert (mean.total, mean.mean) == (0, 0)
    for seen, value in enumerate(values, start=1):
        mean.update(value)
        window = values[max(0, seen - length) : seen]
        assert mean.total == sum(window)
        assert abs(Fraction(mean.mean) - Fraction(sum(window), len(window))) <= Fraction(1, 2)
        assert mean.ready == (seen >= length)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 2], 2), ([-1, -2], -1), ([1, 1, 2], 1), ([1, 2, 2], 2), ([7], 7)],
)
def test_a_mean_is_rounded_half_up(values, expected):
    mean = RollingMean(len(values))
    for value in values:
        mean.update(value)
    assert mean.mean == expected


def exact_ema(length, values):
    """From its definition, in fractions: the first mean, then weights of 2 / (length + 1)."""
    result = Fraction(sum(values[:length]), length)
    weight = Fraction(2, length + 1)
    for value in values[length:]:
        result = weight * value + (1 - weight) * result
    return result


def exact_wilder(length, values):
    """Wilder's mean in fractions: the first mean, then one part in ``length`` of the new."""
    result = Fraction(sum(values[:length]), length)
    for value in values[length:]:
        result = (result * (length - 1) + value) / length
    return result


@given(LENGTHS, st.lists(PRICES, max_size=60))
def test_an_ema_equals_its_definition(length, values):
    ema = Ema(length)
    for seen, value in enumerate(values, start=1):
        ema.update(value)
        assert ema.ready == (seen >= length)
        expected = exact_ema(length, values[:seen]) if seen >= length else 0
        assert ema.value == pytest.approx(float(expected), rel=1e-12)


@given(LENGTHS, BARS)
def test_an_atr_equals_its_definition(length, bars):
    atr = Atr(length)
    ranges = [
        max(high - low, abs(high - before[2]), abs(low - before[2]))
        for before, (high, low, _) in zip(bars[:1] + bars, bars, strict=False)
    ]
    if bars:
        ranges[0] = bars[0][0] - bars[0][1]
    for seen, bar in enumerate(bars, start=1):
        atr.update(*bar)
        assert atr.ready == (seen >= length)
        expected = exact_wilder(length, ranges[:seen]) if seen >= length else 0
        assert atr.value == pytest.approx(float(expected), rel=1e-12)


@given(LENGTHS, st.lists(st.one_of(PRICES, SMALL), max_size=60))
def test_an_rsi_equals_its_definition(length, closes):
    rsi = Rsi(length)
    changes = [now - before for before, now in pairwise(closes)]
    for seen, close in enumerate(closes, start=1):
        rsi.update(close)
        assert rsi.ready == (seen > length)
        assert 0.0 <= rsi.value <= 100.0
        if not rsi.ready:
            assert rsi.value == 50.0
            continue
        gain = exact_wilder(length, [max(change, 0) for change in changes[: seen - 1]])
        loss = exact_wilder(length, [max(-change, 0) for change in changes[: seen - 1]])
        expected = 100 * gain / (gain + loss) if gain + loss else 50
        assert rsi.value == pytest.approx(float(expected), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("closes", "expected"),
    [([1, 2, 3], 100.0), ([3, 2, 1], 0.0), ([2, 2, 2], 50.0), ([4, 7, 6], 75.0)],
)
def test_an_rsi_is_the_share_of_gains_in_all_movement(closes, expected):
    rsi = Rsi(2)
    for close in closes:
        rsi.update(close)
    assert rsi.value == expected


@pytest.mark.parametrize("kind", SHIPPED)
@pytest.mark.parametrize("length", [0, -3])
def test_a_length_below_one_is_refused(kind, length):
    with pytest.raises(ValueError, match=f"of {length} .*does not exist; use 1 or more"):
        kind(length)


def contents(indicator):
    return {name: getattr(indicator, name) for name in type(indicator).__slots__}


@pytest.mark.parametrize("kind", SHIPPED)
def test_an_indicator_keeps_only_what_a_digest_can_walk(kind):
    """also before its first candle, and without room for anything undeclared"""
    indicator = kind(3)
    arguments = {Donchian: (5, 3), Atr: (5, 3, 4)}.get(kind, (5,))
    for _ in range(8):
        for value in contents(indicator).values():
            kinds = {type(item) for item in value} if isinstance(value, deque) else {type(value)}
            assert kinds <= {int, float, bool}
        indicator.update(*arguments)
    assert not hasattr(indicator, "__dict__")
    assert indicator.ready is True
