"""What the page draws, as plain values: lines of equity and drawdown, bars and trades of a symbol.

Everything is thinned before it comes here (``replays.thinning``), so the page stays small however
long the run was. Times are nanoseconds and numbers e8, as in the journal; ``picture`` makes shapes
of them.
"""

import attrs

from replays.curve import ALL, Curve
from replays.report.contents import Report, ReportTrade
from replays.report.selection import marked

MARKED_TRADES = 400
"""How many trades are marked on the price of one symbol."""
ALL_MARKED_TRADES = 2_000
"""And on those of all symbols together."""
SHOWN_ACCOUNTS = 8
"""With more accounts than that only their sum is drawn: a longer legend would be the chart."""

Point = tuple[int, int]
"""A moment, and the value at it."""
Bar = tuple[int, int, int, int, int]
"""When it opened; open, high, low and close."""


@attrs.frozen
class Drawn:
    """A line under its name."""

    name: str
    points: tuple[Point, ...]


@attrs.frozen
class PriceChart:
    """The price of a symbol and its trades.

    ``candles`` is how many are in ``bars``, ``left_out`` how many trades are not among ``trades``.
    """

    symbol: str
    bars: tuple[Bar, ...]
    candles: int
    trades: tuple[ReportTrade, ...]
    left_out: int


@attrs.frozen
class Charts:
    """All that is drawn, from ``first_at`` to ``last_at``.

    ``thinned_from`` is how many candles an equity line was thinned from, 0 if all are in it.
    """

    first_at: int
    last_at: int
    equity: tuple[Drawn, ...]
    drawdown: tuple[Drawn, ...]
    prices: tuple[PriceChart, ...]
    thinned_from: int


def charts_of(report: Report) -> Charts:
    """Equity by account, drawdown of the whole, and price by symbol."""
    curves = report.curves.curves
    names = [name for name in curves if name != ALL]
    shown = [ALL, *names] if len(names) > 1 else names
    if len(names) > SHOWN_ACCOUNTS:
        shown = [ALL]
    most = min(MARKED_TRADES, ALL_MARKED_TRADES // max(1, len(report.curves.prices)))
    return Charts(
        *_span(report),
        equity=tuple(_equity(name or "all accounts", curves[name]) for name in shown),
        drawdown=(_falls("drawdown", curves[ALL]),),
        prices=tuple(_price(report, symbol, most) for symbol in report.curves.prices),
        thinned_from=_thinned_from(curves[ALL]),
    )


def charts_side_by_side(a: Report, b: Report, names: tuple[str, str]) -> Charts:
    """Equity and drawdown of two runs in one picture each, the sum of all accounts of each."""
    both = [(name, one.curves.curves[ALL]) for name, one in zip(names, (a, b), strict=True)]
    spans = [_span(one) for one in (a, b)]
    return Charts(
        min(first for first, _ in spans),
        max(last for _, last in spans),
        equity=tuple(_equity(name, curve) for name, curve in both),
        drawdown=tuple(_falls(name, curve) for name, curve in both),
        prices=(),
        thinned_from=max(_thinned_from(curve) for _, curve in both),
    )


def _span(report: Report) -> tuple[int, int]:
    return report.summary.first_at, report.summary.head.last_at


def _equity(name: str, curve: Curve) -> Drawn:
    return Drawn(name, tuple(curve.line.points()))


def _falls(name: str, curve: Curve) -> Drawn:
    assert curve.falls is not None, "the drawdown of the whole is always kept"
    return Drawn(name, tuple(curve.falls.points()))


def _thinned_from(curve: Curve) -> int:
    return curve.moments if curve.moments > len(curve.line.points()) else 0


def _price(report: Report, symbol: str, most: int) -> PriceChart:
    prices = report.curves.prices[symbol]
    own = [trade for trade in report.trades if trade.symbol == symbol]
    shown = marked(own, most)
    bars = tuple(prices.bars())
    return PriceChart(symbol, bars, prices.candles, tuple(shown), len(own) - len(shown))
