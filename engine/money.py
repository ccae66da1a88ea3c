"""Scaled integers for prices, quantities, money and rates, and every rounding by its name.

One unit is 1e-8: a price of 65000.1 USDT is ``6_500_010_000_000``. No float is ever sized,
booked, compared with the venue or journaled as money. Decimals and strings exist only in
``parse`` and ``render``, at the edge.
"""

from decimal import Decimal, InvalidOperation
from typing import NewType

Price = NewType("Price", int)
"""Quote units per base unit, e8."""
Quantity = NewType("Quantity", int)
"""Base units, e8."""
Money = NewType("Money", int)
"""Quote (settlement) units, e8."""
Rate = NewType("Rate", int)
"""A fraction or a multiple, e8: 1 % is 1_000_000, a factor of 1 is 100_000_000."""

SCALE = 100_000_000
ONE = Rate(SCALE)
ZERO_MONEY = Money(0)
NO_PRICE = Price(0)
"""The price that means "none": no stop, no target, a market order."""


def notional(price: int, quantity: int) -> Money:
    """Value of ``quantity`` at ``price``, rounded half up to 1e-8 (exact for real tick and lot)."""
    return Money((price * quantity + 50_000_000) // SCALE)


def apply_rate(value: int, rate: int) -> Money:
    """``value`` times ``rate``, rounded half up to 1e-8: fees and fractions of equity.

    Bybit shows eight decimals; how it rounds the last one is not published (bybit-v5.md 6.2).
    """
    return Money((value * rate + 50_000_000) // SCALE)


def ratio(numerator: int, denominator: int) -> Rate:
    """``numerator / denominator`` (> 0) as a rate, rounded towards minus infinity."""
    assert denominator > 0, "a ratio needs a positive denominator"
    return Rate(numerator * SCALE // denominator)


def share(value: int, part: int, whole: int) -> Money:
    """The part of ``value`` that belongs to ``part`` of ``whole``, rounded half up.

    Used to split a position's entry value when it is reduced. The last part is never computed
    like this but taken as what is left, so that nothing drifts.
    """
    assert 0 < part <= whole, "a share is a part of a whole"
    return Money((value * part + whole // 2) // whole)


def round_down(value: int, step: int) -> int:
    """The multiple of ``step`` at or below ``value``: quantities to the lot."""
    return value - value % step


def round_up(value: int, step: int) -> int:
    """The multiple of ``step`` at or above ``value``."""
    return value + -value % step


def round_half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` to the nearest integer, halves upwards; the denominator > 0.

    Of an odd denominator half a unit is left out of its half, which no whole numerator notices.
    """
    assert denominator > 0, "rounding needs a positive denominator"
    return (numerator + denominator // 2) // denominator


def parse(text: str | int | Decimal) -> int:
    """The e8 integer of a decimal number, exactly.

    Raises ``ValueError`` with one sentence when the text is no finite decimal number, or is
    finer than 1e-8.
    """
    try:
        scaled = Decimal(text) * SCALE
    except (InvalidOperation, TypeError) as error:
        raise ValueError(f"{text!r} is not a decimal number") from error
    if not scaled.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    units = int(scaled)
    if units != scaled:
        raise ValueError(f"{text!r} is finer than 0.00000001, the smallest step")
    return units


def render(value: int) -> str:
    """The shortest plain decimal text of an e8 integer: ``150000000`` is ``1.5``."""
    sign, digits = ("-", -value) if value < 0 else ("", value)
    whole, fraction = divmod(digits, SCALE)
    if not fraction:
        return f"{sign}{whole}"
    return f"{sign}{whole}." + f"{fraction:08d}".rstrip("0")
