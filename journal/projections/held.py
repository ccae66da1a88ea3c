"""Open positions as projections know them: who owns one, what it cost, how it is protected."""

from typing import Any

from engine.ids import PositionKey
from engine.messages.decisions import OrderRequested, StopMoved
from engine.messages.venue import OrderFilled, PositionReported, StopReported
from engine.money import SCALE, share
from journal.present import moment
from journal.projections.numbers import quotient


class Held:
    """One open position; e8 integers, ``quantity`` signed. Gone from the book when it is flat."""

    __slots__ = (
        "account",
        "entry",
        "entry_value",
        "key",
        "opened_ns",
        "quantity",
        "stop",
        "target",
    )

    def __init__(self, key: PositionKey, account: str, opened_ns: int, entry: str = "") -> None:
        self.key = key
        self.account = account
        self.opened_ns = opened_ns
        self.entry = entry
        self.quantity = 0
        self.entry_value = 0
        self.stop = 0
        self.target = 0


class PositionBook:
    """Every open position, by key, and the stop that was last seen at the venue for it."""

    def __init__(self) -> None:
        self.held: dict[PositionKey, Held] = {}
        self.observed: dict[PositionKey, tuple[int, int]] = {}
        self.touched: dict[PositionKey, None] = {}
        self.released: dict[PositionKey, None] = {}
        self.intruders: list[Held] = []
        self.previous: dict[PositionKey, str] = {}
        """Who owned a position before it was flat: funding may be told after the close."""

    def owner(self, key: PositionKey) -> str:
        """The account that owns the position, empty when there is none."""
        held = self.held.get(key)
        return held.account if held is not None else ""

    def fill(
        self,
        fill: OrderFilled,
        value: int,
        request: OrderRequested | None,
        at: int,
        opener: tuple[str, str] = ("", ""),
    ) -> tuple[int, str, str]:
        """Book an execution: first what it closes, then what it opens (bybit-v5.md 5.5).

        Returns what it realised before its fee (e8), whose position it was, and the client id of
        the entry that opened that. ``opener`` is the account and the entry of a fill whose order
        is not known here, or came later, should it open a position.
        """
        key, quantity = fill.key, int(fill.quantity)
        held = self.held.get(key)
        self.touched[key] = None
        booked, opened_by = None, request
        if held is not None and fill.side * held.quantity < 0:
            size = abs(held.quantity)
            if quantity < size:
                part = share(held.entry_value, quantity, size)
                held.entry_value -= part
                held.quantity += fill.side * quantity
                return fill.side * (part - value), held.account, held.entry
            del self.held[key]
            if held.account:
                self.previous[key] = held.account
            self.released[key] = None
            if quantity == size:
                return fill.side * (held.entry_value - value), held.account, held.entry
            part = share(value, size, quantity)
            booked = fill.side * (held.entry_value - part), held.account, held.entry
            value -= part
            quantity -= size
            held, opened_by, opener = None, None, ("", "")
        if held is None:
            held = self.held[key] = _opened(key, opened_by, opener, at)
        elif request is not None and request.account != held.account and held.account:
            # The gate lets nobody in here; if it did, the table's unique index shall refuse it.
            self.intruders.append(Held(key, request.account, at))
        held.quantity += fill.side * quantity
        held.entry_value += value
        return booked or (0, held.account, held.entry)

    def stop_moved(self, moved: StopMoved) -> None:
        """The stop that is wanted is another one."""
        held = self.held.get(moved.key)
        if held is not None:
            held.stop, held.target = moved.stop_price, moved.target_price
            self.touched[moved.key] = None

    def observe(self, report: StopReported | PositionReported) -> None:
        """The stop at the venue is this."""
        key = report.key
        self.observed[key] = (report.stop_price, report.target_price)
        self.touched[key] = None

    def row(self, held: Held, seq: int, at: int) -> tuple[Any, ...]:
        """The columns of ``positions``."""
        venue_stop, venue_target = self.observed.get(held.key, (0, 0))
        size = abs(held.quantity)
        return (
            held.account,
            *held.key,
            "buy" if held.quantity > 0 else "sell",
            size / SCALE,
            quotient(held.entry_value, size),
            held.entry_value / SCALE,
            held.stop / SCALE,
            held.target / SCALE,
            venue_stop / SCALE,
            venue_target / SCALE,
            moment(held.opened_ns),
            seq,
            moment(at),
        )

    def dump(self) -> list[Any]:
        """What has to be kept to go on later."""
        held = [[getattr(one, name) for name in Held.__slots__] for one in self.held.values()]
        return [held, list(self.observed.items()), list(self.previous.items())]

    def load(self, kept: list[Any]) -> None:
        """Go on from what ``dump`` gave."""
        for values in kept[0]:
            fields = dict(zip(Held.__slots__, values, strict=True))
            key = PositionKey(*fields.pop("key"))
            held = self.held[key] = Held(key, fields.pop("account"), fields.pop("opened_ns"))
            for name, value in fields.items():
                setattr(held, name, value)
        self.observed = {PositionKey(*key): (stop, target) for key, (stop, target) in kept[1]}
        self.previous = {PositionKey(*key): account for key, account in kept[2]}


def _opened(
    key: PositionKey, request: OrderRequested | None, opener: tuple[str, str], at: int
) -> Held:
    if request is None:
        return Held(key, opener[0], at, opener[1])
    held = Held(key, request.account, at, request.client_id)
    held.stop, held.target = request.stop_price, request.target_price
    return held
