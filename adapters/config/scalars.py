"""The kinds of value a setting may have, each checked once and explained when it is wrong.

Numbers are exact decimals from the file's text to the engine's integers; no float is ever made.
Every check raises ``ValueError`` with the rest of a sentence that begins with key and value:
"... is a fraction; 30 % is written 0.30".
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from engine.money import parse
from engine.timebase import HOUR, MILLISECOND, MINUTE, SECOND

_SYMBOL = re.compile(r"[A-Z0-9]+")
_SPAN_UNITS = {
    "ns": 1,
    "us": 1_000,
    "ms": int(MILLISECOND),
    "s": int(SECOND),
    "m": int(MINUTE),
    "h": int(HOUR),
    "d": 24 * int(HOUR),
}


_LARGEST = 10**12
_LARGEST_COUNT = 2**63 - 1
_DAY = _SPAN_UNITS["d"]
_LONGEST = 366
_LONGEST_DELAY = 7
_MOST_DIGITS = 20


def plain(number: Decimal) -> str:
    """Decimal text without an exponent and without trailing zeros: ``2.20`` is ``2.2``.

    A number of absurd size keeps its exponent: it is only ever shown to be refused.
    """
    if not number:
        return "0"
    if abs(number.adjusted()) > 2 * _MOST_DIGITS:
        return str(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def decimal_of(value: object) -> Decimal:
    """The exact number of a TOML value or a text, no finer than 1e-8 and at most 1e12.

    No price, quantity or amount of money comes near that; what is derived from it then fits into
    everything that people read journals with.
    """
    if isinstance(value, str) and value.strip().endswith("%"):
        raise ValueError(_percent_text(value))
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("is not a number")
    if _size(value) > _LARGEST:
        raise ValueError(f"is above {_LARGEST}; write a smaller number")
    try:
        parse(value)
    except ValueError as error:
        raise ValueError(_tail(str(error))) from error
    return Decimal(value)


def _size(value: int | str | Decimal) -> Decimal:
    """How large a number is; 0 of what is no number, which is told elsewhere."""
    try:
        number = Decimal(value).copy_abs()
    except ArithmeticError:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


def _tail(sentence: str) -> str:
    """``"'abc' is not a decimal number"`` without its beginning, which the caller says itself."""
    return "is " + sentence.split(" is ", 1)[-1]


def _percent_text(value: str) -> str:
    number = value.strip().removesuffix("%").strip()
    try:
        return f"is written as a fraction: {_as_fraction(Decimal(number))}"
    except ArithmeticError:
        return "is not a number"


def _as_fraction(percent: Decimal) -> str:
    """The fraction that a percentage means, with two digits at least: 30 is ``0.30``."""
    text = plain(percent / 100)
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits:0<2}"


def _amount(value: object) -> Decimal:
    number = decimal_of(value)
    if number < 0:
        raise ValueError("is negative; write 0 to switch it off or a number above 0")
    return number


def _positive(value: object) -> Decimal:
    number = decimal_of(value)
    if number <= 0:
        raise ValueError("must be above 0")
    return number


def _fraction(limit: str) -> Callable[[object], Decimal]:
    """A check for fractions; ``limit`` and above can only have been meant in percent."""
    most = Decimal(limit)

    def check(value: object) -> Decimal:
        number = decimal_of(value)
        if number < 0:
            raise ValueError("is negative; a fraction is 0 or above")
        if number >= most:
            raise ValueError(f"is a fraction; {plain(number)} % is written {_as_fraction(number)}")
        return number

    return check


def _share(value: object) -> Decimal:
    number = decimal_of(value)
    if number < 0:
        raise ValueError("is negative; a fraction is 0 to 1")
    if number > 1:
        raise ValueError(f"is a fraction; {plain(number)} % is written {_as_fraction(number)}")
    return number


def _multiple(value: object) -> Decimal:
    number = _amount(value)
    if number >= 200:
        raise ValueError(
            f"is a multiple, not a percentage; {plain(number)} % is written {plain(number / 100)}"
        )
    return number


def _leverage(value: object) -> Decimal:
    number = _positive(value)
    if number > 200:
        raise ValueError("is more leverage than any venue gives; write 3 for three times")
    return number


def count_of(value: object) -> int:
    """A whole number of 0 or more, which fits into 63 bits."""
    if isinstance(value, int | str | Decimal) and _size(value) > _LARGEST_COUNT:
        raise ValueError(f"is too large; the largest is {_LARGEST_COUNT}")
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is not a whole number")
    if value < 0:
        raise ValueError("is negative; write 0 to switch it off or a number above 0")
    return value


def _hour(value: object) -> int:
    number = count_of(value)
    if number > 23:
        raise ValueError("is no hour of the day; write 0 to 23, UTC")
    return number


def span_of(value: object) -> int:
    """Nanoseconds of ``"50ms"``, ``"300s"``, ``"5m"`` or ``"1h"``, a year at most; a bare 0 is no
    time at all.
    """
    if value in (0, "0") and not isinstance(value, bool):
        return 0
    if isinstance(value, str):
        text = value.strip()
        number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
        unit = text[len(number) :]
        if unit in _SPAN_UNITS and number.isascii() and number.isdecimal():
            if len(number) > _MOST_DIGITS:
                raise ValueError(_too_long(_LONGEST))
            return _at_most(int(number) * _SPAN_UNITS[unit], _LONGEST)
    raise ValueError('is not a span of time; write "50ms", "300s", "5m" or "1h"')


def _at_most(span: int, days: int) -> int:
    if span > days * _DAY:
        raise ValueError(_too_long(days))
    return span


def _too_long(days: int) -> str:
    return f"is longer than {days}d; write a shorter span"


def _delay(value: object) -> int:
    return _at_most(_real_span(value), _LONGEST_DELAY)


def _real_span(value: object) -> int:
    span = span_of(value)
    if span == 0:
        raise ValueError("must be longer than nothing; the shortest is 1ns")
    return span


def _funding_interval(value: object) -> int:
    span = _real_span(value)
    if span % _SPAN_UNITS["m"] or _DAY % span:
        raise ValueError('is no part of a day in whole minutes; write "8h", "4h", "2h" or "1h"')
    return span


def flag_of(value: object) -> bool:
    """``true`` or ``false``."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise ValueError("is neither true nor false")


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # a name of digits only, from --set or the environment
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is not a text; put it in quotes")
    return value


def one_of(*choices: str) -> BeforeValidator:
    """A check that lets only ``choices`` through."""

    def check(value: object) -> str:
        if value not in choices:
            raise ValueError("is not one of " + ", ".join(choices))
        return str(value)

    return BeforeValidator(check)


def _symbols(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if not isinstance(value, list | tuple) or not value:
        raise ValueError('is not a list of symbols; write ["BTCUSDT"]')
    names = []
    for name in value:
        if not isinstance(name, str) or not _SYMBOL.fullmatch(name):
            raise ValueError('is not a list of symbols; write ["BTCUSDT"], in capitals')
        if name in names:
            raise ValueError(f"names {name} twice")
        names.append(name)
    return tuple(names)


Amount = Annotated[Decimal, BeforeValidator(_amount)]
"""A number of 0 or more, mostly money or a quantity; 0 switches a limit off."""
Positive = Annotated[Decimal, BeforeValidator(_positive)]
Fraction = Annotated[Decimal, BeforeValidator(_fraction("1"))]
"""A part of something: 0.01 is 1 %. From 1 upwards only a percentage can have been meant."""
SmallFraction = Annotated[Decimal, BeforeValidator(_fraction("0.02"))]
"""A fee, spread or slippage: from 0.02 (2 %) upwards only a percentage can have been meant."""
Share = Annotated[Decimal, BeforeValidator(_share)]
"""A probability or a share, 0 to 1 inclusive."""
Multiple = Annotated[Decimal, BeforeValidator(_multiple)]
Leverage = Annotated[Decimal, BeforeValidator(_leverage)]
Count = Annotated[int, BeforeValidator(count_of)]
Hour = Annotated[int, BeforeValidator(_hour)]
Span = Annotated[int, BeforeValidator(span_of)]
RealSpan = Annotated[int, BeforeValidator(_real_span)]
Delay = Annotated[int, BeforeValidator(_delay)]
"""A latency, a timeout or a deadline: above 0 and at most a week."""
FundingInterval = Annotated[int, BeforeValidator(_funding_interval)]
"""What lies between two settlements: they begin with the day (bybit-v5.md 6.6)."""
Flag = Annotated[bool, BeforeValidator(flag_of)]
Text = Annotated[str, BeforeValidator(_text)]
Symbols = Annotated[tuple[str, ...], BeforeValidator(_symbols)]
Raw = Any
"""A value whose check needs its neighbours (a rung's ``value``)."""
