"""Axes: where their ticks are, and what stands at them.

How this works: a step is chosen from those that people count in, and ticks are its multiples. For
values these are 1, 2 and 5 times a power of ten, as in P. Heckbert, "Nice Numbers for Graph
Labels" (Graphics Gems, 1990); for times whole minutes, hours, days, months or years of UTC.
"""

from datetime import UTC, datetime
from math import ceil, floor, log10

import attrs

from engine.timebase import DAY, HOUR, MINUTE, SECOND

VALUE_TICKS = 7
TIME_TICKS = 8
_SPANS = (
    *(n * SECOND for n in (1, 2, 5, 10, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 4, 7, 14)),
)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_DAYS_A_MONTH = 30.44
_ALIKE = 1e-9
"""What differs by no more than this part is one value to the eye, and may be to floats."""


@attrs.frozen
class Tick:
    """What stands at a place of an axis: ``place`` is its share of the way, 0 to 100."""

    place: float
    words: str


@attrs.frozen
class Axis:
    """From ``low`` to ``high``, with its ticks."""

    low: float
    high: float
    ticks: tuple[Tick, ...]

    def share(self, value: float) -> float:
        """How far up the axis a value lies, 0 to 1 for those that are on it."""
        return (value - self.low) / (self.high - self.low)


def value_axis(low: float, high: float, unit: str = "") -> Axis:
    """An axis that holds ``low`` and ``high``, with two to eight ticks; ``unit`` follows each."""
    if high - low <= max(abs(low), abs(high), 1.0) * _ALIKE:
        room = abs(high) * 0.01 or 1.0
        low, high = low - room, high + room
    step = nice_step((high - low) / VALUE_TICKS)
    digits = max(0, -floor(log10(step)))
    ticks = tuple(
        Tick(_place(n * step, low, high), f"{n * step + 0.0:,.{digits}f}{unit}")
        for n in range(ceil(low / step - _ALIKE), floor(high / step + _ALIKE) + 1)
    )
    return Axis(low, high, ticks)


def nice_step(rough: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is not below ``rough`` (> 0)."""
    power: float = 10.0 ** floor(log10(rough))
    for times in (1, 2, 5):
        if rough <= times * power * (1 + _ALIKE):
            return times * power
    return 10 * power


def time_axis(first: int, last: int) -> Axis:
    """An axis of nanoseconds with at most eight ticks, at round moments of UTC."""
    last = max(last, first + SECOND)
    rough = (last - first) / TIME_TICKS
    span = next((span for span in _SPANS if span >= rough), 0)
    if span:
        moments = [n * span for n in range(-(-first // span), last // span + 1)]
        form = "%H:%M:%S" if span < MINUTE else "%H:%M" if span < DAY else "%m-%d"
    else:
        months = next((n for n in _MONTHS if n * _DAYS_A_MONTH * DAY >= rough), _MONTHS[-1])
        moments = [at for at in _firsts(first, last, months) if first <= at <= last]
        form = "%Y" if months % 12 == 0 else "%Y-%m"
    ticks = tuple(Tick(_place(at, first, last), _words(at, form)) for at in moments)
    return Axis(first, last, ticks)


def _firsts(first: int, last: int, months: int) -> list[int]:
    """The first moment of every so manieth month, counted from year 0, around a span."""
    begin, end = (datetime.fromtimestamp(at // SECOND, UTC) for at in (first, last))
    counts = range((begin.year * 12) // months * months, end.year * 12 + end.month, months)
    return [
        int(datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC).timestamp()) * SECOND
        for count in counts
    ]


def _words(at: int, form: str) -> str:
    """A moment; midnight among hours is its day."""
    moment = datetime.fromtimestamp(at // SECOND, UTC)
    return moment.strftime("%m-%d" if form == "%H:%M" and at % DAY == 0 else form)


def _place(value: float, low: float, high: float) -> float:
    return round((value - low) * 100 / (high - low), 3)
