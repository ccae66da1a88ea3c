"""Decisions that several rooms make: requesting orders, closing positions, opening incidents."""

from collections.abc import Iterator

from engine.domain.intent import Enter
from engine.domain.order import OrderType, Purpose, Side
from engine.domain.position import Position
from engine.ids import PositionKey, client_order_id
from engine.messages.decisions import (
    Approved,
    CancelRequested,
    Decision,
    GovernorActed,
    IncidentClosed,
    IncidentOpened,
    OrderRequested,
    StrategyHalted,
)
from engine.money import NO_PRICE, ONE, ZERO_MONEY, Quantity, Rate, round_down, round_up
from engine.state import EngineState, Seat
from engine.timebase import NEVER


def request_entry(
    state: EngineState, seat: Seat, intent: Enter, approved: Approved
) -> OrderRequested:
    """The order of an approved entry; its stop and target ride along (S0-12)."""
    limit, trigger = intent.limit_price, intent.trigger_price
    order_type: OrderType = "limit" if limit else "market"
    if trigger:
        order_type = _conditional(state, seat, intent)
    return OrderRequested(
        seat.key,
        approved.account,
        client_order_id(state.run, approved.account, seat.key.symbol, seat.orders + 1),
        "entry",
        intent.side,
        order_type,
        approved.quantity,
        limit,
        trigger,
        "GTC" if limit else "IOC",
        False,
        intent.stop_price,
        intent.target_price,
        approved.risk,
        approved.notional,
        intent.tag,
        "signal",
    )


def _conditional(state: EngineState, seat: Seat, intent: Enter) -> OrderType:
    """By where the trigger lies: beyond the market for the side it is a stop, before it a turn."""
    beyond = (intent.trigger_price - state.markets[seat.key.symbol].last) * intent.side > 0
    if intent.limit_price:
        return "stop_limit" if beyond else "take_profit_limit"
    return "stop_market" if beyond else "take_profit_market"


def request_close(
    state: EngineState, position: Position, purpose: Purpose, reason: str, fraction: Rate = ONE
) -> OrderRequested | None:
    """A reduce-only market order for (part of) a position, or None where nobody owns it.

    It is never blocked by the gate, and leaves the stop where it is until the venue has filled.
    The venue takes no order below the contract's least quantity, but cuts what only reduces to the
    position (bybit-v5.md 3.3, 5.5, 5.6): so the least is asked for, whatever is to be closed.
    """
    seat = state.seats.get((position.account, position.key.symbol))
    if seat is None or not position.quantity:
        return None
    size = abs(position.quantity)
    instrument = state.markets[position.key.symbol].instrument
    quantity = size if fraction >= ONE else round_down(size * fraction // ONE, instrument.lot)
    if not quantity:
        return None
    if quantity < instrument.min_quantity:
        quantity = round_up(instrument.min_quantity, instrument.lot)
    side: Side = -1 if position.quantity > 0 else 1
    account, symbol = position.account, position.key.symbol
    return OrderRequested(
        position.key,
        account,
        client_order_id(state.run, account, symbol, seat.orders + 1),
        purpose,
        side,
        "market",
        Quantity(quantity),
        NO_PRICE,
        NO_PRICE,
        "IOC",
        True,
        NO_PRICE,
        NO_PRICE,
        ZERO_MONEY,
        ZERO_MONEY,
        position.tag,
        reason,
    )


def is_closing(state: EngineState, position: Position) -> bool:
    """Whether the order that closes a position is for all of it: an exit of a part is not."""
    order = state.blotter.live.get(position.closing)
    return order is not None and order.remaining >= abs(position.quantity)


def close_position(
    state: EngineState, position: Position, purpose: Purpose, reason: str
) -> Iterator[Decision]:
    """Close a whole position unless an order that does so is on its way already."""
    if position.quantity and not is_closing(state, position):
        order = request_close(state, position, purpose, reason)
        if order is not None:
            yield order


def flatten(
    state: EngineState, account: str, reason: str, spared: PositionKey | None = None
) -> Iterator[Decision]:
    """Cancel an account's entries and close its positions, but for one, at the market."""
    for symbol in state.accounts[account].terms.symbols:
        yield from cancel_entries(state, account, symbol, reason)
        for position in tuple(state.open_positions[symbol]):
            if position.account == account and position.key != spared:
                yield from close_position(state, position, "flatten", reason)


def enforce(state: EngineState, act: GovernorActed) -> Iterator[Decision]:
    """An act of the governor and what it demands at once: a killed account is flattened, and the
    entries of a paused one are cancelled, because a resting entry would be new risk.
    """
    yield act
    if act.action == "kill":
        yield from flatten(state, act.account, act.reason)
    elif act.action == "pause":
        for symbol in state.accounts[act.account].terms.symbols:
            yield from cancel_entries(state, act.account, symbol, act.reason)


def halt(state: EngineState, seat: Seat, reason: str) -> Iterator[Decision]:
    """A strategy's own code failed: its account opens no more until a person resumes it."""
    account = seat.account.name
    yield StrategyHalted(account, seat.key.symbol, reason)
    yield from enforce(state, GovernorActed(account, "pause", "strategy_halted", 0, 0, NEVER))


def cancel_entries(
    state: EngineState, account: str, symbol: str, reason: str
) -> Iterator[CancelRequested]:
    """Cancel every live entry of an account and symbol, also one that nobody is sure of.

    What fills all the same is closed when the fill comes (``Position.unwanted``).
    """
    for client_id in tuple(state.blotter.live):
        order = state.blotter.live[client_id]
        request = order.request
        mine = request.account == account and request.key.symbol == symbol
        wanted = not order.cancelling or order.withdrawn
        if mine and request.purpose == "entry" and wanted:
            yield CancelRequested(request.key, client_id, reason)


def open_incident(
    state: EngineState, kind: str, key: PositionKey, account: str, *facts: tuple[str, str]
) -> IncidentOpened:
    """A new incident with the next number."""
    return IncidentOpened(state.incident_count + 1, kind, key, account, facts)


def settle_incident(
    state: EngineState, position: Position, resolution: str
) -> Iterator[IncidentClosed]:
    """Close the incident of a position, if it has an open one."""
    if position.incident in state.incidents:
        yield IncidentClosed(position.incident, resolution)
