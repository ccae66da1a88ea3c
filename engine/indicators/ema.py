"""The exponential moving average."""


class Ema:
    """Exponential mean of ``length``: ``value += (x - value) * 2 / (length + 1)``.

    It starts as the plain mean of the first ``length`` inputs (S2-37; the usual seed of charting
    libraries) and is ``ready`` from then on; ``value`` is 0.0 before. Inputs are whole numbers
    (e8 prices), ``value`` is a float in the same unit: it passes a named rounding before it
    becomes a price.
    """

    __slots__ = ("count", "length", "total", "value", "weight")

    def __init__(self, length: int) -> None:
        """Raises ``ValueError`` when ``length`` is less than 1."""
        if length < 1:
            raise ValueError(f"an average of {length} values does not exist; use 1 or more")
        self.length = length
        self.weight = 2.0 / float(length + 1)
        self.count = 0
        self.total = 0
        self.value = 0.0

    @property
    def ready(self) -> bool:
        """Whether ``length`` inputs have been seen."""
        return self.count == self.length

    def update(self, x: int) -> None:
        """Take in the next input."""
        if self.count == self.length:
            self.value += (float(x) - self.value) * self.weight
            return
        self.count += 1
        self.total += x
        if self.count == self.length:
            self.value = float(self.total) / float(self.length)
