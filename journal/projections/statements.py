"""The SQL that fills the tables: rows in, what is over out, and what is known already."""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec

from engine.domain.order import side_name
from engine.ids import PositionKey
from engine.messages.venue import FundingPaid, OrderFilled
from engine.money import SCALE
from journal.frame import Frame
from journal.present import moment
from journal.projections.tables import TABLES


def _insert(table: str, rows: int) -> str:
    columns, key = TABLES[table]
    row = f"({', '.join('?' * len(columns))})"
    insert = f"INSERT INTO {table} VALUES {', '.join([row] * rows)}"
    if table not in ("orders", "positions", "virtual_accounts"):
        return insert
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"{insert} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"


_EXECUTED = frozenset({OrderFilled, FundingPaid})
AT_ONCE = 16
"""Rows of one statement where there are so many: half the cost of a row is that of a statement."""
INSERTS: dict[str, tuple[str, str]] = {
    table: (_insert(table, 1), _insert(table, AT_ONCE)) for table in TABLES
}
"""How rows get in: one, or ``AT_ONCE``. Only what goes on living is written over, and only by its
own key: a second owner of a position is another row, which the unique index refuses."""

RELEASE_POSITION = (
    "DELETE FROM positions WHERE venue_account = ? AND symbol = ? AND position_index = ?"
)
_KNOWN = "SELECT execution_id FROM {} WHERE execution_id IN (SELECT value FROM json_each(?))"
KNOWN_FILLS, KNOWN_FUNDING = _KNOWN.format("fills"), _KNOWN.format("funding")
ANY_FUNDING = "SELECT 1 FROM funding LIMIT 1"
CLOSE_INCIDENT = (
    "UPDATE incidents SET closed_seq = ?, closed_at = ?, resolution = ? WHERE incident = ?"
)
KEEP_STATE = "INSERT OR REPLACE INTO projection_state VALUES (?, ?)"
"""Row 1 is the manifest, row 2 what is alive after the last page that changed anything."""
LATE_FILL = """
UPDATE orders SET
    average_price = (average_price * filled_quantity + :value) / (filled_quantity + :quantity),
    state = CASE WHEN round(filled_quantity + :quantity, 8) >= quantity THEN 'filled'
        ELSE state END,
    filled_quantity = round(filled_quantity + :quantity, 8),
    fees = round(fees + :fee, 8),
    updated_seq = :seq,
    updated_at = :at
WHERE client_id = :client_id
"""
"""A fill of an order that had ended in an earlier page, and is no longer held in memory."""


def insert_rows(connection: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Write rows in their order."""
    one, many = INSERTS[table]
    whole = len(rows) - len(rows) % AT_ONCE
    if whole:
        starts = range(0, whole, AT_ONCE)
        flat = [tuple(chain.from_iterable(rows[n : n + AT_ONCE])) for n in starts]
        connection.executemany(many, flat)
    if whole < len(rows):
        connection.executemany(one, rows[whole:])


def known_executions(connection: sqlite3.Connection, frames: Sequence[Frame]) -> list[str]:
    """Which executions of this page were told before: the same id is the same one (F24, F40).

    All in one query, since a query for each fill would cost as much as writing it; and a second
    one only where funding was ever paid.
    """
    asked: list[str] = [
        stamped.input.execution_id  # type: ignore[union-attr]
        for stamped, _ in frames
        if type(stamped.input) in _EXECUTED
    ]
    if not asked:
        return []
    text = msgspec.json.encode(asked).decode()
    known = connection.execute(KNOWN_FILLS, (text,)).fetchall()
    if connection.execute(ANY_FUNDING).fetchone():
        known += connection.execute(KNOWN_FUNDING, (text,)).fetchall()
    return [row[0] for row in known]


def book_late_fill(
    connection: sqlite3.Connection, fill: OrderFilled, value: int, seq: int, at: int
) -> tuple[str, str]:
    """Book a fill of an order that is no longer held: its account and state, "" for an unknown."""
    facts = {
        "value": value / SCALE,
        "quantity": fill.quantity / SCALE,
        "fee": fill.fee / SCALE,
        "seq": seq,
        "at": moment(at),
        "client_id": fill.client_id,
    }
    connection.execute(LATE_FILL, facts)
    query = "SELECT account, state FROM orders WHERE client_id = ?"
    row = connection.execute(query, (fill.client_id,)).fetchone()
    return tuple(row) if row else ("", "")


def stored_entry(
    connection: sqlite3.Connection, key: PositionKey, side: int
) -> tuple[int, int, str, str]:
    """Frame, place, account and id of the last entry on ``side`` of a position in the table."""
    query = (
        "SELECT requested_seq, requested_n, account, client_id FROM orders "
        "WHERE purpose = 'entry' AND "
        "venue_account = ? AND symbol = ? AND position_index = ? AND side = ? "
        "ORDER BY 1 DESC, 2 DESC LIMIT 1"
    )
    row = connection.execute(query, (*key, side_name(side))).fetchone()
    return tuple(row) if row else (0, 0, "", "")
