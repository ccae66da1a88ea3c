"""Thinned lines are short and lose no extreme."""

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.candle import Candle
from engine.money import Price, Quantity
from engine.timebase import Nanos
from replays.thinning import Bars, Line

VALUES = st.lists(st.integers(-50, 50), min_size=1, max_size=300)


@given(VALUES, st.integers(1, 40))
def test_a_line_keeps_its_extremes_and_its_ends_in_order(values: list[int], stretches: int) -> None:
    line = Line(0, len(values), stretches)
    for at, value in enumerate(values):
        line.take(at, value)
    points = line.points()
    assert len(points) <= 3 * (stretches + 1)
    assert [at for at, _ in points] == sorted(at for at, _ in points)
    assert points[-1] == (len(values) - 1, values[-1])
    kept = [value for _, value in points]
    assert (min(kept), max(kept)) == (min(values), max(values))
    assert all(values[at] == value for at, value in points)


@given(VALUES, st.integers(1, 40))
def test_bars_put_together_keep_the_high_the_low_and_both_ends(
    values: list[int], stretches: int
) -> None:
    bars = Bars(0, len(values), stretches)
    for at, value in enumerate(values):
        price = Price(100 + value)
        high, low = Price(price + 1), Price(price - 1)
        bars.take(Candle("X", Nanos(at), Nanos(at + 1), price, high, low, price, Quantity(1)))
    made = bars.bars()
    assert len(made) <= stretches + 1
    assert max(bar[2] for bar in made) == 101 + max(values)
    assert min(bar[3] for bar in made) == 99 + min(values)
    assert (made[0][1], made[-1][4]) == (100 + values[0], 100 + values[-1])
