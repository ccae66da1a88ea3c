"""Orders as projections know them, from the request to the end."""

from collections.abc import Iterable
from typing import Any

import attrs

from engine.domain.order import side_name
from engine.ids import PositionKey
from engine.messages.decisions import OrderRequested
from engine.messages.venue import OrderAmended, OrderFilled, OrderFound
from engine.money import SCALE
from journal.codec import CHECKED, DECISION_DECODERS
from journal.present import moment
from journal.projections.numbers import quotient

FINISHED = frozenset({"filled", "cancelled", "rejected", "expired", "not_placed"})

_KEPT = ("seq", "n", "at", "state", "filled", "value", "fees", "venue_order_id", "remark")


class Ordered:
    """One order; e8 integers. ``remark`` is why it ended or became unknown."""

    __slots__ = ("request", "updated_at", "updated_seq", *_KEPT)

    def __init__(self, request: OrderRequested, seq: int, n: int, at: int) -> None:
        self.request = request
        self.n = n
        self.seq = self.updated_seq = seq
        self.at = self.updated_at = at
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
        return (
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
        order = cls(request, 0, 0, 0)
        for name, value in zip(_KEPT, kept[1:], strict=True):
            setattr(order, name, value)
        return order


def newest_entry(orders: Iterable[Ordered], key: PositionKey, side: int) -> tuple[int, int, str]:
    """Frame, place and account of the last entry on ``side`` of a position that is in memory."""
    found = (0, 0, "")
    for order in orders:
        asked = order.request
        if asked.purpose == "entry" and asked.key == key and asked.side == side:
            found = max(found, (order.seq, order.n, asked.account))
    return found
