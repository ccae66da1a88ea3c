"""Market events: what the feed tells. Each is an input and is journaled."""

from typing import Literal

from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.messages.record import record
from engine.money import Price, Quantity, Rate
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


@record
class IndexPriced:
    """The venue's index price of ``symbol``: of spot markets, what triggers by index look at."""

    symbol: str
    price: Price


@record
class MarkCandle:
    """A closed candle of the mark over ``[open_ns, close_ns)``: its extremes can liquidate."""

    symbol: str
    open_ns: Nanos
    close_ns: Nanos
    open: Price
    high: Price
    low: Price
    close: Price


@record
class FundingRated:
    """The funding rate that settles at ``settle_ns``: > 0 makes longs pay shorts (6.6)."""

    symbol: str
    settle_ns: Nanos
    rate: Rate


@record
class Quoted:
    """The best bid and ask and their quantities, at the venue's time ``venue_ns``."""

    symbol: str
    venue_ns: Nanos
    bid: Price
    bid_quantity: Quantity
    ask: Price
    ask_quantity: Quantity


@record
class Traded:
    """A public trade; ``side`` is the taker's, 0 where the feed does not tell it."""

    symbol: str
    venue_ns: Nanos
    price: Price
    quantity: Quantity
    side: Literal[-1, 0, 1]


Level = tuple[Price, Quantity]
"""One price level of an order book; in a change, quantity 0 removes it."""


@record
class DepthChanged:
    """Levels of the order book: all of it (``snapshot``), or those that changed."""

    symbol: str
    venue_ns: Nanos
    snapshot: bool
    bids: tuple[tuple[Price, Quantity], ...]
    asks: tuple[tuple[Price, Quantity], ...]


MarketEvent = (
    BarOpened
    | CandleClosed
    | DataGap
    | MarkPriced
    | IndexPriced
    | MarkCandle
    | FundingRated
    | Quoted
    | Traded
    | DepthChanged
    | InstrumentChanged
)
