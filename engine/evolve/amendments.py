"""Folding amendments: what was asked, and what an order is by the venue's own word (F11)."""

from typing import Any

import attrs

from engine.evolve.fills import await_end, disarm, release
from engine.messages.decisions import AmendRequested
from engine.messages.venue import AmendRejected, OrderAmended, OrderFound
from engine.money import Money, Price, Quantity, notional
from engine.orders.blotter import Order
from engine.orders.lifecycle import GONE
from engine.state import EngineState


def evolve_amend_requested(state: EngineState, requested: AmendRequested) -> None:
    """The order waits for the answer; the worse of both is reserved until it comes."""
    order = state.blotter.live[requested.client_id]
    order.asked = requested
    order.awaits = "amend"
    deadline = state.at + state.terms.limits.answer_deadline_ns
    state.timers.set("answer", requested.client_id, requested.key, deadline)


def evolve_order_amended(state: EngineState, amended: OrderAmended) -> None:
    """These are the order's values now. What it had filled meanwhile counts towards them."""
    state.ended = None
    order = state.blotter.live.get(amended.client_id)
    if order is None:
        return
    take_values(order, amended)
    if order.awaits != "place":
        _answered(state, order)
        await_end(state, order)
    if order.filled >= order.now.quantity:
        release(state, order)
        state.ended = order.request
        state.blotter.move(order, "fully_filled")
        return
    if order.state != "unknown" or not order.filled:
        state.blotter.move(order, "amended")
    else:
        state.blotter.move(order, "partly_filled")
    if order.cancelling and not order.awaits:
        order.awaits = "cancel"
        deadline = state.at + state.terms.limits.answer_deadline_ns
        state.timers.set("answer", amended.client_id, amended.key, deadline)


def take_values(order: Order, told: OrderAmended | OrderFound) -> None:
    """Take quantity and prices from the venue, where it tells them, and reserve what they risk.

    What the venue shows as the price of a market order is its own protection, and no limit.
    """
    now = order.now
    quantity = told.quantity or now.quantity
    price = (now.price and told.price) or now.price
    trigger = (now.trigger_price and told.trigger_price) or now.trigger_price
    order.asked = None
    if (quantity, price, trigger) != (now.quantity, now.price, now.trigger_price):
        changes: dict[str, Any] = {"quantity": quantity, "price": price, "trigger_price": trigger}
        if now.purpose == "entry":
            entry = price or trigger
            changes["risk"], changes["notional"] = at_stake(entry, now.stop_price, quantity)
        order.now = attrs.evolve(now, **changes)


def at_stake(entry: Price, stop: Price, quantity: Quantity) -> tuple[Money, Money]:
    """Risk and value of ``quantity`` entered at ``entry`` with its stop at ``stop``."""
    return notional(abs(entry - stop), quantity), notional(entry, quantity)


def evolve_amend_rejected(state: EngineState, rejected: AmendRejected) -> None:
    """The order is as it was, unless the code says that it may be no more."""
    order = state.blotter.live.get(rejected.client_id)
    if order is None or order.asked is None:
        return
    was_awaited = order.awaits == "amend"
    if was_awaited:
        _answered(state, order)
    if rejected.code not in GONE:
        order.asked = None
    elif was_awaited:
        state.blotter.move(order, "outcome_unknown")


def _answered(state: EngineState, order: Order) -> None:
    disarm(state, order)
    order.awaits = ""
