"""Files as streams of columns: Parquet by record batches, CSV by blocks.

Nothing here holds a whole file. Every fault of a file's form is one sentence with its name.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
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
"""Number of the first row (from 0), and its columns in the order of the table's names."""


@frozen
class Header:
    """A file that can be read, and what its columns are called."""

    path: Path
    parquet: bool
    names: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    delimiter: str
    stamp: tuple[int, int]

    def find(self, *choices: str) -> str:
        """The file's own name of the first of these columns that it has, "" for none of them.

        Letters' case and blanks around a name do not count. ``UserError`` for two of one name.
        """
        by_name: dict[str, list[str]] = {}
        for name in self.names:
            by_name.setdefault(name.strip().lower(), []).append(name)
        for choice in choices:
            found = by_name.get(choice, [])
            if len(found) > 1:
                raise UserError(f"{self.path} has two columns called {choice}; remove one of them")
            if found:
                return found[0]
        return ""

    def table(self, names: Sequence[str], numbers: Sequence[str], lists: bool = False) -> "Table":
        """The columns ``names`` in that order, and the symbol's if there is one.

        ``UserError`` when one of ``numbers`` among them (or, for ``lists``, of their elements) has
        a type without exact numbers.
        """
        symbol = self.find("symbol")
        chosen = (*names, symbol) if symbol else tuple(names)
        if self.parquet:
            types = [self.types[self.names.index(name)] for name in numbers]
            if lists:
                types = [_elements(self.path, *each) for each in zip(numbers, types, strict=True)]
            _check_types(self.path, numbers, types)
        return Table(self.path, self.parquet, chosen, self.delimiter, self.stamp, bool(symbol))


@frozen
class Table:
    """The columns of one file that are needed; ``names`` are its own names for them.

    The last is the symbol where ``has_symbol``: a long table.
    """

    path: Path
    parquet: bool
    names: tuple[str, ...]
    delimiter: str
    stamp: tuple[int, int]
    has_symbol: bool

    def where(self, row: int) -> str:
        """The place of a row for people: a line of a CSV file (blank ones are not counted), or a
        row of a Parquet file."""
        return f"row {row + 1}" if self.parquet else f"line {row + 2}"

    def batches(self, columns: int | None = None, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """The file from its beginning; only time, or time and symbol, when ``columns`` says so.

        Of a Parquet file ``rows`` at a time, at most.
        """
        names = self._chosen(columns)
        row = 0
        try:
            for batch in self._open(list(dict.fromkeys(names)), rows):
                yield row, [batch.column(name) for name in names]
                row += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise UserError(_broken(self, row, str(error))) from error

    def _chosen(self, columns: int | None) -> list[str]:
        names = list(self.names)
        if columns is None:
            return names
        return [names[0], names[-1]] if self.has_symbol else [names[0]]

    def _open(self, names: list[str], rows: int) -> Iterator[pa.RecordBatch]:
        if self.parquet:
            yield from parquet_batches(self.path, names, rows, _BLOCK_BYTES)
            return
        with _open_csv(self.path, self.delimiter, names) as reader:
            yield from reader

    def unchanged(self) -> None:
        """Refuse a file that is not the one that was checked."""
        if stamp_of(self.path) != self.stamp:
            raise UserError(f"{self.path} was changed while it was read; start again")


def open_header(path: Path) -> Header:
    """What the columns of the file at ``path`` are called; ``UserError`` with one sentence."""
    stamp = stamp_of(path)
    if stamp[0] == 0:
        raise UserError(f"{path} is empty; give a file of candles or another recording")
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
            or f"{path} is not {kind} ({_first_line(str(error))}); "
            "give candles or another recording as Parquet or CSV"
        ) from error
    types = tuple(field.type for field in schema)
    return Header(path, parquet, tuple(schema.names), types, delimiter, stamp)


def candle_table(header: Header) -> Table:
    """The columns of candles; ``UserError`` with what is missing."""
    return header.table(*_columns(header, NUMBERS))


def mark_table(header: Header) -> Table:
    """The columns of mark prices' candles. They have no volume: their close stands in for it, so
    that all else is checked as candles are."""
    names, numbers = _columns(header, PRICES)
    return header.table([*names, names[-1]], numbers)


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex: its provenance."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of change; ``UserError`` for what is no readable file."""
    try:
        found = path.stat()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}); give the path of a recording"
        ) from error
    if path.is_dir():
        raise UserError(f"{path} is a folder; give the path of a recording")
    return found.st_size, found.st_mtime_ns


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC))
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}); give the path of a recording"
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


def _columns(header: Header, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """The file's own names of the time and the numbers that are needed, and of the numbers."""
    found = [header.find(name) for name in wanted]
    missing = [name for name, own in zip(wanted, found, strict=True) if not own]
    time = header.find(*TIME_NAMES)
    if not time:
        missing.insert(0, "a time (" + ", ".join(TIME_NAMES) + ")")
    if missing:
        raise wrong_header(header, missing)
    return [time, *found], found


def wrong_header(header: Header, missing: Sequence[str]) -> UserError:
    """The sentence for a file without columns that it needs."""
    return UserError(
        f"{header.path} has a wrong header: missing {', '.join(missing)}; "
        f"found {', '.join(header.names)}; name the columns in the first line"
    )


def _elements(path: Path, name: str, kind: pa.DataType) -> pa.DataType:
    """The type of what is in a column of lists."""
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        raise UserError(
            f"{path} has column {name} of type {kind}; store a list of levels in each row"
        )
    return kind.value_type


def _check_types(path: Path, names: Sequence[str], types: Sequence[pa.DataType]) -> None:
    for name, kind in zip(names, types, strict=True):
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


def _broken(table: Table, row: int, reason: str) -> str:
    """A sentence for a fault that shows only while the file is read."""
    return _short_line(table.path, reason) or (
        f"{table.path} cannot be read from {table.where(row)} on ({_first_line(reason)}); "
        "fetch the file again"
    )
