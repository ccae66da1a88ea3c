"""Files that are being written, and the name of the one for which there was no room."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_FASTEST = 1
"""Of gzip's levels; the next ones are slower and hardly smaller."""
_CHUNK = 1 << 20


@contextmanager
def text_file(path: Path) -> Iterator[IO[str]]:
    """A new text file; an ``OSError`` upon it names it."""
    with _named(path), path.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def packed_file(path: Path) -> Iterator[IO[bytes]]:
    """A new gzip file; the same bytes for the same content, whenever and wherever it is made."""
    with (
        _named(path),
        path.open("wb") as file,
        gzip.GzipFile("", "wb", _FASTEST, file, mtime=0) as packed,
        io.BufferedWriter(packed, _CHUNK) as lines,
    ):
        yield lines


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """A full disk says so when it is written to, and then does not say where."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
