"""Digests of state: the same state has the same digest on every machine and Python.

The canonical form is a JSON text of integers, strings, booleans and nulls, with floats as hex
(NaN refused) and dicts sorted by the text of their keys. Engine and strategy state are digested
apart, because a journal can be refolded without the strategy's source.

A digest is for ever (law 2), but state grows: ``SINCE`` says with which schema a slot or a field
came. A digest by an older schema leaves out what is newer, so the state that an old journal folds
to still has the digest that the journal was sealed with. Slots keep their order, are never renamed
and never taken away.
"""

import hashlib
import json
import math
from collections import deque
from functools import lru_cache
from typing import Any, Final

import attrs

from engine.accounts.ledger import Ledger
from engine.domain.instrument import Instrument
from engine.domain.position import Position
from engine.errors import InvariantError, UserError
from engine.ids import PositionKey
from engine.markets.quotes import Market
from engine.messages.runs import AccountTerms, SimulationTerms, VenueTerms
from engine.orders.blotter import Order
from engine.state import EngineState, Seat
from engine.strategies.strategy import View

STATE_SCHEMA = 2
STRATEGY_SCHEMA = 1

SINCE: Final[dict[type, dict[str, int]]] = {
    Ledger: {"funding": 2},
    Order: dict.fromkeys(("asked", "now", "triggered", "withdrawn"), 2),
    Position: dict.fromkeys(("funding", "previous"), 2),
    Market: dict.fromkeys(("ask", "bid", "quote_ns", "trade_ns"), 2),
    Instrument: dict.fromkeys(
        ("tiers", "price_limit_x", "price_limit_y", "funding_interval_ns"), 2
    ),
    VenueTerms: dict.fromkeys(
        ("margin_mode", "position_mode", "margin_rule", "order_netting", "moves_to_band"), 2
    ),
    SimulationTerms: dict.fromkeys(
        ("pessimism", "matched_on", "queue", "target_fill", "impact", "funding"), 2
    ),
    AccountTerms: {"side": 2},
}
"""Slots and fields that are newer than schema 1, with the schema that brought them."""

_NOT_STATE = {
    EngineState: (
        *("factory", "margin", "open_positions"),
        *("seats_by_symbol", "quote_seats", "trade_seats"),
    ),
    Seat: ("strategy", "view", "account", "on_quote", "on_trade"),
    View: View.__slots__,
}
"""Slots that only point at state kept elsewhere, or are code."""


def canonical(value: Any, schema: int = STATE_SCHEMA) -> Any:
    """The canonical form of a value that may be part of state, as ``schema`` has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            raise InvariantError("state holds a NaN, which equals nothing")
        return {"float": value.hex()}
    if isinstance(value, PositionKey):
        return str(value)
    if isinstance(value, tuple | list | deque):
        return [canonical(item, schema) for item in value]
    if isinstance(value, dict):
        pairs = value.items()
        return sorted([str(canonical(key)), canonical(item, schema)] for key, item in pairs)
    kind: Any = type(value)
    # A slot that was never written is None: a state that was not started yet has some.
    parts = (getattr(value, name, None) for name in _names(kind, schema))
    return [kind.__name__, *(canonical(part, schema) for part in parts)]


@lru_cache(maxsize=256)
def _names(kind: Any, schema: int) -> tuple[str, ...]:
    """The fields of a record or the slots of a class that are state by ``schema``, in order."""
    names = _slots(kind)
    if attrs.has(kind):
        names = tuple(field.name for field in attrs.fields(kind))
    if names is None:
        raise InvariantError(f"state holds a {kind.__name__}, which has no declared fields")
    left_out, since = _NOT_STATE.get(kind, ()), SINCE.get(kind, {})
    return tuple(n for n in names if n not in left_out and since.get(n, 1) <= schema)


def _slots(kind: Any) -> tuple[str, ...] | None:
    """The slots of a class in their order, which is that of the alphabet (the house's style).

    A compiled class keeps none under that name, but its attributes, in the order of its code.
    """
    compiled: tuple[str, ...] | None = getattr(kind, "__mypyc_attrs__", None)
    if compiled is not None:
        return tuple(sorted(compiled))
    slots: tuple[str, ...] | None = getattr(kind, "__slots__", None)
    return slots


def _hash(schema: int, value: Any) -> str:
    text = json.dumps([schema, value], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def state_digest(state: EngineState, schema: int = STATE_SCHEMA) -> str:
    """Digest of the engine's own state, 64 hex digits, as code of ``schema`` made it."""
    return _hash(schema, canonical(state, schema))


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
        slots = _slots(type(value)) or ()
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
