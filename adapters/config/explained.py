"""Every setting with its value and where it was written: what ``config explain`` shows."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import BaseModel

from adapters.config.keys import tables_of
from adapters.config.layers import KeyPath, Layer, typed
from adapters.config.scalars import plain
from adapters.config.schema import Settings
from adapters.config.venue_schema import TierSection

DEFAULT = "default"


class Origin(NamedTuple):
    """One setting: dotted key, value as text, and where that value was written."""

    key: str
    value: str
    origin: str


def text_of(value: object) -> str:
    """A raw value as people write it, without quotes around a plain text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {quoted(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(quoted(part) for part in value) + "]"
    return str(value)


def quoted(value: object) -> str:
    """``text_of`` with quotes around a text, as in a file."""
    return f'"{value}"' if isinstance(value, str) else text_of(value)


def ladder_text(tiers: Sequence[TierSection]) -> str:
    """The first and the last of a contract's risk tiers; all of them would be a page."""
    if not tiers:
        return "off"
    ends = (tiers[0], tiers[-1]) if len(tiers) > 1 else (tiers[0],)
    told = [
        f"{plain(tier.limit)} at {plain(tier.maintenance_rate)} and {plain(tier.max_leverage)}x"
        for tier in ends
    ]
    return f"{len(tiers)}, from " + " to ".join(told)


def walk(
    settings: Settings,
    layers: Sequence[Layer],
    origins: Mapping[KeyPath, str],
    parameters: Mapping[str, tuple[tuple[str, str], ...]],
) -> tuple[Origin, ...]:
    """All settings in the order of the schema; of the instruments those that are used."""
    used = {symbol for section in settings.accounts.values() for symbol in section.symbols}
    written: dict[KeyPath, Any] = {}
    for layer in reversed(layers):
        for path in layer.origins:
            value: Any = layer.tree
            for key in path:
                value = value[key]
            written[path] = value
    return tuple(
        row
        for row in _rows(settings, (), written, origins, parameters)
        if not row.key.startswith("instruments.") or row.key.split(".")[1] in used
    )


def _rows(
    section: BaseModel,
    above: KeyPath,
    written: Mapping[KeyPath, Any],
    origins: Mapping[KeyPath, str],
    parameters: Mapping[str, tuple[tuple[str, str], ...]],
) -> Iterator[Origin]:
    tables = tables_of(type(section))
    for key, field in type(section).model_fields.items():
        path = (*above, key)
        value = getattr(section, key)
        if key not in tables:
            raw = written.get(path, field.default)
            text = ladder_text(value) if key == "tiers" else text_of(_number(raw))
            yield Origin(".".join(path), text, origins.get(path, DEFAULT))
        elif tables[key][0] == "parameters":
            for name, text in parameters[above[-1]]:
                full = (*path, name)
                yield Origin(".".join(full), text, origins.get(full, DEFAULT))
        elif tables[key][1]:
            for name, below in value.items():
                yield from _rows(below, (*path, name), written, origins, parameters)
        else:
            yield from _rows(value, path, written, origins, parameters)


def _number(raw: object) -> object:
    """A number that was written in quotes, as a number: it is shown like all others."""
    value = typed(raw) if isinstance(raw, str) else raw
    return value if isinstance(value, Decimal) else raw
