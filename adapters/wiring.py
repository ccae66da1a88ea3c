"""The mode table: a mode is a row, and nothing else in the house knows the word.

A row names the four parts that differ from mode to mode. The engine, its loop and the strategies
are the same in all of them, and cannot ask which one they run in.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import attrs

from adapters.simulated.exchange import SimulatedExchange
from adapters.timeline import Timeline
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from engine.messages.runs import Terms
from journal.store import SqliteJournal


class OpenFile(Protocol):
    """Makes a journal from its name and its first frame."""

    def __call__(
        self,
        path: Path,
        first: Stamped,
        decisions: tuple[Decision, ...] = (),
        *,
        replace: bool = False,
    ) -> SqliteJournal:
        """The journal, with the first frame in it."""


@attrs.frozen
class Mode:
    """One way to run. ``clock`` says in words whose time it is: no part of a row reads another.

    ``inputs`` merges what comes in into one order, ``venue`` answers, ``journal`` keeps the record.
    """

    name: str
    clock: str
    inputs: type[Timeline]
    venue: Callable[[Terms], SimulatedExchange]
    journal: OpenFile
    sealed_at_end: bool


BACKTEST = Mode(
    name="backtest",
    clock="feed time, as fast as it goes",
    inputs=Timeline,
    venue=SimulatedExchange,
    journal=SqliteJournal.create,
    sealed_at_end=True,
)

MODES = {row.name: row for row in (BACKTEST,)}
"""Every mode there is."""
