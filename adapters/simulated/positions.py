"""A position as the venue keeps it, with its own stop and target."""

from typing import NamedTuple

from engine.domain.order import FillCause, PriceSource
from engine.ids import NO_CLIENT_ID, ClientId, PositionKey
from engine.money import NO_PRICE, Money, Price, notional, share


class Guard(NamedTuple):
    """A price at which something happens to a position: its stop, its target …

    ``direction`` 1 is met by a rising price of ``source``, -1 by a falling one.
    """

    source: PriceSource
    direction: int
    level: int
    cause: FillCause


OPENS = {0: 0, 1: 1, 2: -1}
"""The side that opens, by position index (bybit-v5.md 5.5); 0 is either."""


class VenuePosition:
    """One position of one symbol; ``quantity`` is signed, the entry is kept as a value.

    It is no ``engine.domain`` position: two books that are kept apart can check each other.
    ``guards`` are brought up to date by ``protect_at`` and ``refresh_guards`` alone.
    """

    __slots__ = (
        "entry_value",
        "guards",
        "key",
        "opener",
        "opens",
        "quantity",
        "stop_by",
        "stop_price",
        "target_by",
        "target_price",
    )

    def __init__(self, key: PositionKey) -> None:
        self.key = key
        self.opens = OPENS[key.position_index]
        self.quantity = 0
        self.entry_value = 0
        self.stop_price: Price = NO_PRICE
        self.target_price: Price = NO_PRICE
        self.stop_by: PriceSource = "last"
        self.target_by: PriceSource = "last"
        self.guards: tuple[Guard, ...] = ()
        self.opener: ClientId = NO_CLIENT_ID
        """The order that opened it: the name by which faults of its stop are drawn."""

    def refresh_guards(self) -> None:
        """Work out at which prices something happens to the position; nothing to a flat one."""
        side = self.side
        guards: tuple[Guard, ...] = ()
        if side:
            if self.stop_price:
                guards = (Guard(self.stop_by, -side, self.stop_price, "stop_loss"),)
            if self.target_price:
                guards += (Guard(self.target_by, side, self.target_price, "take_profit"),)
        self.guards = guards

    def reducible(self, side: int) -> int:
        """How much a reducing order of ``side`` can close: the size of an opposite position."""
        held = self.quantity
        return abs(held) if held * side < 0 else 0

    @property
    def side(self) -> int:
        """1 long, -1 short, 0 flat."""
        return (self.quantity > 0) - (self.quantity < 0)

    def unrealised(self, mark: int) -> Money:
        """Profit at ``mark``: s * (value at mark - entry value) (bybit-v5.md 6.1)."""
        return Money(self.side * (notional(mark, abs(self.quantity)) - self.entry_value))

    def apply(self, side: int, price: int, quantity: int, value: int) -> int:
        """Book an execution; returns the realised profit before fees (bybit-v5.md 6.1).

        ``value`` is that of ``quantity`` at ``price``. An execution beyond the position closes it
        and opens the rest at the same price (5.5).
        """
        assert quantity > 0, "an execution has a quantity"
        if self.quantity * side >= 0:
            self.quantity += side * quantity
            self.entry_value += value
            return 0
        size = abs(self.quantity)
        holding = -side
        if quantity < size:
            cost: int = share(self.entry_value, quantity, size)
            self.quantity += side * quantity
            self.entry_value -= cost
            return holding * (value - cost)
        closing = notional(price, size) if quantity > size else value
        profit = holding * (closing - self.entry_value)
        self.quantity += side * quantity
        self.entry_value = value - closing
        return profit
