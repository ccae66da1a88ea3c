"""The figures a trader judges a run by. Each formula stands with its figure.

Money comes in as e8 integers; ratios leave as floats, because nothing is booked with them. Days
are the engine's trading days and count even where nothing was traded, a year has 365 of them
(the market never closes), and the risk-free rate is zero.

Read from ``returns.csv``, the figures of quantstats 0.0.86 and empyrical-reloaded 0.7.1 (which is
pyfolio's) are these once they are told ``periods=365`` or ``annualization=365``; untold they count
252 days a year, and pyfolio's ``perf_stats`` knows nothing else. Two differ on purpose. The deepest
fall here is that of the equity at every candle, open positions included, and a positive number;
theirs is of day ends alone, never deeper, and negative. Calmar divides by it, so theirs is never
nearer to zero. (The example over sixteen months of BTCUSDT: a fall of 21.9 % here, 21.3 % there.)
"""

from collections.abc import Sequence
from math import sqrt

import attrs

from engine.money import SCALE
from engine.timebase import DAY
from replays.curve import Curve

DAYS_A_YEAR = 365


@attrs.frozen
class DailyReturn:
    """What a day brought: equity at its end over equity at the end of the day before, less 1."""

    day_ns: int
    equity: int
    value: float


@attrs.frozen
class Risk:
    """Figures of a curve of equity. None where there is nothing to divide by.

    ``total_return`` is end / start - 1, ``volatility`` the deviation of daily returns * sqrt(365),
    ``calmar`` the annual return over ``max_drawdown`` (Young 1991), and that the deepest fall of
    the equity at any candle from its highest before, a fraction of it. ``exposure`` is the share
    of candles at which a position was open.
    ``recovered_at`` is 0 while the deepest fall has not been made good. ``turnover`` is the value
    of all fills over the mean equity.
    """

    days: int
    total_return: float
    annual_return: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float
    peak_at: int
    trough_at: int
    recovered_at: int
    exposure: float
    turnover: float
    slippage: int


def daily_returns(curve: Curve) -> list[DailyReturn]:
    """The returns of all days; the first is against the start of the run.

    Days in a hole of the feed brought nothing and count, else a year would be shorter.
    """
    before = curve.start
    found: list[DailyReturn] = []
    for day_ns, equity in curve.days.items():
        while found and found[-1].day_ns + DAY < day_ns:
            found.append(DailyReturn(found[-1].day_ns + DAY, before, 0.0))
        found.append(DailyReturn(day_ns, equity, equity / before - 1 if before > 0 else 0.0))
        before = equity
    return found


def risk_of(curve: Curve) -> Risk:
    """The figures of one curve."""
    returns = [each.value for each in daily_returns(curve)]
    total = curve.end / curve.start - 1 if curve.start > 0 else 0.0
    annual = annual_return(curve.start, curve.end, len(returns))
    depth = curve.fall.depth / SCALE
    mean_equity = curve.equity_sum / curve.moments if curve.moments else 0.0
    spread = deviation(returns)
    return Risk(
        days=len(returns),
        total_return=total,
        annual_return=annual,
        volatility=spread * sqrt(DAYS_A_YEAR) if spread is not None else None,
        sharpe=sharpe(returns),
        sortino=sortino(returns),
        calmar=annual / depth if annual is not None and depth else None,
        max_drawdown=depth,
        peak_at=curve.fall.peak_at,
        trough_at=curve.fall.trough_at,
        recovered_at=curve.fall.recovered_at,
        exposure=curve.exposed / curve.moments if curve.moments else 0.0,
        turnover=curve.traded / mean_equity if mean_equity > 0 else 0.0,
        slippage=curve.slippage,
    )


def annual_return(start: int, end: int, days: int) -> float | None:
    """(end / start) ** (365 / days) - 1: the same growth, kept up for a year.

    None without days, where everything was lost, and where no float is as large: an account that
    grew eightfold in its only day.
    """
    if days == 0 or start <= 0 or end <= 0:
        return None
    try:
        return float((end / start) ** (DAYS_A_YEAR / days)) - 1
    except OverflowError:
        return None


def mean(values: Sequence[float]) -> float:
    """Sum over count, added up in order; 0 of nothing."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values) if values else 0.0


def deviation(values: Sequence[float]) -> float | None:
    """Standard deviation of a sample: sqrt(sum((x - mean)^2) / (n - 1)); None below two."""
    if len(values) < 2:
        return None
    middle = mean(values)
    total = 0.0
    for value in values:
        total += (value - middle) * (value - middle)
    return sqrt(total / (len(values) - 1))


def sharpe(returns: Sequence[float]) -> float | None:
    """mean / deviation * sqrt(365) of daily returns (Sharpe 1994, risk-free rate zero)."""
    spread = deviation(returns)
    if not spread:
        return None
    return mean(returns) / spread * sqrt(DAYS_A_YEAR)


def sortino(returns: Sequence[float]) -> float | None:
    """mean / sqrt(mean(min(r, 0)^2)) * sqrt(365) (Sortino 1994, target return zero)."""
    below = sqrt(mean([min(value, 0.0) * min(value, 0.0) for value in returns]))
    if not below:
        return None
    return mean(returns) / below * sqrt(DAYS_A_YEAR)
