"""The best bid and ask of a symbol, as the last quote told them."""

from adapters.simulated.shown import UNTOLD, Offers
from engine.domain.order import BUY
from engine.messages.market import Quoted
from engine.money import Price, Quantity
from engine.timebase import Nanos

NO_QUOTE = Quoted("", Nanos(-1), Price(0), Quantity(0), Price(0), Quantity(0))


class TopOfBook:
    """The last quote, and what we took of it. A price of 0 is a side that is not there.

    ``taken`` is whether anything was: only then has a new quote to be compared with the old one.
    """

    __slots__ = ("_asks_taken", "_bids_taken", "quote", "taken")

    def __init__(self) -> None:
        self.quote = NO_QUOTE
        self.taken = False
        self._bids_taken = 0
        self._asks_taken = 0

    def renew(self, quote: Quoted) -> None:
        """Before ``quote`` becomes the last one: a side of it that is new is whole again."""
        old = self.quote
        if quote.bid != old.bid or quote.bid_quantity != old.bid_quantity:
            self._bids_taken = 0
        if quote.ask != old.ask or quote.ask_quantity != old.ask_quantity:
            self._asks_taken = 0
        self.taken = self._bids_taken > 0 or self._asks_taken > 0

    @property
    def told_ns(self) -> int:
        """The venue's time of the last quote."""
        return self.quote.venue_ns

    def best(self, side: int) -> int:
        """The ask for a buyer, the bid for a seller; 0 without a quantity."""
        quote = self.quote
        if side > 0:
            return quote.ask if quote.ask_quantity > 0 else 0
        return quote.bid if quote.bid_quantity > 0 else 0

    def unit(self, side: int) -> int:
        """The quantity of that quote."""
        return self.quote.ask_quantity if side > 0 else self.quote.bid_quantity

    def offers(self, side: int, limit: int) -> Offers:
        """The quote's quantity, less what we took of it."""
        price = self.best(side)
        left = self.unit(side) - self._taken(side)
        if price == 0 or left <= 0 or (limit and side * price > side * limit):
            return ()
        return ((price, left),)

    def overdrawn(self, side: int) -> int:
        """What was taken beyond the quote's quantity."""
        return max(0, self._taken(side) - self.unit(side))

    def last_level(self, side: int) -> int:
        """The quote is all that is shown."""
        return self.best(side)

    def ahead(self, side: int, price: int) -> int:
        """The quote's quantity at its price, nothing before it; behind it no feed reaches."""
        quote = self.quote
        if side == BUY:
            best, quantity = quote.bid, quote.bid_quantity
        else:
            best, quantity = quote.ask, quote.ask_quantity
        if best == 0 or side * price < side * best:
            return UNTOLD
        return quantity if price == best else 0

    def took(self, side: int, quantity: int) -> None:
        """The quote has that much less, and beyond it takers go on where they were."""
        self.taken = True
        if side > 0:
            self._asks_taken += quantity
        else:
            self._bids_taken += quantity

    def _taken(self, side: int) -> int:
        return self._asks_taken if side > 0 else self._bids_taken
