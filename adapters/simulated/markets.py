"""What the venue keeps of one symbol: last price, last closed bar, position, resting orders.

How the quiet path stays quick: after every change ``refresh`` works out the one price below and
the one price above the market at which anything can happen. A bar between the two cannot touch
an order, a stop or a target, so it costs two comparisons.
"""

from adapters.simulated.margin import margin_held
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.ids import ClientId, PositionKey
from engine.money import SCALE, round_down

UNLIMITED = 1 << 80
"""More than every quantity."""
UNREACHED_LOW = -1
UNREACHED_HIGH = 1 << 80
"""Below and above every price: nothing waits on that side."""


class VenueMarket:
    """One symbol at the venue. ``last`` is 0 until a first price is known; all numbers e8."""

    __slots__ = (
        "_taken",
        "_taken_of",
        "_taker_fee",
        "bar",
        "ceiling",
        "executions",
        "floor",
        "held",
        "instrument",
        "key",
        "last",
        "leverage",
        "mark",
        "orders",
        "position",
        "stop_requests",
        "touched_ns",
    )

    def __init__(
        self, instrument: Instrument, venue_account: str, leverage: int, taker_fee: int
    ) -> None:
        self.instrument = instrument
        self.key = PositionKey(venue_account, instrument.symbol, 0)
        self.leverage = leverage
        self.last: int = 0
        self.mark: int = 0
        """The venue's mark price where the feed has one, else 0: then the last price is it."""
        self.bar: Candle | None = None
        self.position = VenuePosition()
        self.orders: dict[ClientId, VenueOrder] = {}
        self.held = 0
        self.floor = UNREACHED_LOW
        self.ceiling = UNREACHED_HIGH
        self.touched_ns = 0
        """Venue time of the last event here: the time of one symbol never runs backwards."""
        self.stop_requests = 0
        self.executions = 0
        self._taker_fee = taker_fee
        self._taken = 0
        self._taken_of: Candle | None = None

    def refresh(self) -> int:
        """Work out floor, ceiling and margin anew; returns by how much the held margin grew."""
        floor, ceiling = UNREACHED_LOW, UNREACHED_HIGH
        position = self.position
        if position.quantity > 0:
            floor = position.stop_price or floor
            ceiling = position.target_price or ceiling
        elif position.quantity:
            floor = position.target_price or floor
            ceiling = position.stop_price or ceiling
        for order in self.orders.values():
            level = self.level(order)
            if acts_falling(order):
                floor = max(floor, level)
            else:
                ceiling = min(ceiling, level)
        self.floor, self.ceiling = floor, ceiling
        before = self.held
        self.held = 0
        if position.quantity or self.orders:
            orders = self.orders.values()
            self.held = margin_held(position, orders, self.leverage, self._taker_fee)
        return self.held - before

    def level(self, order: VenueOrder) -> int:
        """The price at which a resting order acts.

        A limit order needs a trade one tick *through* its price: of those who only touch it, the
        queue in front would have been served first, and nothing here knows the queue.
        """
        asked = order.asked
        if asked.order_type == "limit":
            return asked.price - order.side * self.instrument.tick
        return asked.trigger_price

    def shared(self, volume: int, volume_share: int) -> int:
        """The share of a bar's volume that we may have, rounded down to the lot."""
        return round_down(volume * volume_share // SCALE, self.instrument.lot)

    def taker_room(self, volume_share: int) -> int:
        """What takers may still have of the last closed bar's volume; all before the first."""
        if self.bar is None:
            return UNLIMITED
        taken = self._taken if self._taken_of is self.bar else 0
        return max(0, self.shared(self.bar.volume, volume_share) - taken)

    def note_taken(self, quantity: int) -> None:
        """A taker had ``quantity``: the next one of the same bar gets that much less."""
        if self._taken_of is not self.bar:
            self._taken_of, self._taken = self.bar, 0
        self._taken += quantity

    def next_execution_id(self) -> str:
        """``symbol-n``, counted per symbol: the same run gives the same ids."""
        self.executions += 1
        return f"{self.instrument.symbol}-{self.executions}"

    @property
    def mark_price(self) -> int:
        """The mark: the feed's, or the last price."""
        return self.mark or self.last


def acts_falling(order: VenueOrder) -> bool:
    """Whether the order waits below the market: bids, and stops that sell."""
    return (order.side > 0) == (order.asked.order_type == "limit")
