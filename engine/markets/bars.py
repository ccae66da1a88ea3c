"""Candles of any timeframe from smaller closed ones."""

from engine.domain.candle import Candle
from engine.money import Price, Quantity
from engine.timebase import Nanos


class BarBuilder:
    """Builds the candles of one symbol, aligned to the UTC epoch, from closed smaller candles.

    Only a candle whose parts have all been seen is emitted: one that was started in the middle,
    or has a hole, never is. Like the venue's own, its open is the first part's, its close the
    last part's, and its volume their sum. Parts come in order; one older than what has been
    taken in (late or doubled) is left out.

    Nothing but whole numbers is kept, so a digest can walk the slots. Spans are nanoseconds.
    """

    __slots__ = (
        "base_interval_ns",
        "building",
        "close",
        "high",
        "low",
        "next_open_ns",
        "open",
        "open_ns",
        "timeframe_ns",
        "volume",
    )

    def __init__(self, base_interval_ns: Nanos, timeframe_ns: Nanos) -> None:
        """Raises ``ValueError`` when the timeframe is no multiple of the base interval."""
        if base_interval_ns < 1 or timeframe_ns < 1 or timeframe_ns % base_interval_ns:
            raise ValueError(
                f"a timeframe of {timeframe_ns} ns is no multiple of {base_interval_ns} ns"
            )
        self.base_interval_ns = base_interval_ns
        self.timeframe_ns = timeframe_ns
        self.next_open_ns = 0
        """Where the next part opens; 0 when any part may come."""
        self.reset()

    def reset(self) -> None:
        """Forget the unfinished candle and wait for the next aligned start: parts are missing."""
        self.building = False
        self.open_ns = 0
        self.open = 0
        self.high = 0
        self.low = 0
        self.close = 0
        self.volume = 0

    def push(self, candle: Candle) -> Candle | None:
        """Take in the next closed part; the bigger candle when this part completes it."""
        if self.timeframe_ns == self.base_interval_ns:
            return candle
        open_ns = candle.open_ns
        if open_ns != self.next_open_ns:
            if open_ns < self.next_open_ns:
                return None
            self.reset()
        assert candle.close_ns - open_ns == self.base_interval_ns, "a part has the base interval"
        self.next_open_ns = candle.close_ns
        if open_ns % self.timeframe_ns == 0:
            self._start(candle)
        elif self.building:
            self._enlarge(candle)
        if self.building and candle.close_ns % self.timeframe_ns == 0:
            return self._finish(candle)
        return None

    def _start(self, candle: Candle) -> None:
        self.building = True
        self.open_ns = candle.open_ns
        self.open = candle.open
        self.high = candle.high
        self.low = candle.low
        self.close = candle.close
        self.volume = candle.volume

    def _enlarge(self, candle: Candle) -> None:
        if candle.high > self.high:
            self.high = candle.high
        if candle.low < self.low:
            self.low = candle.low
        self.close = candle.close
        self.volume += candle.volume

    def _finish(self, last: Candle) -> Candle:
        whole = Candle(
            last.symbol,
            Nanos(self.open_ns),
            last.close_ns,
            Price(self.open),
            Price(self.high),
            Price(self.low),
            Price(self.close),
            Quantity(self.volume),
        )
        assert whole.close_ns - whole.open_ns == self.timeframe_ns, "a candle has all its parts"
        self.reset()
        return whole
