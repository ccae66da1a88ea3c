"""Where a resting limit order stands in the queue of its price.

How this works: an order that comes to rest joins behind all that is shown at its price. What is
traded there eats the queue from its front, and what it leaves over is ours. What vanishes without
a trade was behind us (``back``) or everywhere alike (``pro_rata``); either way no more can be
ahead of us than is shown at all. Whatever trades or is offered beyond our price has emptied the
queue. ``front`` has nothing ahead, ``through`` does not look: it fills beyond its price alone.

A feed may tell a level's new quantity before the trade that changed it. So what vanished is
remembered with the venue's time, and a trade of that time or before eats of that first.
"""

from adapters.simulated.shown import UNTOLD


class Place:
    """One order's place. ``ahead`` counts only when ``known``; all quantities e8.

    ``joined_ns`` is when the order came to rest: a trade before that, whenever we hear of it, was
    not with us, and a level of before that is the one that we joined.
    """

    __slots__ = (
        "_shown",
        "_spreads",
        "_told_ns",
        "_traded",
        "_vanished",
        "ahead",
        "joined_ns",
        "known",
        "price",
    )

    def __init__(self, price: int, joined_ns: int, shown: int, told_ns: int, spreads: bool) -> None:
        self.price = price
        self.joined_ns = joined_ns
        self.known = shown < UNTOLD
        self.ahead = shown
        self._spreads = spreads
        self._join(shown, told_ns)

    def _join(self, shown: int, told_ns: int) -> None:
        self.ahead = self._shown = shown
        self._traded = 0
        self._told_ns = told_ns
        self._vanished = UNTOLD

    def told(self, quantity: int, venue_ns: int) -> None:
        """The feed shows ``quantity`` at our price."""
        if not self.known or venue_ns <= self.joined_ns:
            self.known = True
            self._join(quantity, venue_ns)
            return
        before = self.ahead
        if self._spreads:
            expected = self._shown - self._traded
            if expected > quantity:
                self.ahead -= self.ahead * (expected - quantity) // expected
        if self.ahead > quantity:
            self.ahead = quantity
        vanished = before - self.ahead
        if venue_ns > self._told_ns:
            self._told_ns, self._vanished = venue_ns, vanished
        else:
            self._vanished += vanished
        self._shown, self._traded = quantity, 0

    def eat(self, quantity: int, venue_ns: int) -> int:
        """``quantity`` was traded at our price: what of it is left for us."""
        if not self.known:
            return 0
        if venue_ns > self._told_ns:
            self._traded += quantity
        else:
            known = min(quantity, self._vanished)
            self._vanished -= known
            quantity -= known
        eaten = min(quantity, self.ahead)
        self.ahead -= eaten
        return quantity - eaten

    def reach_front(self) -> None:
        """The market went beyond our price: nobody is ahead any more."""
        self.known = True
        self.ahead = 0
