"""Digests of state: the same state has the same digest on every machine and Python.

The canonical form is a JSON text of integers, strings, booleans and nulls, with floats as hex
(NaN refused) and dicts sorted by the text of their keys. Engine and strategy state are digested
apart, because a journal can be refolded without the strategy's source.
"""

import hashlib
import json
import math
from collections import deque
from typing import Any

import attrs

from engine.errors import InvariantError, UserError
from engine.ids import PositionKey
from engine.state import EngineState, Seat
from engine.strategies.strategy import View

STATE_SCHEMA = 1
STRATEGY_SCHEMA = 1

_NOT_STATE = {
    EngineState: ("factory", "seats_by_symbol", "open_positions"),
    Seat: ("strategy", "view", "account"),
    View: View.__slots__,
}
"""Slots that only point at state kept elsewhere, or are code."""


def canonical(value: Any) -> Any:
    """The canonical form of a value that may be part of state."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            raise InvariantError("state holds a NaN, which equals nothing")
        return {"float": value.hex()}
    if isinstance(value, PositionKey):
        return str(value)
    if isinstance(value, tuple | list | deque):
        return [canonical(item) for item in value]
    if isinstance(value, dict):
        return sorted([str(canonical(key)), canonical(item)] for key, item in value.items())
    if attrs.has(type(value)):
        names = [field.name for field in attrs.fields(type(value))]
        return [type(value).__name__, *(canonical(getattr(value, name)) for name in names)]
    return _canonical_slots(value)


def _canonical_slots(value: Any) -> Any:
    kind = type(value)
    slots = getattr(kind, "__slots__", None)
    if slots is None:
        raise InvariantError(f"state holds a {kind.__name__}, which has no declared fields")
    left_out = _NOT_STATE.get(kind, ())
    names = [name for name in slots if name not in left_out]
    # A slot that was never written is None: a state that was not started yet has some.
    return [kind.__name__, *(canonical(getattr(value, name, None)) for name in names)]


def _hash(schema: int, value: Any) -> str:
    text = json.dumps([schema, value], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def state_digest(state: EngineState) -> str:
    """Digest of the engine's own state, 64 hex digits."""
    return _hash(STATE_SCHEMA, canonical(state))


def strategy_digest(state: EngineState) -> str:
    """Digest of the state of all strategies, 64 hex digits; "" where one's source is missing.

    Raises ``UserError`` with the strategy and the field when it keeps what has no digest.
    """
    seats = [(name, seat.strategy) for name, seat in state.seats.items()]
    if any(strategy is None for _, strategy in seats):
        return ""
    found = []
    for name, own in seats:
        try:
            found.append([list(name), canonical(own)])
        except InvariantError as error:
            told = f"strategy {type(own).__name__} of {name[0]} at {name[1]}"
            raise UserError(f"{told}: {_faulty(own)}") from error
    return _hash(STRATEGY_SCHEMA, found)


def _faulty(value: Any, path: str = "") -> str:
    """The first place below ``value`` that has no canonical form, and the mend."""
    parts: list[tuple[str, Any]] = []
    if isinstance(value, tuple | list | deque):
        parts = [(f"{path}[{n}]", item) for n, item in enumerate(value)]
    elif isinstance(value, dict):
        parts = [(f"{path}[{key!r}]", item) for key, item in value.items()]
    elif attrs.has(type(value)):
        begin = f"{path}." if path else ""
        names = [field.name for field in attrs.fields(type(value))]
        parts = [(f"{begin}{name}", getattr(value, name)) for name in names]
    else:
        slots = getattr(type(value), "__slots__", ())
        parts = [(f"{path}.{name}", getattr(value, name, None)) for name in slots]
    for place, part in parts:
        try:
            canonical(part)
        except InvariantError:
            return _faulty(part, place)
    if isinstance(value, float):
        mend = "start such a field at 0.0 and keep a warm flag beside it"
        return f"{path} is a NaN, which has no digest; {mend}"
    mend = "keep only int, float, str, bool, None, tuple, list, dict and the shipped indicators"
    return f"{path} is a {type(value).__name__}, which has no digest; {mend}"
