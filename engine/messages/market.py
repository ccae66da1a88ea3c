"""Market events: what the feed tells. Each is an input and is journaled."""

from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.messages.record import record
from engine.money import Price
from engine.timebase import Nanos

CandleClosed = Candle
"""A closed candle is its own event (S2-57)."""


@record
class BarOpened:
    """A bar of ``symbol`` opened at ``open_ns`` with its first price: what takers meet."""

    symbol: str
    open_ns: Nanos
    price: Price


@record
class DataGap:
    """No candles of ``symbol`` from ``from_ns`` to ``to_ns``: indicators warm up again."""

    symbol: str
    from_ns: Nanos
    to_ns: Nanos


@record
class MarkPriced:
    """The venue's mark price of ``symbol``; until one comes, the last close is the mark."""

    symbol: str
    price: Price


@record
class InstrumentChanged:
    """The venue changed the rules of a contract (F19): from now on these hold."""

    instrument: Instrument


MarketEvent = BarOpened | CandleClosed | DataGap | MarkPriced | InstrumentChanged
