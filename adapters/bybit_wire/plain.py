"""A request as it is kept: what was asked, and nothing that proves who asked.

What becomes of a kept request is decided on this form of it, so that it can be handled again.
"""

import re
from decimal import Decimal
from typing import Any

from adapters.bybit_wire.answers import Fields

_PROOF = re.compile("api.?key|secret|sign|token|passw", re.IGNORECASE)
"""Names of fields that no handler reads, and that may hold what must never be written down."""
NAMES_MOST = 64
TEXT_MOST = 256
ITEMS_MOST = 100
"""Beyond these no request is right; so what is kept of one stays small."""


def plain(given: Fields) -> Fields:
    """The fields of a request: numbers exact, texts bounded, proofs left out, and of what is
    nested a list of objects alone, which is what a batch has."""
    return {
        name: _listed(value) if isinstance(value, list) else _value(value)
        for name, value in list(given.items())[:NAMES_MOST]
        if len(name) <= TEXT_MOST and not _PROOF.search(name)
    }


def _listed(items: list[Any]) -> list[Any]:
    return [
        {name: _value(value) for name, value in plain(item).items()}
        if isinstance(item, dict)
        else _value(item)
        for item in items[:ITEMS_MOST]
    ]


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {}
    if isinstance(value, list):
        return []
    if isinstance(value, str | Decimal):
        return str(value)[:TEXT_MOST]
    return value
