"""What SQLite and the file system say, as one clear sentence for a person."""

import errno
import shutil
import sqlite3
from pathlib import Path

from engine.errors import WorldError

_MENDS = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space and start again",
    sqlite3.SQLITE_IOERR: "reading or writing the disk failed: check the disk and start again",
    sqlite3.SQLITE_READONLY: "it cannot be written: make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: make the file and its folder accessible",
    sqlite3.SQLITE_PERM: "it cannot be opened: make the file and its folder accessible",
    sqlite3.SQLITE_BUSY: "another program keeps it locked: close that program and start again",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: run verify on it and keep a copy",
    sqlite3.SQLITE_NOTADB: "the file is damaged: run verify on it and keep a copy",
}
_LITTLE_BYTES = 1 << 20
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error, 0 when it has none."""
    code: int = getattr(error, "sqlite_errorcode", 0) or 0
    return code & 0xFF


def write_failed(path: Path, error: sqlite3.Error) -> WorldError:
    """The error to raise when ``path`` could not be written: nothing of this page is stored."""
    mend = _MENDS.get(primary_code(error), "start again once that is mended")
    if primary_code(error) == sqlite3.SQLITE_IOERR and _is_full(path):
        mend = _MENDS[sqlite3.SQLITE_FULL]
    return WorldError(f"journal {path}: {error}; {mend}")


def folder_failed(path: Path, error: OSError) -> WorldError:
    """The error to raise when the folder of ``path`` refuses."""
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        return WorldError(f"journal {path}: {_MENDS[sqlite3.SQLITE_FULL]}")
    return WorldError(
        f"journal {path}: {reason}; make the folder {path.parent} writable, or choose another"
    )


def _is_full(path: Path) -> bool:
    """SQLite calls it an I/O error when its shared memory finds no room."""
    try:
        return shutil.disk_usage(path.parent).free < _LITTLE_BYTES
    except OSError:
        return False
