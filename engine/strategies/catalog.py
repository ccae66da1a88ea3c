"""Strategies by name, and the one way to build one from the texts of a config.

How this works: a strategy is an attrs class. Its fields with ``init=True`` are parameters, typed
``int``, ``float``, ``bool``, ``str``, a ``Literal`` of texts, or one of the money types (written
as decimals); the others are its state. A text is parsed by the type of its field, and the built
strategy is looked through once: what it keeps must be something that a digest can walk.

No strategy holds an ``Instrument``: the venue may change the rules of a contract in mid-run, so
the steps are looked up in ``view.instrument`` when they are needed.
"""

import difflib
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import attrs

from engine.domain.instrument import Instrument
from engine.errors import UserError
from engine.money import Money, Price, Quantity, Rate, parse, render
from engine.strategies.declared_state import check_state
from engine.strategies.strategy import Strategy
from engine.strategies.volatility_breakout import VolatilityBreakout

StrategyClass = type[Strategy]
Parameters = tuple[tuple[str, str], ...]
"""Name and canonical text of every parameter, in the order of the fields."""

CATALOG: Final[dict[str, StrategyClass]] = {
    "volatility_breakout": VolatilityBreakout,
}

_DECIMALS: Final = (Rate, Price, Money, Quantity)
_SIMPLE: Final = (*_DECIMALS, bool, int, float, str)
_BOOLS: Final = {"true": True, "false": False}


def find(name: str) -> StrategyClass:
    """The shipped strategy called ``name``. Raises ``UserError`` with the nearest name."""
    if name in CATALOG:
        return CATALOG[name]
    raise UserError(
        f"strategy {name!r} is not in the catalog; {_nearest(name, list(CATALOG))}, "
        "or name your own file with --strategy path.py:Name"
    )


def parameters_of(cls: StrategyClass) -> dict[str, str]:
    """Every parameter of ``cls`` and its default as canonical text, ``""`` when it has none.

    Raises ``UserError`` when ``cls`` is no strategy, or declares a parameter of another type.
    """
    return {
        field.name: _text(cls, field.name, kind, field.default)
        for field, kind in _parameter_fields(cls)
    }


def complete(cls: StrategyClass, given: Mapping[str, str]) -> Parameters:
    """All parameters of ``cls``: those given, in canonical spelling, and the defaults.

    So ``1.80`` and ``1.8``, or a default written out and left out, are the same terms. Raises
    ``UserError`` for a name that is no parameter, a missing one, or a bad value.
    """
    fields = _parameter_fields(cls)
    _refuse_unknown(cls, list(given), [field.name for field, _ in fields])
    texts = []
    for field, kind in fields:
        value = field.default
        if field.name in given:
            value = _value(cls, field.name, kind, given[field.name])
        elif value is attrs.NOTHING:
            raise UserError(
                f"strategy {cls.__name__}: parameter {field.name} has no default; give it a value"
            )
        texts.append((field.name, _text(cls, field.name, kind, value)))
    return tuple(texts)


def build(cls: StrategyClass, parameters: Parameters, instrument: Instrument) -> Strategy:
    """A fresh strategy for ``instrument`` with ``parameters``; what is left out has its default.

    Raises ``UserError`` with the strategy, the parameter, the value and the mend.
    """
    kinds = {field.name: kind for field, kind in _parameter_fields(cls)}
    values = {
        name: _value(cls, name, kinds[name], text) for name, text in complete(cls, dict(parameters))
    }
    make: Callable[..., Strategy] = cls
    try:
        strategy = make(**values)
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
        raise UserError(
            f"strategy {cls.__name__} for {instrument.symbol} cannot be built: {error}"
        ) from error
    check_state(strategy)
    return strategy


def source_digest(cls_source_text: str) -> str:
    """SHA-256 of a strategy's source text (UTF-8), in hex: what re-decide is tied to."""
    return hashlib.sha256(cls_source_text.encode()).hexdigest()


def _parameter_fields(cls: StrategyClass) -> list[tuple[Any, Any]]:
    """The attrs fields that are parameters, each with its type."""
    if not attrs.has(cls):
        raise UserError(f"strategy {cls.__name__} is no attrs class; write @define above the class")
    for needed in ("observe", "propose"):
        if not callable(getattr(cls, needed, None)):
            raise UserError(f"strategy {cls.__name__} has no {needed}; write def {needed}(self, …)")
    try:
        kinds = get_type_hints(cls)
    except NameError as error:
        raise UserError(
            f"strategy {cls.__name__}: {error} in a field's type; import what the types name"
        ) from error
    fields = [(field, kinds[field.name]) for field in attrs.fields(cls) if field.init]
    for field, kind in fields:
        if kind not in _SIMPLE:
            _choices(cls, field.name, kind)
    return fields


def _refuse_unknown(cls: StrategyClass, names: list[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise UserError(
                f"strategy {cls.__name__} has no parameter {name!r}; {_nearest(name, known)}"
            )


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"write {close[0]!r} if that was meant"
    return f"there are {', '.join(known)}" if known else "it has none"


def _value(cls: StrategyClass, name: str, kind: Any, text: str) -> object:
    """``text`` as a value of the type ``kind``."""
    try:
        if kind in _DECIMALS:
            return parse(text)
        if kind is bool:
            return _BOOLS[text]
        if kind is int:
            return int(text)
        if kind is float:
            return _finite(text)
    except (KeyError, ValueError) as error:
        raise UserError(
            f"strategy {cls.__name__}: {name} = {text!r} does not fit; write {_mend(kind)}"
        ) from error
    if kind is str:
        return text
    choices = _choices(cls, name, kind)
    if text in choices:
        return text
    raise UserError(
        f"strategy {cls.__name__}: {name} = {text!r} is no choice; write " + " or ".join(choices)
    )


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0.0:
        raise ValueError(f"{text!r} is not a finite number")
    return number


def _mend(kind: Any) -> str:
    if kind in _DECIMALS:
        return "a decimal number with at most eight decimals, like 0.01"
    if kind is bool:
        return "true or false"
    return "a whole number like 20" if kind is int else "a number like 0.5"


def _choices(cls: type, name: str, kind: Any) -> tuple[str, ...]:
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    if choices and all(isinstance(choice, str) for choice in choices):
        return choices
    raise UserError(
        f"strategy {cls.__name__}: parameter {name} has a type that no config can give; use int, "
        "float, bool, str, a Literal of texts, Rate, Price, Money or Quantity, or declare it as "
        "state with field(init=False)"
    )


def _text(cls: StrategyClass, name: str, kind: Any, value: Any) -> str:
    """The canonical text of a parameter's value."""
    if value is attrs.NOTHING:
        return ""
    if kind in _DECIMALS:
        if type(value) is not int:
            raise UserError(
                f"strategy {cls.__name__}: the default of {name} is {value!r}, not e8 units; "
                f'write rate("{value}")'
            )
        return render(value)
    if kind is bool:
        return "true" if value else "false"
    return repr(float(value)) if kind is float else str(value)
