"""The way the price takes inside a candle, as the run declares it.

A candle tells four prices and not their order. The path visits the open, one extreme, the other
extreme and the close in straight legs, at one constant speed; so every point of it has a time.
``worst_first`` visits the extreme first that hurts: for an open position the adverse one, with
no position the one after which a freshly triggered entry can still be stopped. ``best_first``
visits the other one first, ``nearest_first`` the one that is nearer to the open.
"""

from collections.abc import Callable

from engine.domain.candle import Candle
from engine.messages.market import MarkCandle

Bar = Candle | MarkCandle
"""A bar of trades, or of the mark."""


def _nearest_is_low(candle: Bar, adverse_is_low: bool) -> bool:
    """Of two equally near extremes the adverse one is first."""
    below, above = candle.open - candle.low, candle.high - candle.open
    return adverse_is_low if below == above else below < above


LowFirst = Callable[[Bar, bool], bool]
"""Whether a candle's low comes before its high, given whether it is the low that hurts."""

PATHS: dict[str, LowFirst] = {
    "worst_first": lambda _, adverse_is_low: adverse_is_low,
    "best_first": lambda _, adverse_is_low: not adverse_is_low,
    "nearest_first": _nearest_is_low,
}
"""The rules by the names that ``simulation.path`` may have."""


class CandlePath:
    """The corners of one candle in the order they are visited, and when."""

    __slots__ = ("_close_ns", "_open_ns", "corners")

    def __init__(self, candle: Bar, low_first: bool) -> None:
        low, high = candle.low, candle.high
        extremes = (low, high) if low_first else (high, low)
        self.corners: tuple[int, int, int, int] = (candle.open, *extremes, candle.close)
        self._open_ns = candle.open_ns
        self._close_ns = candle.close_ns

    def moment(self, leg: int, price: int) -> int:
        """When the path is at ``price`` on ``leg`` (0, 1, 2): nanoseconds, rounded down.

        A price outside the leg counts as its nearer end; a candle that never moved is at all its
        prices when it opens.
        """
        corners = self.corners
        begin, near, far, finish = corners
        first, second, third = abs(near - begin), abs(far - near), abs(finish - far)
        length = first + second + third
        if length == 0:
            return self._open_ns
        start, end = corners[leg], corners[leg + 1]
        if start < end:
            travelled = 0 if price < start else (end if price > end else price) - start
        else:
            travelled = 0 if price > start else start - (end if price < end else price)
        if leg:
            travelled += first if leg == 1 else first + second
        return self._open_ns + (self._close_ns - self._open_ns) * travelled // length
