"""Where a journal lies on the disk: names beside its name, and moves that survive a crash."""

import os
import sqlite3
from pathlib import Path

from engine.errors import UserError
from journal.doorstep import is_journal

_SIDECARS = ("-wal", "-shm", "-journal")


def check_name(path: Path, replace: bool) -> None:
    """Raise ``UserError`` unless a new journal may be called ``path``."""
    if path.is_dir():
        raise UserError(f"journal {path}: is a folder; name a file in it")
    if not path.exists():
        return
    if not replace:
        raise UserError(f"journal {path}: exists already; choose another name or give --replace")
    if not is_journal(path):
        raise UserError(f"journal {path}: is no journal, so it stays; choose another name")


def building_path(path: Path) -> Path:
    """Where the file is built that will be called ``path``."""
    return path.with_name(f".{path.name}.building")


def remove_database(file: Path) -> None:
    """Delete what an earlier writer that was killed may have left behind."""
    for suffix in ("", *_SIDECARS):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def replace_database(new: Path, old: Path) -> None:
    """Put ``new``, a single file, in the place of the database ``old``.

    The old log has to be in the old file before it goes: SQLite would take a log that is left
    beside the new file for the new file's own.
    """
    if old.exists():
        connection = sqlite3.connect(old, isolation_level=None)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.DatabaseError:
            # A damaged journal has no log worth keeping, and it was asked to go.
            pass
        finally:
            connection.close()
        for suffix in _SIDECARS:
            old.with_name(old.name + suffix).unlink(missing_ok=True)
    os.replace(new, old)
    sync(old.parent)


def sync(path: Path) -> None:
    """Return when the disk has the content of a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def identity(file: Path) -> tuple[int, int]:
    """Which file it is that has the name now; (0, 0) for none."""
    try:
        status = os.stat(file)
    except FileNotFoundError:
        return (0, 0)
    return status.st_dev, status.st_ino
