"""The journal as one SQLite file: what is appended is a frame, what is stored is a page.

How this works. ``append`` only collects. ``flush`` makes a page of what was collected and writes
it in one transaction together with its projections and the head row, so that after a crash at any
moment the file holds whole pages and a head that fits them. A new file is built under another
name in the same folder and gets its own name once the manifest is in it; one that replaces an
older file gets that name only when it is sealed.
"""

import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.errors import InvariantError, UserError, WorldError
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from engine.messages.market import DepthChanged
from journal.codec import RUNS
from journal.failures import folder_failed, primary_code, write_failed
from journal.frame import PAGE_FRAMES, PAGE_LEVELS, Frame, Head, levels_in
from journal.lock import WriterLock
from journal.places import (
    building_path,
    check_name,
    identity,
    remove_database,
    replace_database,
    sync,
)
from journal.recover import check_tail
from journal.vocabulary import Vocabulary
from journal.writer import PageWriter, build_file


class SqliteJournal:
    """A journal that is being written. Implements ``engine.ports.Frames``.

    After a ``WorldError`` nothing can be appended any more: the process ends, start is recovery.
    """

    def __init__(self, path: Path, file: Path, lock: WriterLock, words: Vocabulary = RUNS) -> None:
        """For ``create`` and ``resume``: ``file`` is whole, ``path`` is the name it shall have."""
        self.path = path
        self.file = file
        self._lock = lock
        self._frames: list[Frame] = []
        self._ended = ""
        self._synced = True
        self._levels = 0
        connection = sqlite3.connect(file, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            self._writer = PageWriter(connection, str(file), words)
        except BaseException:
            connection.close()
            raise
        self._identity = identity(file)

    @classmethod
    def create(
        cls,
        path: Path,
        first: Stamped,
        decisions: tuple[Decision, ...] = (),
        *,
        replace: bool = False,
        words: Vocabulary = RUNS,
    ) -> Self:
        """A new journal that begins with ``first``, its kind's manifest at seq 1, durably.

        An existing name is refused without ``replace`` (``UserError``); with it the old journal
        stays as it is until the new one is sealed. A file that is no journal is never replaced.
        """
        run = words.run_of(first.input)
        if first.seq != 1:
            raise InvariantError(f"a journal begins with {words.manifest.__name__} at seq 1")
        lock = WriterLock(path)
        building = file = building_path(path)
        try:
            check_name(path, replace)
            remove_database(building)
            build_file(building, [(first, decisions)], run, words)
            if not path.exists():
                os.rename(building, path)
                sync(path.parent)
                file = path
            return cls(path, file, lock, words)
        except sqlite3.Error as error:
            remove_database(file)
            lock.release()
            raise write_failed(path, error) from error
        except OSError as error:
            lock.release()
            raise folder_failed(path, error) from error
        except BaseException:
            lock.release()
            raise

    @classmethod
    def resume(cls, path: Path, run: str, words: Vocabulary = RUNS) -> Self:
        """Go on with the journal of the same ``run``, once its head and last page are found sound.

        Raises ``UserError`` for another run's journal or a sealed one, ``NegativeAnswerError``
        for one that was changed.
        """
        lock = WriterLock(path)
        try:
            head = check_tail(path, words)
            if head.run != run:
                raise UserError(
                    f"journal {path}: belongs to run {head.run}, not to {run}; choose another name"
                )
            if head.sealed:
                raise UserError(f"journal {path}: is sealed; choose another name")
            return cls(path, path, lock, words)
        except sqlite3.Error as error:
            lock.release()
            raise write_failed(path, error) from error
        except BaseException:
            lock.release()
            raise

    @property
    def head(self) -> Head:
        """The head row as of the last flush."""
        return self._writer.head

    @property
    def last_seq(self) -> int:
        """The seq of the last frame appended, flushed or not."""
        return self._frames[-1][0].seq if self._frames else self._writer.head.last_seq

    @property
    def last_at(self) -> int:
        """The time of the last frame appended, flushed or not."""
        return self._frames[-1][0].at if self._frames else self._writer.head.last_at

    def append(self, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        """Add the next frame; a full page is written. Raises ``WorldError`` when that fails."""
        frames = self._frames
        frames.append((stamped, decisions))
        if len(frames) >= PAGE_FRAMES:
            self.flush()
        elif type(stamped.input) is DepthChanged:
            self._levels += levels_in(stamped.input)
            if self._levels >= PAGE_LEVELS:
                self.flush()

    def flush(self, durable: bool = False) -> None:
        """Write what was appended; ``durable`` returns only when the disk has it, and all before.

        Raises ``WorldError`` when the disk refuses, ``InvariantError`` when a frame cannot be
        stored; either way nothing of the page is.
        """
        if self._ended:
            raise WorldError(f"journal {self.path}: {self._ended}; start again")
        if not self._frames and (self._synced or not durable):
            return
        try:
            self._check_identity()
            self._writer.set_durable(durable)
            if self._frames:
                self._writer.write(self._frames)
            else:
                self._writer.write_again()
        except BaseException as error:
            raise self._failed(error, "the last page could not be written") from error
        self._synced = durable
        self._frames.clear()
        self._levels = 0

    def seal(self, state_digest: str, strategy_digest: str) -> None:
        """The run is over: pin both state digests and leave one file, under its own name."""
        self.flush()
        try:
            self._writer.seal(state_digest, strategy_digest)
            self._leave_one_file()
            if self.file != self.path:
                replace_database(self.file, self.path)
                self.file = self.path
        except BaseException as error:
            raise self._failed(error, "it could not be sealed") from error
        self._ended = "it is sealed"
        self._lock.release()

    def close(self) -> None:
        """Flush, and let go of a journal that is not sealed. Does nothing after that.

        One that was to replace another stays beside it, at ``file``, for whoever wants to look.
        """
        if self._ended:
            return
        self.flush(durable=True)
        try:
            self._leave_one_file()
        except BaseException as error:
            raise self._failed(error, "it could not be closed") from error
        self._ended = "it is closed"
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _leave_one_file(self) -> None:
        connection = self._writer.connection
        connection.execute("PRAGMA busy_timeout = 1000")
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY:
                raise
            # Somebody reads the journal just now: the log stays beside it, but with nothing in it.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def _check_identity(self) -> None:
        """A deleted or exchanged file must not be written on in the dark (F55)."""
        if identity(self.file) != self._identity:
            raise WorldError(
                f"journal {self.file}: was moved, deleted or exchanged while being written; "
                "put it back and start again"
            )

    def _failed(self, error: BaseException, why: str) -> BaseException:
        """Give everything up: SQLite rolls an open transaction back when it is closed."""
        self._ended = f"{why} ({error})"
        self._writer.connection.close()
        self._lock.release()
        if isinstance(error, sqlite3.IntegrityError):
            return InvariantError(f"journal {self.path}: {error}")
        if isinstance(error, sqlite3.Error):
            return write_failed(self.path, error)
        if isinstance(error, OSError):
            return folder_failed(self.path, error)
        return error
