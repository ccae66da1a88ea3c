"""The figures of a run, against independent computations and by hand."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.money import SCALE
from engine.timebase import DAY
from replays.curve import Curve, Fall
from replays.metrics import annual_return, daily_returns, deviation, risk_of, sharpe, sortino
from replays.thinning import Line

RETURNS = st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=60)


def curve(*equities: int) -> Curve:
    """A curve of one moment a day, from the first equity on."""
    made = Curve(equities[0] * SCALE, Line(0, len(equities) * DAY, 100))
    for day, equity in enumerate(equities[1:]):
        made.take((day + 1) * DAY, day * DAY, equity * SCALE, exposed=day % 2 == 0)
    return made


@given(RETURNS)
def test_sharpe_is_the_mean_over_the_sample_deviation_of_a_year(returns: list[float]) -> None:
    spread = statistics.stdev(returns)
    if spread < 1e-12:
        return
    expected = statistics.fmean(returns) / spread * math.sqrt(365)
    found = sharpe(returns)
    assert found is not None
    assert math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-9)


@given(RETURNS)
def test_sortino_counts_losing_days_only_in_its_divisor(returns: list[float]) -> None:
    squares = [value**2 if value < 0 else 0.0 for value in returns]
    below = math.sqrt(statistics.fmean(squares))
    found = sortino(returns)
    if below == 0:
        assert found is None
        return
    assert found is not None
    expected = statistics.fmean(returns) / below * math.sqrt(365)
    assert math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-9)


def test_returns_that_never_differ_have_no_ratio() -> None:
    assert deviation([0.01]) is None
    assert sharpe([0.0, 0.0]) is None
    assert sortino([0.01, 0.02]) is None


def test_a_day_is_measured_by_the_end_of_the_day_before() -> None:
    values = [each.value for each in daily_returns(curve(100, 110, 99, 99))]
    assert values == pytest.approx([0.1, -0.1, 0.0])


def test_days_in_a_hole_of_the_feed_brought_nothing_and_count() -> None:
    made = curve(100, 110)
    made.take(4 * DAY, 3 * DAY, 121 * SCALE, exposed=False)
    returns = daily_returns(made)
    assert [each.day_ns // DAY for each in returns] == [0, 1, 2, 3]
    assert [each.value for each in returns] == pytest.approx([0.1, 0, 0, 0.1])
    assert [each.equity // SCALE for each in returns] == [110, 110, 110, 121]
    risk = risk_of(made)
    assert risk.days == 4
    assert risk.annual_return == pytest.approx(1.21 ** (365 / 4) - 1)


@pytest.mark.parametrize(
    ("start", "end", "days", "expected"),
    [(100, 110, 365, 0.1), (100, 121, 730, 0.1), (100, 200, 73, 31.0), (100, 0, 10, None)],
)
def test_annual_return_keeps_the_growth_up_for_a_year(
    start: int, end: int, days: int, expected: float | None
) -> None:
    found = annual_return(start, end, days)
    assert found is None if expected is None else found == pytest.approx(expected)


def test_growth_that_no_float_holds_for_a_year_has_no_annual_return_and_no_calmar() -> None:
    """8 ** 365 is beyond 1e308; a run of one day may well bring that much."""
    assert annual_return(100, 800, 1) is None
    risk = risk_of(curve(100, 100, 50, 10**20))
    assert risk.max_drawdown == pytest.approx(0.5)
    assert (risk.annual_return, risk.calmar) == (None, None)


def test_the_deepest_fall_has_its_peak_its_trough_and_its_recovery() -> None:
    fall = Fall()
    for at, equity in enumerate([100, 90, 100, 120, 60, 90, 119, 120, 110], start=1):
        fall.take(at, equity)
    assert (fall.depth, fall.peak_at, fall.trough_at) == (SCALE // 2, 4, 5)
    assert fall.recovered_at == 8


def test_a_fall_that_was_not_made_good_says_so() -> None:
    fall = Fall()
    for at, equity in enumerate([100, 80, 99], start=1):
        fall.take(at, equity)
    assert (fall.depth, fall.recovered_at) == (SCALE // 5, 0)


def test_a_later_shallower_fall_changes_nothing() -> None:
    fall = Fall()
    for at, equity in enumerate([100, 50, 100, 90, 101], start=1):
        fall.take(at, equity)
    assert (fall.depth, fall.peak_at, fall.trough_at, fall.recovered_at) == (SCALE // 2, 1, 2, 3)


def test_the_figures_of_a_small_curve_by_hand() -> None:
    made = curve(100, 110, 88, 99, 121)
    made.traded = 836 * SCALE
    risk = risk_of(made)
    assert (risk.days, risk.exposure) == (4, 0.5)
    assert risk.total_return == pytest.approx(0.21)
    assert risk.max_drawdown == pytest.approx(0.2)
    assert risk.turnover == pytest.approx(836 / 104.5)
    assert risk.calmar == pytest.approx(((1.21) ** (365 / 4) - 1) / 0.2)
