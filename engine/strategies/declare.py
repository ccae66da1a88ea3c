"""Short words for the fields of a strategy: what is a parameter, and what is its state."""

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import Factory, field

from engine.money import Money, Price, Rate, parse

T = TypeVar("T")


def rate(text: str) -> Rate:
    """A fraction or a multiple from its decimal text: ``rate("0.01")`` is 1 %."""
    return Rate(parse(text))


def price(text: str) -> Price:
    """A price or a distance of prices from its decimal text."""
    return Price(parse(text))


def money(text: str) -> Money:
    """An amount of the settlement coin from its decimal text."""
    return Money(parse(text))


def state(make: Callable[[Any], T] | T) -> T:
    """A field that is state and no parameter; ``make`` gets the strategy with its parameters.

    ``channel: Donchian = state(lambda self: Donchian(self.lookback))``; a number, text, flag or
    None to begin with can be written as it is: ``seen: int = state(0)``. Raises ``TypeError`` for
    anything else, because every strategy would share it.
    """
    if callable(make):
        made: T = field(init=False, default=Factory(make, takes_self=True))
        return made
    if make is not None and not isinstance(make, int | float | str):
        kind = type(make).__name__
        raise TypeError(f"state({make!r}) would be shared; write state(lambda self: {kind}(...))")
    kept: T = field(init=False, default=make)
    return kept
