"""A closed bar of prices."""

from engine.messages.record import record
from engine.money import Price, Quantity
from engine.timebase import Nanos


@record
class Candle:
    """One closed bar of ``symbol`` over ``[open_ns, close_ns)``; prices and volume are e8.

    It is its own market event (``CandleClosed``) and what a strategy observes. A strategy sees
    only candles with ``close_ns <= at`` (S0-02).
    """

    symbol: str
    open_ns: Nanos
    close_ns: Nanos
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity
