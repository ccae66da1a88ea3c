"""Candles and rates as JSON: rows of values or of named ones, alone or in answers of Bybit's API.

Such a file is read whole and its texts are held for the run, so it has a limit; numbers stay the
texts that they were.
"""

import gzip
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from attrs import frozen

from adapters.history.answers import page_of
from adapters.history.layouts import names_of_arrays
from engine.errors import UserError

LIMIT_BYTES = 64 << 20
"""The largest JSON file that is read, unpacked: about a million candles."""
_BEGINS = re.compile(
    rb'\s*(?:\[|\{\s*"(?:retCode|result)"|\{[^{}\[\]]*"(?:open|openPrice|fundingRate)"\s*:)'
)
_GZIP = b"\x1f\x8b"
_CELLS = {str, int, type(None)}
_Rows = Sequence[Any]


@frozen
class Arrays:
    """Candles of a JSON file as columns of texts.

    ``symbol`` and ``until_ms`` are what an answer says of itself, "" and 0 for bare arrays;
    ``pages`` how many answers or arrays there were.
    """

    rows: pa.RecordBatch
    symbol: str
    until_ms: int
    pages: int


def begins_like_arrays(path: Path) -> bool:
    """Whether a file, gzipped or not, begins as an array, an answer of Bybit's, or a row."""
    try:
        with _opened(path) as file:
            return _BEGINS.match(file.read(512)) is not None
    except (OSError, EOFError, zlib.error):
        return False


def read_arrays(path: Path) -> Arrays:
    """All candles of the file; ``UserError`` with the row that is none, and the mend."""
    try:
        with _opened(path) as file:
            text = file.read(LIMIT_BYTES + 1)
        if len(text) > LIMIT_BYTES:
            raise UserError(
                f"{path} is JSON of more than {LIMIT_BYTES >> 20} MB, which is read whole; "
                "store its candles as Parquet or CSV"
            )
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read ({error}); fetch the file again") from error
    page = page_of(path, text)
    if isinstance(page.rows[0], dict):
        names = tuple(page.rows[0])
        found: _Rows = [_values(path, n, row, names) for n, row in enumerate(page.rows, 1)]
    else:
        names, found = _names(path, page.rows), page.rows
    rows = pa.RecordBatch.from_arrays(_columns(path, found), names=list(names))
    return Arrays(rows, page.symbol, page.until_ms, page.pages)


def _opened(path: Path) -> Any:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")


def _values(path: Path, number: int, row: Any, names: tuple[str, ...]) -> list[Any]:
    """The values of an object in the order of the first one's names."""
    if not isinstance(row, dict) or row.keys() != set(names):
        raise UserError(
            f"{path}: row {number} has other names than row 1, which has {', '.join(names)}; "
            "complete it or remove it"
        )
    return [row[name] for name in names]


def _names(path: Path, found: Any) -> tuple[str, ...]:
    width = len(found[0]) if isinstance(found[0], list) else 0
    names = names_of_arrays(width)
    if not names:
        what = f"{width} values" if width else type(found[0]).__name__
        raise UserError(
            f"{path}: row 1 is no candle ({what}); give arrays of time, open, high, low, close and "
            "volume (ccxt, freqtrade), and turnover (Bybit), or Binance's of 12"
        )
    return names


def _columns(path: Path, rows: _Rows) -> list[pa.Array]:
    """The cells as columns of texts; ``UserError`` names a row of another width or kind."""
    width = len(rows[0])
    if {*map(type, rows)} != {list} or {*map(len, rows)} != {width}:
        _refuse_width(path, rows, width)
    columns = []
    for place, cells in enumerate(zip(*rows, strict=True)):
        kinds = {*map(type, cells)}
        if kinds - _CELLS:
            _refuse_cell(path, place, cells)
        texts = cells if int not in kinds else [c if c is None else str(c) for c in cells]
        columns.append(pa.array(texts, pa.string()))
    return columns


def _refuse_width(path: Path, rows: _Rows, width: int) -> None:
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != width:
            got = f"{len(row)} values" if isinstance(row, list) else type(row).__name__
            raise UserError(
                f"{path}: row {number} has {got} instead of {width}; complete it or remove it"
            )


def _refuse_cell(path: Path, place: int, cells: Sequence[Any]) -> None:
    number, cell = next(each for each in enumerate(cells, start=1) if type(each[1]) not in _CELLS)
    raise UserError(
        f"{path}: row {number}: value {place + 1} is {type(cell).__name__} and no number; "
        "correct it"
    )
