"""Parameters of strategies as canonical text: what the manifest records and the hash covers."""

from collections.abc import Mapping
from decimal import Decimal

from adapters.config.scalars import flag_of, plain
from engine.errors import UserError

_MOST_DIGITS = 20


def canonical(value: object, default: object) -> str:
    """``value`` as text of the kind of ``default``; raises ``ValueError`` when it is another.

    Whole numbers, decimals without trailing zeros, ``true``/``false``, plain text; a list is its
    parts joined by commas. A float default is taken by its shortest decimal.
    """
    if isinstance(default, bool):
        return "true" if flag_of(value) else "false"
    if isinstance(default, int):
        number = _number(value)
        if number != number.to_integral_value():
            raise ValueError("is not a whole number")
        return plain(number)
    if isinstance(default, float | Decimal):
        return plain(_number(value))
    if isinstance(default, tuple | list):
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, tuple | list):
            raise ValueError("is not a list")
        model = default[0] if default else ""
        return ",".join(canonical(part, model) for part in parts)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return plain(_number(value))
    if not isinstance(value, str):
        raise ValueError("is not a text; put it in quotes")
    _check_size(value)
    return value.strip()


def _number(value: object) -> Decimal:
    """A finite decimal; a float (only ever a default) by its shortest text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("is not a number")
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except ArithmeticError as error:
        raise ValueError("is not a number") from error
    if not number.is_finite():
        raise ValueError("is not a finite number")
    if number and abs(number.adjusted()) > _MOST_DIGITS:
        size = "large" if number.adjusted() > 0 else "fine"
        raise ValueError(f"is too {size}; write at most {_MOST_DIGITS} digits")
    return number


def _check_size(text: str) -> None:
    """A text that the strategy may read as a number is none of absurd size."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return
    if number.is_finite():
        _number(number)


def every_parameter(
    account: str,
    written: Mapping[str, object],
    defaults: Mapping[str, object],
    origins: Mapping[tuple[str, ...], str],
) -> tuple[tuple[str, str], ...]:
    """Name and canonical text of all parameters, defaults included, sorted by name.

    A default that is a text itself tells no kind; what it means is the strategy's to judge.
    """
    found = []
    for name in sorted(defaults):
        path = ("accounts", account, "parameters", name)
        value = written.get(name, defaults[name])
        try:
            found.append((name, canonical(value, defaults[name])))
        except ValueError as error:
            raise UserError(
                f"{origins.get(path, 'default')}: {'.'.join(path)} = {value} {error}"
            ) from error
    return tuple(found)
