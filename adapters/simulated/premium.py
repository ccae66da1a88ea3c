"""How far the middle of the book was from the mark of late: P of the price band (5.6)."""

from collections import deque

from engine.timebase import SECOND

SECONDS = 30


class PremiumMean:
    """The mean of (middle - mark) over the last 30 seconds, one value of each second.

    A second's value is that of its last mark; seconds without a mark, or without both sides of
    the book, have none. ``mean`` is rounded towards zero, and 0 as long as nothing is known.
    """

    __slots__ = ("_told", "mean")

    def __init__(self) -> None:
        self._told: deque[tuple[int, int]] = deque()
        self.mean = 0

    def note(self, bid: int, ask: int, mark: int, at: int) -> None:
        """The mark came at ``at``, while ``bid`` and ``ask`` were shown; 0 is not known."""
        told, second = self._told, at // SECOND
        if bid and ask:
            if told and told[-1][0] == second:
                told.pop()
            told.append((second, bid + ask - 2 * mark))
        while told and told[0][0] <= second - SECONDS:
            told.popleft()
        total, count = sum(twice for _, twice in told), 2 * len(told)
        if count:
            self.mean = total // count if total >= 0 else -(-total // count)
        else:
            self.mean = 0
