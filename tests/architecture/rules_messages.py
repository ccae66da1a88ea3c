"""Messages: closed records of exact values, each described, each routed."""

import inspect
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from tests.architecture.sources import HOUSE, Violation

SCALARS = (int, str, bool)
UNIONS = (types.UnionType, typing.Union)


def members(union: object) -> tuple[type, ...]:
    """The classes of a closed union, nested unions flattened, in the order they are written."""
    if typing.get_origin(union) in UNIONS:
        found = [member for part in typing.get_args(union) for member in members(part)]
        return tuple(dict.fromkeys(found))
    assert isinstance(union, type), f"{union!r} is neither a class nor a union"
    return (union,)


def loose_messages(union: object) -> Iterator[Violation]:
    """Style 10, 17: a message is an attrs record; its parts are scalars, tuples and records."""
    seen: set[type] = set()
    for message in members(union):
        if not attrs.has(message):
            yield _at(message, f"{message.__name__} is no record", "declare it with @record")
            continue
        yield from _loose_record(message, seen)


def _loose_record(record: type, seen: set[type]) -> Iterator[Violation]:
    if record in seen:
        return
    seen.add(record)
    if not inspect.getdoc(record) or "__doc__" not in vars(record):
        yield _at(record, f"{record.__name__} has no docstring", "say what it tells, with units")
    for name, hint in typing.get_type_hints(record).items():
        yield from _loose_part(record, name, hint, seen)


def _loose_part(record: type, name: str, hint: object, seen: set[type]) -> Iterator[Violation]:
    while isinstance(hint, typing.NewType):
        hint = hint.__supertype__
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in SCALARS or hint is type(None) or origin is typing.Literal:
        return
    if origin in UNIONS or origin is tuple:
        for part in arguments:
            if part is not Ellipsis:
                yield from _loose_part(record, name, part, seen)
    elif isinstance(hint, type) and (attrs.has(hint) or _is_named_tuple(hint)):
        yield from _loose_record(hint, seen)
    else:
        shown = getattr(hint, "__name__", str(hint))
        yield _at(
            record,
            f"{record.__name__}.{name} is {shown}",
            "use int, str, bool, their NewTypes, tuples, NamedTuples or other records",
        )


def _is_named_tuple(hint: type) -> bool:
    return issubclass(hint, tuple) and hasattr(hint, "_fields")


def uncovered(
    table_name: str, table: Iterable[type], *unions: object, path: str
) -> Iterator[Violation]:
    """Design 10: a table from type to function covers its union, and knows nothing else."""
    routed = set(table)
    wanted = [member for union in unions for member in members(union)]
    for member in dict.fromkeys(wanted):
        if member not in routed:
            yield Violation(
                path, 1, f"{table_name} has no route for {member.__name__}", "add its function"
            )
    for extra in sorted(routed - set(wanted), key=lambda kind: kind.__name__):
        yield Violation(
            path, 1, f"{table_name} routes {extra.__name__}, which never comes", "take it out"
        )


def _at(record: type, sentence: str, mend: str) -> Violation:
    module = sys.modules[record.__module__]
    path = Path(module.__file__ or "")
    name = path.relative_to(HOUSE).as_posix() if path.is_relative_to(HOUSE) else path.name
    try:
        line = inspect.getsourcelines(record)[1]
    except (OSError, TypeError):
        line = 1
    return Violation(name, line, sentence, mend)
