"""A frame, the unit of record, and what it means to be read frame by frame."""

from collections.abc import Collection, Iterator
from typing import NamedTuple, Protocol

from engine.messages.decisions import Decision
from engine.messages.inputs import Input, Stamped
from engine.messages.market import DepthChanged
from engine.messages.runs import RunStarted
from engine.timebase import Nanos
from journal.chain import Page

Frame = tuple[Stamped, tuple[Decision, ...]]
"""One input and what the engine decided upon it. A plain tuple: it is made two times a candle."""

Turn = tuple[Nanos, Input, tuple[Decision, ...]]
"""A frame without its seq, for whoever folds them one after the other."""

PAGE_FRAMES = 4096
"""Frames in a full page: a backtest writes no smaller ones, a live loop no larger ones."""
PAGE_LEVELS = 1 << 18
"""A page is full, too, with so many levels of order books: a thousand of them in every frame would
make pages that fill the memory."""


def levels_in(input_: Input) -> int:
    """How many levels of order books an input carries."""
    return len(input_.bids) + len(input_.asks) if type(input_) is DepthChanged else 0


class Head(NamedTuple):
    """The one row that pins a journal's last page. Digests are hex text, empty until known."""

    format: int
    """The highest format version of the file's pages."""
    run: str
    last_seq: int
    last_at: int
    digest: str
    """Digest of the last page: it stands for all that came before it."""
    sealed: int
    """1 once the run is over and nothing may follow."""
    state_digest: str
    strategy_digest: str


class FrameSource(Protocol):
    """What replays read: a journal file, or one in memory."""

    @property
    def head(self) -> Head:
        """The head row as it is now."""

    @property
    def started(self) -> RunStarted:
        """The manifest: the input of the first frame."""

    @property
    def name(self) -> str:
        """How people know this journal: its path."""

    def pages(self) -> Iterator[Page]:
        """The stored pages, in order."""

    def frames(self, first: int = 1, last: int | None = None) -> Iterator[Frame]:
        """The frames with ``first <= seq <= last``; all that follow ``first`` without ``last``."""

    def turns(
        self, last: int | None = None, without: Collection[type] = ()
    ) -> Iterator[tuple[int, list[Turn]]]:
        """All frames up to ``last``, page by page and faster: the seq of the first, and the list.

        Decisions of the types in ``without`` are left out: whoever folds them to nothing need not
        have them made. A list should be let go before the next is asked for; the next page then
        takes its place in the processor's cache.
        """
