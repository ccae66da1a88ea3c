"""Orders as projections know them, from the request to the end."""

from typing import Any

import attrs

from engine.domain.order import side_name
from engine.evolve.venue import DUPLICATE_CLIENT_ID
from engine.ids import PositionKey
from engine.messages.decisions import OrderRequested
from engine.messages.venue import (
    OrderAccepted,
    OrderAmended,
    OrderFilled,
    OrderFound,
    OrderRejected,
)
from engine.money import SCALE
from journal.codec import CHECKED, DECISION_DECODERS
from journal.present import moment
from journal.projections.numbers import quotient

_FOUND = "found by look-up"
FINISHED = frozenset({"filled", "cancelled", "rejected", "expired", "not_placed"})

_KEPT = (
    "seq",
    "n",
    "at",
    "entry",
    "accepted_seq",
    "accepted_at",
    "state",
    "filled",
    "value",
    "fees",
    "venue_order_id",
    "remark",
)


class Ordered:
    """One order; e8 integers. ``remark`` is why it ended or became unknown.

    ``entry`` is the client id of the entry whose position it serves, "" for one that opens, or
    that serves none; ``accepted_seq`` and ``accepted_at`` are when it began to work, 0 when it
    never did or was filled or unknown by then.
    """

    __slots__ = ("request", "updated_at", "updated_seq", *_KEPT)

    def __init__(self, request: OrderRequested, seq: int, n: int, at: int, entry: str) -> None:
        self.request = request
        self.entry = entry
        self.n = n
        self.seq = self.updated_seq = seq
        self.at = self.updated_at = at
        self.accepted_seq = self.accepted_at = 0
        self.state = "requested"
        self.filled = 0
        self.value = 0
        self.fees = 0
        self.venue_order_id = ""
        self.remark = ""

    def accepted(self, venue_order_id: str) -> None:
        """The venue has it; a late answer does not undo what is known since."""
        self.venue_order_id = venue_order_id or self.venue_order_id
        if self.state in ("requested", "unknown"):
            self.state = "partially_filled" if self.filled else "working"

    def amended(self, told: OrderAmended | OrderFound) -> None:
        """The venue has these values now, as far as it tells them (F11)."""
        request = self.request
        self.request = attrs.evolve(
            request,
            quantity=told.quantity or request.quantity,
            price=told.price or request.price,
            trigger_price=told.trigger_price or request.trigger_price,
        )

    def fill(self, fill: OrderFilled, value: int) -> None:
        """One execution more, worth ``value`` (e8)."""
        self.filled += fill.quantity
        self.value += value
        self.fees += fill.fee
        self.venue_order_id = fill.venue_order_id or self.venue_order_id
        if self.filled >= self.request.quantity:
            self.state = "filled"
        elif self.state not in FINISHED:
            self.state = "partially_filled"

    def end(self, state: str, remark: str = "") -> None:
        """The order is, or seems to be, in ``state`` now; what is filled stays filled."""
        if self.state != "filled":
            self.state = state
            self.remark = remark

    def row(self) -> tuple[Any, ...]:
        """The columns of ``orders``."""
        request = self.request
        venue_account, symbol, position_index = request.key
        # In two parts: the interpreter makes a tuple of more than thirty by way of a list.
        asked = (
            request.client_id,
            self.seq,
            self.n,
            moment(self.at),
            request.account,
            venue_account,
            symbol,
            position_index,
            request.purpose,
            side_name(request.side),
            request.order_type,
            request.quantity / SCALE,
            request.price / SCALE,
            request.trigger_price / SCALE,
            request.time_in_force,
            1 if request.reduce_only else 0,
            request.stop_price / SCALE,
            request.target_price / SCALE,
            request.risk / SCALE,
            request.tag,
            request.reason,
        )
        return asked + (  # noqa: RUF005
            self.entry or None,
            self.accepted_seq or None,
            moment(self.accepted_at),
            self.state,
            self.filled / SCALE,
            quotient(self.value, self.filled),
            self.fees / SCALE,
            self.venue_order_id,
            self.remark,
            self.updated_seq,
            moment(self.updated_at),
        )

    def dump(self) -> list[Any]:
        """What has to be kept to go on later."""
        return [CHECKED[OrderRequested](self.request), *(getattr(self, name) for name in _KEPT)]

    @classmethod
    def load(cls, kept: list[Any]) -> "Ordered":
        """The order that ``dump`` gave."""
        request: OrderRequested = DECISION_DECODERS[kept[0][0]](kept[0])
        order = cls(request, 0, 0, 0, "")
        for name, value in zip(_KEPT, kept[1:], strict=True):
            setattr(order, name, value)
        return order


class OrderBook:
    """Every live order by client id, those that changed, and changes that no other row tells of.

    ``seq`` and ``at`` are those of the frame; ``n`` counts its decisions, 0 is its input.
    """

    def __init__(self) -> None:
        self.live: dict[str, Ordered] = {}
        self.changed: dict[str, Ordered] = {}
        self.moves: list[tuple[Any, ...]] = []
        """Rows of ``other_order_changes``: what is neither a request, nor its plain acceptance,
        nor a fill."""

    def requested(self, order: Ordered) -> None:
        """An order is wanted."""
        client_id = order.request.client_id
        self.live[client_id] = self.changed[client_id] = order

    def touch(self, client_id: str, seq: int, at: int) -> Ordered | None:
        """The live order of this id, which something is told of now; None for any other."""
        order = self.live.get(client_id)
        if order is not None:
            order.updated_seq = seq
            order.updated_at = at
            self.changed[client_id] = order
        return order

    def accepted(self, told: OrderAccepted, seq: int, at: int) -> None:
        """The venue has it. What answers the request itself is told in the order's own row."""
        order = self.touch(told.client_id, seq, at)
        if order is None:
            return
        before = order.state
        order.accepted(told.venue_order_id)
        if before == "requested":
            order.accepted_seq = seq
            order.accepted_at = at
        else:
            self._moved(order, before, "accepted", seq, 0, at)

    def rejected(self, told: OrderRejected, seq: int, at: int) -> None:
        """The venue refused it; a refusal as a duplicate is evidence that it is there (F6)."""
        state = "unknown" if told.code == DUPLICATE_CLIENT_ID else "rejected"
        self.end(told.client_id, state, f"{told.code} {told.reason}", seq, 0, at)

    def amended(self, told: OrderAmended, seq: int, at: int) -> None:
        """The venue has it with other values; one that has all of them by now is filled."""
        order = self.touch(told.client_id, seq, at)
        if order is None:
            return
        before = order.state
        order.accepted("")
        order.amended(told)
        if order.filled >= order.request.quantity:
            order.end("filled")
        self._moved(order, before, "amended", seq, 0, at)

    def found(self, told: OrderFound, seq: int, at: int) -> None:
        """A look-up says how it stands."""
        order = self.touch(told.client_id, seq, at)
        if order is None:
            return
        before = order.state
        order.accepted(told.venue_order_id)
        order.amended(told)
        if told.state in FINISHED:
            order.end(told.state, _FOUND)
        self._moved(order, before, _FOUND, seq, 0, at)

    def end(self, client_id: str, state: str, remark: str, seq: int, n: int, at: int) -> None:
        """The order is, or seems to be, in ``state`` now."""
        order = self.touch(client_id, seq, at)
        if order is not None:
            before = order.state
            order.end(state, remark)
            self._moved(order, before, remark, seq, n, at)

    def settle(self) -> None:
        """What has changed is written: orders that have ended are let go."""
        for client_id, order in self.changed.items():
            if order.state in FINISHED:
                self.live.pop(client_id, None)
        self.changed.clear()

    def entry_at(self, key: PositionKey) -> tuple[str, str]:
        """Account and id of the entry that is under way at a position, empty when none is."""
        for client_id, order in self.live.items():
            asked = order.request
            if asked.purpose == "entry" and asked.key == key and order.state not in FINISHED:
                return asked.account, client_id
        return "", ""

    def newest_entry(self, key: PositionKey, side: int) -> tuple[int, int, str, str]:
        """Frame, place, account and id of the last entry on ``side`` of a position that lives."""
        found = (0, 0, "", "")
        for order in self.live.values():
            asked = order.request
            if asked.purpose == "entry" and asked.key == key and asked.side == side:
                found = max(found, (order.seq, order.n, asked.account, asked.client_id))
        return found

    def _moved(self, order: Ordered, before: str, reason: str, seq: int, n: int, at: int) -> None:
        if order.state != before:
            row = (order.request.client_id, seq, n, moment(at), order.state, reason)
            self.moves.append(row)
