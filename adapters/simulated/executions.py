"""Executions: what a fill does to the order, the position, its stop, the wallet and the reports.

How this works: everything that trades ends in ``fill_order`` or ``close_position``. Both book the
execution, report it, and then let ``protect`` look at what it did to the position's protection and
to the orders that reduce it. The venue's state is current at once; only reports travel.
"""

from adapters.simulated.bankruptcy import bounded_price
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from adapters.simulated.protection import protect
from adapters.simulated.state import VenueState
from engine.domain.order import BUY, SELL, FillCause, Side
from engine.ids import NO_CLIENT_ID
from engine.messages.venue import OrderFilled
from engine.money import Price, Quantity, notional
from engine.timebase import Nanos


def fill_order(
    state: VenueState,
    market: VenueMarket,
    order: VenueOrder,
    price: int,
    quantity: int,
    is_maker: bool,
    venue_ns: int,
) -> None:
    """Execute ``quantity`` of ``order`` at ``price``, a taker's no worse than bankruptcy."""
    position = order.position
    was = position.quantity
    if not is_maker:
        price = bounded_price(state, market, position, order.side, price, quantity)
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
        order.cause,
        order.asked.side,
        Price(price),
        Quantity(quantity),
        fee,
        state.costs.asset,
        is_maker,
        Nanos(venue_ns),
        order.is_ambiguous,
    )
    state.outbox.send_fill(report, venue_ns, order.origin, order.fills)
    if order.filled == order.quantity:
        market.leave(order)
        state.orders.finish(order)
    elif order.ladder is not None:
        market.count(order)
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
    venue_order_id = state.next_order_id()
    liquidity = state.liquidity
    for price, quantity in liquidity.sweep(market, side, abs(was), base):
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
        liquidity.took(market, side, price, quantity)
    assert position.quantity == 0, "a stop closes the whole position"
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
    price = bounded_price(state, market, position, side, price, quantity)
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
        fee,
        state.costs.asset,
        False,
        Nanos(venue_ns),
        is_ambiguous,
    )
    state.outbox.send_fill(report, venue_ns, position.opener, 0)
