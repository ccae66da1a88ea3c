"""Whether the tables of a journal are what its frames fold to.

The frames are folded once more, page by page and by the same code, into a database that SQLite
keeps in a file of its own as soon as it outgrows its cache. Then both are read side by side: what
is made (tables, triggers, views, indices), what SQLite says of their pages, and every row.
"""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import zip_longest
from typing import Any, NamedTuple

from engine.errors import WorldError
from journal.failures import primary_code
from journal.projections.anew import FoldedAnew, UnfoldableError
from journal.projections.making import create_indices
from journal.projections.tables import PROJECTED, TABLES
from journal.projections.versions import older_version
from journal.reader import JournalReader
from journal.schema import create_schema

Row = Sequence[Any]
_AT_ONCE = 512
_SHOWN = 60
_KEYS = {name: key or ("seq", "n") for name, (_, key) in TABLES.items()}
_KEYS["projection_state"] = ("id",)
"""How a row of each table is named."""
_REBUILD = "tables are disposable: fold them anew with tradefold journal rebuild"
_WHOLE = "its pages are whole: keep a copy, tradefold journal export reads them all"
_OF_THE_WORLD = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_INTERRUPT,
    }
)
"""Codes that tell of the machine and not of what the file holds."""


class TablesReport(NamedTuple):
    """What was found. ``fault`` is empty where all is the same, else one sentence.

    ``table`` and ``row`` name the first that differs, "" where there is none.
    """

    rows: int
    """Rows that are the same."""
    table: str = ""
    row: str = ""
    fault: str = ""
    older: int = 0
    """The version of tables that an older program made, which are not compared; else 0."""


class _OtherError(Exception):
    """The first thing that differs: its table, its row, and a sentence."""


def compare_tables(reader: JournalReader) -> TablesReport:
    """Fold the frames of a journal once more and hold its tables against what comes out.

    A journal may be written meanwhile: what is new is folded in a moment in which the file stands
    still for its reader. Raises ``NegativeAnswerError`` for pages that are damaged (ask
    ``verify_chain`` first), ``WorldError`` when the disk refuses.
    """
    stored, same = reader.connection, 0
    older = older_version(stored)
    if older:
        return TablesReport(same, older=older)
    with closing(sqlite3.connect("", isolation_level=None)) as folded:
        try:
            create_schema(folded)
            again = FoldedAnew(folded, reader.name, reader.loud_pages)
            again.go_on()
            stored.execute("BEGIN")
            again.go_on()
            if reader.head.sealed:
                create_indices(folded)
            _compare_schema(stored, folded)
            for table in _KEYS:
                _check_structure(stored, table)
                same += _compare_rows(stored, folded, table)
        except _OtherError as other:
            return TablesReport(same, *other.args)
        except UnfoldableError as error:
            return TablesReport(same, fault=f"its frames cannot be folded to tables: {error}")
        except sqlite3.Error as error:
            return TablesReport(same, fault=_unreadable(reader, error))
        except UnicodeDecodeError:
            # What SQLite says of a damaged page may hold bytes of it.
            return TablesReport(same, fault=f"its tables cannot be read; {_WHOLE}")
        finally:
            if stored.in_transaction:
                stored.execute("ROLLBACK")
    return TablesReport(same)


def _unreadable(reader: JournalReader, error: sqlite3.Error) -> str:
    if primary_code(error) in _OF_THE_WORLD:
        raise WorldError(
            f"journal {reader.name}: its tables cannot be read ({error}); check the disk"
        ) from error
    return f"its tables cannot be read ({error}); {_WHOLE}"


def _compare_schema(stored: sqlite3.Connection, folded: sqlite3.Connection) -> None:
    """Hold what the file is made of against what a run makes, but for how names are quoted."""
    found, made = _made(stored), _made(folded)
    for (kind, name), (table, text) in made.items():
        there = found.get((kind, name))
        mend = _REBUILD if table in PROJECTED else _WHOLE
        if there is None:
            raise _OtherError(name, "", f"its {kind} {name} is not there; {mend}")
        if there != (table, text):
            fault = f"its {kind} {name} is not made as a run makes it; {mend}"
            raise _OtherError(name, "", fault)
    for (kind, name), (table, _) in found.items():
        if (kind, name) not in made:
            mend = _REBUILD if table in PROJECTED else f"drop the {kind}"
            raise _OtherError(name, "", f"it has the {kind} {name}, which no run makes; {mend}")


def _made(connection: sqlite3.Connection) -> dict[tuple[str, str], tuple[str, str]]:
    """Kind and name of everything, to the table it is of and the text that makes it.

    What SQLite makes for itself (statistics, the indices of keys) is left out: it follows from
    the rest, and ``integrity_check`` looks at it.
    """
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid")
    return {
        (kind, name): (table, _same_text(text))
        for kind, name, table, text in rows
        if not str(name).startswith("sqlite_")
    }


def _same_text(text: object) -> str:
    """A statement as every version of sqlite-utils writes it."""
    bare = re.sub(r'[\[\]"`]', "", str(text))
    return re.sub(r"\bFLOAT\b", "REAL", " ".join(bare.split()))


def _check_structure(stored: sqlite3.Connection, table: str) -> None:
    """SQLite's own look at a table and its indices: a query may read either of them."""
    (told,) = stored.execute(f"PRAGMA integrity_check({table})").fetchone()
    if told != "ok":
        what = " ".join(str(told).split())
        raise _OtherError(table, "", f"its table {table} is damaged ({what}); {_WHOLE}")


def _compare_rows(stored: sqlite3.Connection, folded: sqlite3.Connection, table: str) -> int:
    """How many rows there are, all the same."""
    query = f"SELECT * FROM {table} NOT INDEXED ORDER BY rowid"
    found, wanted = stored.execute(query), folded.execute(query)
    names = [column[0] for column in wanted.description]
    same = 0
    while True:
        there, due = found.fetchmany(_AT_ONCE), wanted.fetchmany(_AT_ONCE)
        if there != due:
            pairs = zip_longest(there, due)
            raise _unlike(table, names, *next(pair for pair in pairs if pair[0] != pair[1]))
        same += len(due)
        if len(due) < _AT_ONCE:
            return same


def _unlike(table: str, names: list[str], there: Row | None, due: Row | None) -> "_OtherError":
    """Two rows of which one is missing, or is another."""
    named = [dict(zip(names, row, strict=True)) if row is not None else {} for row in (there, due)]
    rows = [", ".join(f"{key} {row[key]}" for key in _KEYS[table] if row) for row in named]
    if there is None:
        row, what = rows[1], "is not there"
    elif due is None:
        row, what = rows[0], "is one that no frame tells of"
    elif rows[0] != rows[1]:
        row, what = rows[0], f"is where the frames put that of {rows[1]}"
    else:
        row = rows[1]
        name = next(name for name in names if named[0][name] != named[1][name])
        what = f"has {_shown(named[0][name])} as its {name}, the frames {_shown(named[1][name])}"
    fault = f"its tables are not what its frames fold to: in {table}, the row of {row} {what}"
    return _OtherError(table, row, f"{fault}; {_REBUILD}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
