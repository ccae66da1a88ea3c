"""Making the tables, empty, and taking them away."""

import sqlite3
from collections.abc import Iterable, Mapping

from journal.projections.tables import KEY, PROJECTED, TABLES
from journal.projections.views import VIEWS

_INDICES = {"fills": "client_id", "other_decisions": "kind"}
"""What is asked for by a name that few rows have; a scan of the rest takes milliseconds."""
_SQL_TYPES = {int: "INTEGER", float: "REAL", str: "TEXT"}


def create_projections(connection: sqlite3.Connection) -> None:
    """Make every table, empty. One owner per position is a unique index (S0-52).

    In plain SQL, letter for letter what sqlite-utils would write (a test holds both equal): whoever
    only reads a journal may have to make tables anew, and should not wait for that library.
    """
    for name, (columns, key) in TABLES.items():
        connection.execute(table_sql(name, columns, key))
    index = f'CREATE UNIQUE INDEX "one_owner_per_position"\n    ON "positions" ({_quoted(KEY)})'
    connection.execute(index)
    connection.execute(table_sql("projection_state", {"id": int, "state": str}, ("id",)))
    for name, query in VIEWS.items():
        connection.execute(f'CREATE VIEW "{name}" AS {query}')


def table_sql(name: str, columns: Mapping[str, type], key: tuple[str, ...]) -> str:
    """The statement that makes a table. One without a key of its own is a list in the order of its
    frames: cheap to append to.
    """
    lines = [
        f'   "{column}" {_SQL_TYPES[kind]}' + (" PRIMARY KEY" if key == (column,) else "")
        for column, kind in columns.items()
    ]
    if len(key) > 1:
        lines.append(f"   PRIMARY KEY ({_quoted(key)})")
    return f'CREATE TABLE "{name}" (\n' + ",\n".join(lines) + "\n)"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def drop_projections(connection: sqlite3.Connection) -> None:
    """Remove whatever goes by the name of a projection, of this version or an earlier one."""
    kinds = dict(connection.execute("SELECT name, type FROM sqlite_master").fetchall())
    for name in PROJECTED:
        if name in kinds:
            connection.execute(f"DROP {kinds[name]} {name}")


def create_indices(connection: sqlite3.Connection) -> None:
    """What makes queries quick; made when a journal is sealed, since it slows writing down."""
    for table, column in _INDICES.items():
        name = f"{table}_by_{column}"
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})")
