"""The price channel of the last candles."""

from collections import deque


class Donchian:
    """Highest high and lowest low of the last ``length`` candles, in the units of the input.

    The S1-33 channel. Before ``ready`` it covers the candles seen so far, and both are 0 before
    the first one.

    How this works: the window itself is kept, and an extreme is looked for again only when it
    leaves the window and the newcomer does not replace it. On a random walk that happens about
    once in ``sqrt(length)`` candles, so it beats a pair of monotonic deques up to long windows;
    and the state is nothing but the window, the same however the indicator came to it.
    """

    __slots__ = ("highest", "highs", "length", "lowest", "lows")

    def __init__(self, length: int) -> None:
        """Raises ``ValueError`` when ``length`` is less than 1."""
        if length < 1:
            raise ValueError(f"a channel of {length} candles does not exist; use 1 or more")
        self.length = length
        self.highs: deque[int] = deque()
        self.lows: deque[int] = deque()
        self.highest = 0
        self.lowest = 0

    @property
    def ready(self) -> bool:
        """Whether ``length`` candles have been seen."""
        return len(self.highs) == self.length

    def update(self, high: int, low: int) -> None:
        """Take in the next candle; the oldest one leaves when the window is full."""
        highs = self.highs
        lows = self.lows
        highs.append(high)
        lows.append(low)
        if len(highs) > self.length:
            old_high = highs.popleft()
            old_low = lows.popleft()
            if high >= self.highest:
                self.highest = high
            elif old_high == self.highest:
                self.highest = max(highs)
            if low <= self.lowest:
                self.lowest = low
            elif old_low == self.lowest:
                self.lowest = min(lows)
        elif len(highs) == 1:
            self.highest = high
            self.lowest = low
        else:
            if high > self.highest:
                self.highest = high
            if low < self.lowest:
                self.lowest = low
