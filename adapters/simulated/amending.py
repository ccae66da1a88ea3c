"""Amending an open order: what may change, what it costs, and what becomes of its place (7.2).

A smaller quantity leaves an order where it is; another price or trigger price makes it the
youngest, and so does a larger quantity, which only a wire client can ask for (``holder.py``).
An amended limit price meets the market like a new one: it may take, or end a PostOnly order. What
is refused leaves everything as it was.
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
    refuse_quantity,
    refuse_range,
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
    """An order's quantity and prices as they would be; 0 leaves one as it is."""

    __slots__ = (
        "asks_price",
        "asks_quantity",
        "asks_trigger",
        "price",
        "quantity",
        "trigger_price",
    )

    def __init__(self, order: VenueOrder, quantity: int, price: int, trigger_price: int) -> None:
        self.asks_quantity = quantity > 0
        self.asks_price = price > 0
        self.asks_trigger = trigger_price > 0
        self.quantity: int = quantity or order.quantity
        self.price: int = price or order.price
        self.trigger_price: int = trigger_price or order.trigger_price

    def moves(self, order: VenueOrder) -> bool:
        """Whether the order gives up its place."""
        now = (order.price, order.trigger_price)
        return (self.price, self.trigger_price) != now or self.quantity > order.quantity


def amend_order(state: VenueState, asked: AmendOrder, now: Nanos) -> None:
    """Change an open order, or answer why not."""
    order = state.orders.find(asked.client_id)
    market = state.markets.get(asked.key.symbol)
    if order is None or market is None or order.asked.key != asked.key:
        text = "order not exists or too late to replace"
        reject_amend(state, asked, (UNKNOWN_ORDER, text), now)
        return
    wanted = (asked.quantity, asked.price, asked.trigger_price)
    refusal = change(state, market, order, wanted, now)
    if refusal is not None:
        reject_amend(state, asked, refusal, now)


def change(
    state: VenueState,
    market: VenueMarket,
    order: VenueOrder,
    wanted: tuple[int, int, int],
    now: Nanos,
    may_grow: bool = False,
    is_enough: bool = False,
) -> Refusal | None:
    """Give an order another quantity, price and trigger price (0 leaves one), and tell them.

    Or say why not, and leave it as it was. To change nothing is refused, unless it ``is_enough``.
    """
    values = _Values(order, *wanted)
    refusal = _refuse(state, market, order, values, may_grow, is_enough)
    if refusal is None:
        if values.asks_price:
            values.price = within_band(market, order.side, values.price)
        refusal = _refuse_margin(state, market, order, values)
    if refusal is not None:
        return refusal
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
    return None


def reject_amend(state: VenueState, asked: AmendOrder, refusal: Refusal, now: Nanos) -> None:
    """Answer that the order stays as it is."""
    code, text = refusal
    state.outbox.send(AmendRejected(asked.key, asked.client_id, code, text, now), now)


def _refuse(
    state: VenueState,
    market: VenueMarket,
    order: VenueOrder,
    values: _Values,
    may_grow: bool,
    is_enough: bool,
) -> Refusal | None:
    if order.venue_order_id not in state.orders.open:
        return FINISHED, "the order is finished or cancelled"
    if values.asks_price and not order.is_limit:
        return PARAMETER, "a market order has no price"
    if values.asks_trigger and order.triggered:
        return PARAMETER, "the order waits for no trigger"
    if values.quantity > order.quantity and not may_grow:
        return QUANTITY_UP, "the quantity of an order may not be increased"
    if values.quantity <= order.filled:
        return QUANTITY_FILLED, "the quantity is not above what is filled"
    if values.quantity == order.quantity and not (values.moves(order) or is_enough):
        return PARAMETER, UNCHANGED
    stop, target = order.asked.stop_price, order.asked.target_price
    base = values.price or values.trigger_price
    steps = (values.price, values.trigger_price)
    return (
        refuse_steps(market, values.quantity, steps)
        or (
            refuse_quantity(market, order.is_limit, order.reduces, values.quantity)
            if values.asks_quantity
            else None
        )
        or refuse_range(market, values.price)
        or refuse_value(market, order.reduces, values.quantity, base)
        or _refuse_trigger(market, order, values)
        or refuse_sides(order.side, stop, target, base, base)
        or (refuse_band(state, market, order.side, values.price) if order.triggered else None)
    )


def _refuse_trigger(market: VenueMarket, order: VenueOrder, values: _Values) -> Refusal | None:
    if not values.asks_trigger:
        return None
    source = order.asked.trigger_by
    return refuse_trigger(market, order.trigger_direction, source, values.trigger_price)


def _refuse_margin(
    state: VenueState, market: VenueMarket, order: VenueOrder, values: _Values
) -> Refusal | None:
    """Whether what the order would hold is more than is available, or than its tier carries.

    It is tried and undone. Only another price or a larger quantity costs more.
    """
    is_cheaper = values.price == order.price and values.quantity <= order.quantity
    if order.reduces or not order.triggered or is_cheaper:
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
