"""Folding executions: the position, the ledger, and the protection clock that starts to run."""

from engine.accounts.account import VirtualAccount
from engine.domain.order import TAKEN_OVER
from engine.domain.position import Position
from engine.ids import NO_CLIENT_ID
from engine.messages.decisions import OrderRequested, TradeClosed
from engine.messages.venue import OrderFilled
from engine.money import ZERO_MONEY, Money, Price, Quantity, notional, share
from engine.orders.blotter import Order
from engine.state import EngineState
from engine.timebase import Nanos

EXTERNAL = "external"
"""The cause of an exit by a fill that is nobody's of ours."""


def evolve_order_filled(state: EngineState, fill: OrderFilled) -> None:
    """Book an execution once: the same execution id again changes nothing (F24)."""
    state.ended = None
    state.fill_is_new = state.blotter.see(fill.execution_id)
    if not state.fill_is_new:
        return
    request = None
    order = state.blotter.live.get(fill.client_id)
    if order is not None:
        request = order.now
        _advance(state, order, fill)
    elif fill.client_id:
        request = state.blotter.request_of(fill.client_id)
    position = state.positions.get(fill.key)
    if position is None:
        position = state.positions[fill.key] = Position(fill.key)
    _book(state, position, fill, request)
    if request is not None and request.purpose == "entry":
        killed = state.accounts[request.account].killed
        called_back = order is not None and order.cancelling and not order.withdrawn
        position.unwanted = bool(killed) or called_back


def _advance(state: EngineState, order: Order, fill: OrderFilled) -> None:
    order.filled = Quantity(order.filled + fill.quantity)
    if order.request.trigger_price:
        order.triggered = True
    if fill.venue_order_id:
        order.venue_order_id = fill.venue_order_id
    if order.filled >= order.now.quantity:
        release(state, order)
        state.ended = order.request
        state.blotter.move(order, "fully_filled")
        return
    if order.awaits == "place":
        order.awaits = ""
        state.timers.cancel("answer", fill.client_id, fill.key)
    await_end(state, order)
    state.blotter.move(order, "partly_filled")


def await_end(state: EngineState, order: Order) -> None:
    """What cannot rest ends soon: if nobody says how, it is looked up at the answer deadline.
    A conditional order rests until it is triggered.

    The venue cuts a reduce-only order to the position it finds (bybit-v5.md 5.5), so that one may
    be filled there with less than was asked, and nothing more is heard of it.
    """
    request = order.request
    if request.trigger_price and not order.triggered:
        return
    if request.time_in_force == "IOC" and not order.awaits:
        deadline = state.at + state.terms.limits.answer_deadline_ns
        state.timers.set("answer", request.client_id, request.key, deadline)


def release(state: EngineState, order: Order) -> None:
    """An order is about to end: its timers go and its seat is free again."""
    disarm(state, order)
    request = order.request
    if request.purpose == "entry":
        seat = state.seats[request.account, request.key.symbol]
        seat.pending_entries -= 1
        if not seat.pending_entries:
            seat.view.show_entry(None)
    else:
        position = state.positions[request.key]
        if position.closing == request.client_id:
            position.closing = NO_CLIENT_ID


def disarm(state: EngineState, order: Order) -> None:
    """The answer came, or the end: the deadline for it and a planned look-up go."""
    request = order.request
    state.timers.cancel("answer", request.client_id, request.key)
    if order.look_ups or order.state == "unknown":
        state.timers.cancel("look_up", request.client_id, request.key)


def _book(
    state: EngineState, position: Position, fill: OrderFilled, request: OrderRequested | None
) -> None:
    """Split the fill into its closing and its opening part (bybit-v5.md 5.5) and book both."""
    quantity, fee = fill.quantity, fill.fee
    value = notional(fill.price, quantity)
    size = abs(position.quantity)
    closing = min(quantity, size) if fill.side * position.quantity < 0 else 0
    profit = 0
    owner = state.accounts.get(position.account)
    if closing:
        part = value if closing == quantity else share(value, closing, quantity)
        profit = position.reduce(closing, part)
        position.exit_cause = _cause(fill, request)
        if closing < quantity:
            position.spill = Quantity(fill.side * (quantity - closing))
            position.spill_value = Money(value - part)
    else:
        if not size:
            owner = _open(state, position, fill, request)
        position.direction = fill.side
        position.enlarge(fill.side, quantity, value)
    position.fees = Money(position.fees + fee)
    state.ledger.book_fill(profit, fee)
    if owner is not None:
        owner.realised = Money(owner.realised + profit - fee)
    _settle(state, position, owner)


def _cause(fill: OrderFilled, request: OrderRequested | None) -> str:
    if fill.cause != "order":
        return fill.cause
    return request.reason if request is not None else EXTERNAL


def _open(
    state: EngineState, position: Position, fill: OrderFilled, request: OrderRequested | None
) -> VirtualAccount | None:
    """A flat position opens: take over the order's owner, stop and reserved risk.

    A stop that was reported before the fill is kept if it is this order's; an older one is not.
    """
    stop, target = position.venue_stop, position.venue_target
    incident = _takeover_of(state, position)
    position.clear()
    position.incident = incident
    if request is not None and stop == request.stop_price and target == request.target_price:
        position.venue_stop, position.venue_target = stop, target
    position.opened_ns = state.at
    state.open_positions[position.key.symbol].append(position)
    entry = request or _entry_of(state, fill, stop, target)
    if entry is None:
        return None
    position.account = entry.account
    position.tag = entry.tag
    if request is not None:
        position.risk = request.risk
        position.initial_stop = request.stop_price
        position.stop_price = request.stop_price
        position.target_price = request.target_price
    account = state.accounts[entry.account]
    account.open_positions += 1
    account.day_entries += 1
    return account


def _entry_of(
    state: EngineState, fill: OrderFilled, stop: Price, target: Price
) -> OrderRequested | None:
    """The entry whose late fill is overtaken by one that nobody asked for: the position's own stop,
    or the venue. The entry closes what this opens, and both are one account's trade.

    It is under way, or was told as ended meanwhile: then the stop is its own that was seen to work
    at a flat position, as only a fill that is not here yet can have made it.
    """
    under_way = state.blotter.entry_at(fill.key)
    if under_way is not None:
        return under_way.request
    if fill.cause == "order":
        return None
    entry = state.blotter.newest_entry(fill.key, -fill.side)
    if fill.cause in TAKEN_OVER or entry is None:
        return entry
    works = stop == entry.stop_price and target == entry.target_price
    return entry if works and state.terms.semantics > 1 else None


def _takeover_of(state: EngineState, position: Position) -> int:
    """The open incident of a flat position that the venue is taking over, 0 for none: what it
    speaks of has not been filled here yet, and ends the incident when it closes.
    """
    opened = state.incidents.get(position.incident)
    return position.incident if opened and opened.kind in TAKEN_OVER.values() else 0


def _settle(state: EngineState, position: Position, owner: VirtualAccount | None) -> None:
    """Value the position at the mark and set or stop its protection clock."""
    key = position.key
    held = position.quantity
    marked = position.unrealised(state.markets[key.symbol].mark) if held else ZERO_MONEY
    if owner is not None:
        owner.mark(marked - position.marked)
    position.marked = marked
    if not held:
        state.open_positions[key.symbol].remove(position)
        if position.covering_until:
            position.covering_until = Nanos(0)
            state.timers.cancel("protection", "", key)
        if position.attempts or position.incident:
            state.timers.cancel("close", "", key)
    elif not position.venue_stop and not position.covering_until:
        start_protection_clock(state, position)


def start_protection_clock(state: EngineState, position: Position) -> None:
    """An open position without a working stop has until the deadline to get one (law 5)."""
    deadline = state.at + state.terms.limits.protection_deadline_ns
    position.covering_until = Nanos(deadline)
    state.timers.set("protection", "", position.key, deadline)


def evolve_trade_closed(state: EngineState, trade: TradeClosed) -> None:
    """The round trip is over: count it, forget it, and book what went through zero."""
    state.trade_count = trade.trade
    position = state.positions[trade.key]
    spill, spill_value = position.spill, position.spill_value
    account = state.accounts.get(trade.account)
    if account is not None:
        account.trades += 1
        account.day_trades += 1
        account.open_positions -= 1
        if trade.pnl < 0:
            account.losses += 1
        elif trade.pnl > 0:
            account.losses = 0
            account.wins += 1
    position.clear()
    if spill:
        _book_spill(state, position, trade, spill, spill_value)


def _book_spill(
    state: EngineState, position: Position, trade: TradeClosed, spill: Quantity, value: Money
) -> None:
    """Open what went through zero. When an own stop or close was larger than what we knew of, the
    missing fills are the same account's, and so is this until they come and close it.
    """
    owner = state.accounts.get(trade.account) if trade.exit_reason != EXTERNAL else None
    position.opened_ns = state.at
    state.open_positions[trade.key.symbol].append(position)
    if owner is not None:
        position.account = owner.name
        position.tag = trade.tag
        owner.open_positions += 1
    position.direction = 1 if spill > 0 else -1
    position.enlarge(position.direction, abs(spill), value)
    _settle(state, position, owner)
