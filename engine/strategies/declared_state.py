"""What a strategy may keep: only what a digest can walk in the same way everywhere.

Fields of int, float, str, bool and None, tuples, lists and dicts of these, and the shipped
indicators (design 6). Looked through once, when the strategy is built.
"""

from typing import Final

import attrs

from engine.errors import UserError
from engine.indicators import SHIPPED
from engine.strategies.strategy import Strategy

_PLAIN: Final = (int, float, str, bool, type(None))
_MEND: Final = "keep only int, float, str, bool, None, tuple, list, dict and the shipped indicators"


def check_state(strategy: Strategy) -> None:
    """Raises ``UserError`` with one sentence when ``strategy`` keeps something else."""
    name = type(strategy).__name__
    if hasattr(strategy, "__dict__"):
        raise UserError(
            f"strategy {name} could keep undeclared state; write plain @define above it "
            "(no slots=False) and give it no base class"
        )
    for field in attrs.fields(type(strategy)):  # type: ignore[arg-type]
        if not hasattr(strategy, field.name):
            raise UserError(
                f"strategy {name}: {field.name} has no value after the start; give it one in "
                "state(…), field(default=…) or __attrs_post_init__"
            )
        _check(f"strategy {name}: {field.name}", getattr(strategy, field.name))


def _check(place: str, value: object) -> None:
    """``type(value) is`` and not ``isinstance``: a subclass may hold more than it shows."""
    kind = type(value)
    if kind in SHIPPED:
        return
    if isinstance(value, float) and value - value != 0.0:
        raise UserError(f"{place} is {value!r}, which has no digest; start with a finite number")
    if kind in _PLAIN:
        return
    if kind is tuple or kind is list:
        assert isinstance(value, tuple | list)
        for item in value:
            _check(place, item)
        return
    if kind is dict:
        assert isinstance(value, dict)
        for key, item in value.items():
            _check(place, key)
            _check(place, item)
        return
    raise UserError(f"{place} holds a {kind.__name__}, which has no digest; {_MEND}")
