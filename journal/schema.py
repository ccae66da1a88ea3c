"""The tables of a journal file, made through sqlite-utils.

``pages`` is append-only: triggers refuse UPDATE and DELETE, an INSERT that would replace or
precede a page, and anything after sealing. ``head`` is one row that only ever moves on. The file
says what it is in its first hundred bytes (``application_id``, ``user_version``), so that a
reader knows a journal, and its format, before it asks SQLite anything.
"""

import sqlite3

from sqlite_utils import Database

from journal.codec import RUNS
from journal.projections.making import create_projections
from journal.upcast import FORMAT
from journal.vocabulary import Vocabulary

_TRIGGERS = (
    """
    CREATE TRIGGER pages_refuse_update BEFORE UPDATE ON pages
    BEGIN SELECT RAISE(ABORT, 'pages are append-only'); END
    """,
    """
    CREATE TRIGGER pages_refuse_delete BEFORE DELETE ON pages
    BEGIN SELECT RAISE(ABORT, 'pages are append-only'); END
    """,
    """
    CREATE TRIGGER pages_refuse_other_insert BEFORE INSERT ON pages
    WHEN NEW.first_seq
        <> 1 + coalesce((SELECT last_seq FROM pages ORDER BY first_seq DESC LIMIT 1), 0)
        OR (SELECT sealed FROM head) = 1
    BEGIN SELECT RAISE(ABORT, 'pages are append-only'); END
    """,
    """
    CREATE TRIGGER head_refuse_delete BEFORE DELETE ON head
    BEGIN SELECT RAISE(ABORT, 'the head row stays'); END
    """,
    """
    CREATE TRIGGER head_refuse_update_of_sealed BEFORE UPDATE ON head WHEN OLD.sealed = 1
    BEGIN SELECT RAISE(ABORT, 'the journal is sealed'); END
    """,
    """
    CREATE TRIGGER head_refuse_second BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head)
    BEGIN SELECT RAISE(ABORT, 'there is one head row'); END
    """,
)


def create_schema(connection: sqlite3.Connection, words: Vocabulary = RUNS) -> None:
    """Make every table, trigger and mark of an empty journal file."""
    connection.execute(f"PRAGMA application_id = {words.mark}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    database = Database(connection)
    connection.execute("BEGIN")
    database.table("pages").create(
        {
            "first_seq": int,
            "last_seq": int,
            "first_at": int,
            "last_at": int,
            "codec": str,
            "body": bytes,
            "digest": str,
        },
        pk="first_seq",
        not_null={"last_seq", "first_at", "last_at", "codec", "body", "digest"},
    )
    database.table("head").create(
        {
            "id": int,
            "format": int,
            "run": str,
            "last_seq": int,
            "last_at": int,
            "digest": str,
            "sealed": int,
            "state_digest": str,
            "strategy_digest": str,
            "checksum": str,
        },
        pk="id",
    )
    for trigger in _TRIGGERS:
        connection.execute(trigger)
    if words.has_tables:
        create_projections(connection)
    connection.execute("COMMIT")
