"""Tables are made in plain SQL, letter for letter what sqlite-utils would write."""

import sqlite3

from sqlite_utils import Database

from journal.projections.making import create_projections
from journal.projections.tables import KEY, TABLES
from journal.projections.views import VIEWS


def statements(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """What a database says of itself."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    return connection.execute(query).fetchall()


def test_the_tables_are_those_that_sqlite_utils_makes() -> None:
    ours, theirs = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    create_projections(ours)
    database = Database(theirs)
    for name, (columns, key) in TABLES.items():
        database.table(name).create(columns, pk=key if len(key) > 1 else key[0] if key else None)
    positions = database.table("positions")
    positions.create_index(tuple(KEY), "one_owner_per_position", unique=True)
    database.table("projection_state").create({"id": int, "state": str}, pk="id")
    for name, query in VIEWS.items():
        database.create_view(name, query)
    assert statements(ours) == statements(theirs)
