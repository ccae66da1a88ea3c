"""Projections thrown away and folded anew from the pages."""

import sqlite3
from pathlib import Path

from engine.errors import NegativeAnswerError
from journal.chain import GENESIS, linked
from journal.doorstep import check_header
from journal.failures import write_failed
from journal.head import read_head
from journal.lock import WriterLock
from journal.pages import decode_loud
from journal.projections.fold import Projections
from journal.projections.making import create_indices, create_projections, drop_projections
from journal.reader import stored_pages


def rebuild(path: Path) -> None:
    """Drop every projection of a journal that nobody writes, and fold them from its frames.

    All in one transaction: whoever reads meanwhile sees the old tables, and so does whoever comes
    after a crash. Raises what ``JournalReader`` and ``WriterLock`` raise.
    """
    check_header(path)
    lock = WriterLock(path)
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            _rebuild(connection, str(path))
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise write_failed(path, error) from error
    finally:
        lock.release()


def _rebuild(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    drop_projections(connection)
    create_projections(connection)
    projections = Projections(connection)
    previous = GENESIS
    for page in stored_pages(connection):
        try:
            if not linked(previous, page):
                raise ValueError("was changed after it was written")
            loud = decode_loud(page)
        except ValueError as error:
            fault = f"the page from seq {page.first_seq} {error}; run verify"
            raise NegativeAnswerError(f"journal {name}: {fault}") from error
        previous = page.digest
        if loud:
            projections.write(loud)
    if read_head(connection, name).sealed:
        create_indices(connection)
    connection.execute("COMMIT")
