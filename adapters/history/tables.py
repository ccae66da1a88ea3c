"""Files as streams of columns: Parquet by record batches, Feather by its own, CSV by blocks.

Nothing here holds a whole file of these, JSON arrays alone are read whole. Every fault of a file's
form is one sentence with its name.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from attrs import evolve, frozen

from adapters.history.arrays import Arrays, read_arrays
from adapters.history.arrow import (
    csv_reader,
    feather_batches,
    feather_schema,
    parquet_batches,
    parquet_schema,
)
from adapters.history.form import first_cells, form_of, stamp_of
from adapters.history.layouts import (
    ARRAYS,
    CSV,
    FEATHER,
    OWN_TIMES,
    PARQUET,
    PLAIN_TIMES,
    TimeRule,
    plain,
)
from adapters.history.pages import TURNED_ROWS, Batch, turned, without_repeats
from engine.errors import UserError

TIME_NAMES = OWN_TIMES
PRICES = ("open", "high", "low", "close")
NUMBERS = (*PRICES, "volume")
BATCH_ROWS = 16_384
_BLOCK_BYTES = 1 << 20


@frozen
class Header:
    """A file that can be read, and what its columns are called.

    ``headless`` when its first line is a row and its names come from a layout; ``arrays`` is all of
    a JSON file, and what a venue's answer says of itself.
    """

    path: Path
    form: str
    names: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    delimiter: str
    stamp: tuple[int, int]
    headless: bool = False
    arrays: Arrays | None = None

    def find(self, *choices: str) -> str:
        """The file's own name of the first of these columns that it has, "" for none of them.

        Letters' case and blanks around a name do not count, and one within it is a ``_``.
        ``UserError`` for two of one name.
        """
        by_name: dict[str, list[str]] = {}
        for name in self.names:
            by_name.setdefault(plain(name), []).append(name)
        for choice in choices:
            found = by_name.get(plain(choice), [])
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
        if self.form != CSV:
            types = [self.types[self.names.index(name)] for name in numbers]
            if lists:
                types = [_elements(self.path, *each) for each in zip(numbers, types, strict=True)]
            _check_types(self.path, numbers, types)
        headless = self.names if self.headless else ()
        found = Table(self.path, self.form, chosen, self.delimiter, self.stamp, bool(symbol))
        return evolve(found, headless=headless, rows=self.arrays.rows if self.arrays else None)


@frozen
class Table:
    """The columns of one file that are needed; ``names`` are its own names for them.

    The last is the symbol where ``has_symbol``: a long table. ``headless`` are all columns of a
    CSV file that does not name them. ``times`` is how the time is written; ``closes`` whether the
    column after the numbers is the closing time; ``paged`` whether repeated rows are dropped;
    ``turned`` the number of rows of a file that goes from new to old, 0 for any other; ``rows`` is
    all of a JSON file.
    """

    path: Path
    form: str
    names: tuple[str, ...]
    delimiter: str
    stamp: tuple[int, int]
    has_symbol: bool
    headless: tuple[str, ...] = ()
    times: TimeRule = PLAIN_TIMES
    closes: bool = False
    paged: bool = False
    turned: int = 0
    rows: pa.RecordBatch | None = None

    def where(self, row: int) -> str:
        """The place of a row for people: a line of a CSV file (blank ones are not counted), or a
        row of any other."""
        place = self.turned - 1 - row if self.turned else row
        if self.form != CSV:
            return f"row {place + 1}"
        return f"line {place + (1 if self.headless else 2)}"

    def batches(self, columns: int | None = None, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """The file in order of time; only time, or time and symbol, when ``columns`` says so.

        Of a Parquet or Feather file ``rows`` at a time, at most.
        """
        found = self._read(self._chosen(columns), rows)
        if self.turned:
            found = turned(found)
        return without_repeats(found) if self.paged else found

    def from_new_to_old(self) -> "Table":
        """This file turned round; ``UserError`` when it is too long for that."""
        rows = 0
        for _, columns in self._read(self._chosen(1), BATCH_ROWS):
            rows += len(columns[0])
            if rows > TURNED_ROWS:
                raise UserError(
                    f"{self.path} goes from new to old and has more than {TURNED_ROWS:,} rows, "
                    "too many to turn it round; sort the file by time"
                )
        return evolve(self, turned=rows)

    def _read(self, names: Sequence[str], rows: int) -> Iterator[Batch]:
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
        if self.form == PARQUET:
            yield from parquet_batches(self.path, names, rows, _BLOCK_BYTES)
        elif self.form == FEATHER:
            yield from feather_batches(self.path, names, rows)
        elif self.rows is not None:
            for begin in range(0, self.rows.num_rows, rows):
                yield self.rows.slice(begin, rows)
        else:
            reader = csv_reader(self.path, self.delimiter, names, self.headless, _BLOCK_BYTES)
            with reader:
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
    form = form_of(path)
    if form == ARRAYS:
        found = read_arrays(path)
        kept = found.rows.schema
        return Header(path, form, tuple(kept.names), tuple(kept.types), "", stamp, False, found)
    delimiter = ","
    headless: tuple[str, ...] = ()
    try:
        if form == PARQUET:
            schema = parquet_schema(path)
        elif form == FEATHER:
            schema = feather_schema(path)
        else:
            delimiter, headless = first_cells(path)
            with csv_reader(path, delimiter, (), headless, _BLOCK_BYTES) as reader:
                schema = reader.schema
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            _short_line(path, str(error))
            or f"{path} is not a {form} file ({_first_line(str(error))}); "
            "give candles or another recording as Parquet, Feather or CSV"
        ) from error
    types = tuple(field.type for field in schema)
    return Header(path, form, tuple(schema.names), types, delimiter, stamp, bool(headless))


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
