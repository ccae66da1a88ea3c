"""The live orders. Finished ones leave at once, so no step ever scans history."""

from collections import OrderedDict
from typing import Literal

from engine.domain.order import OrderState
from engine.ids import ClientId, PositionKey
from engine.messages.decisions import AmendRequested, OrderRequested
from engine.money import Money, Quantity
from engine.orders.lifecycle import FINISHED, OrderEvent, next_state
from engine.timebase import Nanos

Awaited = Literal["", "place", "amend", "cancel", "look_up"]
REMEMBERED_ORDERS = 256
REMEMBERED_EXECUTIONS = 1024


class Order:
    """One live order: its request, how far it is, and which answer it waits for.

    ``now`` is the request as the venue has it, amendments included; ``asked`` the amendment whose
    outcome nobody has told yet: the worse of both is reserved.
    ``cancelling`` stays true once a cancel was asked for: the order is not wanted any more.
    ``triggered``: a conditional order met its price. ``withdrawn``: it was the strategy that took
    it back, so what fills all the same is its own.
    """

    __slots__ = (
        "asked",
        "awaits",
        "cancelling",
        "filled",
        "look_ups",
        "negatives",
        "now",
        "request",
        "requested_ns",
        "state",
        "triggered",
        "venue_order_id",
        "withdrawn",
    )

    def __init__(self, request: OrderRequested, at: Nanos) -> None:
        self.request = self.now = request
        self.asked: AmendRequested | None = None
        self.requested_ns = at
        self.state: OrderState = "requested"
        self.awaits: Awaited = "place"
        self.cancelling = False
        self.triggered = self.withdrawn = False
        self.filled = Quantity(0)
        self.venue_order_id = ""
        self.look_ups = 0
        self.negatives = 0

    @property
    def remaining(self) -> Quantity:
        """What may still be filled."""
        return Quantity(self.now.quantity - self.filled)

    @property
    def reserved_risk(self) -> Money:
        """Risk budget that the unfilled part holds; an unknown order holds all of it."""
        now, asked = self.now, self.asked
        held = now.risk * self.remaining // now.quantity
        if asked is not None:
            held = max(held, asked.risk * (asked.quantity - self.filled) // asked.quantity)
        return Money(held)

    @property
    def reserved_notional(self) -> Money:
        """Exposure that the unfilled part may still become."""
        now, asked = self.now, self.asked
        held = now.notional * self.remaining // now.quantity
        if asked is not None:
            held = max(held, asked.notional * (asked.quantity - self.filled) // asked.quantity)
        return Money(held)

    @property
    def rests(self) -> bool:
        """Whether it is known to rest at the venue."""
        return self.state in ("working", "partially_filled")

    @property
    def may_change(self) -> bool:
        """Whether it rests at the venue and waits for no answer: a request would not cross one."""
        return self.rests and not self.awaits and not self.cancelling


class Blotter:
    """Live orders by client id, and a bounded memory of ended ones and of seen executions."""

    __slots__ = ("executions", "finished", "live", "unknown")

    def __init__(self) -> None:
        self.live: dict[ClientId, Order] = {}
        # The oldest leave from the front: a plain dict would walk over all that left before them.
        self.finished: OrderedDict[ClientId, OrderRequested] = OrderedDict()
        self.executions: OrderedDict[str, None] = OrderedDict()
        self.unknown = 0

    def add(self, request: OrderRequested, at: Nanos) -> None:
        """Take a new order. One client id lives at most once (law 9)."""
        assert request.client_id not in self.live, "a client order id lives once"
        assert request.client_id not in self.finished, "a client order id is never used again"
        self.live[request.client_id] = Order(request, at)

    def move(self, order: Order, event: OrderEvent) -> None:
        """Move an order and let it go when it is finished."""
        before = order.state
        order.state = after = next_state(before, event)
        if after != before:
            self.unknown += (after == "unknown") - (before == "unknown")
        if after in FINISHED:
            client_id, finished = order.request.client_id, self.finished
            del self.live[client_id]
            finished[client_id] = order.now
            if len(finished) > REMEMBERED_ORDERS:
                finished.popitem(last=False)

    def see(self, execution_id: str) -> bool:
        """Whether an execution is new; from now on it is not."""
        executions = self.executions
        if execution_id in executions:
            return False
        executions[execution_id] = None
        if len(executions) > REMEMBERED_EXECUTIONS:
            executions.popitem(last=False)
        return True

    def request_of(self, client_id: ClientId) -> OrderRequested | None:
        """The request behind an id, live or lately finished."""
        order = self.live.get(client_id)
        return order.now if order is not None else self.finished.get(client_id)

    def entry_at(self, key: PositionKey) -> Order | None:
        """The live entry at a position, whosesoever: what a report overtook comes from it."""
        for order in self.live.values():
            if order.request.purpose == "entry" and order.request.key == key:
                return order
        return None

    def newest_entry(self, key: PositionKey, side: int) -> OrderRequested | None:
        """The last entry on ``side`` of a position, live or lately ended.

        It is what the venue speaks of when it tells of a position that is flat here: the report of
        a fill may come after that of the order's end.
        """
        for order in reversed(self.live.values()):
            if _enters(order.request, key, side):
                return order.request
        for request in reversed(self.finished.values()):
            if _enters(request, key, side):
                return request
        return None

    def resting_entry(self, account: str, key: PositionKey) -> Order | None:
        """The live entry of an account at a position: the gate lets there be one at most."""
        for order in self.live.values():
            request = order.request
            if request.purpose == "entry" and request.account == account and request.key == key:
                return order
        return None


def _enters(request: OrderRequested, key: PositionKey, side: int) -> bool:
    return request.purpose == "entry" and request.key == key and request.side == side
