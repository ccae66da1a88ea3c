"""The tables as the frames fold to them, in a database that nobody else knows.

SQLite keeps it in a file of its own as soon as it outgrows its cache, and removes it when it is
closed. It is what ``compare`` holds a file's tables against, and what is read in place of tables
that another version of this program made.
"""

import sqlite3
from collections.abc import Callable, Iterator

from engine.errors import InvariantError, WorldError
from journal.doorstep import any_text
from journal.frame import Frame
from journal.projections.fold import Projections

LoudPages = Callable[[int], Iterator[tuple[int, list[Frame]]]]
"""What a journal holds after a seq, as ``JournalReader.loud_pages`` gives it."""

_SCRATCH = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32768")
"""Nothing of such a database has to last; 32 MiB of it stay in memory."""


class UnfoldableError(Exception):
    """The frames tell of what no tables can hold."""


class FoldedAnew:
    """The tables of frames as they are read, in ``connection``, which has them empty."""

    def __init__(self, connection: sqlite3.Connection, name: str, loud_pages: LoudPages) -> None:
        """``name`` is the journal's, for sentences."""
        connection.text_factory = any_text
        for pragma in _SCRATCH:
            connection.execute(f"PRAGMA {pragma}")
        self._connection = connection
        self._name = name
        self._loud_pages = loud_pages
        self._projections = Projections(connection)
        self._last_seq = 0

    def go_on(self) -> None:
        """Fold the pages that are there and were not yet.

        Raises ``UnfoldableError``, ``WorldError`` when the disk refuses, and what reading raises.
        """
        pages = self._loud_pages(self._last_seq)
        try:
            self._connection.execute("BEGIN")
            for self._last_seq, loud in pages:
                if loud:
                    self._projections.write(loud)
            self._connection.execute("COMMIT")
        except (InvariantError, sqlite3.IntegrityError, ArithmeticError, ValueError) as error:
            raise UnfoldableError(str(error)) from error
        except sqlite3.Error as error:
            raise WorldError(
                f"journal {self._name}: its tables cannot be folded once more ({error}); "
                "free some space for temporary files"
            ) from error
