"""What the oracle exchange keeps: positions, orders and markets, in fractions."""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from engine.ids import PositionKey
from engine.messages.effects import PlaceOrder

Number = Fraction
ZERO = Fraction(0)
SMALLEST = Fraction(1, 10**8)
WITHOUT_LIMIT = Fraction(10**30)
LIMITS = ("limit", "stop_limit", "take_profit_limit")
CONDITIONAL = ("stop_market", "stop_limit", "take_profit_market", "take_profit_limit")


def number(e8: int) -> Number:
    """The number that a scaled integer stands for."""
    return Fraction(e8, 10**8)


def cent(exact: Number) -> Number:
    """To the eighth decimal, halves upwards: how the venue keeps money."""
    return Fraction(floor(exact * 10**8 + Fraction(1, 2)), 10**8)


def to_step(exact: Number, step: Number, up: bool) -> Number:
    """To a multiple of ``step``."""
    return (ceil(exact / step) if up else floor(exact / step)) * step


@dataclass(eq=False)
class Position:
    """One side of a symbol; ``quantity`` is signed, ``entry`` the value that it was opened at."""

    key: PositionKey
    quantity: Number = ZERO
    entry: Number = ZERO
    stop: Number = ZERO
    stop_by: str = "last"
    target: Number = ZERO
    target_by: str = "last"
    distance: Number = ZERO
    """Of the trailing stop, which follows from ``begins`` on (0: at once); ``best`` so far."""
    begins: Number = ZERO
    best: Number = ZERO
    leverage: Number = Fraction(1)
    added: Number = ZERO
    """Margin beyond that of its entry; negative where funding took it."""
    opened_ns: int = 0

    @property
    def protection(self) -> tuple[Number, Number, Number]:
        """What is told of it."""
        return self.stop, self.target, self.distance

    @property
    def side(self) -> int:
        """1 long, -1 short, 0 flat."""
        return (self.quantity > 0) - (self.quantity < 0)

    def reducible(self, side: int) -> Number:
        """What an order of ``side`` can close."""
        return abs(self.quantity) if self.side == -side else ZERO


@dataclass(eq=False)
class Order:
    """An order; ``age`` is its place among all that came."""

    asked: PlaceOrder
    position: Position
    age: int
    quantity: Number
    reduces: bool
    filled: Number = ZERO
    fills: int = 0
    triggered: bool = False
    state: str = "working"
    cause: str = "order"
    """Or of which partial protection it is the child."""
    sibling: "Order | None" = None
    ambiguous: bool = False
    since_ns: int = 0

    def __post_init__(self) -> None:
        self.name = str(self.asked.client_id)
        self.number = f"sim-{self.age}"
        self.symbol = self.asked.key.symbol
        self.side = self.asked.side
        self.price = number(self.asked.price)
        self.trigger = number(self.asked.trigger_price)
        self.is_limit = self.asked.order_type in LIMITS
        self.triggered = self.asked.order_type not in CONDITIONAL
        is_stop = self.asked.order_type.startswith("stop")
        self.meets = self.side if is_stop else -self.side
        """1 where a rising price triggers it, -1 for a falling one."""

    @property
    def remaining(self) -> Number:
        """What is not filled."""
        return self.quantity - self.filled


@dataclass(eq=False)
class Market:
    """What is known of one symbol."""

    last: Number = ZERO
    told: dict[str, Number] = field(default_factory=dict)
    """Mark and index, where the feed has one; else they are the last price."""
    volume: Number | None = None
    """Of the last closed bar."""
    taken: Number = ZERO
    """What takers had of it."""
    executions: int = 0
    settled_ns: int = 0
    closed_ns: int = 0
    marked_ns: int = 0
    clock: int = 0
    """When something last happened here: time never runs backwards."""

    @property
    def band_mark(self) -> Number:
        """The mark for the price band; one from before the last bar's close is old."""
        return self.last if self.closed_ns > self.marked_ns else self.mark

    def price(self, source: str) -> Number:
        """The price of a trigger's source."""
        return self.told.get(source, self.last)

    @property
    def mark(self) -> Number:
        """The mark price."""
        return self.price("mark")

    @property
    def following(self) -> tuple[str, ...]:
        """The sources that go with the last price."""
        return tuple(one for one in ("last", "mark", "index") if one not in self.told)


def moment(prices: list[Number], leg: int, price: Number, begin: int, end: int) -> int:
    """When the way over ``prices``, at one constant speed, is at ``price`` on its ``leg``."""
    legs = [abs(there - here) for here, there in pairwise(prices)]
    if not sum(legs):
        return begin
    passed = sum(legs[:leg], ZERO) + min(legs[leg], abs(price - prices[leg]))
    return begin + floor((end - begin) * passed / sum(legs))
