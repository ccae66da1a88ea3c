"""Executions: what a fill does to the order, the position, its stop, the wallet and the reports.

How this works: everything that trades ends in ``fill_order`` or ``close_position``. Both book the
execution, report it, and then let ``protect`` look at what it did to the position: an entry's
stop and target become the position's own, a closed position loses them, and reduce-only orders
without a position are cancelled (bybit-v5.md 5.4, 5.5). The venue's state is current at once;
only reports travel.
"""

from adapters.simulated.faults import PIECE_GAP_NS
from adapters.simulated.fees import price_against
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.state import VenueState
from engine.domain.order import BUY, SELL, FillCause, Side
from engine.ids import NO_CLIENT_ID, order_name
from engine.messages.venue import OrderCancelled, OrderFilled, StopRejected, StopReported
from engine.money import NO_PRICE, Money, Price, Quantity, notional
from engine.timebase import Nanos

NO_LIQUIDITY = "EC_NoImmediateQtyToFill"
REDUCE_ONLY_GONE = "CancelByReduceOnly"


def take(
    state: VenueState, market: VenueMarket, order: VenueOrder, base: int, venue_ns: int
) -> None:
    """Match an order as taker where the market is at ``base``; a rest stays with the caller.

    A limit order pays the market's price or its own, whichever is better for it. Takers get the
    declared share of the last closed bar's volume.
    """
    asked = order.asked
    price = price_against(order.side, base, state.costs.taker_cost, market.instrument.tick)
    if asked.order_type == "limit":
        price = min(price, asked.price) if order.side > 0 else max(price, asked.price)
    quantity = order.quantity - order.filled
    if asked.reduce_only:
        quantity = min(quantity, reducible(market, order.side))
    if state.volume_share:
        quantity = min(quantity, market.taker_room(state.volume_share))
    if quantity <= 0:
        return
    if state.faults is None:
        pieces: tuple[int, ...] = (quantity,)
    else:
        pieces = state.faults.pieces(order.client_id, quantity, market.instrument.lot)
    for piece in pieces:
        if state.volume_share:
            market.note_taken(piece)
        fill_order(state, market, order, price, piece, False, venue_ns)
        venue_ns += PIECE_GAP_NS


def reducible(market: VenueMarket, side: int) -> int:
    """How much a reduce-only order of ``side`` can close: the opposite position's size."""
    held = market.position.quantity
    return abs(held) if held * side < 0 else 0


def fill_order(
    state: VenueState,
    market: VenueMarket,
    order: VenueOrder,
    price: int,
    quantity: int,
    is_maker: bool,
    venue_ns: int,
) -> None:
    """Execute ``quantity`` of ``order`` at ``price``."""
    position = market.position
    was = position.quantity
    value = notional(price, quantity)
    profit = position.apply(order.side, price, quantity, value)
    fee = state.book_money(profit, value, is_maker)
    order.book(quantity)
    market.touched_ns = venue_ns
    report = OrderFilled(
        market.key,
        order.client_id,
        order.venue_order_id,
        market.next_execution_id(),
        "order",
        order.asked.side,
        Price(price),
        Quantity(quantity),
        Money(fee),
        state.costs.asset,
        is_maker,
        Nanos(venue_ns),
    )
    state.outbox.send_fill(report, venue_ns, order.client_id, order.fills)
    if order.filled == order.quantity:
        market.orders.pop(order.client_id, None)
        state.orders.finish(order)
    protect(state, market, order, was, venue_ns)
    state.refresh(market)


def close_position(
    state: VenueState, market: VenueMarket, base: int, cause: FillCause, venue_ns: int
) -> None:
    """The position's own stop or target fired: close all of it as taker at ``base`` and worse.

    It is not bounded by volume: what a thin market does to a stop is not simulated yet.
    """
    position = market.position
    was = position.quantity
    side: Side = SELL if was > 0 else BUY
    quantity = abs(was)
    opener = position.opener
    price = price_against(side, base, state.costs.taker_cost, market.instrument.tick)
    value = notional(price, quantity)
    profit = position.apply(side, price, quantity, value)
    fee = state.book_money(profit, value, False)
    market.touched_ns = venue_ns
    report = OrderFilled(
        market.key,
        NO_CLIENT_ID,
        state.next_order_id(),
        market.next_execution_id(),
        cause,
        side,
        Price(price),
        Quantity(quantity),
        Money(fee),
        state.costs.asset,
        False,
        Nanos(venue_ns),
    )
    state.outbox.send_fill(report, venue_ns, opener, 0)
    protect(state, market, None, was, venue_ns)
    state.refresh(market)


def protect(
    state: VenueState, market: VenueMarket, order: VenueOrder | None, was: int, venue_ns: int
) -> None:
    """After an execution: the position's stop and target, and the reduce-only orders.

    An entry brings its stop and target with its first fill, or whenever it opens the position;
    later fills of it leave alone what has been changed since.
    """
    position = market.position
    stop, target = position.stop_price, position.target_price
    now = position.quantity
    turned = was * now <= 0
    if turned:
        position.stop_price = position.target_price = NO_PRICE
        if order is not None and now:
            position.opener = order.client_id
    refused = False
    if order is not None and now * order.side > 0 and (order.fills == 1 or turned):
        refused = _attach(state, market, order)
    if position.stop_price != stop or position.target_price != target:
        report_stop(state, market, venue_ns)
    if refused:
        reason = "the venue did not take the stop that came with the order"
        rejected = StopRejected(market.key, 10001, reason, Nanos(venue_ns))
        state.outbox.send(rejected, venue_ns)
    if turned and market.orders:
        _drop_reduce_only(state, market, venue_ns)


def _attach(state: VenueState, market: VenueMarket, order: VenueOrder) -> bool:
    """Make the order's stop and target the position's; True where the venue refuses them."""
    asked = order.asked
    if not (asked.stop_price or asked.target_price):
        return False
    if state.faults is not None and state.faults.refuses_stop("order", order_name(order.client_id)):
        return True
    position = market.position
    position.stop_price = asked.stop_price or position.stop_price
    position.target_price = asked.target_price or position.target_price
    return False


def _drop_reduce_only(state: VenueState, market: VenueMarket, venue_ns: int) -> None:
    """Cancel the reduce-only orders that have nothing to reduce any more."""
    for order in tuple(market.orders.values()):
        if order.asked.reduce_only and reducible(market, order.side) == 0:
            cancel(state, market, order, REDUCE_ONLY_GONE, venue_ns)


def cancel(
    state: VenueState, market: VenueMarket, order: VenueOrder, reason: str, venue_ns: int
) -> None:
    """End an order with what it has; the caller refreshes the market."""
    order.state = "cancelled"
    market.orders.pop(order.client_id, None)
    state.orders.finish(order)
    report = OrderCancelled(market.key, order.client_id, reason, Nanos(venue_ns))
    state.outbox.send(report, venue_ns)


def report_stop(state: VenueState, market: VenueMarket, venue_ns: int) -> None:
    """Tell the position's stop and target as they are now."""
    position = market.position
    report = StopReported(market.key, position.stop_price, position.target_price, Nanos(venue_ns))
    state.outbox.send(report, venue_ns)
