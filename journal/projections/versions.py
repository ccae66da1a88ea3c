"""Which version of the tables a journal has, as the fold that wrote them noted it."""

import sqlite3

import msgspec

from journal.projections.tables import TABLES_VERSION


def tables_version(connection: sqlite3.Connection) -> int:
    """The version of the tables of a journal; 0 where nobody knows."""
    query = "SELECT state FROM projection_state ORDER BY id DESC LIMIT 1"
    try:
        rows = connection.execute(query).fetchall()
        kept = msgspec.json.decode(rows[0][0]) if rows else None
    except (sqlite3.Error, msgspec.DecodeError, TypeError, UnicodeError):
        return 0
    version = kept[0] if isinstance(kept, list) and kept else 0
    return version if type(version) is int and version > 0 else 0


def older_version(connection: sqlite3.Connection) -> int:
    """The version of tables that an older program made; 0 where they are not older, or nobody
    knows.

    Such tables are unlike this version's and yet nobody changed them: ``rebuild`` folds them anew.
    """
    version = tables_version(connection)
    return version if version < TABLES_VERSION else 0
