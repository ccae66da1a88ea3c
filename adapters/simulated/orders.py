"""Orders as the venue keeps them, and the book of open and lately finished ones."""

from collections import deque
from typing import Final

from adapters.simulated.ladder import Ladder
from adapters.simulated.place import Place
from adapters.simulated.positions import VenuePosition
from engine.domain.order import FillCause, OrderState, OrderType
from engine.ids import NO_CLIENT_ID, ClientId
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

    ``price`` and ``trigger_price`` are as they are now, amendments included; a market order that
    met the market has the bound it was protected by as its price (bybit-v5.md 5.3). ``number`` is
    its place among those that came: an amended price takes a new one. A child of a partial stop
    or target has no client id, a ``cause`` and, if both were asked for, a ``sibling`` (5.4).
    """

    __slots__ = (
        "amends",
        "asked",
        "cancels",
        "cause",
        "client_id",
        "ended_by",
        "executions",
        "filled",
        "fills",
        "is_ambiguous",
        "is_limit",
        "ladder",
        "level",
        "muted",
        "number",
        "origin",
        "place",
        "position",
        "price",
        "quantity",
        "reduces",
        "sibling",
        "side",
        "since_ns",
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
        cause: FillCause = "order",
    ) -> None:
        self.asked = asked
        self.cause: FillCause = cause
        """``order``, or of which partial protection it is the child."""
        self.sibling: VenueOrder | None = None
        """The other child of its pair, as long as both wait: one fires, the other ends."""
        self.is_ambiguous = False
        """It is a child, and the bar in which it fired touched its sibling too."""
        self.origin: ClientId = asked.client_id
        """The name by which faults of it are drawn."""
        self.position = position
        self.client_id: ClientId = asked.client_id
        self.side: int = asked.side
        self.reduces = only_reduces(asked, position)
        """It only ever closes, whatever it asked for beyond the position."""
        self.quantity = quantity
        """What works at the venue; a reducing order is cut to the position."""
        self.price: int = asked.price
        self.since_ns = 0
        """Since when it waits."""
        self.trigger_price: int = asked.trigger_price
        self.is_limit = asked.order_type in LIMITS
        self.trigger_direction = TRIGGERED.get(asked.order_type, 0) * asked.side
        """1 or -1: met by a rising or falling price; 0 for an order that is not conditional."""
        self.triggered = self.trigger_direction == 0
        self.number = number
        self.ladder: Ladder[VenueOrder] | None = None
        """Where it waits, at ``level``; None for an order that does not."""
        self.level = 0
        self.place: Place | None = None
        """Its place in the queue, where a resting limit order of a run on ticks has one."""
        self.venue_order_id = venue_order_id
        self.filled = 0
        self.fills = 0
        self.state: OrderState = "working"
        self.ended_by = ""
        """Why it ended unfilled: a cancel type or a reject reason of bybit-v5.md 5.6."""
        self.amends = 0
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
        self.filled = filled = self.filled + quantity
        self.fills += 1
        self.state = "filled" if filled == self.quantity else "partially_filled"

    @property
    def filled_quantity(self) -> Quantity:
        """Filled quantity as a look-up reports it."""
        return Quantity(self.filled)


def only_reduces(asked: PlaceOrder, position: VenuePosition) -> bool:
    """Whether an order may only close: by its own word, by ``close_on_trigger``, or because its
    side of hedge mode opens the other way (bybit-v5.md 5.5).
    """
    return asked.reduce_only or asked.close_on_trigger or position.opens * asked.side < 0


class OrderBook:
    """All orders that the venue can still name: by their own id, and by the client's.

    ``open`` goes by the venue's order id, oldest first.
    """

    __slots__ = ("_by_client", "_finished", "open")

    def __init__(self) -> None:
        self.open: dict[str, VenueOrder] = {}
        self._by_client: dict[ClientId, VenueOrder] = {}
        self._finished: deque[VenueOrder] = deque()

    def find(self, client_id: ClientId) -> VenueOrder | None:
        """The order, open or lately finished; None where the id names nothing."""
        return self._by_client.get(client_id)

    def find_open(self, client_id: ClientId) -> VenueOrder | None:
        """The order, if it is still open."""
        order = self._by_client.get(client_id)
        return order if order is not None and order.venue_order_id in self.open else None

    def find_venue_id(self, venue_order_id: str) -> VenueOrder | None:
        """The order, open or lately finished, by the venue's own name: children have no other."""
        order = self.open.get(venue_order_id)
        if order is not None:
            return order
        return next((one for one in self._finished if one.venue_order_id == venue_order_id), None)

    @property
    def finished(self) -> tuple[VenueOrder, ...]:
        """The lately finished, oldest first."""
        return tuple(self._finished)

    def admit(self, order: VenueOrder) -> None:
        """Take a new order in."""
        client_id = order.client_id
        if client_id != NO_CLIENT_ID:
            assert client_id not in self._by_client, "a client order id lives once"
            self._by_client[client_id] = order
        self.open[order.venue_order_id] = order

    def finish(self, order: VenueOrder) -> None:
        """The order ended; it stays findable until ``FINISHED_KEPT`` others ended after it."""
        del self.open[order.venue_order_id]
        self._finished.append(order)
        if len(self._finished) > FINISHED_KEPT:
            forgotten = self._finished.popleft()
            if forgotten.client_id != NO_CLIENT_ID:
                del self._by_client[forgotten.client_id]

    def __len__(self) -> int:
        return len(self.open) + len(self._finished)
