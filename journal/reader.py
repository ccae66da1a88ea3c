"""Reading a journal file, sealed or still being written, without ever holding up its writer.

The connection is read-only and every query is short, so the writer's checkpoints go on. Pages are
checked against the chain while they are read: a changed page is never replayed as if it were
whole. (``verify`` looks at everything else, too.)
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from engine.errors import NegativeAnswerError, WorldError
from engine.messages.runs import RunStarted
from journal.chain import GENESIS, Page, linked
from journal.codec import RUNS, tag_of
from journal.doorstep import connect_readonly
from journal.failures import DAMAGED, primary_code
from journal.frame import Frame, Head, Turn
from journal.head import read_head
from journal.pages import decode_loud, decode_page, decode_turns
from journal.projections.anew import FoldedAnew, UnfoldableError
from journal.projections.making import create_projections
from journal.projections.tables import TABLES_VERSION
from journal.projections.versions import tables_version
from journal.vocabulary import Vocabulary

T = TypeVar("T")
_BATCH = 8
_COLUMNS = "first_seq, last_seq, first_at, last_at, codec, body, digest"
FIRST_ROW = -(1 << 63)


def stored_pages(connection: sqlite3.Connection, first_row: int = FIRST_ROW) -> Iterator[Page]:
    """Rows of ``pages`` from ``first_row`` on, a few at a time. Lets ``sqlite3.Error`` through."""
    query = f"SELECT {_COLUMNS} FROM pages WHERE first_seq >= ? ORDER BY first_seq LIMIT {_BATCH}"
    while True:
        rows = connection.execute(query, (first_row,)).fetchall()
        for first_seq, last_seq, first_at, last_at, codec, stored, digest in rows:
            body = stored.encode("utf-8", "surrogateescape") if isinstance(stored, str) else stored
            yield Page(first_seq, last_seq, first_at, last_at, codec, body, digest)
        if len(rows) < _BATCH:
            return
        first_row = rows[-1][0] + 1


class JournalReader:
    """A journal as replays and people read it.

    Raises ``UserError`` when ``path`` is no journal that can be read here, ``NegativeAnswerError``
    when what it holds was changed or damaged.
    """

    def __init__(self, path: Path, words: Vocabulary = RUNS) -> None:
        self.path = path
        self._words = words
        self._connection = connect_readonly(path, words.mark)
        self._folded: sqlite3.Connection | None = None

    @property
    def name(self) -> str:
        """The path, for sentences."""
        return str(self.path)

    @property
    def connection(self) -> sqlite3.Connection:
        """The file as it is; read-only."""
        return self._connection

    def tables(self) -> sqlite3.Connection:
        """For queries of projections: the file's own tables, if this version made them.

        Those of another version are folded anew from the frames into a temporary database, once;
        ``rebuild`` keeps what comes out. Raises ``NegativeAnswerError`` when the frames are
        damaged, or tell of what no tables can hold.
        """
        if self._folded is not None:
            return self._folded
        if tables_version(self._connection) in (0, TABLES_VERSION):
            return self._connection
        folded = sqlite3.connect("", isolation_level=None)
        try:
            create_projections(folded)
            FoldedAnew(folded, self.name, self.loud_pages).go_on()
        except UnfoldableError as error:
            folded.close()
            raise NegativeAnswerError(
                f"journal {self.name}: its frames cannot be folded to tables: {error}"
            ) from error
        except BaseException:
            folded.close()
            raise
        self._folded = folded
        return folded

    @property
    def head(self) -> Head:
        """The head row as it is now; of a running journal it moves on."""
        try:
            return read_head(self._connection, self.name)
        except sqlite3.Error as error:
            raise self._trouble(error, 1) from error

    @property
    def started(self) -> RunStarted:
        """The manifest of the run, from the first frame."""
        for stamped, _ in self.frames(1, 1):
            if isinstance(stamped.input, RunStarted):
                return stamped.input
        raise NegativeAnswerError(f"journal {self.name}: does not begin with RunStarted")

    @property
    def page_count(self) -> int:
        """How many pages there are now."""
        count = self._one("SELECT count(*) FROM pages WHERE first_seq >= ?", FIRST_ROW)
        return count if isinstance(count, int) else 0

    def pages(self) -> Iterator[Page]:
        """Every row of the table, in order, as it is stored."""
        return self.pages_from(FIRST_ROW)

    def frames(self, first: int = 1, last: int | None = None) -> Iterator[Frame]:
        """Frames ``first`` … ``last``, both included, each page held against the chain.

        Without ``last`` the journal has to reach as far as its head says.
        """
        decode = partial(decode_page, words=self._words)
        for _, frames in self._decoded(decode, first, last):
            yield from frames
            # What is let go now leaves its memory, still in the cache, to the next page.
            del frames

    def turns(
        self, last: int | None = None, without: Collection[type] = ()
    ) -> Iterator[tuple[int, list[Turn]]]:
        """Frames 1 … ``last`` page by page, without stamps, held against the chain as well.

        Decisions of the types in ``without`` are left out. Let a list go before taking the next.
        """
        tags = frozenset(tag_of(cls) for cls in without)
        return self._decoded(partial(decode_turns, without=tags), 1, last)

    def loud_pages(self, after: int = 0) -> Iterator[tuple[int, list[Frame]]]:
        """What projections look at, page by page: each page's last seq and its loud frames.

        ``after`` is the last seq of the page to go on from. Held against the chain as well.
        """
        previous = self.digest_before(after + 1) if after else GENESIS
        for page in self.pages_from(after + 1 if after else FIRST_ROW):
            yield page.last_seq, self._sound(page, previous, decode_loud)
            previous = page.digest

    def _decoded(
        self, decode: Callable[[Page], list[T]], first: int, last: int | None
    ) -> Iterator[tuple[int, list[T]]]:
        """The decoded part of each page between ``first`` and ``last``, with its first seq."""
        end = self.head.last_seq if last is None else last
        reached = first - 1
        start = self._start_of(first)
        previous = self.digest_before(start)
        for page in self.pages_from(start):
            if page.first_seq > end and last is not None:
                return
            begin = max(first - page.first_seq, 0)
            stop = None if last is None or page.last_seq <= last else last - page.last_seq
            # No name here for what is decoded: only the caller shall hold it.
            yield page.first_seq + begin, self._sound(page, previous, decode)[begin:stop]
            previous, reached = page.digest, page.last_seq
        if last is None and reached < end:
            raise NegativeAnswerError(
                f"journal {self.name}: ends at seq {reached}, its head says {end}; run verify"
            )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        if self._folded is not None:
            self._folded.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _sound(self, page: Page, previous: str, decode: Callable[[Page], list[T]]) -> list[T]:
        try:
            if not linked(previous, page):
                raise ValueError("was changed after it was written")
            return decode(page)
        except ValueError as error:
            raise NegativeAnswerError(
                f"journal {self.name}: the page from seq {page.first_seq} {error}; run verify"
            ) from error

    def pages_from(self, first_row: int) -> Iterator[Page]:
        """The rows whose ``first_seq`` is ``first_row`` or more, in order, as they are stored."""
        try:
            yield from stored_pages(self._connection, first_row)
        except sqlite3.Error as error:
            raise self._trouble(error, first_row) from error

    def digest_before(self, first_seq: int) -> str:
        """The digest of the last page that begins before ``first_seq``."""
        query = "SELECT digest FROM pages WHERE first_seq < ? ORDER BY first_seq DESC LIMIT 1"
        digest = self._one(query, first_seq)
        return digest if isinstance(digest, str) else GENESIS

    def _start_of(self, seq: int) -> int:
        """Where the page with ``seq`` begins."""
        query = "SELECT max(first_seq) FROM pages WHERE first_seq <= ?"
        start = self._one(query, seq)
        return start if isinstance(start, int) else FIRST_ROW

    def _one(self, query: str, seq: int) -> object:
        try:
            row = self._connection.execute(query, (seq,)).fetchone()
        except sqlite3.Error as error:
            raise self._trouble(error, seq) from error
        return row[0] if row else None

    def _trouble(self, error: sqlite3.Error, seq: int) -> Exception:
        if primary_code(error) in DAMAGED or not isinstance(error, sqlite3.OperationalError):
            near = f" at or after seq {seq}" if seq > 1 else ""
            return NegativeAnswerError(f"journal {self.name}: is damaged{near} ({error})")
        return WorldError(f"journal {self.name}: cannot be read ({error}); check the disk")
