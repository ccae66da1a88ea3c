"""What is known of the price of one symbol."""

from engine.domain.instrument import Instrument
from engine.money import NO_PRICE, ONE, Price
from engine.timebase import Nanos


class Market:
    """Last and mark price. Until the venue tells a mark, the last price is the mark (S2-77).

    The last price is the newest of a closed candle, a bar's first price, a trade, and the middle
    of a quote. ``bid`` and ``ask`` are the last quote's, 0 until there is one. ``close_ns``,
    ``quote_ns`` and ``trade_ns`` are the venue's times of the newest candle, quote and trade.
    ``leverage`` is what is set at the venue: the largest that an account at the symbol asks for.
    """

    __slots__ = (
        "ask",
        "bid",
        "close_ns",
        "has_marks",
        "instrument",
        "last",
        "leverage",
        "mark",
        "quote_ns",
        "trade_ns",
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.last = NO_PRICE
        self.mark = NO_PRICE
        self.has_marks = False
        self.bid = NO_PRICE
        self.ask = NO_PRICE
        self.close_ns = Nanos(0)
        self.quote_ns = Nanos(0)
        self.trade_ns = Nanos(0)
        self.leverage = ONE

    def tell_mark(self, price: Price) -> None:
        """Take in a mark price of the venue's own; closes are no longer marks."""
        self.has_marks = True
        self.mark = price
