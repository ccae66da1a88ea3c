"""JSON of candles and rates, whatever it is wrapped in: rows, and the pages that they came in.

How this works: a file is one document, or one a line. A document is an array of rows, an answer of
Bybit's REST API with such an array, an array of answers or of arrays, or (of lines) one row. Rows
are arrays of values, or objects that name them. Pages are put in the order of time, each turned
round if need be, and what two of them both have counts once.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from attrs import evolve, frozen

from engine.errors import UserError

_DECODER = msgspec.json.Decoder(float_hook=str)
Row = list[Any] | dict[str, Any]


@frozen
class Page:
    """Rows that came together. ``symbol`` and ``until_ms``, the venue's time, are "" and 0 where
    nobody told them, ``pages`` how many were put together.
    """

    rows: list[Row]
    symbol: str = ""
    until_ms: int = 0
    pages: int = 1


def page_of(path: Path, text: bytes) -> Page:
    """All rows of a file as one page. ``UserError`` for what is no JSON, or has no rows."""
    pages = [each for each in _pages(path, text) if each.rows]
    if not pages:
        raise UserError(f"{path} holds no candles; give a JSON array of arrays, one for each bar")
    symbols = sorted({each.symbol for each in pages if each.symbol})
    if len(symbols) > 1:
        raise UserError(
            f"{path} has answers of {', '.join(symbols)}; store those of each symbol in a file"
        )
    if len(pages) == 1:
        return pages[0]
    ordered = sorted(map(_forwards, pages), key=_first)
    symbol = symbols[0] if symbols else ""
    return Page(_joined(ordered), symbol, ordered[-1].until_ms, len(ordered))


def _pages(path: Path, text: bytes) -> list[Page]:
    try:
        documents = [_DECODER.decode(text)]
    except msgspec.DecodeError as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            documents = [_DECODER.decode(line) for line in lines]
        except msgspec.DecodeError:
            raise UserError(f"{path} is no JSON ({whole}); fetch the file again") from whole
    if len(documents) > 1 and all(map(_is_row, documents)):
        return [Page(documents)]
    return [page for each in documents for page in _of_document(path, each)]


def _of_document(path: Path, found: Any) -> list[Page]:
    if isinstance(found, dict) and not _is_row(found):
        return [_of_answer(path, found)]
    if isinstance(found, list) and found and not _is_row(found[0]):
        if isinstance(found[0], list | dict):
            return [page for each in found for page in _of_document(path, each)]
        return [Page([found])]
    return [Page(found if isinstance(found, list) else [found])]


def _is_row(found: Any) -> bool:
    """An array of values, or an object that is no answer of a venue."""
    if isinstance(found, dict):
        return "result" not in found and "retCode" not in found
    return isinstance(found, list) and bool(found) and not isinstance(found[0], list | dict)


def _of_answer(path: Path, found: dict[str, Any]) -> Page:
    result = found.get("result")
    if found.get("retCode", 0) != 0 or not isinstance(result, dict):
        raise UserError(
            f"{path} is an answer without candles (retCode {found.get('retCode')}, "
            f"{found.get('retMsg')}); ask the venue again"
        )
    rows, symbol, until = result.get("list"), result.get("symbol"), found.get("time")
    return Page(
        rows if isinstance(rows, list) else [],
        symbol if isinstance(symbol, str) else "",
        until if type(until) is int else 0,
    )


def _forwards(page: Page) -> Page:
    """The page from old to new."""
    if len(page.rows) > 1 and _time(page.rows[0]) > _time(page.rows[-1]):
        return evolve(page, rows=page.rows[::-1])
    return page


def _first(page: Page) -> int:
    return _time(page.rows[0])


def _time(row: Row) -> int:
    """When a row is of, as far as its first value, or the one called a time, is a number."""
    values: Iterable[Any] = row
    if isinstance(row, dict):
        values = [each for name, each in row.items() if "time" in name.lower() or name == "start"]
    text = str(next(iter(values), ""))
    return int(text) if text.isascii() and text.isdecimal() else 0


def _joined(pages: list[Page]) -> list[Row]:
    """All rows, and of those that pages share the first; two that differ stay, to be refused."""
    found: list[Row] = []
    for page in pages:
        since = _first(page)
        shared = []
        for row in reversed(found):
            if _time(row) < since:
                break
            shared.append(row)
        found += [row for row in page.rows if row not in shared] if shared else page.rows
    return found
