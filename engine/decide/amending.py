"""Judging what a strategy wants of its own resting entry, and what the venue says to it (F11)."""

from collections.abc import Iterable, Iterator

from engine.domain.intent import CancelEntry, Reprice, reprice_to_ticks
from engine.messages.decisions import (
    AmendRequested,
    Approved,
    CancelRequested,
    Decision,
    OrderUnknown,
)
from engine.messages.venue import AmendRejected
from engine.money import NO_PRICE, Price, Quantity, notional
from engine.orders.blotter import Order
from engine.orders.lifecycle import GONE
from engine.risk.gate import review_again
from engine.state import EngineState, Seat
from engine.timebase import Nanos


def reprice(state: EngineState, seat: Seat, intent: Reprice) -> tuple[Decision, ...]:
    """Less at stake is simply asked for; more passes the gate again (laws 7 and 8)."""
    order = state.blotter.resting_entry(seat.account.name, seat.key)
    if order is None or not order.may_change:
        return ()
    now = order.now
    intent = reprice_to_ticks(intent, now.side, state.markets[seat.key.symbol].instrument.tick)
    price = intent.limit_price if now.price and intent.limit_price else now.price
    conditional = now.trigger_price and intent.trigger_price and not order.triggered
    trigger = intent.trigger_price if conditional else now.trigger_price
    if (price, trigger) == (now.price, now.trigger_price):
        return ()
    entry = price or trigger
    risk = notional(abs(entry - now.stop_price), now.quantity)
    value = notional(entry, now.quantity)
    on_its_side = (entry - now.stop_price) * now.side > 0
    if on_its_side and risk <= now.risk and value <= now.notional:
        return (_amendment(order, now.quantity, price, trigger),)
    verdict = review_again(state, seat, order, entry)
    if not isinstance(verdict, Approved):
        return (verdict,)
    return verdict, _amendment(order, verdict.quantity, price, trigger)


def _amendment(order: Order, quantity: Quantity, price: Price, trigger: Price) -> AmendRequested:
    """A triggered order waits for no price, so none is named (10001)."""
    now, entry = order.now, price or trigger
    return AmendRequested(
        now.key,
        now.account,
        now.client_id,
        quantity,
        price,
        NO_PRICE if order.triggered else trigger,
        notional(abs(entry - now.stop_price), quantity),
        notional(entry, quantity),
        "signal",
    )


def cancel_entry(state: EngineState, seat: Seat, intent: CancelEntry) -> Iterable[Decision]:
    """The strategy takes its entry back, also one that nobody is sure of."""
    order = state.blotter.resting_entry(seat.account.name, seat.key)
    if order is None or order.cancelling:
        return ()
    return (CancelRequested(seat.key, order.request.client_id, intent.reason, True),)


def decide_amend_rejected(state: EngineState, rejected: AmendRejected) -> Iterator[Decision]:
    """An order that is said to be gone is looked for; after any other refusal it is as it was."""
    order = state.blotter.live.get(rejected.client_id)
    if order is not None and order.state == "unknown" and rejected.code in GONE:
        if ("look_up", rejected.client_id, rejected.key) in state.timers.due:
            return
        due = Nanos(state.at + state.terms.limits.look_up_after_ns)
        reason = f"amend refused: {rejected.code} {rejected.reason}"
        yield OrderUnknown(rejected.key, rejected.client_id, reason, due)
