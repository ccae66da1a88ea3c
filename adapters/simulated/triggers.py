"""What a price does on its way: stops, targets and resting orders that it meets, in order.

How this works: a way goes from one price to another, rising or falling, or stands still (an
open). ``_first_met`` finds the nearest thing that waits on it; ``_act`` does it; and the way goes
on from there, because what was done may have put something new on it. Whatever is met at once,
because the market jumped over its level, is done at the price that the market jumped to.
"""

from adapters.simulated.candle_path import CandlePath
from adapters.simulated.conditional import trigger
from adapters.simulated.endings import REDUCE_ONLY_GONE, cancel
from adapters.simulated.executions import close_position, fill_order
from adapters.simulated.ladder import FALLING, RISING
from adapters.simulated.liquidation import meet_margin
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import Guard, VenuePosition
from adapters.simulated.state import VenueState
from adapters.simulated.tape import UNLIMITED
from engine.domain.candle import Candle
from engine.domain.order import PriceSource
from engine.messages.market import MarkCandle
from engine.timebase import NEVER

Met = VenueOrder | tuple[VenuePosition, Guard]


class _Way:
    """Where a price is and what limit orders may still have; lives for one market event.

    ``sources`` are the prices of triggers that go this way. ``trades_at`` is where the market
    trades while another price, the mark or the index, is on its way; 0 where it trades itself.
    """

    __slots__ = (
        "candle",
        "fresh",
        "leg",
        "maker_room",
        "newest",
        "path",
        "sources",
        "trades_at",
        "until_ns",
        "venue_ns",
    )

    def __init__(self, venue_ns: int, sources: tuple[PriceSource, ...], trades_at: int = 0) -> None:
        self.sources = sources
        self.trades_at = trades_at
        self.candle: Candle | None = None
        self.path: CandlePath | None = None
        self.leg = -1
        """-1 stands at the open; 0, 1, 2 are inside the bar."""
        self.maker_room = 0
        self.fresh: tuple[VenuePosition, ...] = ()
        """Opened by a resting order in this bar: their targets wait for the next."""
        self.newest = UNLIMITED
        """The last order number before this bar: children's targets born in it wait as well."""
        self.venue_ns = venue_ns
        self.until_ns: int = NEVER
        """When this leg ends: what was opened after it was not met on it."""

    def moment(self, price: int) -> int:
        """Venue time of ``price`` on the current leg."""
        if self.path is None or self.leg < 0:
            return self.venue_ns
        return self.path.moment(self.leg, price)


def meet_open(state: VenueState, market: VenueMarket, price: int, open_ns: int) -> None:
    """A bar opens at ``price``: stops, targets and triggers that it jumped over act at once.

    Limit orders wait for the bar's volume, which is known when it closes.
    """
    way = _Way(open_ns, market.following)
    _stand(state, market, way, price)


def meet_price(
    state: VenueState, market: VenueMarket, source: PriceSource, price: int, venue_ns: int
) -> None:
    """The mark or the index is at ``price``: what waits for it acts where the market trades."""
    way = _Way(venue_ns, (source,), market.last)
    _go(state, market, way, price, price, FALLING)
    _go(state, market, way, price, price, RISING)


def walk_mark(state: VenueState, market: VenueMarket, candle: MarkCandle) -> None:
    """A candle of the mark closed: act along its path, where the market trades now.

    Mark candles may be long: what came into being in one meets only the legs that end after that.
    """
    way = _Way(candle.open_ns, ("mark",), market.last)
    way.path = path = CandlePath(candle, state.low_first(candle, _adverse_is_low(market)))
    for leg in range(3):
        start, end = path.corners[leg], path.corners[leg + 1]
        way.leg, way.until_ns = leg, path.moment(leg, end)
        _go(state, market, way, start, end, RISING if end > start else FALLING)


def meet_last(
    state: VenueState, market: VenueMarket, direction: int, reach: int, venue_ns: int
) -> None:
    """The last price jumped to where it is now: stops, targets and conditional orders that wait
    in ``direction`` up to ``reach`` act there. Limit orders are the tick's business.
    """
    _go(state, market, _Way(venue_ns, market.following), market.last, reach, direction)


def walk_candle(state: VenueState, market: VenueMarket, candle: Candle) -> None:
    """A bar closed: act along its path. Takers see the volume of the bar before it."""
    way = _Way(candle.open_ns, market.following)
    way.candle = candle
    way.newest = state.newest_number
    way.path = path = CandlePath(candle, state.low_first(candle, _adverse_is_low(market)))
    share = state.volume_share
    way.maker_room = market.shared(candle.volume, share) if share else UNLIMITED
    start = path.corners[0]
    if not market.floor < start < market.ceiling:
        _stand(state, market, way, start)
    for leg in (0, 1, 2):
        end = path.corners[leg + 1]
        if not market.floor < end < market.ceiling:
            way.leg = leg
            _go(state, market, way, start, end, RISING if end > start else FALLING)
        start = end


def _adverse_is_low(market: VenueMarket) -> bool:
    """Whether the extreme that hurts is the low: for a long it is; of two sides the larger counts.

    Without a position it is the extreme that triggers an entry, so that the other one can still
    stop it; entries on both sides, and limit orders, which fill on the way to their own stop
    either way, take the side of the first of them.
    """
    held = 0
    for position in market.positions.values():
        held += position.quantity
    if held:
        return held > 0
    for conditional in market.conditional.values():
        return conditional.trigger_direction == FALLING
    for order in market.orders.values():
        return order.side > 0
    return True


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
    follows = way.sources is market.following
    while True:
        if follows and market.floor < end < market.ceiling:
            return
        met = _first_met(market, way, end, direction)
        if met is None:
            return
        level, what = met
        here = max(here, level) if direction == RISING else min(here, level)
        venue_ns = max(market.touched_ns, way.moment(here))
        if not isinstance(what, VenueOrder) and what[1].cause == "follow":
            what[0].follow(end)
            market.refresh_bounds()
            continue
        position = what.position if isinstance(what, VenueOrder) else what[0]
        was = position.quantity
        _act(state, market, way, what, level, here, venue_ns)
        if way.candle is not None and position.quantity and was * position.quantity <= 0:
            way.fresh = (*way.fresh, position)


def _first_met(market: VenueMarket, way: _Way, end: int, direction: int) -> tuple[int, Met] | None:
    """The nearest waiting level in ``direction`` up to ``end``; of equals the stop, the oldest.

    Where the price jumps over everything at once, a liquidation comes before the stop: a stop
    saves a position only if its price is first on the way.
    """
    best: tuple[int, Met] | None = None
    reach = direction * end
    for position in market.positions.values():
        for guard in position.guards:
            if guard.direction != direction or guard.source not in way.sources:
                continue
            if direction * guard.level > reach:
                continue
            if guard.cause == "take_profit" and position in way.fresh:
                continue
            if position.opened_ns > way.until_ns:
                continue
            if guard.cause == "liquidation" and way.leg < 0:
                return guard.level, (position, guard)
            best = (guard.level, (position, guard))
            reach = direction * guard.level - 1
    if not market.orders:
        return best
    resting, first = market.resting, 0
    ladders = [resting.triggers[source][direction] for source in way.sources]
    if way.maker_room > 0:
        ladders.append(resting.limits[direction])
    for ladder in ladders:
        order = ladder.first()
        if order is not None and _is_early(order, way):
            order = next((one for one in ladder.up_to(end) if not _is_early(one, way)), None)
        if order is None or direction * order.level > reach + (order.number < first):
            continue
        best = (order.level, order)
        reach, first = direction * order.level - 1, order.number
    return best


def _is_early(order: VenueOrder, way: _Way) -> bool:
    """Whether it is not met yet: a partial target of what was opened on this way through a bar, or
    what came into being after the leg in hand.
    """
    if order.since_ns > way.until_ns:
        return True
    return order.cause == "take_profit" and order.number > way.newest


def _act(
    state: VenueState,
    market: VenueMarket,
    way: _Way,
    what: Met,
    level: int,
    price: int,
    venue_ns: int,
) -> None:
    """Do what waited at ``level``, the price on its way being at ``price``.

    A stop pays the worse of level and price; a target gets its level, and a better price only
    where the run says so.
    """
    here = way.trades_at or price
    if isinstance(what, VenueOrder):
        if what.triggered:
            _fill_limit(state, market, way, what, venue_ns)
        else:
            _note_sibling(state, way, what)
            trigger(state, market, what, here, venue_ns, 0 if way.candle is None else here)
        state.refresh(market)
        return
    position, guard = what
    if guard.cause == "liquidation":
        meet_margin(state, market, position, price, here, venue_ns)
        return
    assert guard.cause != "follow", "a trailing stop that follows closes nothing"
    is_stop = guard.cause != "take_profit"
    if not is_stop and guard.source in market.following and state.target_fill == "level":
        here = level
    other = position.target_price if is_stop else position.stop_price
    candle = way.candle if way.leg >= 0 else None
    is_ambiguous = candle is not None and other > 0 and candle.low <= other <= candle.high
    state.ambiguous_bars += is_ambiguous
    close_position(state, market, position, here, guard.cause, venue_ns, is_ambiguous)


def _note_sibling(state: VenueState, way: _Way, order: VenueOrder) -> None:
    """A bar that touches a partial stop and its target is ambiguous like one of a full pair."""
    candle, sibling = way.candle, order.sibling
    if candle is None or way.leg < 0 or sibling is None:
        return
    order.is_ambiguous = candle.low <= sibling.trigger_price <= candle.high
    state.ambiguous_bars += order.is_ambiguous


def _fill_limit(
    state: VenueState, market: VenueMarket, way: _Way, order: VenueOrder, venue_ns: int
) -> None:
    """A resting limit order as maker, at its own price, within its share of the bar."""
    quantity = order.remaining
    if order.reduces:
        quantity = min(quantity, order.position.reducible(order.side))
    if quantity <= 0:
        cancel(state, market, order, REDUCE_ONLY_GONE, venue_ns)
        return
    quantity = min(quantity, way.maker_room)
    way.maker_room -= quantity
    fill_order(state, market, order, order.price, quantity, True, venue_ns)
