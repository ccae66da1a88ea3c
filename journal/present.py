"""Messages as people and other programs want them: named fields, decimals, ISO times.

Compiled once for each class, from its type hints. How a decimal is written is the caller's
choice: text in exports, plain numbers in SQL.
"""

import typing
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import attrs

from engine.domain.order import Side, side_name
from engine.ids import PositionKey
from engine.messages import runs
from engine.money import SCALE, Money, Price, Quantity, Rate
from engine.timebase import DAY, MINUTE, NEVER, SECOND, Nanos, render_span, render_time
from journal.structural import bare_type, field_hints

Facts = Callable[[Any], dict[str, Any]]
Convert = Callable[[Any], Any]

_DECIMALS = (Price, Quantity, Money, Rate)
_PLAIN_INT_DECIMALS = frozenset({"fixed_quantity", "min_quantity"})
"""Fields declared as int that are e8 quantities nevertheless."""
_DAY_MINUTES = DAY // MINUTE
_CLOCK = tuple(f"{minute // 60:02d}:{minute % 60:02d}:" for minute in range(_DAY_MINUTES))


@lru_cache(maxsize=1024)
def moment(at: int) -> str | None:
    """ISO 8601 text of a time for tables; nothing for a time that was never set or never comes.

    Always with nine digits of the second: texts of one width sort as their times do, and SQLite's
    own functions read them. Only the day is rendered, once for all the times in it, and what is
    beyond a minute, since a report is as late after one bar as after another.
    """
    if not 0 < at < NEVER:
        return None
    minute = at // MINUTE
    day, clock = _day(minute // _DAY_MINUTES), _CLOCK[minute % _DAY_MINUTES]
    return day + clock + _beyond_minute(at - minute * MINUTE)


def brief_moment(at: int) -> str | None:
    """The same with no more digits than are needed: the text of ``render_time``, for exports."""
    text = moment(at)
    return None if text is None else text[:-1].rstrip("0").removesuffix(".") + "Z"


@lru_cache(maxsize=64)
def _day(day: int) -> str:
    return render_time(day * DAY)[: -len("00:00:00Z")]


@lru_cache(maxsize=1024)
def _beyond_minute(rest: int) -> str:
    return f"{rest // SECOND:02d}.{rest % SECOND:09d}Z"


def facts_of(cls: type, number: Convert | None, omit: frozenset[str] = frozenset()) -> Facts:
    """A function from a ``cls`` to its named facts, with decimals made by ``number``.

    Without ``number`` they become plain numbers, and named tuples (checks) stay arrays, which is
    shorter; times then have their fixed width. A position key becomes its three parts;
    ``open_ns`` becomes ``open_at``; a span in the terms of a run becomes text like ``5m``. Fields
    named in ``omit`` are left out.
    """
    spans = cls.__module__ == runs.__name__
    time = moment if number in (None, _plain) else brief_moment
    fields: list[tuple[str, str, Convert | None]] = []
    for name, hint in field_hints(cls).items():
        if name in omit:
            continue
        if hint is PositionKey:
            fields.extend((part, f"{name}.{part}", None) for part in PositionKey._fields)
        elif hint is Nanos:
            shown = name.removesuffix("_ns") + ("" if spans else "_at")
            fields.append((shown, name, render_span if spans else time))
        elif spans and name in _PLAIN_INT_DECIMALS:
            fields.append((name, name, number or _plain))
        else:
            fields.append((name, name, _converter(hint, number or _plain)))
    if not fields:
        return _no_facts
    names = [name for name, _, _ in fields]
    getter = attrgetter(*(path for _, path, _ in fields))
    values_of: Callable[[Any], tuple[Any, ...]] = (
        getter if len(fields) > 1 else lambda record: (getter(record),)
    )
    if issubclass(cls, tuple):
        # A row of a gate is a check without its names: its fields are known by their places.
        values_of = itemgetter(*range(len(fields)))
    plain = [i for i, field in enumerate(fields) if field[2] is _plain]
    others = [(i, field[2]) for i, field in enumerate(fields) if field[2] not in (None, _plain)]

    def facts(record: Any) -> dict[str, Any]:
        values = list(values_of(record))
        for i in plain:
            values[i] /= SCALE
        for i, convert in others:
            values[i] = convert(values[i])
        return dict(zip(names, values, strict=True))

    return facts


def _plain(value: int) -> float:
    return value / SCALE


def _no_facts(record: Any) -> dict[str, Any]:
    del record
    return {}


def _converter(hint: Any, number: Convert) -> Convert | None:
    if hint in _DECIMALS:
        return number
    if hint == Side:
        return side_name
    bare = bare_type(hint)
    if isinstance(bare, type) and hasattr(bare, "_fields") and number is _plain:
        return None
    if isinstance(bare, type) and (attrs.has(bare) or hasattr(bare, "_fields")):
        return facts_of(bare, number)
    items = typing.get_args(bare) if typing.get_origin(bare) is tuple else ()
    if len(items) == 2 and items[1] is Ellipsis:
        if typing.get_origin(items[0]) is tuple:
            return dict
        one = _converter(items[0], number)
        return None if one is None else lambda values: [one(value) for value in values]
    return None
