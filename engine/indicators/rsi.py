"""The relative strength index."""


class Rsi:
    """Wilder's relative strength index of ``length`` changes, from 0.0 to 100.0.

    J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978): the mean gain and the
    mean loss start as plain means of the first ``length`` changes and go on as
    ``(mean * (length - 1) + change) / length``; the index is ``100 * gain / (gain + loss)``,
    which is his ``100 - 100 / (1 + gain / loss)`` without a division by zero. A price that never
    moved is at 50.0. It needs ``length + 1`` closes to be ``ready``; ``value`` is 50.0 before.
    """

    __slots__ = ("close", "count", "gain", "length", "loss", "total_gain", "total_loss", "value")

    def __init__(self, length: int) -> None:
        """Raises ``ValueError`` when ``length`` is less than 1."""
        if length < 1:
            raise ValueError(f"an index of {length} changes does not exist; use 1 or more")
        self.length = length
        self.count = 0
        """Closes seen, up to ``length + 1``."""
        self.close = 0
        self.total_gain = 0
        self.total_loss = 0
        self.gain = 0.0
        self.loss = 0.0
        self.value = 50.0

    @property
    def ready(self) -> bool:
        """Whether ``length + 1`` closes have been seen."""
        return self.count > self.length

    def update(self, close: int) -> None:
        """Take in the next close."""
        change = close - self.close
        self.close = close
        if self.count == 0:
            self.count = 1
            return
        gain = max(0, change)
        loss = -change if change < 0 else 0
        length = self.length
        if self.count > length:
            kept = float(length - 1)
            self.gain = (self.gain * kept + float(gain)) / float(length)
            self.loss = (self.loss * kept + float(loss)) / float(length)
            self._rate()
            return
        self.count += 1
        self.total_gain += gain
        self.total_loss += loss
        if self.count > length:
            self.gain = float(self.total_gain) / float(length)
            self.loss = float(self.total_loss) / float(length)
            self._rate()

    def _rate(self) -> None:
        moved = self.gain + self.loss
        self.value = 100.0 * self.gain / moved if moved > 0.0 else 50.0
