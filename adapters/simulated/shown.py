"""What the feed shows of an order book, less what we took of it: the seam of quotes and depth."""

from typing import Protocol

Offers = tuple[tuple[int, int], ...]
"""``(price, quantity)`` of what can be had, the best price first; every quantity > 0."""

UNTOLD = 1 << 80
"""More than every quantity: the feed does not tell how much there is."""


class Shown(Protocol):
    """A book as it was last told. ``side`` is always ours: a buyer meets the offers.

    What we take is gone until that price is told with another quantity: the feed does not know
    of us, so a quantity that is told anew unchanged is the one that we had.
    """

    @property
    def told_ns(self) -> int:
        """The venue's time of the last change that was told; -1 before the first."""

    def best(self, side: int) -> int:
        """The best price that we can trade at as takers; 0 where none is shown."""

    def unit(self, side: int) -> int:
        """The quantity shown at that price, whatever we took of it."""

    def offers(self, side: int, limit: int) -> Offers:
        """What takers find, no price worse than ``limit`` (0: all that is shown)."""

    def overdrawn(self, side: int) -> int:
        """What takers had beyond all that is shown, since the best price was last changed."""

    def last_level(self, side: int) -> int:
        """The worst price that is shown to takers; 0 where none is."""

    def ahead(self, side: int, price: int) -> int:
        """What waits at ``price`` on our own side; ``UNTOLD`` where the feed does not reach."""

    def took(self, side: int, quantity: int) -> None:
        """We took ``quantity``, from the best price on."""
