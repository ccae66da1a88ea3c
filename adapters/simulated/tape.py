"""The volume that takers share: of the last closed bar, or of trades where no bar tells it."""

from engine.domain.candle import Candle
from engine.money import SCALE, round_down
from engine.timebase import MINUTE

UNLIMITED = 1 << 80
"""More than every quantity."""


class Tape:
    """Traded quantities, and what takers had of them; of trades a minute of the venue is a bar."""

    __slots__ = ("_before", "_now", "_taken", "_taken_until_ns", "_until_ns")

    def __init__(self) -> None:
        self._until_ns = 0
        self._now = 0
        self._before = 0
        self._taken = 0
        self._taken_until_ns = 0

    def add(self, quantity: int, venue_ns: int) -> None:
        """``quantity`` was traded at ``venue_ns``, which never decreases."""
        if venue_ns < self._until_ns:
            self._now += quantity
            return
        is_next = venue_ns < self._until_ns + MINUTE
        self._before = self._now if is_next else 0
        self._now = quantity
        self._until_ns = venue_ns - venue_ns % MINUTE + MINUTE

    def taker_room(self, bar: Candle | None, share: int, lot: int) -> int:
        """What takers may still have: ``share`` of the last closed bar's volume, in lots.

        Without bars it is the share of the last whole minute's trades, or of the present one's so
        far where that is more; all that is wanted before the first bar or trade.
        """
        until_ns = bar.close_ns if bar is not None else self._until_ns
        if until_ns == 0:
            return UNLIMITED
        volume = bar.volume if bar is not None else max(self._before, self._now)
        taken = self._taken if self._taken_until_ns == until_ns else 0
        return max(0, round_down(volume * share // SCALE, lot) - taken)

    def note_taken(self, bar: Candle | None, quantity: int) -> None:
        """A taker had ``quantity``: the next one of the same bar gets that much less."""
        until_ns = bar.close_ns if bar is not None else self._until_ns
        if self._taken_until_ns != until_ns:
            self._taken_until_ns, self._taken = until_ns, 0
        self._taken += quantity
