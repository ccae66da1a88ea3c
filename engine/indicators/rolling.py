"""Means over a moving window of whole numbers."""

from collections import deque

from engine.money import round_half_up


class RollingMean:
    """Mean of the last ``length`` whole numbers; their sum is exact, so nothing drifts.

    Before ``ready`` it is the mean of those seen so far, and 0 before the first one.
    """

    __slots__ = ("length", "total", "values")

    def __init__(self, length: int) -> None:
        """Raises ``ValueError`` when ``length`` is less than 1."""
        if length < 1:
            raise ValueError(f"a mean of {length} values does not exist; use 1 or more")
        self.length = length
        self.values: deque[int] = deque()
        self.total = 0
        """The sum of the window, for those who divide later and round once."""

    @property
    def ready(self) -> bool:
        """Whether ``length`` values have been seen."""
        return len(self.values) == self.length

    @property
    def mean(self) -> int:
        """The mean, rounded half up to a whole unit."""
        return round_half_up(self.total, len(self.values)) if self.values else 0

    def update(self, value: int) -> None:
        """Take in the next value; the oldest one leaves when the window is full."""
        values = self.values
        values.append(value)
        if len(values) > self.length:
            self.total += value - values.popleft()
        else:
            self.total += value
