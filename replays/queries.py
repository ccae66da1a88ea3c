"""Asking a journal's tables, and one sentence when they are not what they were."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from engine.errors import NegativeAnswerError
from engine.money import SCALE
from journal.reader import JournalReader


def rows_of(journal: JournalReader, query: str, *values: object) -> list[Any]:
    """All rows of a query. Raises ``NegativeAnswerError`` when the tables are damaged."""
    return list(each_row(journal, query, *values))


def each_row(journal: JournalReader, query: str, *values: object) -> Iterator[Any]:
    """The rows of a query one after the other, for tables that are long; raises the same."""
    tables = journal.tables()
    try:
        yield from tables.execute(query, values)
    except sqlite3.Error as error:
        raise NegativeAnswerError(
            f"journal {journal.name}: its tables cannot be read ({error}); run verify, its pages "
            "may be whole"
        ) from error


def units(number: float) -> int:
    """The e8 integer that a plain decimal of a table was made from."""
    return round(number * SCALE)
