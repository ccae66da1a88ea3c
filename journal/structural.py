"""Rows of records: how any message becomes a JSON array of its fields, and comes back.

Everything is compiled once, from the type hints of a class. A field is an int, a str, a bool, a
tuple, a named tuple or another record; anything else, floats above all, is refused when the
program starts or when a row is written.
"""

import types
import typing
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Literal

import attrs

from engine.errors import InvariantError
from engine.ids import PositionKey
from engine.messages.checks import Check, CheckRow

Encode = Callable[[Any], Any]
Decode = Callable[[Any], Any]

_KEYS: dict[tuple[Any, ...], PositionKey] = {}


def intern_key(row: Iterable[Any]) -> PositionKey:
    """The one object for a position key, however often it was stored."""
    parts = tuple(row)
    known = _KEYS.get(parts)
    if known is None:
        known = _KEYS[parts] = PositionKey(*parts)
    return known


def field_hints(cls: type) -> dict[str, Any]:
    """The fields of a record or named tuple with their types, in the order they are stored.

    Checks that the gate left without names have them once they were stored.
    """
    hints = typing.get_type_hints(cls)
    names = cls._fields if hasattr(cls, "_fields") else [one.name for one in attrs.fields(cls)]
    return {
        name: tuple[Check, ...] if hints[name] == tuple[CheckRow, ...] else hints[name]
        for name in names
    }


def bare_type(hint: Any) -> Any:
    """``hint`` without its ``NewType`` wrappers; a ``Literal`` becomes the type of its values."""
    while isinstance(hint, typing.NewType):
        hint = hint.__supertype__
    if typing.get_origin(hint) is Literal:
        kinds = {type(value) for value in typing.get_args(hint)}
        if len(kinds) == 1:
            return kinds.pop()
    return hint


def row_encoder(cls: type, tag: str | None = None) -> Encode:
    """A function from a ``cls`` to the tuple of its fields, after ``tag`` where there is one.

    It raises ``InvariantError`` when a field holds another type than is declared.
    """
    hints = field_hints(cls)
    names = tuple(hints)
    if issubclass(cls, tuple):
        fields_of: Encode = tuple
    else:
        getter = attrgetter(*names)
        fields_of = getter if len(names) > 1 else lambda record: (getter(record),)
    expected = tuple(_stored_type(hint) for hint in hints.values())
    encoders = [(i, value_encoder(hint)) for i, hint in enumerate(hints.values())]
    nested = tuple((i, encode) for i, encode in encoders if encode is not None)
    head = () if tag is None else (tag,)

    def encode(record: Any) -> tuple[Any, ...]:
        values = fields_of(record)
        if tuple(map(type, values)) != expected:
            raise _wrong_field(cls, names, values, expected)
        if not nested:
            return (*head, *values)
        row = list(values)
        for i, encode_value in nested:
            row[i] = encode_value(row[i])
        return (*head, *row)

    return encode


def row_decoder(cls: type, skip: int = 0) -> Decode:
    """The inverse of ``row_encoder``, for a row whose first ``skip`` places are no fields."""
    if cls is PositionKey:
        return intern_key
    decoders = [(i, value_decoder(hint)) for i, hint in enumerate(field_hints(cls).values())]
    nested = tuple((i + skip, decode) for i, decode in decoders if decode is not None)
    if not nested:
        return lambda row: cls(*row[skip:])

    def decode(row: Sequence[Any]) -> Any:
        values = list(row)
        for i, decode_value in nested:
            values[i] = decode_value(values[i])
        return cls(*values[skip:])

    return decode


def fast_row_encoder(cls: type, tag: str) -> Encode:
    """Like ``row_encoder``, but looking at no types: JSON takes named tuples as they are."""
    hints = field_hints(cls)
    if any(_holds_record(hint) for hint in hints.values()):
        return row_encoder(cls, tag)
    getter, head = attrgetter(*hints), (tag,)
    if len(hints) == 1:
        return lambda record: (tag, getter(record))
    return lambda record: head + getter(record)


def _holds_record(hint: Any) -> bool:
    bare = bare_type(hint)
    return attrs.has(bare) or any(_holds_record(part) for part in typing.get_args(bare))


def value_encoder(hint: Any) -> Encode | None:
    """How a field of type ``hint`` is written; None when it is written as it is."""
    bare = bare_type(hint)
    if bare in (int, str, bool):
        return None
    if isinstance(bare, type) and (attrs.has(bare) or hasattr(bare, "_fields")):
        return row_encoder(bare)
    items = _tuple_items(bare)
    if len(items) == 2 and items[1] is Ellipsis:
        one = value_encoder(items[0]) or _atom_encoder(items[0])
        return lambda values: [one(value) for value in values]
    each = tuple(value_encoder(item) or _atom_encoder(item) for item in items)

    def encode(values: Any) -> list[Any]:
        return [encode_value(value) for encode_value, value in zip(each, values, strict=True)]

    return encode


def value_decoder(hint: Any) -> Decode | None:
    """How a field of type ``hint`` is read; None when it is taken as it is."""
    bare = bare_type(hint)
    if bare in (int, str, bool):
        return None
    if isinstance(bare, type) and (attrs.has(bare) or hasattr(bare, "_fields")):
        return row_decoder(bare)
    items = _tuple_items(bare)
    if len(items) == 2 and items[1] is Ellipsis:
        if _is_flat(items[0]):
            return _flat_decoder(items[0])
        one = value_decoder(items[0])
        return tuple if one is None else lambda values: tuple([one(value) for value in values])
    each = tuple(value_decoder(item) or _as_is for item in items)

    def decode(values: list[Any]) -> tuple[Any, ...]:
        return tuple([decode_value(v) for decode_value, v in zip(each, values, strict=True)])

    return decode


def _is_flat(hint: Any) -> bool:
    """Whether ``hint`` is a named tuple of plain values: a check of the gate."""
    bare = bare_type(hint)
    if not isinstance(bare, type) or not hasattr(bare, "_fields") or bare is PositionKey:
        return False
    return all(value_decoder(part) is None for part in field_hints(bare).values())


def _flat_decoder(cls: type[tuple[Any, ...]]) -> Decode:
    """Many named tuples at once, without a call in Python for each."""
    make, width = partial(tuple.__new__, cls), len(field_hints(cls))

    def decode(rows: Any) -> tuple[Any, ...]:
        if rows and set(map(len, rows)) != {width}:
            raise TypeError(f"{cls.__name__} has {width} fields")
        return tuple(map(make, rows))

    return decode


def _as_is(value: Any) -> Any:
    return value


def _atom_encoder(hint: Any) -> Encode:
    kind = bare_type(hint)

    def encode(value: Any) -> Any:
        if type(value) is not kind:
            raise InvariantError(f"a journal stores {kind.__name__} here, not {value!r}")
        return value

    return encode


def _stored_type(hint: Any) -> Any:
    """The exact type a value of ``hint`` has at run time."""
    bare = bare_type(hint)
    return tuple if typing.get_origin(bare) is tuple else bare


def _tuple_items(bare: Any) -> tuple[Any, ...]:
    if typing.get_origin(bare) is not tuple or isinstance(bare, types.UnionType):
        raise InvariantError(f"{bare!r} is not a type that a journal can store")
    return typing.get_args(bare)


def _wrong_field(
    cls: type, names: tuple[str, ...], values: tuple[Any, ...], expected: tuple[Any, ...]
) -> InvariantError:
    for name, value, kind in zip(names, values, expected, strict=True):
        if type(value) is not kind:
            what = f"{cls.__name__}.{name} holds {value!r}"
            return InvariantError(f"{what}, but a journal stores {kind.__name__} there")
    return InvariantError(f"{cls.__name__} has other fields than it declares")
