"""A chart as shapes: what ``chart.html.j2`` writes down as SVG.

How this works: shapes are paths on a square of ``UNITS``, which the browser stretches to whatever
room there is, while strokes keep their width; so nothing is drawn twice for a narrow window. What
must not be stretched with it, marks and words, is placed by percentages. All colours are classes:
the style says what they are in a light and in a dark window.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import attrs

from engine.money import SCALE, render
from engine.timebase import MILLISECOND, parse_time
from replays.report.charts import Bar, Charts, Drawn, PriceChart
from replays.report.contents import ReportTrade
from replays.report.rendering import moment, money
from replays.report.scale import Axis, time_axis, value_axis

UNITS = 1_000_000
"""How finely places are told: values to that part of their axis, times to that of the run."""
_ROOM = 0.05
"""How much of the axis stays free above and below."""
_BODY = 0.38
"""Half the width of a bar's body, of the way to the next bar; ``page.js`` counts with it, too."""


@attrs.frozen
class Shape:
    """A path of one ``kind`` (line, area, bars, stops), coloured by its ``tone``."""

    kind: str
    name: str
    tone: str
    path: str


@attrs.frozen
class Mark:
    """A sign at a place (percent of the chart, from the left and from the top) and its words."""

    x: float
    y: float
    sign: str
    tone: str
    words: str


@attrs.frozen
class Picture:
    """A whole chart. ``legend`` are ``(sign, tone, words)``, ``notes`` what a reader must know.

    ``gutter`` is how many letters the words of the values have room for, left of the chart.
    """

    name: str
    title: str
    times: Axis
    values: Axis
    unit: str
    shapes: tuple[Shape, ...]
    marks: tuple[Mark, ...] = ()
    legend: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    is_low: bool = False
    gutter: int = 1

    @property
    def span_ms(self) -> tuple[int, int]:
        """From when to when, in the milliseconds that a browser counts in."""
        return int(self.times.low) // MILLISECOND, int(self.times.high) // MILLISECOND


@attrs.frozen
class _Ground:
    """Where values come to lie."""

    times: Axis
    values: Axis

    def x(self, at: int) -> int:
        return round(self.times.share(at) * UNITS)

    def y(self, value: float) -> int:
        return UNITS - round(self.values.share(value) * UNITS)

    def mark(self, at: int, value: float) -> tuple[float, float]:
        return round(self.times.share(at) * 100, 2), round(100 - self.values.share(value) * 100, 2)


def pictures_of(charts: Charts) -> tuple[Picture, ...]:
    """Equity, drawdown, and the price of every symbol, one under the other in time."""
    times = time_axis(charts.first_at, charts.last_at)
    pictures = (
        _lines("equity", "Equity", charts.equity, times, _thinned(charts)),
        _falls(charts.drawdown, times),
        *(_price(price, times) for price in charts.prices),
    )
    widest = max(len(tick.words) for each in pictures for tick in each.values.ticks)
    return tuple(attrs.evolve(each, gutter=widest) for each in pictures)


def _thinned(charts: Charts) -> tuple[str, ...]:
    if not charts.thinned_from:
        return ()
    points = max(len(line.points) for line in charts.equity)
    return (
        f"{charts.thinned_from:,} candles, drawn with {points:,} points: of each stretch of time "
        "the lowest, the highest and the last, so that every peak and trough is exact.",
    )


def _lines(
    name: str, title: str, lines: Sequence[Drawn], times: Axis, notes: tuple[str, ...]
) -> Picture:
    values = [value / SCALE for line in lines for _, value in line.points]
    ground = _Ground(times, _roomy(values))
    shapes = tuple(
        Shape("line", line.name, f"tone{n}", _course(ground, _plain(line)))
        for n, line in enumerate(lines)
    )
    legend = _named(lines) if len(lines) > 1 else ()
    return Picture(name, title, times, ground.values, "", shapes=shapes, legend=legend, notes=notes)


def _falls(lines: Sequence[Drawn], times: Axis) -> Picture:
    """Drawdowns, in percent below zero; a single one is filled."""
    courses = [[(at, value * 100 / SCALE) for at, value in line.points] for line in lines]
    lowest = min((value for course in courses for _, value in course), default=0.0)
    ground = _Ground(times, value_axis(min(lowest * (1 + _ROOM), -0.01), 0.0, " %"))
    shapes = []
    if len(lines) == 1 and courses[0]:
        (course,) = courses
        area = [(course[0][0], 0.0), *course, (course[-1][0], 0.0)]
        shapes.append(Shape("area", "", "loss", _course(ground, area) + "Z"))
    for n, (line, course) in enumerate(zip(lines, courses, strict=True)):
        tone = f"tone{n}" if len(lines) > 1 else "loss"
        shapes.append(Shape("line", line.name, tone, _course(ground, course)))
    legend = _named(lines) if len(lines) > 1 else ()
    return Picture(
        "drawdown",
        "Drawdown",
        times,
        ground.values,
        " %",
        shapes=tuple(shapes),
        legend=legend,
        is_low=True,
    )


def _price(price: PriceChart, times: Axis) -> Picture:
    values = [value / SCALE for bar in price.bars for value in (bar[2], bar[3])]
    ground = _Ground(times, _roomy(values))
    rising = [bar for bar in price.bars if bar[4] >= bar[1]]
    falling = [bar for bar in price.bars if bar[4] < bar[1]]
    way = _way(ground, price.bars)
    shapes = [
        Shape("bars", price.symbol, tone, "".join(_bar(ground, bar, way) for bar in some))
        for tone, some in (("rising", rising), ("falling", falling))
    ]
    shapes.append(Shape("stops", "", "", "".join(_stops(ground, price.trades))))
    marks = tuple(mark for trade in price.trades for mark in _marks(ground, trade))
    legend: tuple[tuple[str, str, str], ...] = ()
    if price.trades:
        legend = (
            ("up", "", "long entry"),
            ("down", "", "short entry"),
            ("cross", "", "exit"),
            ("dot", "gain", "gained"),
            ("dot", "loss", "lost"),
            ("stop", "", "first stop"),
        )
    return Picture(
        f"price-{price.symbol}",
        price.symbol,
        times,
        ground.values,
        "",
        shapes=tuple(shapes),
        marks=marks,
        legend=legend,
        notes=_price_notes(price),
    )


def _price_notes(price: PriceChart) -> tuple[str, ...]:
    notes = []
    if price.candles > len(price.bars):
        notes.append(
            f"{price.candles:,} candles drawn as {len(price.bars):,} bars, "
            "each from the open of its first to the close of its last."
        )
    if price.left_out:
        total = len(price.trades) + price.left_out
        notes.append(
            f"{len(price.trades):,} of {total:,} trades are marked: the best, the worst, and "
            "others spread over the run."
        )
    return tuple(notes)


def _named(lines: Sequence[Drawn]) -> tuple[tuple[str, str, str], ...]:
    return tuple(("line", f"tone{n}", line.name) for n, line in enumerate(lines))


def _plain(line: Drawn) -> list[tuple[int, float]]:
    return [(at, value / SCALE) for at, value in line.points]


def _roomy(values: Sequence[float]) -> Axis:
    """An axis with some room around the values."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    room = (high - low) * _ROOM
    return value_axis(low - room, high + room)


def _course(ground: _Ground, points: Iterable[tuple[int, float]]) -> str:
    told = [f"{ground.x(at)} {ground.y(value)}" for at, value in points]
    return "M" + "L".join(told) if told else ""


def _way(ground: _Ground, bars: Sequence[Bar]) -> float:
    """From a bar to the next, in units: of the closest two, so that none covers another."""
    gaps = [after[0] - bar[0] for bar, after in pairwise(bars)]
    width = ground.times.high - ground.times.low
    return min(gaps, default=width / 10) * UNITS / width


def _bar(ground: _Ground, bar: Bar, way: float) -> str:
    """The line from high to low, then the body from open to close, amid the time of the bar."""
    at, *prices = bar
    opened, high, low, close = (ground.y(price / SCALE) for price in prices)
    x, half = round(ground.x(at) + way / 2), max(1, round(way * _BODY))
    return f"M{x} {high}V{low}M{x - half} {opened}H{x + half}V{close}H{x - half}Z"


def _stops(ground: _Ground, trades: Iterable[ReportTrade]) -> Iterator[str]:
    for trade in trades:
        if trade.first_stop:
            begin, end = parse_time(trade.opened_at), parse_time(trade.closed_at)
            y = ground.y(trade.first_stop / SCALE)
            yield f"M{ground.x(begin)} {y}H{ground.x(end)}"


def _marks(ground: _Ground, trade: ReportTrade) -> Iterator[Mark]:
    """Where a trade began and ended; coloured by what it came to."""
    tone = "gain" if trade.pnl >= 0 else "loss"
    side = "long" if trade.side == "buy" else "short"
    name = f"trade {trade.number}, {trade.account}, {side}"
    for sign, at, price, words in (
        ("up" if side == "long" else "down", trade.opened_at, trade.entry_price, "entry"),
        ("cross", trade.closed_at, trade.exit_price, f"exit ({trade.exit_reason})"),
    ):
        x, y = ground.mark(parse_time(at), price / SCALE)
        told = f"{name}: {words} at {render(price)}, {moment(at)} UTC; net {money(trade.pnl)}"
        yield Mark(x, y, sign, tone, told)
