"""Time as the engine knows it: integer nanoseconds since the Unix epoch, UTC.

Nothing here reads a clock; ``at`` is always handed in.
"""

from datetime import UTC, datetime
from typing import NewType

Nanos = NewType("Nanos", int)
"""Nanoseconds since 1970-01-01T00:00:00Z, or a span of nanoseconds."""

MICROSECOND = Nanos(1_000)
MILLISECOND = Nanos(1_000_000)
SECOND = Nanos(1_000_000_000)
MINUTE = Nanos(60 * SECOND)
HOUR = Nanos(60 * MINUTE)
DAY = Nanos(24 * HOUR)
NEVER = Nanos(1 << 62)
"""Later than every real time: nothing is due."""

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_RENDERED = (*reversed(_UNITS.items()), ("ms", MILLISECOND), ("us", Nanos(1_000)))


def parse_span(text: str) -> Nanos:
    """The span named by ``"5m"``, ``"1h"``, ``"90s"`` or ``"1d"``; ``ValueError`` otherwise."""
    number, unit = text[:-1], text[-1:]
    if unit not in _UNITS or not number.isascii() or not number.isdigit() or int(number) == 0:
        raise ValueError(f"{text!r} is not a span of time like 30s, 5m, 1h or 1d")
    return Nanos(int(number) * _UNITS[unit])


def render_span(span: int) -> str:
    """The shortest whole-unit text of a span: ``300_000_000_000`` is ``5m``, and 0 is ``0s``."""
    if not span:
        return "0s"
    for unit, length in _RENDERED:
        if span % length == 0:
            return f"{span // length}{unit}"
    return f"{span}ns"


def parse_time(text: str) -> Nanos:
    """Nanoseconds of an ISO 8601 time; one without an offset is read as UTC.

    Raises ``ValueError`` when the text is no such time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    span = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return Nanos((span.days * 86_400 + span.seconds) * SECOND + span.microseconds * MICROSECOND)


def render_time(at: int) -> str:
    """ISO 8601 text in UTC, with as many digits of the second as are needed."""
    seconds, fraction = divmod(at, SECOND)
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f".{fraction:09d}".rstrip("0") if fraction else ""
    return f"{moment}{digits}Z"


def day_start(at: int, reset_hour: int) -> Nanos:
    """Start of the trading day that holds ``at``, for a day that begins at ``reset_hour`` UTC."""
    offset = reset_hour * HOUR
    return Nanos((at - offset) // DAY * DAY + offset)
