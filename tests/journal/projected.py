"""Writing journals and asking their tables."""

import sqlite3
from pathlib import Path
from typing import Any

from engine.messages.market import MarkPriced
from engine.money import Price
from journal.frame import Frame
from journal.projections.tables import PROJECTED
from journal.store import SqliteJournal
from tests.journal.samples import UNIT, first_frame

TICK = MarkPriced("BTCUSDT", Price(90_000 * UNIT))


def write(path: Path, *pages: list[Frame]) -> Path:
    """A journal of these pages, closed and not sealed."""
    with SqliteJournal.create(path, first_frame()) as journal:
        for frames in pages:
            for stamped, decisions in frames:
                journal.append(stamped, decisions)
            journal.flush()
    return path


def rows_of(path: Path, query: str) -> list[dict[str, Any]]:
    """What a query answers."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute(query)]
    connection.close()
    return rows


def everything(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every projection, row by row."""
    return {table: rows_of(path, f"SELECT * FROM {table} ORDER BY 1, 2") for table in PROJECTED}
