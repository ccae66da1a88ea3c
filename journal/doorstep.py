"""What a file has to be before it is opened as a journal, each "no" with its own sentence."""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from engine.errors import NegativeAnswerError, UserError
from journal.upcast import FORMAT

APPLICATION_ID = 0x74664A31
"""``tfJ1`` in the header of the file, at byte 68: this SQLite file is the journal of a run."""
SESSION_ID = 0x74665331
"""``tfS1``: it is the journal of a session of the exchange's server."""
KINDS = {
    APPLICATION_ID: "the journal of a run",
    SESSION_ID: "the journal of a session of the exchange's server",
}

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100


def is_journal(path: Path) -> bool:
    """Whether the file's first bytes say that it is a journal, whole or damaged."""
    return mark_of(path) in KINDS


def mark_of(path: Path) -> int:
    """What a file's first bytes say it is: a key of ``KINDS``; 0 for what is no journal, or no
    file. Lets other ``OSError`` through."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError):
        return 0
    found = _number(header, 68) if header.startswith(_MAGIC) else 0
    return found if found in KINDS else 0


def check_header(path: Path, mark: int = APPLICATION_ID) -> None:
    """Raise the fitting error when ``path`` is no journal of that kind that this code can read."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        raise UserError(f"journal {path}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise UserError(f"journal {path}: is a folder; name the file in it") from None
    except NotADirectoryError:
        raise UserError(f"journal {path}: a part of the path is a file; check the path") from None
    except PermissionError:
        raise UserError(f"journal {path}: may not be read; give yourself permission") from None
    if not header:
        raise UserError(f"journal {path}: is empty; name a journal")
    if not header.startswith(_MAGIC):
        raise UserError(f"journal {path}: is not a journal; name a file that a run has written")
    if len(header) < _HEADER_BYTES:
        raise NegativeAnswerError(f"journal {path}: is cut off after {len(header)} bytes")
    found = _number(header, 68)
    if found != mark and found in KINDS:
        raise UserError(f"journal {path}: is {KINDS[found]}, not {KINDS[mark]}; name another file")
    if found != mark:
        raise UserError(
            f"journal {path}: is a SQLite database, but not a journal; "
            "name a file that a run has written"
        )
    version = _number(header, 60)
    if version > FORMAT:
        raise UserError(
            f"journal {path}: was written by a newer tradefold (format {version}); "
            f"this one reads up to {FORMAT}: upgrade"
        )


def connect_readonly(path: Path, mark: int = APPLICATION_ID) -> sqlite3.Connection:
    """A connection that cannot write, to a file that is a journal.

    A folder that cannot be written has no room for SQLite's shared-memory file; a journal whose
    writer has left no log behind is then read as the fixed file that it is.
    """
    check_header(path, mark)
    address = f"file:{quote(str(path))}?mode=ro"
    try:
        return _connected(address)
    except sqlite3.DatabaseError as error:
        if not isinstance(error, sqlite3.OperationalError):
            raise NegativeAnswerError(f"journal {path}: is damaged ({error})") from error
        log = path.with_name(f"{path.name}-wal")
        if not _is_empty(log):
            raise UserError(
                f"journal {path}: cannot be opened ({error}); copy it with its -wal file to a "
                "folder that you may write"
            ) from error
    try:
        return _connected(f"{address}&immutable=1")
    except sqlite3.DatabaseError as error:
        raise NegativeAnswerError(f"journal {path}: is damaged ({error})") from error


def _connected(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.text_factory = any_text
    try:
        connection.execute("SELECT count(*) FROM head").fetchone()
    except UnicodeDecodeError as error:
        # What SQLite says of a schema that cannot be read holds bytes of it.
        connection.close()
        raise sqlite3.DatabaseError("its schema is no text") from error
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def any_text(stored: bytes) -> str:
    """Text as it is stored: what is no UTF-8 has to reach a check, not end in a decoding error."""
    return stored.decode("utf-8", "surrogateescape")


def _is_empty(path: Path) -> bool:
    try:
        return os.stat(path).st_size == 0
    except OSError:
        return True


def _number(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 4], "big")
