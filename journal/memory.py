"""A journal in memory: the same port and the same frames, for sweeps and tests."""

from collections.abc import Collection, Iterator
from itertools import islice

from engine.errors import InvariantError
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from engine.messages.runs import RunStarted
from journal.chain import GENESIS, Page
from journal.frame import PAGE_FRAMES, PAGE_LEVELS, Frame, Head, Turn, levels_in
from journal.pages import make_page
from journal.upcast import FORMAT


class MemoryJournal:
    """Frames in a list. It is written like ``SqliteJournal`` and read like ``JournalReader``.

    Nothing is encoded while it is written; ``pages`` and ``head.digest`` do that when asked.
    """

    def __init__(self, first: Stamped, decisions: tuple[Decision, ...] = ()) -> None:
        if not isinstance(first.input, RunStarted) or first.seq != 1:
            raise InvariantError("a journal begins with RunStarted at seq 1")
        self.started = first.input
        self.name = "in memory"
        self._frames: list[Frame] = [(first, decisions)]
        self._seal: tuple[str, str] | None = None

    def append(self, stamped: Stamped, decisions: tuple[Decision, ...]) -> None:
        """Add the next frame."""
        self._frames.append((stamped, decisions))

    def flush(self, durable: bool = False) -> None:
        """Check what was appended; there is nothing to write."""
        del durable
        last = self._frames[-1][0]
        if last.seq != len(self._frames):
            raise InvariantError(f"frame {len(self._frames)} has the seq {last.seq}")
        if self._seal is not None:
            raise InvariantError("the journal is sealed")

    def seal(self, state_digest: str, strategy_digest: str) -> None:
        """The run is over; nothing may follow."""
        self.flush()
        self._seal = (state_digest, strategy_digest)

    def close(self) -> None:
        """The same as ``flush``, for a journal that is not sealed."""
        if self._seal is None:
            self.flush()

    @property
    def last_seq(self) -> int:
        """The seq of the last frame."""
        return self._frames[-1][0].seq

    @property
    def last_at(self) -> int:
        """The time of the last frame."""
        return self._frames[-1][0].at

    @property
    def head(self) -> Head:
        """What a file's head row would say."""
        digest = GENESIS
        for page in self.pages():
            digest = page.digest
        sealed = self._seal is not None
        digests = self._seal or ("", "")
        run = self.started.run
        return Head(FORMAT, run, self.last_seq, self.last_at, digest, int(sealed), *digests)

    def pages(self) -> Iterator[Page]:
        """The pages that a file would hold: the manifest alone, then full ones."""
        previous = GENESIS
        for frames in (self._frames[:1], *self._full_pages()):
            page = make_page(frames, previous)
            previous = page.digest
            yield page

    def frames(self, first: int = 1, last: int | None = None) -> Iterator[Frame]:
        """The frames with ``first <= seq <= last``."""
        return islice(iter(self._frames), first - 1, last)

    def turns(
        self, last: int | None = None, without: Collection[type] = ()
    ) -> Iterator[tuple[int, list[Turn]]]:
        """The frames up to ``last``, as many at once as a page holds, with all their decisions.

        Leaving out those of the types in ``without`` would save nothing: they are made already.
        """
        del without
        stop = len(self._frames) if last is None else min(last, len(self._frames))
        for start in range(0, stop, PAGE_FRAMES):
            frames = self._frames[start : min(start + PAGE_FRAMES, stop)]
            yield start + 1, [(one.at, one.input, decisions) for one, decisions in frames]

    def _full_pages(self) -> Iterator[list[Frame]]:
        first, levels = 1, 0
        for place in range(1, len(self._frames)):
            levels += levels_in(self._frames[place][0].input)
            if place + 1 - first >= PAGE_FRAMES or levels >= PAGE_LEVELS:
                yield self._frames[first : place + 1]
                first, levels = place + 1, 0
        if first < len(self._frames):
            yield self._frames[first:]
