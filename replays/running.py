"""Running a plan into a file: timed, with the garbage collector out of the way."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Protocol

import attrs

from adapters.wiring import Mode
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from engine.state import EngineState
from journal.places import remove_database
from journal.store import SqliteJournal
from replays.calm import calm_collector
from replays.session import Outcome, Session, run_session

Watch = Callable[[EngineState], None]


class Ready(Protocol):
    """What can be run: a plan, or the replay of a recorded market."""

    def session(self) -> Session:
        """A fresh session of it."""


@attrs.frozen
class Ran:
    """A run that reached its end, and how long that took (wall time, seconds)."""

    outcome: Outcome
    seconds: float
    path: Path


@attrs.define
class Kept:
    """What is on the disk of a run that was stopped: for the sentence that says so."""

    journal: SqliteJournal | None = None


def run_to_file(
    plan: Ready, mode: Mode, path: Path, replace: bool, kept: Kept, begun: Watch | None = None
) -> Ran:
    """Run a plan to its end and seal its journal at ``path``.

    ``begun`` is given the live state once, before the first candle, to show progress from.
    Stopped in the middle, a journal under its own name stays, closed and not sealed; one that was
    to replace another is removed, and the other stays.
    """
    session = plan.session()

    def open_journal(first: Stamped, decisions: tuple[Decision, ...]) -> SqliteJournal:
        with uninterrupted():
            kept.journal = mode.journal(path, first, decisions, replace=replace)
        return kept.journal

    if begun is not None:
        begun(session.state)
    try:
        with calm_collector():
            start = perf_counter()
            outcome = run_session(session, open_journal)
            seconds = perf_counter() - start
    except BaseException:
        journal = kept.journal
        if journal is not None:
            journal.close()
            if journal.file != path:
                remove_database(journal.file)
        raise
    return Ran(outcome, seconds, path)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a Ctrl-C wait until the block is through, so that nothing is left half made.

    In another thread than the main one nothing has to be done: a Ctrl-C never comes there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
