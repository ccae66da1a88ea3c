"""From a file's numbers to exact integers, a whole column at a time.

How this works: a float is the shortest decimal that means it, so 0.1 is one tenth. For a column
of floats the integers are guessed by scaling and rounding, and the guess is proven by dividing
back. With at most fifteen digits no other decimal of that many digits means the same float, so
what divides back is the shortest one. Volumes of cheap coins need more digits at eight decimals
but have few decimals, so coarser scales are tried too. What cannot be proven for a whole column
is left to ``exact_number``, value by value.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from adapters.history.arrow import cast, compute
from engine.money import SCALE, parse

_FIFTEEN_DIGITS = 10**15
_E8 = pa.decimal128(38, 8)
_UNITS = pa.decimal128(38, 0)
_SCALES = (SCALE, 10**4, 1)
_MOST_DIGITS = 18
"""The highest power of ten: no price and no quantity is near it, and no supply of a coin."""
_POWERS = {10**exponent for exponent in range(9)}


def exact_column(column: pa.Array) -> pa.Array | None:
    """The e8 integers of a column without nulls as int64, or ``None`` if it takes a closer look."""
    kind = column.type
    try:
        if pa.types.is_float64(kind):
            return _from_floats(column, _SCALES)
        if pa.types.is_integer(kind):
            return compute("multiply_checked", cast(column, pa.int64()), SCALE)
        return _from_decimals(cast(column, _E8))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def on_step_column(column: pa.Array, step: int) -> pa.Array | None:
    """The e8 integers of a column of floats that are all multiples of ``step``, or ``None``.

    It costs as much as ``exact_column`` and spares ``off_step``, but can tell only steps that are
    a power of ten: with others the guess might have more than fifteen digits.
    """
    if step not in _POWERS or not pa.types.is_float64(column.type):
        return None
    try:
        return _from_floats(column, (SCALE // step,))
    except pa.ArrowInvalid:
        return None


def _from_floats(column: pa.Array, scales: Sequence[int]) -> pa.Array | None:
    for scale in scales:
        guess = compute("round", compute("multiply", column, float(scale)))
        low, high = compute("min_max", guess).as_py().values()
        # A NaN fails the comparison of one of its neighbours below, or makes both bounds null.
        if low is None or not -_FIFTEEN_DIGITS < low <= high < _FIFTEEN_DIGITS:
            continue
        if compute("all", compute("equal", compute("divide", guess, float(scale)), column)).as_py():
            units = cast(guess, pa.int64())
            return units if scale == SCALE else compute("multiply_checked", units, SCALE // scale)
    return None


def _from_decimals(column: pa.Array) -> pa.Array:
    """A decimal with eight digits stores exactly the e8 integer: the same bytes, read as one."""
    body = column.buffers()[1]
    units = pa.Array.from_buffers(_UNITS, len(column), [None, body], offset=column.offset)
    return cast(units, pa.int64())


def integers(column: pa.Array) -> list[int]:
    """The Python integers of an int64 column without nulls; much faster than ``to_pylist``."""
    body = memoryview(column.buffers()[1]).cast("q")
    values: list[int] = body[column.offset : column.offset + len(column)].tolist()
    return values


def exact_number(value: Any) -> int:
    """The e8 integer of one value; ``ValueError`` with the rest of a sentence when there is none.

    A float is taken by its shortest decimal, a text by what it says.
    """
    if value is None or value == "":
        raise ValueError("is empty")
    try:
        found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise ValueError("is not a number") from error
    if not found.is_finite():
        raise ValueError("is not a finite number")
    if found.adjusted() > _MOST_DIGITS:
        raise ValueError("is too large for a market")
    try:
        return parse(found)
    except ValueError as error:
        raise ValueError("is finer than 0.00000001, the smallest step") from error


def off_step(column: pa.Array, step: int) -> int:
    """How many of an int64 column's values are no multiple of ``step``."""
    whole = compute("multiply", compute("divide", column, step), step)
    count: int = compute("sum", compute("not_equal", whole, column)).as_py() or 0
    return count
