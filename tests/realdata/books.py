"""The sums of fills and trades done again, in decimals, by somebody who never saw the engine.

A fill is what an execution report says: the place (account and symbol), the side (1 or -1), and
price, quantity and fee as decimals. A position is the list of its fills since the last time flat;
nothing is averaged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, getcontext

getcontext().prec = 60

ZERO = Decimal(0)


@dataclass(frozen=True)
class Fill:
    """One execution."""

    name: str
    place: str
    side: int
    price: Decimal
    quantity: Decimal
    fee: Decimal


@dataclass(frozen=True)
class RoundTrip:
    """From flat to flat: what was paid and got, and the fees of all its fills."""

    place: str
    side: int
    quantity: Decimal
    profit: Decimal
    fees: Decimal
    fills: tuple[str, ...]

    @property
    def pnl(self) -> Decimal:
        """Profit after fees."""
        return self.profit - self.fees


class Books:
    """Executions in the order of their arrival; the same one twice is one."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.open: dict[str, list[Fill]] = {}
        self.cash = ZERO
        self.fees = ZERO

    def held(self, place: str) -> Decimal:
        """The signed position: the sum of its fills."""
        return sum((fill.side * fill.quantity for fill in self.open.get(place, ())), ZERO)

    def book(self, fill: Fill) -> Iterator[RoundTrip]:
        """Take a fill in; gives the round trip that it ended. No fill here crosses zero."""
        if fill.name in self.seen:
            return
        self.seen.add(fill.name)
        trip = self.open.setdefault(fill.place, [])
        before = self.held(fill.place)
        trip.append(fill)
        after = self.held(fill.place)
        assert before * after >= 0, f"{fill.name} goes from {before} to {after}"
        self.cash -= fill.side * fill.price * fill.quantity + fill.fee
        self.fees += fill.fee
        if after == 0:
            del self.open[fill.place]
            yield RoundTrip(
                fill.place,
                trip[0].side,
                sum((one.quantity for one in trip if one.side == trip[0].side), ZERO),
                -sum((one.side * one.price * one.quantity for one in trip), ZERO),
                sum((one.fee for one in trip), ZERO),
                tuple(one.name for one in trip),
            )

    def worth(self, marks: dict[str, Decimal]) -> Decimal:
        """Cash and positions at their marks: what equity has gained since the beginning."""
        return self.cash + sum((self.held(each) * marks[each] for each in self.open), ZERO)
