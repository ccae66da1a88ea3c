"""Candles of one symbol as its trades make them, with the running one; and longer ones of those.

Bars are kept by the minute, recorded ones as long as they were recorded. All numbers are e8.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime

from attrs import define, evolve

from engine.domain.candle import Candle
from engine.money import notional
from engine.timebase import DAY, HOUR, MINUTE, SECOND

MOST_BARS = 60_000
"""How many are kept: more than a month of minutes."""

MONTH = 31 * DAY
"""Calendar months are shorter, too: it is their name more than their span."""

INTERVALS: dict[str, int] = {
    **{name: int(name) * MINUTE for name in ("1", "3", "5", "15", "30", "60", "120", "240")},
    "360": 6 * HOUR,
    "720": 12 * HOUR,
    "D": DAY,
    "W": 7 * DAY,
    "M": MONTH,
}
"""The names of intervals on the wire, and the longest that each of them lasts."""

_MONDAY = 4 * DAY
"""Weeks open on Mondays, the epoch was a Thursday."""


@define(slots=True)
class Bar:
    """One bar; ``open_ns`` to ``close_ns``, the turnover is quoted."""

    open_ns: int
    close_ns: int
    open: int
    high: int
    low: int
    close: int
    volume: int = 0
    turnover: int = 0

    def add(self, other: "Bar") -> None:
        """Take in a bar that follows."""
        self.high, self.low = max(self.high, other.high), min(self.low, other.low)
        self.close = other.close
        self.volume += other.volume
        self.turnover += other.turnover


def opening_of(at: int, interval: int) -> int:
    """When the bar of ``interval`` opened that holds ``at``."""
    if interval == MONTH:
        day = datetime.fromtimestamp(at // DAY * (DAY // SECOND), UTC).day
        return at // DAY * DAY - (day - 1) * DAY
    offset = _MONDAY if interval == 7 * DAY else 0
    return (at - offset) // interval * interval + offset


def closing_of(opens: int, interval: int) -> int:
    """When the bar of ``interval`` ends that opened then."""
    return opening_of(opens + MONTH, MONTH) if interval == MONTH else opens + interval


class Bars:
    """The bars of one symbol; the last one may still run."""

    __slots__ = ("_bars", "_day", "_day_marks")

    def __init__(self) -> None:
        self._bars: list[Bar] = []
        self._day: Bar | None = None
        self._day_marks = (0, 0)
        """Openings of the first and the last bar of the day that ``_day`` sums up, without the
        last, which still runs."""

    def recorded(self, candle: Candle) -> None:
        """A closed candle from before the session."""
        self._bars.append(
            Bar(
                candle.open_ns,
                candle.close_ns,
                candle.open,
                candle.high,
                candle.low,
                candle.close,
                candle.volume,
                int(notional(candle.close, candle.volume)),
            )
        )

    def trade(self, at: int, price: int, quantity: int) -> None:
        """A trade, or a price without quantity. Minutes without one are flat."""
        opens = at - at % MINUTE
        bars = self._bars
        if bars and bars[-1].close_ns <= opens:
            self._run_on(opens)
        if not bars or bars[-1].close_ns <= opens:
            bars.append(Bar(opens, opens + MINUTE, price, price, price, price))
        bar = bars[-1]
        bar.high, bar.low, bar.close = max(bar.high, price), min(bar.low, price), price
        bar.volume += quantity
        bar.turnover += int(notional(price, quantity))
        if len(bars) > MOST_BARS:
            del bars[: MOST_BARS // 10]

    def _run_on(self, until: int) -> None:
        """Flat minutes from the last bar up to ``until``, a day of them at most."""
        last = self._bars[-1]
        start = last.close_ns if until - last.close_ns <= DAY else until
        for opens in range(start, until, MINUTE):
            price = last.close
            self._bars.append(Bar(opens, opens + MINUTE, price, price, price, price))

    def of(self, interval: int, start: int, end: int) -> list[Bar]:
        """Bars of ``interval`` that open in ``[start, end]``, oldest first, the running one too.

        What was recorded in longer bars than asked for is left out.
        """
        found: list[Bar] = []
        bars = self._bars
        for place in range(bisect_left(bars, start, key=_opens), len(bars)):
            bar = bars[place]
            opens = opening_of(bar.open_ns, interval)
            if opens > end:
                break
            if bar.close_ns - bar.open_ns > interval or opens < start:
                continue
            if found and found[-1].open_ns == opens:
                found[-1].add(bar)
            else:
                found.append(
                    Bar(
                        opens,
                        closing_of(opens, interval),
                        bar.open,
                        bar.high,
                        bar.low,
                        bar.close,
                        bar.volume,
                        bar.turnover,
                    )
                )
        return found

    def recent(self, interval: int, now: int, most: int) -> list[Bar]:
        """The last ``most`` bars of ``interval`` up to ``now``, oldest first."""
        return self.of(interval, now - (most + 1) * interval, now)[-most:]

    def day(self, now: int) -> Bar | None:
        """The last 24 hours as one bar; None before the first trade."""
        bars = self._bars
        first = bisect_left(bars, now - DAY, key=_opens)
        if first == len(bars):
            return None
        if first == len(bars) - 1:
            return evolve(bars[-1], close_ns=now)
        marks = (bars[first].open_ns, bars[-1].open_ns)
        if marks != self._day_marks or self._day is None:
            self._day_marks, self._day = marks, evolve(bars[first])
            for bar in bars[first + 1 : -1]:
                self._day.add(bar)
        found = evolve(self._day, close_ns=now)
        found.add(bars[-1])
        return found

    def close_before(self, at: int) -> int:
        """The price an hour, a day before: the close of the last bar that ended by ``at``."""
        bars = self._bars
        place = bisect_right(bars, at, key=_closes)
        if place:
            return bars[place - 1].close
        return bars[0].open if bars else 0


def _opens(bar: Bar) -> int:
    return bar.open_ns


def _closes(bar: Bar) -> int:
    return bar.close_ns
