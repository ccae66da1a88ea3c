"""The time column: what its values mean, told once from the first one, and held for all.

Integers are seconds, milliseconds, microseconds or nanoseconds; between the years 2000 and 2200
the four cannot be mistaken for each other. Dates and ISO texts without an offset are UTC. A layout
may have a rule of its own: units that change within a file, or a clock that is ahead of UTC.
"""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from adapters.history.arrow import cast, compute, dashed
from adapters.history.exact import exact_column
from adapters.history.layouts import PLAIN_TIMES, TimeRule
from engine.money import SCALE
from engine.timebase import HOUR, SECOND, parse_time

_FROM = 946_684_800
"""2000-01-01 in seconds."""
_TO = 7_258_118_400
"""2200-01-01 in seconds."""
_UNITS = {
    "seconds": 1,
    "milliseconds": 1_000,
    "microseconds": 1_000_000,
    "nanoseconds": 1_000_000_000,
}
_NANOS = pa.timestamp("ns")


class Moments:
    """Reads one file's time column by its layout's rule; ``unit`` is what it found, for people.

    Where units may be mixed, those met later are added to it.
    """

    __slots__ = ("_per_second", "_rule", "_zoned", "unit")

    def __init__(self, kind: pa.DataType, first: Any, rule: TimeRule = PLAIN_TIMES) -> None:
        self._per_second = 0
        self._rule = rule
        self._zoned = False
        if pa.types.is_timestamp(kind):
            zone = "" if kind.tz else ", read as UTC"
            self.unit = f"datetimes{zone}"
        elif pa.types.is_date(kind):
            self.unit = "dates, read as 00:00 UTC"
        elif rule.dotted:
            self.unit = f"times of UTC+{rule.ahead_ns // HOUR}, told as UTC here"
        else:
            number = _number(first)
            if number is None:
                self._zoned = _has_zone(str(first))
                self.unit = "ISO times" + ("" if self._zoned else ", read as UTC")
            else:
                self.unit = self._integers(number)

    def _integers(self, number: Decimal) -> str:
        name, self._per_second = _unit_of(number)
        return f"{name} since 1970"

    def column(self, values: pa.Array) -> pa.Array | None:
        """Nanoseconds of a column without nulls, or ``None`` if it takes a closer look."""
        try:
            if self._per_second:
                return self._scaled(values)
            if self._rule.dotted:
                times = cast(cast(dashed(values), _NANOS), pa.int64())
                return compute("subtract", times, self._rule.ahead_ns)
            if not pa.types.is_temporal(values.type):
                zone = "UTC" if self._zoned else None
                values = cast(values, pa.timestamp("ns", zone))
            if pa.types.is_timestamp(values.type) and values.type.tz:
                values = cast(values, pa.timestamp("ns", "UTC"))
                return cast(values, pa.int64())
            return cast(cast(values, _NANOS), pa.int64())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None

    def _scaled(self, values: pa.Array) -> pa.Array | None:
        try:
            numbers = cast(values, pa.int64())
        except pa.ArrowInvalid:
            return self._fractions(values)
        low, high = compute("min_max", numbers).as_py().values()
        try:
            per_second = self._unit(Decimal(low))
        except ValueError:
            return None
        if high >= _TO * per_second:
            return None
        return compute("multiply", numbers, SECOND // per_second)

    def _fractions(self, values: pa.Array) -> pa.Array | None:
        """Seconds with a fraction, as many venues' archives of trades have them."""
        exact = exact_column(values) if self._per_second == 1 else None
        if exact is None:
            return None
        low, high = compute("min_max", exact).as_py().values()
        if low < _FROM * SCALE or high >= _TO * SCALE:
            return None
        return compute("multiply", exact, SECOND // SCALE)

    def one(self, value: Any) -> int:
        """Nanoseconds of one value; ``ValueError`` with the rest of a sentence otherwise."""
        if value is None or value == "":
            raise ValueError("is empty")
        if self._per_second:
            number = _number(value)
            if number is None:
                raise ValueError("is not a number")
            scaled = number * (SECOND // self._unit(number))
            if scaled != int(scaled):
                raise ValueError("is finer than a nanosecond")
            return int(scaled)
        text = value.isoformat() if isinstance(value, date | datetime) else str(value)
        if self._rule.dotted:
            text = text.replace(".", "-")
        try:
            return parse_time(text) - self._rule.ahead_ns
        except ValueError as error:
            raise ValueError("is not an ISO time such as 2025-01-01T00:00:00Z") from error

    def _unit(self, number: Decimal) -> int:
        """Units a second of this number: the first one's, or its own where they are mixed."""
        if _FROM * self._per_second <= number < _TO * self._per_second:
            return self._per_second
        if not self._rule.mixed:
            raise ValueError(f"is not in {self.unit} like the first one")
        name, per_second = _unit_of(number)
        if name not in self.unit:
            self.unit = f"{self.unit.removesuffix(' since 1970')} and {name} since 1970"
        return per_second


def _unit_of(number: Decimal) -> tuple[str, int]:
    """Name and units a second of an integer time, told by its size."""
    for name, per_second in _UNITS.items():
        if _FROM * per_second <= number < _TO * per_second:
            return name, per_second
    raise ValueError(
        "is no time between 2000 and 2200 in seconds, milliseconds, microseconds or nanoseconds"
    )


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _has_zone(text: str) -> bool:
    clock = text[10:]
    return clock.endswith(("Z", "z")) or "+" in clock or "-" in clock
