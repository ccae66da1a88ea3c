"""Candle files as streams of columns: Parquet by record batches, CSV by blocks.

Nothing here holds a whole file. Every fault of a file's form is one sentence with its name.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv
from attrs import frozen

from adapters.history.arrow import parquet_batches, parquet_schema
from engine.errors import UserError

TIME_NAMES = ("ts_ms", "open_time", "timestamp", "time", "date", "datetime")
PRICES = ("open", "high", "low", "close")
NUMBERS = (*PRICES, "volume")
BATCH_ROWS = 16_384
_BLOCK_BYTES = 1 << 20
_MAGIC = b"PAR1"

Batch = tuple[int, list[pa.Array]]
"""Number of the first row (from 0), and its columns: time, the five numbers, symbol if any."""


@frozen
class CandleTable:
    """One file whose header is right. ``names`` are its own names of time, numbers and symbol."""

    path: Path
    parquet: bool
    names: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    delimiter: str
    stamp: tuple[int, int]

    @property
    def has_symbol(self) -> bool:
        """Whether a column tells the symbol: a long table."""
        return len(self.names) > 1 + len(NUMBERS)

    def where(self, row: int) -> str:
        """The place of a row for people: a line of a CSV file (blank ones are not counted), or a
        row of a Parquet file."""
        return f"row {row + 1}" if self.parquet else f"line {row + 2}"

    def batches(self, columns: int | None = None) -> Iterator[Batch]:
        """The file from its beginning; only time, or time and symbol, when ``columns`` says so."""
        names = self._chosen(columns)
        row = 0
        try:
            for batch in self._open(names):
                yield row, [batch.column(name) for name in names]
                row += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise UserError(_broken(self, row, str(error))) from error

    def _chosen(self, columns: int | None) -> list[str]:
        names = list(self.names)
        if columns is None:
            return names
        return [names[0], names[-1]] if self.has_symbol else [names[0]]

    def _open(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        if self.parquet:
            yield from parquet_batches(self.path, names, BATCH_ROWS, _BLOCK_BYTES)
            return
        with _open_csv(self.path, self.delimiter, names) as reader:
            yield from reader

    def unchanged(self) -> None:
        """Refuse a file that is not the one that was checked."""
        if _stamp(self.path) != self.stamp:
            raise UserError(f"{self.path} was changed while it was read; start again")


def open_table(path: Path) -> CandleTable:
    """The file at ``path``, its header checked; ``UserError`` with one sentence otherwise."""
    stamp = _stamp(path)
    if stamp[0] == 0:
        raise UserError(f"{path} is empty; give a file of candles")
    parquet = path.suffix.lower() in (".parquet", ".pq") or _begins(path) == _MAGIC
    delimiter = ","
    try:
        if parquet:
            schema = parquet_schema(path)
        else:
            delimiter = _delimiter(path)
            with _open_csv(path, delimiter, None) as reader:
                schema = reader.schema
    except (pa.ArrowException, OSError) as error:
        kind = "a Parquet file" if parquet else "a CSV file"
        raise UserError(
            _short_line(path, str(error))
            or f"{path} is not {kind} ({_first_line(str(error))}); give candles as Parquet or CSV"
        ) from error
    names = _columns(path, schema.names)
    types = tuple(schema.field(name).type for name in names)
    if parquet:
        _check_types(path, names, types)
    return CandleTable(path, parquet, names, types, delimiter, stamp)


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex: its provenance."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}); give the path of a candle file"
        ) from error
    if path.is_dir():
        raise UserError(f"{path} is a folder; give the path of a candle file")
    return found.st_size, found.st_mtime_ns


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC))
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}); give the path of a candle file"
        ) from error


def _delimiter(path: Path) -> str:
    """Comma, semicolon or tabulator: whichever the header has most of."""
    with pa.input_stream(str(path), compression="detect") as stream:
        header = stream.read(4096).decode("utf-8", "replace").partition("\n")[0]
    return max(",;\t", key=header.count)


def _open_csv(path: Path, delimiter: str, names: list[str] | None) -> Any:
    """A streaming reader; every wanted column is text, so that no digit is lost."""
    wanted: Mapping[str, pa.DataType] = {name: pa.string() for name in names or ()}
    return pcsv.open_csv(
        pa.input_stream(str(path), compression="detect"),
        read_options=pcsv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
        parse_options=pcsv.ParseOptions(delimiter=delimiter),
        convert_options=pcsv.ConvertOptions(
            column_types=dict(wanted), include_columns=names or [], strings_can_be_null=False
        ),
    )


def _columns(path: Path, found: list[str]) -> tuple[str, ...]:
    """The file's own names of the columns that are needed, in our order."""
    by_name: dict[str, str] = {}
    for name in found:
        low = name.strip().lower()
        if low in by_name and low in (*TIME_NAMES, *NUMBERS, "symbol"):
            raise UserError(f"{path} has two columns called {low}; remove one of them")
        by_name.setdefault(low, name)
    time = next((name for name in TIME_NAMES if name in by_name), None)
    missing = [name for name in NUMBERS if name not in by_name]
    if time is None:
        missing.insert(0, "a time (" + ", ".join(TIME_NAMES) + ")")
    if time is None or missing:
        raise UserError(
            f"{path} has a wrong header: missing {', '.join(missing)}; found {', '.join(found)}; "
            "name the columns in the first line"
        )
    chosen = [time, *NUMBERS] + (["symbol"] if "symbol" in by_name else [])
    return tuple(by_name[name] for name in chosen)


def _check_types(path: Path, names: tuple[str, ...], types: tuple[pa.DataType, ...]) -> None:
    for name, kind in zip(names[1 : 1 + len(NUMBERS)], types[1:], strict=False):
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        exact = pa.types.is_integer(kind) or pa.types.is_decimal(kind) or text
        if not exact and not pa.types.is_float64(kind):
            raise UserError(
                f"{path} has column {name} of type {kind}, which holds no exact numbers; "
                "store it as float64, decimal or text"
            )


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0].rstrip(".")


def _short_line(path: Path, reason: str) -> str:
    """A sentence for a line with too few or too many columns, "" for any other reason."""
    short = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", reason)
    if not short:
        return ""
    line, expected, got = short.groups()
    return (
        f"{path}: line {line} has {got} columns instead of {expected}; "
        "complete the line or remove it"
    )


def _broken(table: CandleTable, row: int, reason: str) -> str:
    """A sentence for a fault that shows only while the file is read."""
    return _short_line(table.path, reason) or (
        f"{table.path} cannot be read from {table.where(row)} on ({_first_line(reason)}); "
        "fetch the file again"
    )
