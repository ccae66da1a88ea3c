"""An order book with its levels, from snapshots and changes.

A book begins with a snapshot: changes before the first are left out. A later snapshot is the whole
book anew. To remove a level that is not there does nothing. Changes are taken in the order they
come, so a book may be crossed or locked as long as the feed says so; takers meet what is told.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable

from adapters.simulated.shown import UNTOLD, Offers
from engine.domain.order import BUY
from engine.messages.market import DepthChanged


class DepthSide:
    """The bids or the asks: prices in rising order, and the quantity of each."""

    __slots__ = ("overdrawn", "prices", "quantities", "taken")

    def __init__(self) -> None:
        self.prices: list[int] = []
        self.quantities: dict[int, int] = {}
        self.taken: dict[int, int] = {}
        """What we took, by price, as long as the quantity there is told unchanged."""
        self.overdrawn = 0

    def replace(self, levels: Iterable[tuple[int, int]]) -> None:
        """The whole side anew; a level without a quantity is none."""
        quantities = {price: quantity for price, quantity in levels if quantity > 0}
        if self.taken:
            self.taken = {
                price: taken
                for price, taken in self.taken.items()
                if quantities.get(price) == self.quantities.get(price)
            }
        self.overdrawn = 0
        self.quantities = quantities
        self.prices = sorted(quantities)

    def change(self, levels: Iterable[tuple[int, int]]) -> None:
        """Take in the levels that changed; a quantity of 0 removes one."""
        quantities, prices, taken = self.quantities, self.prices, self.taken
        for price, quantity in levels:
            known = quantities.get(price)
            if quantity > 0:
                if known is None:
                    insort(prices, price)
                quantities[price] = quantity
            elif known is not None:
                del quantities[price]
                del prices[bisect_left(prices, price)]
            if taken and known != quantity:
                taken.pop(price, None)
        self.overdrawn = 0


class DepthBook:
    """Both sides of a symbol's book, and what we took of them."""

    __slots__ = ("_told_ns", "asks", "begun", "bids")

    def __init__(self) -> None:
        self.bids = DepthSide()
        self.asks = DepthSide()
        self.begun = False
        self._told_ns = -1

    def apply(self, event: DepthChanged) -> None:
        """Take in what the feed tells."""
        if event.snapshot:
            self.begun = True
            self.bids.replace(event.bids)
            self.asks.replace(event.asks)
        elif self.begun:
            if event.bids:
                self.bids.change(event.bids)
            if event.asks:
                self.asks.change(event.asks)
        else:
            return
        self._told_ns = max(self._told_ns, event.venue_ns)

    @property
    def bid(self) -> int:
        """The best bid; 0 where there is none."""
        prices = self.bids.prices
        return prices[-1] if prices else 0

    @property
    def ask(self) -> int:
        """The best ask; 0 where there is none."""
        prices = self.asks.prices
        return prices[0] if prices else 0

    @property
    def told_ns(self) -> int:
        """The venue's time of the last change."""
        return self._told_ns

    def best(self, side: int) -> int:
        """The ask for a buyer, the bid for a seller."""
        return self.ask if side > 0 else self.bid

    def unit(self, side: int) -> int:
        """The quantity of the best level."""
        return self._against(side).quantities.get(self.best(side), 0)

    def offers(self, side: int, limit: int) -> Offers:
        """The levels from the best one on, each less what we took of it."""
        met = self._against(side)
        quantities, taken = met.quantities, met.taken
        offers: list[tuple[int, int]] = []
        for price in met.prices if side > 0 else reversed(met.prices):
            if limit and side * price > side * limit:
                break
            left = quantities[price] - taken.get(price, 0)
            if left > 0:
                offers.append((price, left))
        return tuple(offers)

    def overdrawn(self, side: int) -> int:
        """What was taken beyond the last level since that side was last told."""
        return self._against(side).overdrawn

    def last_level(self, side: int) -> int:
        """The worst price that is shown to takers; 0 where none is."""
        prices = self._against(side).prices
        if not prices:
            return 0
        return prices[-1] if side > 0 else prices[0]

    def ahead(self, side: int, price: int) -> int:
        """The level's quantity, nothing between levels; behind the last level no feed reaches."""
        ours = self.bids if side == BUY else self.asks
        quantity = ours.quantities.get(price)
        if quantity is not None:
            return quantity
        prices = ours.prices
        if not prices:
            return UNTOLD
        last = prices[0] if side == BUY else prices[-1]
        return 0 if side * price > side * last else UNTOLD

    def took(self, side: int, quantity: int) -> None:
        """The levels have that much less; what is beyond the book is counted by itself."""
        met = self._against(side)
        taken = met.taken
        for price in met.prices if side > 0 else reversed(met.prices):
            here = taken.get(price, 0)
            piece = min(quantity, met.quantities[price] - here)
            if piece > 0:
                taken[price] = here + piece
                quantity -= piece
            if quantity == 0:
                return
        met.overdrawn += quantity

    def _against(self, side: int) -> DepthSide:
        return self.asks if side > 0 else self.bids
