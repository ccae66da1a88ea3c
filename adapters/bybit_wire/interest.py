"""What the accounts of this exchange hold together: its open interest, and who is long of it.

No feed tells what the rest of the market holds, so nobody else counts. It is noted every five
minutes of market time, at the first event after them; all numbers are e8.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.timebase import DAY, HOUR, MINUTE

PERIODS: dict[str, int] = {
    "5min": 5 * MINUTE,
    "15min": 15 * MINUTE,
    "30min": 30 * MINUTE,
    "1h": HOUR,
    "4h": 4 * HOUR,
    "1d": DAY,
}
STEP = 5 * MINUTE
NOTES_KEPT = 10_000


class Note(NamedTuple):
    """At the end of five minutes: the sum of all longs, of all shorts, and how many accounts are
    net long and net short."""

    at: int
    longs: int
    shorts: int
    buyers: int
    sellers: int


class Interest:
    """The notes of one symbol; the last one is as of now."""

    __slots__ = ("_notes", "_now")

    def __init__(self) -> None:
        self._notes: deque[Note] = deque(maxlen=NOTES_KEPT)
        self._now = Note(0, 0, 0, 0, 0)

    def look(self, at: int, held: Iterable[tuple[int, int]]) -> None:
        """Take in the longs and shorts of each account, and note what stood when a step ended."""
        step = at - at % STEP
        if self._now.at and self._now.at < step:
            self._notes.append(self._now._replace(at=step))
        longs = shorts = buyers = sellers = 0
        for long, short in held:
            longs, shorts = longs + long, shorts + short
            buyers, sellers = buyers + (long > short), sellers + (short > long)
        self._now = Note(at, longs, shorts, buyers, sellers)

    @property
    def both(self) -> int:
        """Longs and shorts together, as the venue counts ``openInterest``."""
        return self._now.longs + self._now.shorts

    @property
    def sides(self) -> tuple[int, int]:
        """All longs, and all shorts."""
        return self._now.longs, self._now.shorts

    @property
    def single(self) -> int:
        """The larger side."""
        return max(self._now.longs, self._now.shorts)

    def of(self, period: int) -> Iterator[Note]:
        """The notes at the ends of periods, newest first."""
        return (note for note in reversed(self._notes) if note.at % period == 0)
