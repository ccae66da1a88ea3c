"""What a file is before its columns are read: its form, its bytes' digest, and its first line."""

import hashlib
from pathlib import Path

import pyarrow as pa

from adapters.history.arrays import begins_like_arrays
from adapters.history.headless import names_of_ticks
from adapters.history.layouts import ARRAYS, CSV, FEATHER, PARQUET, names_of_cells
from engine.errors import UserError

_MAGIC = {b"PAR1": PARQUET, b"ARROW1": FEATHER}
_ZIP = b"PK\x03\x04"
"""How the archives of Binance Vision and Bybit's of books come."""
_SUFFIX = {".parquet": PARQUET, ".pq": PARQUET, ".feather": FEATHER, ".arrow": FEATHER}


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


def form_of(path: Path) -> str:
    """The form of the file: by how it begins, else by its name, else CSV."""
    try:
        with path.open("rb") as file:
            start = file.read(6)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}); give the path of a recording"
        ) from error
    if start.startswith(b"FEA1"):
        raise UserError(f"{path} is a Feather file of version 1; write it as version 2 or Parquet")
    if start.startswith(_ZIP):
        raise UserError(f"{path} is a ZIP archive; unpack it, and give the file that is in it")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(f"{path} is text of UTF-16, as a spreadsheet saves it; save it as UTF-8")
    for magic, form in _MAGIC.items():
        if start.startswith(magic):
            return form
    named = _SUFFIX.get(path.suffix.lower())
    return named or (ARRAYS if begins_like_arrays(path) else CSV)


def first_cells(path: Path) -> tuple[str, tuple[str, ...]]:
    """Comma, semicolon or tabulator, whichever the first line has most of; and the columns of a
    file whose first line is known to be a row."""
    with pa.input_stream(str(path), compression="detect") as stream:
        header = stream.read(4096).decode("utf-8-sig", "replace").partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    cells = header.strip().split(delimiter)
    return delimiter, names_of_cells(cells) or names_of_ticks(cells)
