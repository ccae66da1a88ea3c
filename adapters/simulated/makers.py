"""Resting limit orders in a run matched on ticks: what a trade or a book leaves for them.

Better prices are first, of one price the oldest; together they never get more than was traded, or
than is offered across their prices. What waits nearer to the market than an order, the stop of a
position or a conditional order, acts before it.
"""

from adapters.simulated.endings import REDUCE_ONLY_GONE, cancel
from adapters.simulated.executions import fill_order
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.state import VenueState
from adapters.simulated.triggers import meet_last
from engine.messages.market import Traded
from engine.money import round_down


def fill_resting(
    state: VenueState, market: VenueMarket, order: VenueOrder, most: int, venue_ns: int
) -> int:
    """Fill a resting limit order at its own price with ``most`` or less; how much it was.

    A reducing order that has nothing to reduce any more is cancelled.
    """
    quantity = order.remaining
    if order.reduces:
        quantity = min(quantity, order.position.reducible(order.side))
        if quantity <= 0:
            cancel(state, market, order, REDUCE_ONLY_GONE, venue_ns)
            state.refresh(market)
            return 0
    if most < quantity:
        quantity = round_down(most, market.instrument.lot)
    if quantity > 0:
        fill_order(state, market, order, order.price, quantity, True, venue_ns)
    return quantity


def meet_trade(
    state: VenueState, market: VenueMarket, traded: Traded, direction: int, now: int
) -> None:
    """A trade reaches the resting orders that a price in ``direction`` meets, at ``now``.

    A trade at an order's price is its queue's first, unless the taker was on the order's own
    side; one beyond the price is the order's, whatever side it was.
    """
    ladder = market.resting.limits[direction]
    if ladder.first() is None:
        return
    price, room, had_here = traded.price, int(traded.quantity), 0
    is_front = market.ticks.queues.model == "front"
    for order in ladder.up_to(price):
        place = order.place
        if place is None or now <= place.joined_ns:
            continue
        is_here = order.price == price
        if is_front:
            there = room
        elif is_here:
            if traded.side == order.side:
                continue
            there = place.eat(traded.quantity, traded.venue_ns) - had_here
        else:
            place.reach_front()
            there = room
        most = min(there, room)
        if most > 0:
            filled = _fill_in_turn(state, market, order, most, direction, now, True)
            room -= filled
            had_here += filled if is_here else 0


def meet_book(
    state: VenueState, market: VenueMarket, direction: int, now: int, moves_last: bool
) -> None:
    """The other side of the book is offered across the prices of resting orders.

    An offer at an order's very price comes to it once nobody is shown ahead of it.
    """
    ladder, book = market.resting.limits[direction], market.ticks.book
    first, best = ladder.first(), book.best(-direction)
    if first is None or best == 0 or direction * first.level > direction * best:
        return
    for order in ladder.up_to(best):
        place = order.place
        if place is None or (order.price == best and (place.ahead or not place.known)):
            continue
        most = sum(quantity for _, quantity in book.offers(order.side, order.price))
        if most > 0:
            filled = _fill_in_turn(state, market, order, most, direction, now, moves_last)
            if filled:
                book.took(order.side, filled)


def _fill_in_turn(
    state: VenueState,
    market: VenueMarket,
    order: VenueOrder,
    most: int,
    direction: int,
    now: int,
    moves_last: bool,
) -> int:
    """Fill an order after whatever waits nearer; 0 where that ended it."""
    if moves_last:
        last = market.last
        reach = max(order.price, last) if direction < 0 else min(order.price, last)
        meet_last(state, market, direction, reach, now)
        if order.place is None:
            return 0
    return fill_resting(state, market, order, most, max(now, market.touched_ns))
