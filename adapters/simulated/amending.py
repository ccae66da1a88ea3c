"""Amending an open order: what may change, what it costs, and what becomes of its place (7.2).

A smaller quantity leaves an order where it is; another price or trigger price makes it the
youngest. An amended limit price meets the market like a new one: it may take, or end a PostOnly
order. What is refused leaves everything as it was.
"""

from adapters.simulated.admission import Refusal, refuse_tier
from adapters.simulated.bands import within_band
from adapters.simulated.endings import tell_values
from adapters.simulated.markets import VenueMarket
from adapters.simulated.matching import meet_market, rest
from adapters.simulated.orders import VenueOrder
from adapters.simulated.rules import (
    PARAMETER,
    refuse_band,
    refuse_bounds,
    refuse_sides,
    refuse_steps,
    refuse_trigger,
    refuse_value,
)
from adapters.simulated.state import VenueState
from adapters.simulated.validation import UNKNOWN_ORDER
from engine.messages.effects import AmendOrder
from engine.messages.venue import AmendRejected
from engine.timebase import Nanos

FINISHED = 110008
QUANTITY_UP = 110022
QUANTITY_FILLED = 110064
BALANCE = 110007

UNCHANGED = "The order remains unchanged as the parameters entered match the existing ones."


class _Values:
    """An order's quantity and prices as they would be."""

    __slots__ = ("price", "quantity", "trigger_price")

    def __init__(self, order: VenueOrder, asked: AmendOrder) -> None:
        self.quantity: int = asked.quantity or order.quantity
        self.price: int = asked.price or order.price
        self.trigger_price: int = asked.trigger_price or order.trigger_price

    def moves(self, order: VenueOrder) -> bool:
        """Whether the order gives up its place."""
        return self.price != order.price or self.trigger_price != order.trigger_price


def amend_order(state: VenueState, asked: AmendOrder, now: Nanos) -> None:
    """Change an open order, or answer why not."""
    order = state.orders.find(asked.client_id)
    market = state.markets.get(asked.key.symbol)
    if order is None or market is None or order.asked.key != asked.key:
        text = "order not exists or too late to replace"
        reject_amend(state, asked, (UNKNOWN_ORDER, text), now)
        return
    values = _Values(order, asked)
    refusal = _refuse(state, market, order, asked, values)
    if refusal is None:
        values.price = within_band(market, order.side, values.price) if asked.price else order.price
        refusal = _refuse_margin(state, market, order, values)
    if refusal is not None:
        reject_amend(state, asked, refusal, now)
        return
    moves = values.moves(order)
    if moves:
        market.leave(order)
        order.number = state.next_number()
    order.quantity, order.price = values.quantity, values.price
    order.trigger_price = values.trigger_price
    tell_values(state, order, now, is_answer=True)
    if not moves:
        market.count(order)
        state.refresh(market)
    elif order.triggered:
        meet_market(state, market, order, market.last, now)
        # One that ends here without a fill has held margin until now.
        state.refresh(market)
    else:
        rest(state, market, order, now)


def reject_amend(state: VenueState, asked: AmendOrder, refusal: Refusal, now: Nanos) -> None:
    """Answer that the order stays as it is."""
    code, text = refusal
    state.outbox.send(AmendRejected(asked.key, asked.client_id, code, text, now), now)


def _refuse(
    state: VenueState, market: VenueMarket, order: VenueOrder, asked: AmendOrder, values: _Values
) -> Refusal | None:
    if order.venue_order_id not in state.orders.open:
        return FINISHED, "the order is finished or cancelled"
    if asked.price and not order.is_limit:
        return PARAMETER, "a market order has no price"
    if asked.trigger_price and order.triggered:
        return PARAMETER, "the order waits for no trigger"
    if values.quantity > order.quantity:
        return QUANTITY_UP, "the quantity of an order may not be increased"
    if values.quantity <= order.filled:
        return QUANTITY_FILLED, "the quantity is not above what is filled"
    if values.quantity == order.quantity and not values.moves(order):
        return PARAMETER, UNCHANGED
    stop, target = order.asked.stop_price, order.asked.target_price
    base = values.price or values.trigger_price
    steps = (values.price, values.trigger_price)
    return (
        refuse_steps(market, values.quantity, steps)
        or refuse_bounds(market, order.is_limit, values.quantity, values.price)
        or refuse_value(market, order.reduces, values.quantity, base)
        or _refuse_trigger(market, order, asked)
        or refuse_sides(order.side, stop, target, base, base)
        or (refuse_band(state, market, order.side, values.price) if order.triggered else None)
    )


def _refuse_trigger(market: VenueMarket, order: VenueOrder, asked: AmendOrder) -> Refusal | None:
    if not asked.trigger_price:
        return None
    source = order.asked.trigger_by
    return refuse_trigger(market, order.trigger_direction, source, asked.trigger_price)


def _refuse_margin(
    state: VenueState, market: VenueMarket, order: VenueOrder, values: _Values
) -> Refusal | None:
    """Whether what the order would hold is more than is available, or than its tier carries.

    It is tried and undone. Only another price costs more: the quantity never grows.
    """
    if order.reduces or not order.triggered or values.price == order.price:
        return None
    available, before = state.available, market.held_by_orders
    quantity, price = order.quantity, order.price
    order.quantity, order.price = values.quantity, values.price
    market.count(order)
    state.refresh(market)
    lacks = market.held_by_orders - before > available
    refusal = refuse_tier(market, order.position, order.side, 0)
    order.quantity, order.price = quantity, price
    market.count(order)
    state.refresh(market)
    return (BALANCE, "ab not enough for new order") if lacks else refusal
