"""The head row: what pins a journal's end, under a checksum of its own."""

import hashlib
import json
import sqlite3

from engine.errors import NegativeAnswerError
from journal.frame import Head

HEAD_COLUMNS = ("id", *Head._fields, "checksum")
SELECT_HEAD = f"SELECT {', '.join(HEAD_COLUMNS)} FROM head"
REPLACE_HEAD = (
    f"UPDATE head SET {', '.join(f'{name} = ?' for name in HEAD_COLUMNS)} "
    "WHERE id = 1 AND last_seq = ? AND digest = ?"
)
"""Writes a head over the one that is expected there, and over no other."""


def head_row(head: Head) -> tuple[int | str, ...]:
    """The columns of the one head row."""
    return (1, *head, _checksum(head))


def read_head(connection: sqlite3.Connection, name: str) -> Head:
    """The head of a journal. ``NegativeAnswerError`` when its row is not what was written."""
    rows = connection.execute(SELECT_HEAD).fetchall()
    if len(rows) != 1:
        raise NegativeAnswerError(f"journal {name}: has {len(rows)} head rows instead of one")
    row = tuple(rows[0])
    head = Head(*row[1:-1])
    if row != head_row(head):
        raise NegativeAnswerError(f"journal {name}: the head row was changed after it was written")
    return head


def _checksum(head: Head) -> str:
    text = json.dumps([1, *(_printable(value) for value in head)], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _printable(value: object) -> object:
    """Whatever a changed row may hold, as something JSON can tell apart."""
    return value if isinstance(value, int | str) else [repr(value)]


def insert_head(connection: sqlite3.Connection, head: Head) -> None:
    """Put the one row into an empty table."""
    places = ", ".join("?" * len(HEAD_COLUMNS))
    connection.execute(f"INSERT INTO head VALUES ({places})", head_row(head))
