"""Long lines made short enough to draw, without losing what the eye would see.

A span of time is cut into equal stretches. Of each a line keeps the lowest and the highest value
and the last one, a price its open, high, low and close; so no spike is ever smoothed away.
"""

from engine.domain.candle import Candle


class Line:
    """A line of ``(at, value)``, thinned to at most three points a stretch."""

    __slots__ = ("_first", "_parts", "_width")

    def __init__(self, first_at: int, span: int, stretches: int) -> None:
        self._first = first_at
        self._width = max(1, -(-span // stretches))
        self._parts: dict[int, list[tuple[int, int]]] = {}

    def take(self, at: int, value: int) -> None:
        """Take in the next point; times never decrease."""
        place = (at - self._first) // self._width
        part = self._parts.get(place)
        if part is None:
            self._parts[place] = [(at, value)] * 3
            return
        if value < part[0][1]:
            part[0] = at, value
        if value > part[1][1]:
            part[1] = at, value
        part[2] = at, value

    def points(self) -> list[tuple[int, int]]:
        """The points that are left, in order of time."""
        return [point for part in self._parts.values() for point in sorted(set(part))]


class Bars:
    """Candles of one symbol, put together to at most so many bars; ``candles`` counts them."""

    __slots__ = ("_bars", "_first", "_width", "candles")

    def __init__(self, first_at: int, span: int, stretches: int) -> None:
        self._first = first_at
        self._width = max(1, -(-span // stretches))
        self._bars: dict[int, list[int]] = {}
        self.candles = 0

    def take(self, candle: Candle) -> None:
        """Take in the next candle."""
        self.candles += 1
        place = (candle.open_ns - self._first) // self._width
        bar = self._bars.get(place)
        if bar is None:
            self._bars[place] = [
                candle.open_ns,
                candle.open,
                candle.high,
                candle.low,
                candle.close,
            ]
            return
        bar[2] = max(bar[2], candle.high)
        bar[3] = min(bar[3], candle.low)
        bar[4] = candle.close

    def bars(self) -> list[tuple[int, int, int, int, int]]:
        """``(open_ns, open, high, low, close)`` of each bar, in order of time."""
        return [(bar[0], bar[1], bar[2], bar[3], bar[4]) for bar in self._bars.values()]
