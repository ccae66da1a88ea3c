"""What is known of the price of one symbol."""

from engine.domain.instrument import Instrument
from engine.money import NO_PRICE, ONE, Price
from engine.timebase import Nanos


class Market:
    """Last and mark price. Until the venue tells a mark, the last close is the mark (S2-77).

    ``leverage`` is what is set at the venue: the largest that an account at the symbol asks for.
    """

    __slots__ = ("close_ns", "has_marks", "instrument", "last", "leverage", "mark")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.last = NO_PRICE
        self.mark = NO_PRICE
        self.has_marks = False
        self.close_ns = Nanos(0)
        self.leverage = ONE

    def tell_mark(self, price: Price) -> None:
        """Take in a mark price of the venue's own; closes are no longer marks."""
        self.has_marks = True
        self.mark = price
