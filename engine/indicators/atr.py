"""The average true range."""


class Atr:
    """Wilder's average true range of ``length`` candles, a float in the unit of the prices.

    J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978): the true range is the
    largest of ``high - low``, ``high - previous close`` and ``previous close - low`` (the first
    candle has only the first); the average starts as the mean of the first ``length`` true ranges
    and goes on as ``(value * (length - 1) + true range) / length``. ``value`` is 0.0 before
    ``ready``. The ranges are whole numbers and their first sum is exact.
    """

    __slots__ = ("close", "count", "length", "total", "value")

    def __init__(self, length: int) -> None:
        """Raises ``ValueError`` when ``length`` is less than 1."""
        if length < 1:
            raise ValueError(f"an average of {length} ranges does not exist; use 1 or more")
        self.length = length
        self.count = 0
        self.close = 0
        self.total = 0
        self.value = 0.0

    @property
    def ready(self) -> bool:
        """Whether ``length`` candles have been seen."""
        return self.count == self.length

    def update(self, high: int, low: int, close: int) -> None:
        """Take in the next candle."""
        true_range = high - low
        if self.count:
            if self.close < low:
                true_range = high - self.close
            elif self.close > high:
                true_range = self.close - low
        self.close = close
        length = self.length
        if self.count == length:
            self.value = (self.value * float(length - 1) + float(true_range)) / float(length)
            return
        self.count += 1
        self.total += true_range
        if self.count == length:
            self.value = float(self.total) / float(length)
