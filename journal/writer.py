"""Pages into SQLite: one transaction for a page, its projections, and the head that pins it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from engine.errors import InvariantError
from journal.chain import GENESIS
from journal.codec import RUNS
from journal.frame import Frame, Head
from journal.head import REPLACE_HEAD, head_row, insert_head, read_head
from journal.pages import page_of
from journal.places import sync
from journal.projections.fold import Projections
from journal.projections.making import create_indices
from journal.schema import create_schema
from journal.upcast import FORMAT
from journal.vocabulary import Vocabulary

_INSERT_PAGE = "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)"


class PageWriter:
    """The writing connection of a journal file. Lets ``sqlite3.Error`` through."""

    def __init__(self, connection: sqlite3.Connection, name: str, words: Vocabulary = RUNS) -> None:
        self.connection = connection
        self.head = read_head(connection, name)
        self._words = words
        self._projections = Projections(connection)
        if words.has_tables:
            self._projections.load()
        self._durable: bool | None = None

    def set_durable(self, durable: bool) -> None:
        """Whether commits from now on wait for the disk; one that does takes all earlier along."""
        if durable != self._durable:
            self.connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    def write(self, frames: Sequence[Frame]) -> None:
        """Append one page of ``frames``, which follow the head."""
        first_seq = frames[0][0].seq
        if first_seq != self.head.last_seq + 1:
            raise InvariantError(f"seq {first_seq} does not follow seq {self.head.last_seq}")
        page, loud = page_of(frames, self.head.digest, self._words)
        body = page.body.decode() if page.codec.startswith("json") else page.body
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        execute(_INSERT_PAGE, (*page[:5], body, page.digest))
        if loud and self._words.has_tables:
            self._projections.write(loud)
        head = self.head._replace(
            format=FORMAT, last_seq=page.last_seq, last_at=page.last_at, digest=page.digest
        )
        self._put_head(head)
        execute("COMMIT")
        self.head = head

    def write_again(self) -> None:
        """A commit that changes nothing: where it is durable, so is all before it."""
        self._put_head(self.head)

    def seal(self, state_digest: str, strategy_digest: str) -> None:
        """Pin both state digests and refuse whatever follows."""
        head = self.head._replace(
            sealed=1, state_digest=state_digest, strategy_digest=strategy_digest
        )
        self.connection.execute("BEGIN IMMEDIATE")
        if self._words.has_tables:
            create_indices(self.connection)
        self._put_head(head)
        self.connection.execute("COMMIT")
        self.head = head

    def _put_head(self, head: Head) -> None:
        expected = (self.head.last_seq, self.head.digest)
        if self.connection.execute(REPLACE_HEAD, (*head_row(head), *expected)).rowcount != 1:
            raise InvariantError("the head row is not the one that was written last")


def build_file(file: Path, frames: Sequence[Frame], run: str, words: Vocabulary = RUNS) -> None:
    """A whole journal file of one page, on the disk and with no other file beside it.

    Until it is whole nobody knows its name, so there is nothing to roll back to, and the disk has
    to be waited for but once.
    """
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA synchronous = OFF")
        create_schema(connection, words)
        insert_head(connection, Head(FORMAT, run, 0, 0, GENESIS, 0, "", ""))
        PageWriter(connection, str(file), words).write(frames)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    sync(file)
