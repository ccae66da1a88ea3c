"""What the venue keeps of one symbol: prices, last closed bar, positions, resting orders.

How the quiet path stays quick: after every change ``refresh`` works out the one price below and
the one price above the market at which anything can happen. A bar between the two cannot touch
an order, a stop or a target, so it costs two comparisons.
"""

from collections.abc import Mapping

from adapters.simulated.ladder import FALLING, RISING
from adapters.simulated.margin import MarginRules, OpeningOrders, orders_held
from adapters.simulated.market_ticks import MarketTicks
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from adapters.simulated.premium import PremiumMean
from adapters.simulated.queues import goes_through
from adapters.simulated.resting import Resting
from engine.accounts.tiers import ladder_of
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.order import PriceSource
from engine.ids import PositionKey
from engine.messages.runs import SimulationTerms
from engine.money import NO_PRICE, SCALE, round_down

UNREACHED_LOW = 0
UNREACHED_HIGH = 1 << 80
"""Below and above every price: nothing waits on that side."""

ONE_WAY = (0,)
HEDGE = (1, 2)
"""The position indexes of a symbol in each mode (bybit-v5.md 5.5)."""


class VenueMarket:
    """One symbol at the venue. Prices are 0 until a first one is known; all numbers e8.

    ``through`` is how far past its price the market must trade to fill a resting limit order:
    a tick, or 0 where the first touch fills.
    """

    __slots__ = (
        "ask",
        "bar",
        "bid",
        "ceiling",
        "conditional",
        "executions",
        "floor",
        "following",
        "held",
        "held_by_orders",
        "index",
        "instrument",
        "ladder",
        "last",
        "leverage_requests",
        "margin",
        "mark",
        "marked_ns",
        "opening",
        "orders",
        "positions",
        "premium",
        "reducing",
        "resting",
        "settled_ns",
        "sides",
        "stop_requests",
        "through",
        "ticks",
        "touched_ns",
        "venue_account",
    )

    def __init__(
        self,
        instrument: Instrument,
        venue_account: str,
        indexes: tuple[int, ...],
        leverage: int,
        margin: MarginRules,
        simulation: SimulationTerms,
    ) -> None:
        self.instrument = instrument
        self.venue_account = venue_account
        self.turn(indexes, leverage)
        self.margin = margin
        self.ladder = ladder_of(instrument)
        """The contract's risk tiers."""
        self.opening: Mapping[int, OpeningOrders] = {1: OpeningOrders(), -1: OpeningOrders()}
        """The orders that wait and would open, by their side."""
        self.last: int = 0
        self.mark: int = 0
        """The venue's mark price where the feed has one, else 0: then the last price is it."""
        self.marked_ns = 0
        """When the feed told that mark."""
        self.index: int = 0
        self.premium = PremiumMean()
        self.bid: int = 0
        self.ask: int = 0
        self.following: tuple[PriceSource, ...] = ("last", "mark", "index")
        """The sources of triggers that go with the last price, having no price of their own."""
        self.bar: Candle | None = None
        self.orders: dict[str, VenueOrder] = {}
        """The orders that wait, by the venue's id, oldest first."""
        self.conditional: dict[str, VenueOrder] = {}
        """Those of them that wait for their trigger."""
        self.resting = Resting()
        self.ticks = MarketTicks(simulation)
        self.through = goes_through(simulation.matched_on, simulation.queue)
        self.held = 0
        """Margin of the positions and of the orders here; of positions that are margined by the
        mark it is as of the last change."""
        self.held_by_orders = 0
        self.floor = UNREACHED_LOW
        self.ceiling = UNREACHED_HIGH
        self.touched_ns = 0
        """Venue time of the last event here: the time of one symbol never runs backwards."""
        self.settled_ns = 0  # The last funding settlement.
        self.stop_requests = 0
        self.leverage_requests = 0
        self.executions = 0

    def turn(self, indexes: tuple[int, ...], leverage: int) -> None:
        """Have flat positions of these indexes; nothing is open and no order waits."""
        symbol = self.instrument.symbol
        self.positions: Mapping[int, VenuePosition] = {
            index: VenuePosition(PositionKey(self.venue_account, symbol, index))
            for index in indexes
        }
        for position in self.positions.values():
            position.leverage = leverage
        self.sides: Mapping[int, VenuePosition] = {
            1: self.positions[indexes[0]],
            -1: self.positions[indexes[-1]],
        }
        """The position that an opening order of a side belongs to."""
        self.reducing: Mapping[int, dict[str, VenueOrder]] = {index: {} for index in indexes}
        """The orders that wait and only reduce, by the index of their position."""

    def position_at(self, key: PositionKey) -> VenuePosition | None:
        """The position of that key; None where the account's position mode has no such index."""
        position = self.positions.get(key.position_index)
        return position if position is not None and position.key == key else None

    def rest(self, order: VenueOrder) -> None:
        """Let an order wait for its price; the caller refreshes."""
        name = order.venue_order_id
        self.orders[name] = order
        if order.reduces:
            self.reducing[order.position.key.position_index][name] = order
        if not order.triggered:
            self.conditional[name] = order
            ladder = self.resting.triggers[order.asked.trigger_by][order.trigger_direction]
            level = order.trigger_price
        else:
            ladder = self.resting.limits[-order.side]
            level = order.price - (order.side * self.instrument.tick if self.through else 0)
        order.ladder = ladder
        ladder.add(order, level)
        if order.triggered:
            self.ticks.queues.join(order, self.touched_ns)
        self.count(order)

    def count(self, order: VenueOrder) -> None:
        """Count what an order that waits would open, in whatever it has left."""
        if order.triggered and not order.reduces:
            self.opening[order.side].put(order, self.margin.formulas)

    def leave(self, order: VenueOrder) -> None:
        """An order waits no more; the caller refreshes. One that did not wait is fine."""
        if order.ladder is not None:
            order.ladder.remove(order)
            order.ladder = None
            if order.place is not None:
                self.ticks.queues.leave(order)
            name = order.venue_order_id
            del self.orders[name]
            if order.reduces:
                del self.reducing[order.position.key.position_index][name]
            if not order.triggered:
                del self.conditional[name]
            self.opening[order.side].drop(order)

    def refresh(self) -> int:
        """Work out floor, ceiling and margin anew; returns by how much the held margin grew."""
        before, margin, opening = self.held, self.margin, self.opening
        held = orders_held(opening, self.sides, margin.netting) if self.orders else 0
        self.held_by_orders = held
        for position in self.positions.values():
            if position.quantity:
                if position.margined != (now := position.margined_by):
                    position.margined = now
                    position.margin = margin.initial(position, self.mark_price)
                    price = margin.isolated_price(position, self.ladder, self.instrument.tick)
                    position.liquidate_at(price)
                elif margin.formulas.at_mark:
                    position.margin = margin.initial(position, self.mark_price)
                held += position.margin
            elif position.liquidated_at:
                # What is flat has no guards any more.
                position.margined = ()
                position.liquidated_at = NO_PRICE
        self.held = held
        self.refresh_bounds()
        return held - before

    def change_instrument(self, instrument: Instrument) -> None:
        """From now on these rules hold for the contract; the caller refreshes."""
        self.instrument = instrument
        self.ladder = ladder_of(instrument)
        for position in self.positions.values():
            position.margined = ()

    def refresh_bounds(self) -> None:
        """Work out between which last prices nothing happens."""
        floor, ceiling = UNREACHED_LOW, UNREACHED_HIGH
        following = self.following
        for position in self.positions.values():
            for source, direction, level, _ in position.guards:
                if source in following:
                    if direction == FALLING:
                        floor = level if level > floor else floor
                    elif level < ceiling:
                        ceiling = level
        if self.orders:
            resting = self.resting
            ladders = [resting.limits]
            if self.conditional:
                ladders += [resting.triggers[source] for source in following]
            for both in ladders:
                falling, rising = both[FALLING].first(), both[RISING].first()
                if falling is not None:
                    floor = max(floor, falling.level)
                if rising is not None:
                    ceiling = min(ceiling, rising.level)
        self.floor, self.ceiling = floor, ceiling

    def shared(self, volume: int, volume_share: int) -> int:
        """The share of a bar's volume that we may have, rounded down to the lot."""
        return round_down(volume * volume_share // SCALE, self.instrument.lot)

    def next_execution_id(self) -> str:
        """``symbol-n``, counted per symbol: the same run gives the same ids."""
        self.executions += 1
        return f"{self.instrument.symbol}-{self.executions}"

    @property
    def mark_price(self) -> int:
        """The mark: the feed's, or the last price."""
        return self.mark or self.last

    @property
    def fresh_mark(self) -> int:
        """The mark for the price band: a recorded one of before the last bar's close is old.

        The venue's own moves with the market meanwhile, so the last price is nearer to it.
        """
        if self.bar is not None and self.bar.close_ns > self.marked_ns:
            return self.last
        return self.mark or self.last

    def tell(self, source: PriceSource, price: int, at: int) -> None:
        """The feed has a mark or an index of its own: its triggers leave the last price."""
        if source == "mark":
            self.mark, self.marked_ns = price, at
        else:
            self.index = price
        if source in self.following:
            self.following = tuple(each for each in self.following if each != source)
            self.refresh_bounds()

    def price_of(self, source: PriceSource) -> int:
        """The price that a trigger by ``source`` looks at now."""
        if source == "mark":
            return self.mark or self.last
        if source == "index":
            return self.index or self.last
        return self.last
