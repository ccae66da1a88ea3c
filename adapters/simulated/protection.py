"""What an execution does to a position's protection and to the orders that reduce it.

An entry's stop and target become the position's own, or a pair of children (``children.py``); a
position that closed or turned loses them; orders that only reduce are trimmed to what is left and
end with the position (bybit-v5.md 5.4, 5.5).
"""

from adapters.simulated.children import CLEARED, bear, legs, release_sibling
from adapters.simulated.endings import REDUCE_ONLY_GONE, cancel, tell_values
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import UNPROTECTED, VenuePosition
from adapters.simulated.state import VenueState
from engine.domain.order import SELL
from engine.ids import order_name
from engine.messages.venue import StopRejected, StopReported
from engine.timebase import Nanos

PARAMETER = 10001
TOO_MANY_CHILDREN = 110061
NOT_TAKEN = "the venue did not take the stop that came with the order"


def protect(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    order: VenueOrder | None,
    was: int,
    venue_ns: int,
) -> None:
    """After an execution, ``was`` being the quantity before: protection and reducing orders.

    An entry brings its stop and target with its first fill, or whenever it opens the position;
    later fills of it leave alone what has been changed since. Partial ones come with every fill.
    """
    told = position.protection if was else UNPROTECTED
    now = position.quantity
    turned = was * now <= 0
    if turned:
        if told != UNPROTECTED:
            position.unprotect()
        position.opened_ns = venue_ns
        if order is not None and now:
            position.opener = order.client_id
    refused = 0
    if order is not None and now * order.side > 0:
        if order.asked.protection == "partial":
            opened = now if turned else now - was
            refused = _attach_children(state, market, order, abs(opened))
        elif order.fills == 1 or turned:
            refused = _attach(state, position, order)
    changed = position.protection != told
    if turned or changed:
        position.refresh_guards()
    if changed:
        report_stop(state, position, venue_ns)
    if refused:
        state.outbox.send(StopRejected(position.key, refused, NOT_TAKEN, Nanos(venue_ns)), venue_ns)
    if market.orders and (turned or abs(now) < abs(was)):
        trim_reducing(state, market, position, venue_ns)


def _attach(state: VenueState, position: VenuePosition, order: VenueOrder) -> int:
    """Make the order's stop and target the position's; the code with which the venue refuses."""
    asked = order.asked
    if not (asked.stop_price or asked.target_price):
        return 0
    if state.faults is not None and state.faults.refuses_stop("order", order_name(order.client_id)):
        return PARAMETER
    if asked.stop_price:
        position.stop_price, position.stop_by = asked.stop_price, asked.stop_by
    if asked.target_price:
        position.target_price, position.target_by = asked.target_price, asked.target_by
    return 0


def _attach_children(state: VenueState, market: VenueMarket, order: VenueOrder, opened: int) -> int:
    """Make a pair for what a fill ``opened``; the code with which the venue refuses, or 0."""
    if not legs(order.asked):
        return 0
    if state.faults is not None and state.faults.refuses_stop("order", order_name(order.client_id)):
        return PARAMETER
    return 0 if bear(state, market, order, opened) else TOO_MANY_CHILDREN


def trim_reducing(
    state: VenueState, market: VenueMarket, position: VenuePosition, venue_ns: int
) -> None:
    """Cut the waiting orders that only reduce to the position, and cancel those without one.

    Each is cut by itself: two of them may together be larger than the position, until one fills.
    A conditional order of the user's is judged when it triggers and fills.
    """
    for order in tuple(market.reducing[position.key.position_index].values()):
        left = position.reducible(order.side)
        if left == 0:
            release_sibling(order)
            gone = REDUCE_ONLY_GONE if order.cause == "order" else CLEARED
            cancel(state, market, order, gone, venue_ns)
        elif order.triggered or order.cause != "order":
            trim(state, order, venue_ns)
    if market.margin.mode == "none":
        _sell_no_more_than(state, market, abs(position.quantity), venue_ns)


def _sell_no_more_than(state: VenueState, market: VenueMarket, held: int, venue_ns: int) -> None:
    """A spot account sold what its waiting orders offer, too: the youngest of those end."""
    for order in reversed(tuple(market.orders.values())):
        if market.opening[SELL].quantity <= held:
            return
        if order.side == SELL and order.triggered and not order.reduces:
            cancel(state, market, order, REDUCE_ONLY_GONE, venue_ns)


def trim(state: VenueState, order: VenueOrder, venue_ns: int) -> None:
    """Cut an order that only reduces to the position; it tells its new quantity."""
    left = order.position.reducible(order.side)
    if order.remaining > left:
        order.quantity = order.filled + left
        tell_values(state, order, venue_ns)


def report_stop(state: VenueState, position: VenuePosition, venue_ns: int) -> None:
    """Tell the position's stop, target and trailing distance as they are now."""
    stop, target, distance = position.protection
    report = StopReported(position.key, stop, target, Nanos(venue_ns), distance)
    state.outbox.send(report, venue_ns)
