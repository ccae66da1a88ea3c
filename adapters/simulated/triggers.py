"""What a price does on its way: stops, targets and resting orders that it meets, in order.

How this works: a way goes from one price to another, rising or falling, or stands still (an
open). ``_first_met`` finds the nearest thing that waits on it; ``_act`` does it; and the way goes
on from there, because what was done may have put something new on it. Whatever is met at once,
because the market jumped over its level, is done at the price that the market jumped to.
"""

from adapters.simulated.candle_path import CandlePath
from adapters.simulated.fees import price_against
from adapters.simulated.margin import opening_quantity
from adapters.simulated.markets import UNLIMITED, VenueMarket, acts_falling
from adapters.simulated.matching import (
    NO_LIQUIDITY,
    REDUCE_ONLY_GONE,
    cancel,
    close_position,
    fill_order,
    reducible,
    take,
)
from adapters.simulated.orders import VenueOrder
from adapters.simulated.state import VenueState
from engine.accounts.margin import order_cost
from engine.domain.candle import Candle
from engine.domain.order import FillCause
from engine.money import notional

INSUFFICIENT = "EC_Others"
"""Why a conditional order ends that finds no margin when it triggers (it reserved none, 5.1)."""

RISING = 1
FALLING = -1
Met = VenueOrder | FillCause


class _Way:
    """Where the price is and what limit orders may still have; lives for one market event."""

    __slots__ = ("candle", "fresh", "leg", "maker_room", "path", "venue_ns")

    def __init__(self, venue_ns: int) -> None:
        self.candle: Candle | None = None
        self.path: CandlePath | None = None
        self.leg = -1
        """-1 stands at the open; 0, 1, 2 are inside the bar."""
        self.maker_room = 0
        self.fresh = False
        """The position was opened by a resting order in this bar: its target waits for the next."""
        self.venue_ns = venue_ns

    def moment(self, price: int) -> int:
        """Venue time of ``price`` on the current leg."""
        if self.path is None or self.leg < 0:
            return self.venue_ns
        return self.path.moment(self.leg, price)


def meet_open(state: VenueState, market: VenueMarket, price: int, open_ns: int) -> None:
    """A bar opens at ``price``: stops, targets and triggers that it jumped over act at once.

    Limit orders wait for the bar's volume, which is known when it closes.
    """
    way = _Way(open_ns)
    _stand(state, market, way, price)


def walk_candle(state: VenueState, market: VenueMarket, candle: Candle) -> None:
    """A bar closed: act along its path. Takers see the volume of the bar before it."""
    way = _Way(candle.open_ns)
    way.candle = candle
    way.path = path = CandlePath(candle, _low_first(market))
    way.maker_room = (
        market.shared(candle.volume, state.volume_share) if state.volume_share else UNLIMITED
    )
    _stand(state, market, way, candle.open)
    for leg in range(3):
        start, end = path.corners[leg], path.corners[leg + 1]
        if not market.floor < end < market.ceiling:
            way.leg = leg
            _go(state, market, way, start, end, RISING if end > start else FALLING)


def _low_first(market: VenueMarket) -> bool:
    """Whether the worst first is the low: for a long it is.

    Without a position it is the extreme that triggers an entry, so that the other one can still
    stop it; entries on both sides, and limit orders, which fill on the way to their own stop
    either way, take the side of the first of them.
    """
    if market.position.quantity:
        return market.position.quantity > 0
    falling = None
    for order in market.orders.values():
        if order.asked.order_type == "stop_market":
            return acts_falling(order)
        falling = acts_falling(order) if falling is None else falling
    return falling is not False


def _stand(state: VenueState, market: VenueMarket, way: _Way, price: int) -> None:
    if price <= market.floor:
        _go(state, market, way, price, price, FALLING)
    if market.ceiling <= price:
        _go(state, market, way, price, price, RISING)


def _go(
    state: VenueState,
    market: VenueMarket,
    way: _Way,
    start: int,
    end: int,
    direction: int,
) -> None:
    """Act on everything between ``start`` and ``end``, nearest first.

    Where the end lies between floor and ceiling nothing (more) is met on the way to it.
    """
    here = start
    while not market.floor < end < market.ceiling:
        met = _first_met(market, way, end, direction)
        if met is None:
            return
        level, what = met
        here = max(here, level) if direction == RISING else min(here, level)
        venue_ns = max(market.touched_ns, way.moment(here))
        was = market.position.quantity
        _act(state, market, way, what, level, here, venue_ns)
        now = market.position.quantity
        if way.candle is not None and now and was * now <= 0:
            way.fresh = True


def _first_met(market: VenueMarket, way: _Way, end: int, direction: int) -> tuple[int, Met] | None:
    """The nearest waiting level in ``direction`` up to ``end``; of equals the stop, the oldest."""
    position = market.position
    side = position.side
    best: tuple[int, Met] | None = None
    reach = direction * end
    level: int = 0
    if side == -direction:
        level = position.stop_price
        best = (level, "stop_loss")
    elif side == direction and not way.fresh:
        level = position.target_price
        best = (level, "take_profit")
    if level and direction * level <= reach:
        reach = direction * level - 1
    else:
        best = None
    for order in market.orders.values():
        if acts_falling(order) != (direction == FALLING):
            continue
        if order.asked.order_type == "limit" and way.maker_room <= 0:
            continue
        level = market.level(order)
        if direction * level <= reach:
            best = (level, order)
            reach = direction * level - 1
    return best


def _act(
    state: VenueState,
    market: VenueMarket,
    way: _Way,
    what: Met,
    level: int,
    here: int,
    venue_ns: int,
) -> None:
    """Do what waited at ``level``, the price being ``here``.

    A stop pays the worse of level and price, a target gets its level and never the better price.
    """
    if isinstance(what, VenueOrder):
        if what.asked.order_type == "limit":
            _fill_limit(state, market, way, what, venue_ns)
        else:
            _trigger(state, market, what, here, venue_ns)
        state.refresh(market)
        return
    if what == "stop_loss":
        candle, target = way.candle, market.position.target_price
        if way.leg >= 0 and candle is not None and target:
            state.ambiguous_bars += candle.low <= target <= candle.high
        close_position(state, market, here, what, venue_ns)
        return
    close_position(state, market, level, what, venue_ns)


def _fill_limit(
    state: VenueState, market: VenueMarket, way: _Way, order: VenueOrder, venue_ns: int
) -> None:
    """A resting limit order as maker, at its own price, within its share of the bar."""
    quantity = order.remaining
    if order.asked.reduce_only:
        quantity = min(quantity, reducible(market, order.side))
    if quantity <= 0:
        cancel(state, market, order, REDUCE_ONLY_GONE, venue_ns)
        return
    quantity = min(quantity, way.maker_room)
    way.maker_room -= quantity
    fill_order(state, market, order, order.asked.price, quantity, True, venue_ns)


def _trigger(
    state: VenueState, market: VenueMarket, order: VenueOrder, here: int, venue_ns: int
) -> None:
    """A conditional order becomes a market order; what it cannot have at once is cancelled."""
    del market.orders[order.client_id]
    price = price_against(order.side, here, state.costs.taker_cost, market.instrument.tick)
    if order.asked.reduce_only:
        cost = 0
    else:
        opening = opening_quantity(market.position, order.side, order.remaining)
        value = notional(price, opening)
        cost = order_cost(order.side, value, market.leverage, state.costs.taker_fee)
    if cost > state.available:
        cancel(state, market, order, INSUFFICIENT, venue_ns)
        return
    take(state, market, order, here, venue_ns)
    if order.remaining:
        gone = order.asked.reduce_only and reducible(market, order.side) == 0
        reason = REDUCE_ONLY_GONE if gone else NO_LIQUIDITY
        cancel(state, market, order, reason, max(venue_ns, market.touched_ns))
