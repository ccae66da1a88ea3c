"""A position as the venue keeps it, with its own stop and target."""

from typing import Literal, NamedTuple

from engine.domain.order import FillCause, PriceSource
from engine.ids import NO_CLIENT_ID, ClientId, PositionKey
from engine.money import NO_PRICE, ONE, Money, Price, notional, share


class Guard(NamedTuple):
    """A price at which something happens to a position: its stop, its target …

    ``direction`` 1 is met by a rising price of ``source``, -1 by a falling one. What ``follow``
    meets closes nothing: the trailing stop goes after the price, or begins to.
    """

    source: PriceSource
    direction: int
    level: int
    cause: FillCause | Literal["follow"]


OPENS = {0: 0, 1: 1, 2: -1}
"""The side that opens, by position index (bybit-v5.md 5.5); 0 is either."""

UNPROTECTED = (NO_PRICE, NO_PRICE, NO_PRICE)
"""Neither stop nor target nor trailing stop: what a flat position has."""


class VenuePosition:
    """One position of one symbol; ``quantity`` is signed, the entry is kept as a value.

    It is no ``engine.domain`` position: two books that are kept apart can check each other.
    ``guards`` are brought up to date by ``protect_at`` and ``refresh_guards`` alone.
    """

    __slots__ = (
        "added",
        "auto_adds",
        "entry_value",
        "guards",
        "key",
        "leverage",
        "liquidated_at",
        "margin",
        "margined",
        "opened_ns",
        "opener",
        "opens",
        "quantity",
        "stop_by",
        "stop_price",
        "target_by",
        "target_price",
        "trailing_best",
        "trailing_distance",
        "trailing_from",
    )

    def __init__(self, key: PositionKey) -> None:
        self.key = key
        self.opens = OPENS[key.position_index]
        self.quantity = 0
        self.entry_value = 0
        self.leverage: int = ONE
        self.added = 0
        """Margin put into an isolated position after its entry; negative where funding took it."""
        self.auto_adds = False
        """Whether the venue adds margin to it, isolated, before it would be liquidated."""
        self.liquidated_at = 0
        """The mark at which it is liquidated as things stand; 0: at none."""
        self.margined: tuple[int, ...] = ()
        """What ``liquidated_at`` and ``margin`` were worked out from."""
        self.margin = 0
        """What it holds, where that does not move with the mark."""
        self.opened_ns = 0
        self.stop_price: Price = NO_PRICE
        self.target_price: Price = NO_PRICE
        self.stop_by: PriceSource = "last"
        self.target_by: PriceSource = "last"
        self.trailing_distance: Price = NO_PRICE
        """How far behind the best last price the trailing stop is; 0 is no trailing stop (5.4)."""
        self.trailing_from = 0
        """The price that it waits for before it follows; 0: it followed at once."""
        self.trailing_best = 0
        """The best price since it follows; 0 before."""
        self.guards: tuple[Guard, ...] = ()
        self.opener: ClientId = NO_CLIENT_ID
        """The order that opened it: the name by which faults of its stop are drawn."""

    def refresh_guards(self) -> None:
        """Work out at which prices something happens to the position; nothing to a flat one."""
        guards: tuple[Guard, ...] = ()
        if self.quantity:
            side = 1 if self.quantity > 0 else -1
            if self.liquidated_at:
                guards = (Guard("mark", -side, self.liquidated_at, "liquidation"),)
            if self.stop_price:
                guards += (Guard(self.stop_by, -side, self.stop_price, "stop_loss"),)
            if self.target_price:
                guards += (Guard(self.target_by, side, self.target_price, "take_profit"),)
            if self.trailing_best:
                behind = self.trailing_best - side * self.trailing_distance
                guards += (
                    Guard("last", -side, behind, "trailing_stop"),
                    Guard("last", side, self.trailing_best + side, "follow"),
                )
            elif self.trailing_distance:
                guards += (Guard("last", side, self.trailing_from, "follow"),)
        self.guards = guards

    @property
    def protection(self) -> tuple[Price, Price, Price]:
        """What is told of it: stop, target and trailing distance."""
        return self.stop_price, self.target_price, self.trailing_distance

    def trail(self, distance: Price, activation: int, last: int) -> None:
        """Set the trailing stop, or remove it (0); the same again goes on from its best price."""
        if (distance, activation) != (self.trailing_distance, self.trailing_from):
            self.trailing_distance, self.trailing_from = distance, activation
            self.trailing_best = last if distance and not activation else 0

    def follow(self, price: int) -> None:
        """The price went beyond the best so far: the trailing stop goes after it."""
        self.trailing_best = price
        self.refresh_guards()

    def unprotect(self) -> None:
        """Stop, target and trailing stop end with the position; guards as they were."""
        self.stop_price = self.target_price = NO_PRICE
        if self.trailing_distance:
            self.trail(NO_PRICE, 0, 0)

    def liquidate_at(self, mark: int) -> None:
        """From now on it is liquidated where the mark is ``mark``; 0 is nowhere."""
        before = self.liquidated_at
        if mark == before:
            return
        self.liquidated_at = mark
        if self.quantity and before == 0:
            self.guards = (Guard("mark", -self.side, mark, "liquidation"), *self.guards)
        else:
            self.refresh_guards()

    @property
    def margined_by(self) -> tuple[int, ...]:
        """All of the position that its liquidation price hangs on."""
        return (self.quantity, self.entry_value, self.leverage, self.added)

    def reducible(self, side: int) -> int:
        """How much a reducing order of ``side`` can close: the size of an opposite position."""
        closes = -self.quantity * side
        return closes if closes > 0 else 0

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
            if self.added:
                self.added -= share(self.added, quantity, size)
            return holding * (value - cost)
        closing = notional(price, size) if quantity > size else value
        profit = holding * (closing - self.entry_value)
        self.quantity += side * quantity
        self.entry_value = value - closing
        self.added = 0
        return profit
