"""Candles as JSON: arrays of numbers in one array, alone or in an answer of Bybit's REST API.

Such a file is read whole and its texts are held for the run, so it has a limit; numbers stay the
texts that they were.
"""

import gzip
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from attrs import frozen

from adapters.history.layouts import names_of_arrays
from engine.errors import UserError

LIMIT_BYTES = 64 << 20
"""The largest JSON file that is read, unpacked: about a million candles."""
_BEGINS = re.compile(rb'\s*(?:\[|\{\s*"(?:retCode|result)")')
_GZIP = b"\x1f\x8b"
_DECODER = msgspec.json.Decoder(float_hook=str)
_CELLS = {str, int, type(None)}
_Rows = list[list[Any]]


@frozen
class Arrays:
    """Candles of a JSON file as columns of texts.

    ``symbol`` and ``until_ms`` are what an answer says of itself, "" and 0 for bare arrays.
    """

    rows: pa.RecordBatch
    symbol: str
    until_ms: int


def begins_like_arrays(path: Path) -> bool:
    """Whether a file, gzipped or not, begins as an array, or as an answer of Bybit's REST API."""
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
        found = _DECODER.decode(text)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read ({error}); fetch the file again") from error
    except msgspec.DecodeError as error:
        raise UserError(f"{path} is no JSON ({error}); fetch the file again") from error
    symbol, until = "", 0
    if isinstance(found, dict):
        found, symbol, until = _answer(path, found)
    names = _names(path, found)
    rows = pa.RecordBatch.from_arrays(_columns(path, found), names=list(names))
    return Arrays(rows, symbol, until)


def _opened(path: Path) -> Any:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")


def _answer(path: Path, found: dict[str, Any]) -> tuple[Any, str, int]:
    """Candles, symbol and time of an answer."""
    result = found.get("result")
    if found.get("retCode") != 0 or not isinstance(result, dict):
        raise UserError(
            f"{path} is an answer without candles (retCode {found.get('retCode')}, "
            f"{found.get('retMsg')}); ask the venue again"
        )
    symbol, until = result.get("symbol"), found.get("time")
    return (
        result.get("list"),
        symbol if isinstance(symbol, str) else "",
        until if type(until) is int else 0,
    )


def _names(path: Path, found: Any) -> tuple[str, ...]:
    if not isinstance(found, list) or not found:
        raise UserError(f"{path} holds no candles; give a JSON array of arrays, one for each bar")
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
