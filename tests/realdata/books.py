"""The sums of fills and trades done again, in decimals, by somebody who never saw the engine.

A fill is what an execution report says: the place (account and symbol), the side (1 or -1), and
price, quantity and fee as decimals. A position is the list of its fills since the last time flat;
nothing is averaged. Funding belongs to the position that it finds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    """From flat to flat: what was paid and got, the fees of all its fills, and funding."""

    place: str
    side: int
    quantity: Decimal
    profit: Decimal
    fees: Decimal
    funding: Decimal

    @property
    def pnl(self) -> Decimal:
        """Profit after fees and funding."""
        return self.profit - self.fees - self.funding


class Books:
    """Executions in the order of their arrival; the same one twice is one."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.open: dict[str, list[Fill]] = {}
        self.cash = ZERO
        self.fees = ZERO
        self.funding = ZERO
        self._settled: dict[str, Decimal] = {}

    def settle(self, name: str, place: str, amount: Decimal) -> None:
        """Take a funding payment in; > 0 was paid."""
        if name in self.seen:
            return
        self.seen.add(name)
        self.cash -= amount
        self.funding += amount
        if place in self.open:
            self._settled[place] = self._settled.get(place, ZERO) + amount

    def held(self, place: str) -> Decimal:
        """The signed position: the sum of its fills."""
        return sum((fill.side * fill.quantity for fill in self.open.get(place, ())), ZERO)

    def book(self, fill: Fill) -> Iterator[RoundTrip]:
        """Take a fill in; gives the round trip that it ended.

        A fill that is larger than the position it meets ends one trip and begins the next; its
        fee belongs to the one that it ended.
        """
        if fill.name in self.seen:
            return
        self.seen.add(fill.name)
        self.cash -= fill.side * fill.price * fill.quantity + fill.fee
        self.fees += fill.fee
        before = self.held(fill.place)
        trip = self.open.setdefault(fill.place, [])
        beyond = fill.quantity - abs(before)
        if before * fill.side < 0 and beyond > 0:
            trip.append(replace(fill, quantity=abs(before)))
            yield self._ended(fill.place)
            self.open[fill.place] = [replace(fill, quantity=beyond, fee=ZERO)]
            return
        trip.append(fill)
        if self.held(fill.place) == 0:
            yield self._ended(fill.place)

    def _ended(self, place: str) -> RoundTrip:
        trip = self.open.pop(place)
        return RoundTrip(
            place,
            trip[0].side,
            sum((one.quantity for one in trip if one.side == trip[0].side), ZERO),
            -sum((one.side * one.price * one.quantity for one in trip), ZERO),
            sum((one.fee for one in trip), ZERO),
            self._settled.pop(place, ZERO),
        )

    def worth(self, marks: dict[str, Decimal]) -> Decimal:
        """Cash and positions at their marks: what equity has gained since the beginning."""
        return self.cash + sum((self.held(each) * marks[each] for each in self.open), ZERO)
