"""Executions: what a fill does to the order, the position, its stop, the wallet and the reports.

How this works: everything that trades ends in ``fill_order`` or ``close_position``. Both book the
execution, report it, and then let ``protect`` look at what it did to the position: an entry's
stop and target become the position's own, a closed position loses them, and reducing orders
without a position are cancelled (bybit-v5.md 5.4, 5.5). The venue's state is current at once;
only reports travel.
"""

from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from engine.domain.order import BUY, SELL, FillCause, Side
from engine.ids import NO_CLIENT_ID, order_name
from engine.messages.venue import OrderCancelled, OrderFilled, StopRejected, StopReported
from engine.money import NO_PRICE, Money, Price, Quantity, notional
from engine.timebase import Nanos

REDUCE_ONLY_GONE = "CancelByReduceOnly"


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
    position = order.position
    was = position.quantity
    value = notional(price, quantity)
    profit = position.apply(order.side, price, quantity, value)
    fee = state.book_money(profit, value, is_maker)
    order.book(quantity)
    market.touched_ns = venue_ns
    report = OrderFilled(
        position.key,
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
        market.leave(order)
        state.orders.finish(order)
    protect(state, market, position, order, was, venue_ns)
    state.refresh(market)


def close_position(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    base: int,
    cause: FillCause,
    venue_ns: int,
    is_ambiguous: bool = False,
) -> None:
    """The position's own stop or target fired: close all of it as taker at ``base`` and worse.

    ``is_ambiguous``: its bar touched both, and the declared path chose.
    """
    was = position.quantity
    side: Side = SELL if was > 0 else BUY
    opener = position.opener
    venue_order_id = state.next_order_id()
    for price, quantity in state.liquidity.sweep(market, side, abs(was), base):
        _close_part(
            state,
            market,
            position,
            side,
            price,
            quantity,
            cause,
            venue_order_id,
            venue_ns,
            is_ambiguous,
        )
        state.liquidity.took(market, side, price, quantity)
    assert position.quantity == 0, "a stop closes the whole position"
    position.opener = opener
    protect(state, market, position, None, was, venue_ns)
    state.refresh(market)


def _close_part(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    side: Side,
    price: int,
    quantity: int,
    cause: FillCause,
    venue_order_id: str,
    venue_ns: int,
    is_ambiguous: bool,
) -> None:
    value = notional(price, quantity)
    profit = position.apply(side, price, quantity, value)
    fee = state.book_money(profit, value, False)
    market.touched_ns = venue_ns
    report = OrderFilled(
        position.key,
        NO_CLIENT_ID,
        venue_order_id,
        market.next_execution_id(),
        cause,
        side,
        Price(price),
        Quantity(quantity),
        Money(fee),
        state.costs.asset,
        False,
        Nanos(venue_ns),
        is_ambiguous,
    )
    state.outbox.send_fill(report, venue_ns, position.opener, 0)


def protect(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    order: VenueOrder | None,
    was: int,
    venue_ns: int,
) -> None:
    """After an execution: the position's stop and target, and the reducing orders.

    An entry brings its stop and target with its first fill, or whenever it opens the position;
    later fills of it leave alone what has been changed since.
    """
    stop, target = position.stop_price, position.target_price
    now = position.quantity
    turned = was * now <= 0
    if turned:
        position.stop_price = position.target_price = NO_PRICE
        if order is not None and now:
            position.opener = order.client_id
    refused = False
    if order is not None and now * order.side > 0 and (order.fills == 1 or turned):
        refused = _attach(state, position, order)
    if turned or position.stop_price != stop or position.target_price != target:
        position.refresh_guards()
    if position.stop_price != stop or position.target_price != target:
        report_stop(state, position, venue_ns)
    if refused:
        reason = "the venue did not take the stop that came with the order"
        rejected = StopRejected(position.key, 10001, reason, Nanos(venue_ns))
        state.outbox.send(rejected, venue_ns)
    if turned and market.orders:
        _drop_reducing(state, market, position, venue_ns)


def _attach(state: VenueState, position: VenuePosition, order: VenueOrder) -> bool:
    """Make the order's stop and target the position's; True where the venue refuses them."""
    asked = order.asked
    if not (asked.stop_price or asked.target_price):
        return False
    if state.faults is not None and state.faults.refuses_stop("order", order_name(order.client_id)):
        return True
    if asked.stop_price:
        position.stop_price, position.stop_by = asked.stop_price, asked.stop_by
    if asked.target_price:
        position.target_price, position.target_by = asked.target_price, asked.target_by
    return False


def _drop_reducing(
    state: VenueState, market: VenueMarket, position: VenuePosition, venue_ns: int
) -> None:
    """Cancel the reducing orders that have nothing to reduce any more."""
    for order in tuple(market.reducing[position.key.position_index].values()):
        if position.reducible(order.side) == 0:
            cancel(state, market, order, REDUCE_ONLY_GONE, venue_ns)


def cancel(
    state: VenueState, market: VenueMarket, order: VenueOrder, reason: str, venue_ns: int
) -> None:
    """End an order with what it has; the caller refreshes the market."""
    order.state = "cancelled"
    order.ended_by = reason
    market.leave(order)
    state.orders.finish(order)
    report = OrderCancelled(order.position.key, order.client_id, reason, Nanos(venue_ns))
    state.outbox.send(report, venue_ns)


def report_stop(state: VenueState, position: VenuePosition, venue_ns: int) -> None:
    """Tell the position's stop and target as they are now."""
    report = StopReported(position.key, position.stop_price, position.target_price, Nanos(venue_ns))
    state.outbox.send(report, venue_ns)
