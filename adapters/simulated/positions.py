"""A position as the venue keeps it, with its own stop and target."""

from engine.ids import NO_CLIENT_ID, ClientId
from engine.money import NO_PRICE, Money, Price, notional, share


class VenuePosition:
    """One-way position of one symbol; ``quantity`` is signed, the entry is kept as a value.

    It is no ``engine.domain`` position: two books that are kept apart can check each other.
    """

    __slots__ = ("entry_value", "opener", "quantity", "stop_price", "target_price")

    def __init__(self) -> None:
        self.quantity = 0
        self.entry_value = 0
        self.stop_price: Price = NO_PRICE
        self.target_price: Price = NO_PRICE
        self.opener: ClientId = NO_CLIENT_ID
        """The order that opened it: the name by which faults of its stop are drawn."""

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
