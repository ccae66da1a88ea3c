"""Candles of all symbols as market events, in the total order (design 2).

A bar is two events: at its opening ``BarOpened`` (after a ``DataGap`` where candles are missing),
at its close the candle itself. Closes are phase 0 and come before the openings of the same
moment, phase 1; inside a group the symbols are in order of their names.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise, repeat

from adapters.history.series import Series
from engine.domain.candle import Candle
from engine.errors import UserError
from engine.messages.market import BarOpened, DataGap, MarketEvent
from engine.timebase import NEVER, Nanos, render_span

CLOSES = 0
OPENINGS = 1

_STRETCH = 1024

Group = tuple[Nanos, int, tuple[MarketEvent, ...]]
"""When, which phase, and the events."""


def base_interval(series: Sequence[Series]) -> Nanos:
    """The interval of all series; ``UserError`` when they differ in it or in its grid."""
    for one, other in pairwise(series):
        if one.facts.interval_ns != other.facts.interval_ns:
            raise UserError(
                f"{one.facts.source} holds candles of {render_span(one.facts.interval_ns)} and "
                f"{other.facts.source} of {render_span(other.facts.interval_ns)}; "
                "give files of one interval"
            )
        if one.facts.grid_ns != other.facts.grid_ns:
            raise UserError(
                f"{one.facts.source} and {other.facts.source} have bars that open at different "
                "moments; give files whose bars open together"
            )
    return series[0].facts.interval_ns


def feed(series: Sequence[Series], start: int = 0, end: int = NEVER) -> Iterator[Group]:
    """Groups of events of the candles with ``start <= open_ns < end``."""
    if len(series) == 1:
        return _one(series[0], start, end)
    return _many(series, start, end)


def _one(series: Series, start: int, end: int) -> Iterator[Group]:
    """The bars of one symbol, some at a time: where none is missing, no line of Python is run for
    each of them.
    """
    return chain.from_iterable(_stretches(series.bars(start, end), series.facts.symbol))


def _stretches(bars: Iterator[Candle], symbol: str) -> Iterator[Iterator[Group]]:
    opens_next = Nanos(0)
    while candles := list(islice(bars, _STRETCH)):
        opens = [candle.open_ns for candle in candles]
        closes = [candle.close_ns for candle in candles]
        opened = map(BarOpened, repeat(symbol), opens, [candle.open for candle in candles])
        groups: Iterator[tuple[Group, Group]] = zip(
            zip(opens, repeat(OPENINGS), zip(opened)),
            zip(closes, repeat(CLOSES), zip(candles)),
            strict=True,
        )
        if opens[1:] != closes[:-1] or opens_next not in (0, opens[0]):
            groups = _with_gaps(groups, symbol, opens_next)
        yield chain.from_iterable(groups)
        opens_next = closes[-1]


def _with_gaps(
    groups: Iterator[tuple[Group, Group]], symbol: str, opens_next: Nanos
) -> Iterator[tuple[Group, Group]]:
    """Tell at each opening what is missing between it and the close before."""
    for opening, close in groups:
        at, phase, opened = opening
        if opens_next and at != opens_next:
            yield (at, phase, (DataGap(symbol, opens_next, at), *opened)), close
        else:
            yield opening, close
        opens_next = close[0]


def _many(series: Sequence[Series], start: int, end: int) -> Iterator[Group]:
    """All bars share one grid, so nothing happens between the openings and the closes of a bar."""
    ordered = sorted(series, key=lambda each: each.facts.symbol)
    streams = [each.bars(start, end) for each in ordered]
    heads: list[Candle | None] = [next(stream, None) for stream in streams]
    opens_next = [Nanos(0)] * len(streams)
    while True:
        at = min((head.open_ns for head in heads if head is not None), default=NEVER)
        if at == NEVER:
            return
        openings: list[MarketEvent] = []
        closes: list[MarketEvent] = []
        closes_at = at
        for place, head in enumerate(heads):
            if head is None or head.open_ns != at:
                continue
            if opens_next[place] and opens_next[place] != at:
                openings.append(DataGap(head.symbol, opens_next[place], at))
            openings.append(BarOpened(head.symbol, at, head.open))
            closes.append(head)
            closes_at = head.close_ns
            opens_next[place] = closes_at
            heads[place] = next(streams[place], None)
        yield at, OPENINGS, tuple(openings)
        yield closes_at, CLOSES, tuple(closes)
