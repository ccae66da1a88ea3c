"""One open (or flat) position: what we hold, what it cost, and how it is protected."""

from typing import Final

from engine.domain.order import BUY, Side
from engine.ids import NO_CLIENT_ID, ClientId, PositionKey
from engine.money import NO_PRICE, ZERO_MONEY, Money, Price, Quantity, ratio, share
from engine.timebase import Nanos

_NO_QUANTITY: Final = Quantity(0)
_NO_TIME: Final = Nanos(0)


class Position:
    """Mutable, written by ``evolve`` alone. All numbers e8; ``quantity`` is signed (+ long).

    The entry is kept as a value, not as an average price, so that nothing drifts by a unit.
    ``stop_price`` and ``target_price`` are desired, ``venue_stop`` and ``venue_target`` observed.
    ``covering_until`` > 0 is the deadline of a position without a working stop, ``closing`` the
    order that closes it, ``direction`` the side it was opened on, ``marked`` its unrealised
    profit at the last mark, and ``spill`` the signed rest of a fill that went through zero,
    booked once the old trade is closed. ``unwanted``: it was filled while being cancelled.
    ``mismatches`` counts look-ups in a row that showed another size. ``funding`` is what was paid
    since it opened, ``previous`` the account that owned the last round trip: it outlives
    ``clear``, because funding may be told after the close.
    """

    __slots__ = (
        "account",
        "attempts",
        "closing",
        "covering_until",
        "direction",
        "entered_quantity",
        "entered_value",
        "entry_value",
        "exit_cause",
        "exit_value",
        "fees",
        "funding",
        "incident",
        "initial_stop",
        "key",
        "look_up_asked",
        "marked",
        "mismatches",
        "opened_ns",
        "previous",
        "quantity",
        "realised",
        "risk",
        "spill",
        "spill_value",
        "stop_asked",
        "stop_price",
        "tag",
        "target_price",
        "unwanted",
        "venue_stop",
        "venue_target",
    )

    def __init__(self, key: PositionKey) -> None:
        self.key = key
        self.account = self.previous = ""
        self.clear()

    def clear(self) -> None:
        """Forget the round trip: the position is flat and nobody owns it."""
        if self.account:
            self.previous = self.account
        self.account = ""
        self.tag = ""
        self.quantity = _NO_QUANTITY
        self.direction: Side = BUY
        self.entry_value = ZERO_MONEY
        self.entered_quantity = _NO_QUANTITY
        self.entered_value = ZERO_MONEY
        self.exit_value = ZERO_MONEY
        self.exit_cause = ""
        self.fees = ZERO_MONEY
        self.funding = ZERO_MONEY
        self.realised = ZERO_MONEY
        self.risk = ZERO_MONEY
        self.opened_ns = _NO_TIME
        self.initial_stop = NO_PRICE
        self.stop_price = NO_PRICE
        self.target_price = NO_PRICE
        self.venue_stop = NO_PRICE
        self.venue_target = NO_PRICE
        self.covering_until = _NO_TIME
        self.stop_asked = False
        self.look_up_asked = False
        self.attempts = 0
        self.mismatches = 0
        self.marked = ZERO_MONEY
        self.unwanted = False
        self.spill = _NO_QUANTITY
        self.spill_value = ZERO_MONEY
        self.closing: ClientId = NO_CLIENT_ID
        self.incident = 0

    @property
    def side(self) -> int:
        """1 long, -1 short, 0 flat."""
        return (self.quantity > 0) - (self.quantity < 0)

    @property
    def entry_price(self) -> Price:
        """Average entry, rounded down; for display and for strategies, never for booking."""
        return Price(ratio(self.entry_value, abs(self.quantity)) if self.quantity else 0)

    def unrealised(self, mark: int) -> Money:
        """Profit at ``mark`` (bybit-v5.md 6.1): side x (value at mark - entry value)."""
        size = abs(self.quantity)
        value = (mark * size + 50_000_000) // 100_000_000
        return Money(value - self.entry_value if self.quantity > 0 else self.entry_value - value)

    def enlarge(self, side: int, quantity: int, value: Money) -> None:
        """Book an opening fill of ``value`` (positive) on ``side``."""
        assert side * self.quantity >= 0, "an opening fill is on the position's side"
        self.quantity = Quantity(self.quantity + side * quantity)
        self.entry_value = Money(self.entry_value + value)
        self.entered_quantity = Quantity(self.entered_quantity + quantity)
        self.entered_value = Money(self.entered_value + value)

    def reduce(self, quantity: int, value: Money) -> Money:
        """Book a closing fill of ``value`` (positive); returns the realised profit before fees."""
        size = abs(self.quantity)
        assert 0 < quantity <= size, "a closing fill is at most the position"
        cost = self.entry_value if quantity == size else share(self.entry_value, quantity, size)
        profit = Money(value - cost if self.quantity > 0 else cost - value)
        self.quantity = Quantity(self.quantity - quantity * self.side)
        self.entry_value = Money(self.entry_value - cost)
        self.exit_value = Money(self.exit_value + value)
        self.realised = Money(self.realised + profit)
        return profit
