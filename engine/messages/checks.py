"""What a check of the gate is, as decisions carry it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple


class Check(NamedTuple):
    """One check of the gate: what was looked at, against what, and whether it passed.

    The unit and the comparison of ``value`` and ``threshold`` belong to ``name`` (risk/gate).
    """

    name: str
    value: int
    threshold: int
    passed: bool


CheckRow = tuple[str, int, int, bool]
"""A check as the gate makes it: a plain tuple costs a tenth of a named one, and is equal to it."""

_to_check: Callable[[CheckRow], Check] = partial(tuple.__new__, Check)


def as_checks(rows: Iterable[CheckRow]) -> tuple[Check, ...]:
    """The rows of a gate with names, for whoever asks for one of them."""
    return tuple(map(_to_check, rows))
