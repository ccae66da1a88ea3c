"""Orders as the venue keeps them, and the book of open and lately finished ones."""

from collections import deque
from typing import Final

from adapters.simulated.ladder import Ladder
from adapters.simulated.positions import VenuePosition
from engine.domain.order import OrderState, OrderType
from engine.ids import ClientId
from engine.messages.effects import PlaceOrder
from engine.messages.venue import OrderFilled
from engine.money import Quantity

FINISHED_KEPT = 1_000
"""How many finished orders a look-up still finds; older ones are forgotten, memory stays flat."""

LIMITS: Final[frozenset[OrderType]] = frozenset(("limit", "stop_limit", "take_profit_limit"))
"""The types that end as limit orders; the others end as market orders."""

TRIGGERED: Final[dict[OrderType, int]] = {
    "stop_market": 1,
    "stop_limit": 1,
    "take_profit_market": -1,
    "take_profit_limit": -1,
}
"""Conditional types: times the order's side, the direction in which the price meets them (5.4)."""


class VenueOrder:
    """One order: what was asked, and how far it got. ``state`` is what a look-up tells.

    ``price`` and ``trigger_price`` are as they are now, amendments included. ``number`` is its
    place among those that came: an amended price takes a new one.
    """

    __slots__ = (
        "asked",
        "cancels",
        "client_id",
        "executions",
        "filled",
        "fills",
        "is_limit",
        "ladder",
        "level",
        "muted",
        "number",
        "position",
        "price",
        "quantity",
        "reduces",
        "side",
        "state",
        "trigger_direction",
        "trigger_price",
        "triggered",
        "venue_order_id",
    )

    def __init__(
        self,
        asked: PlaceOrder,
        position: VenuePosition,
        quantity: int,
        number: int,
        venue_order_id: str,
    ) -> None:
        self.asked = asked
        self.position = position
        self.client_id: ClientId = asked.client_id
        self.side: int = asked.side
        self.reduces = asked.reduce_only or position.opens * asked.side < 0
        """It only ever closes: by its own word, or because its hedge side opens the other way."""
        self.quantity = quantity
        """What works at the venue; a reducing order is cut to the position."""
        self.price: int = asked.price
        self.trigger_price: int = asked.trigger_price
        self.is_limit = asked.order_type in LIMITS
        self.trigger_direction = TRIGGERED.get(asked.order_type, 0) * asked.side
        """1 or -1: met by a rising or falling price; 0 for an order that is not conditional."""
        self.triggered = self.trigger_direction == 0
        self.number = number
        self.ladder: Ladder[VenueOrder] | None = None
        """Where it waits, at ``level``; None for an order that does not."""
        self.level = 0
        self.venue_order_id = venue_order_id
        self.filled = 0
        self.fills = 0
        self.state: OrderState = "working"
        self.cancels = 0
        self.muted = False
        """Its stream reports are lost (a fault) until a look-up brings them."""
        self.executions: list[tuple[int, OrderFilled]] | None = None
        """``(when it reaches us, fill)``, kept only where faults may hold fills back."""

    @property
    def remaining(self) -> int:
        """Unfilled quantity, e8."""
        return self.quantity - self.filled

    def book(self, quantity: int) -> None:
        """Count an execution; state follows."""
        assert 0 < quantity <= self.quantity - self.filled, "a fill is at most what remains"
        self.filled += quantity
        self.fills += 1
        self.state = "filled" if self.filled == self.quantity else "partially_filled"

    @property
    def filled_quantity(self) -> Quantity:
        """Filled quantity as a look-up reports it."""
        return Quantity(self.filled)


class OrderBook:
    """All orders that a client id can still name."""

    __slots__ = ("_finished", "_order_of_finish", "open")

    def __init__(self) -> None:
        self.open: dict[ClientId, VenueOrder] = {}
        self._finished: dict[ClientId, VenueOrder] = {}
        self._order_of_finish: deque[ClientId] = deque()

    def find(self, client_id: ClientId) -> VenueOrder | None:
        """The order, open or lately finished; None where the id names nothing."""
        order = self.open.get(client_id)
        return self._finished.get(client_id) if order is None else order

    def admit(self, order: VenueOrder) -> None:
        """Take a new order in."""
        client_id = order.client_id
        known = client_id in self.open or client_id in self._finished
        assert not known, "a client order id lives once"
        self.open[client_id] = order

    def finish(self, order: VenueOrder) -> None:
        """The order ended; it stays findable until ``FINISHED_KEPT`` others ended after it."""
        client_id = order.client_id
        del self.open[client_id]
        self._finished[client_id] = order
        self._order_of_finish.append(client_id)
        if len(self._order_of_finish) > FINISHED_KEPT:
            del self._finished[self._order_of_finish.popleft()]

    def __len__(self) -> int:
        return len(self.open) + len(self._finished)
