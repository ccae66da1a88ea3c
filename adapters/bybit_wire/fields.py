"""Reading what clients send, and writing what they get: numbers are strings on this wire.

Clients send numbers as strings or as JSON numbers, and both are taken. An empty text is none.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from adapters.bybit_wire.answers import PARAMETER, Fields, RefusedError
from engine.domain.order import PriceSource
from engine.money import parse, render
from engine.timebase import MILLISECOND

SOURCES: Mapping[str, PriceSource] = {
    "LastPrice": "last",
    "MarkPrice": "mark",
    "IndexPrice": "index",
}
SOURCE_NAMES = {source: name for name, source in SOURCES.items()}
SIDES = {"Buy": 1, "Sell": -1}
SIDE_NAMES = {1: "Buy", -1: "Sell", 0: ""}
DAY_MS = 86_400_000
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")
"""What a client may write for a decimal; its exponent stays so small that it can be reckoned."""


def text_of(given: Fields, name: str) -> str:
    """The text of a parameter, empty where it is not there; numbers become their text."""
    value = given.get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return str(value).strip()
    raise RefusedError(PARAMETER, f"params error: {name} is not a text or a number")


def needed(given: Fields, name: str) -> str:
    """The text of a parameter that has to be there."""
    found = text_of(given, name)
    if not found:
        raise RefusedError(PARAMETER, f"params error: {name} is required")
    return found


def flag(given: Fields, name: str) -> bool:
    """A boolean, false where it is not there."""
    found = text_of(given, name).lower()
    if found not in ("", "true", "false"):
        raise RefusedError(PARAMETER, f"params error: {name} is neither true nor false")
    return found == "true"


def choice(given: Fields, name: str, allowed: Mapping[str, Any], usual: str) -> str:
    """One of the words that are allowed, ``usual`` where none is given."""
    found = text_of(given, name) or usual
    if found not in allowed:
        raise RefusedError(PARAMETER, f"params error: {name} invalid")
    return found


def number(given: Fields, name: str, usual: int = 0) -> int:
    """A decimal as an e8 integer; ``usual`` where none is given."""
    found = text_of(given, name)
    if not found:
        return usual
    if len(found) > 40 or not NUMBER.fullmatch(found):
        raise RefusedError(PARAMETER, f"params error: {name} is no number")
    try:
        return parse(found)
    except ValueError as error:
        raise RefusedError(PARAMETER, f"params error: {name}: {error}") from error


def whole(given: Fields, name: str, usual: int, least: int = 0, most: int = 1 << 62) -> int:
    """A whole number within bounds; ``usual`` where none is given."""
    found = text_of(given, name)
    if not found:
        return usual
    is_number = found.isascii() and found.isdecimal() and len(found) <= 20
    if not is_number or not least <= int(found) <= most:
        raise RefusedError(PARAMETER, f"params error: {name} invalid")
    return int(found)


def query_fields(query: bytes) -> Fields:
    """The parameters of a query string; the last of one name holds."""
    fields: Fields = {}
    for pair in query.decode("utf-8", "replace").split("&"):
        name, _, value = pair.partition("=")
        if name:
            fields[unquote(name)] = unquote(value.replace("+", " "))
    return fields


def span(given: Fields, now_ms: int, most_days: int = 7) -> tuple[int, int]:
    """``startTime`` and ``endTime`` in ms: of one the other follows, of none the last days."""
    wide = most_days * DAY_MS
    start, end = whole(given, "startTime", -1), whole(given, "endTime", -1)
    if start < 0 and end < 0:
        return now_ms - wide, now_ms
    if start < 0:
        return end - wide, end
    if end < 0:
        return start, start + wide
    if start > end or end - start > wide:
        raise RefusedError(PARAMETER, f"params error: the span is not within {most_days} days")
    return start, end


def cursor_name(given: Fields) -> str:
    """The row that a cursor names; "" without one. Some clients send it as it came, percent-encoded
    twice over."""
    return unquote(text_of(given, "cursor")).partition(":")[0]


def page(
    rows: list[Fields], given: Fields, key: str, usual: int, most: int
) -> tuple[list[Fields], str]:
    """The rows after the cursor, and the cursor after them; it names the last row's ``key``."""
    limit = whole(given, "limit", usual, 1, most)
    named, start = cursor_name(given), 0
    if named:
        places = [place for place, row in enumerate(rows) if row[key] == named]
        if not places:
            raise RefusedError(PARAMETER, "params error: cursor invalid")
        start = places[0] + 1
    taken = rows[start : start + limit]
    if not taken or start + limit >= len(rows):
        return taken, ""
    return taken, quote(f"{taken[-1][key]}:{start + limit}", safe="")


def listed(rows: list[Fields], cursor: str = "") -> Fields:
    """A list of linear contracts' rows as results hold it."""
    return {"list": rows, "nextPageCursor": cursor, "category": "linear"}


def ms(at: int) -> str:
    """Nanoseconds as the text of milliseconds."""
    return str(at // MILLISECOND)


def shown(value: int) -> str:
    """A price of the order object: ``0`` is ``""``, as newer messages have it."""
    return render(value) if value else ""
