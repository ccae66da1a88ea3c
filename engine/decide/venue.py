"""Judging what the venue says: trades that closed, protection that failed, outcomes unknown."""

from collections.abc import Iterable, Iterator

from engine.decide.actions import (
    cancel_entries,
    close_position,
    enforce,
    is_closing,
    open_incident,
    settle_incident,
)
from engine.decide.market import breached, judge_limits
from engine.decide.takeovers import judge_venue_fill
from engine.domain.order import TAKEN_OVER
from engine.domain.position import Position
from engine.ids import NO_CLIENT_ID
from engine.messages.decisions import (
    CancelRequested,
    CloseDelayed,
    Decision,
    GovernorActed,
    IncidentClosed,
    LookUpMissed,
    OrderNotPlaced,
    OrderRequested,
    OrderUnknown,
    StopMoved,
    TradeClosed,
)
from engine.messages.venue import (
    CancelRejected,
    FundingPaid,
    OrderCancelled,
    OrderFilled,
    OrderFound,
    OrderNotFound,
    OrderRejected,
    OutcomeUnknown,
    PositionReported,
    StopRejected,
    StopReported,
)
from engine.money import NO_PRICE, Money, Rate, ratio
from engine.orders.blotter import Order
from engine.risk.governor import after_trade
from engine.state import EngineState
from engine.timebase import NEVER, SECOND, Nanos

LONGEST_RETRY_NS = 60 * SECOND
DRIFT = "position_drift"
"""The kind of incident that a working stop does not settle."""


def decide_filled(state: EngineState, fill: OrderFilled) -> Iterable[Decision]:
    """A position that went flat is a trade; a fill that nobody asked for is an incident.

    From the fill of an entry, as a rule, nothing follows: it leaves without a generator.
    """
    if not state.fill_is_new:
        return ()
    position = state.positions[fill.key]
    is_open = position.quantity and not position.spill
    is_wanted = position.account and not position.unwanted and fill.cause not in TAKEN_OVER
    if is_open and is_wanted and (state.ended is None or state.ended.purpose == "entry"):
        return ()
    return _judge_fill(state, fill, position)


def _judge_fill(state: EngineState, fill: OrderFilled, position: Position) -> Iterator[Decision]:
    if fill.cause in TAKEN_OVER:
        yield from judge_venue_fill(state, fill, position)
    if position.spill or not position.quantity:
        yield from _close_trade(state, position)
    if position.quantity and not position.account and not position.incident:
        facts = ("execution", fill.execution_id), ("cause", fill.cause)
        yield open_incident(state, "external_fill", fill.key, "", *facts)
    if position.quantity and position.unwanted:
        yield from close_position(state, position, "flatten", "filled while being cancelled")
    if state.ended is not None:
        yield from _close_again(state, state.ended, "more had been filled meanwhile")


def _close_trade(state: EngineState, position: Position) -> Iterator[Decision]:
    if position.incident:
        yield from settle_incident(state, position, "position closed")
    closed = _trade(state, position)
    yield closed
    account = state.accounts.get(closed.account)
    if account is None:
        return
    for act in after_trade(state, account, closed.pnl):
        yield from enforce(state, act)
    if state.blotter.live:
        yield from cancel_entries(state, closed.account, closed.key.symbol, "position closed")


def _trade(state: EngineState, position: Position) -> TradeClosed:
    pnl = Money(position.realised - position.fees - position.funding)
    return TradeClosed(
        position.key,
        position.account,
        state.trade_count + 1,
        position.direction,
        position.entered_quantity,
        position.entered_value,
        position.exit_value,
        position.fees,
        pnl,
        ratio(pnl, position.risk) if position.risk else Rate(0),
        position.opened_ns,
        state.at,
        position.exit_cause,
        position.tag,
        position.funding,
    )


def decide_funding_paid(state: EngineState, paid: FundingPaid) -> Iterable[Decision]:
    """What was paid may breach a limit of the owner, like a new mark."""
    symbol = paid.key.symbol
    return judge_limits(state, symbol) if state.fill_is_new and breached(state, symbol) else ()


def decide_rejected(state: EngineState, rejected: OrderRejected) -> Iterator[Decision]:
    """A refused close is tried again later; a refusal as a duplicate is looked up (F6, F7)."""
    order = state.blotter.live.get(rejected.client_id)
    if order is not None and order.state == "unknown":
        yield _doubt(state, order.request, "the venue has seen this id before")
        return
    if state.ended is not None:
        yield from _close_again(state, state.ended, f"{rejected.code} {rejected.reason}")


def decide_cancelled(state: EngineState, cancelled: OrderCancelled) -> Iterator[Decision]:
    """A close that ended before the position was flat is tried again later."""
    if state.ended is not None:
        yield from _close_again(state, state.ended, cancelled.reason)


def _close_again(state: EngineState, request: OrderRequested, reason: str) -> Iterator[Decision]:
    """Panic and flatten do not give up; an exit is the strategy's to ask again (F38)."""
    position = state.positions[request.key]
    must = request.purpose in ("panic", "flatten") or position.incident in state.incidents
    if not position.quantity or request.purpose == "entry" or not must:
        return
    if is_closing(state, position):
        return
    if not position.incident:
        facts = ("order", request.client_id), ("reason", reason)
        yield open_incident(state, "close_failed", request.key, request.account, *facts)
    wait = min(LONGEST_RETRY_NS, SECOND << min(position.attempts, 6))
    due = Nanos(state.at + wait)
    yield CloseDelayed(request.key, request.account, position.attempts, due)


def decide_cancel_rejected(state: EngineState, rejected: CancelRejected) -> Iterator[Decision]:
    """The order is not where we thought: ask for its true end (F10)."""
    order = state.blotter.live.get(rejected.client_id)
    if order is not None:
        yield _doubt(state, order.request, f"cancel refused: {rejected.code} {rejected.reason}")


def decide_found(state: EngineState, found: OrderFound) -> Iterator[Decision]:
    """A close that ended without closing is tried again; a lost cancel is asked for again (F9)."""
    order = state.blotter.live.get(found.client_id)
    if order is None:
        if state.ended is not None:
            yield from _close_again(state, state.ended, f"found {found.state}")
    elif order.state == "unknown":
        yield LookUpMissed(found.key, found.client_id, False, _next_look_up(state, order))
    elif order.cancelling:
        reason = "the cancel was lost"
        yield CancelRequested(found.key, found.client_id, reason, order.withdrawn)


def decide_not_found(state: EngineState, missing: OrderNotFound) -> Iterator[Decision]:
    """Two negatives, one of them beyond the receive window, make ``not_placed`` (F2).

    Not of an order that the venue has named or filled: what answers then lags behind.
    """
    order = state.blotter.live.get(missing.client_id)
    if order is None or order.state == "requested":
        return
    limits = state.terms.limits
    window_end = order.requested_ns + limits.receive_window_ns
    if order.venue_order_id or order.state != "unknown":
        yield LookUpMissed(missing.key, missing.client_id, True, _next_look_up(state, order))
        return
    if order.negatives >= 2 and state.at > window_end:
        request = order.request
        yield OrderNotPlaced(missing.key, missing.client_id)
        yield from _close_again(state, request, "never placed")
        return
    due = max(state.at, window_end) + limits.look_up_after_ns
    yield LookUpMissed(missing.key, missing.client_id, True, Nanos(due))


def decide_outcome_unknown(state: EngineState, unknown: OutcomeUnknown) -> Iterator[Decision]:
    """Silence is neither yes nor no: look it up, and again, until there is evidence."""
    order = state.blotter.live.get(unknown.client_id)
    wait = state.terms.limits.look_up_after_ns
    if order is not None:
        if unknown.request == "look_up":
            due = _next_look_up(state, order)
            yield LookUpMissed(unknown.key, unknown.client_id, False, due)
        else:
            yield _doubt(state, order.request, unknown.reason)
    elif not unknown.client_id and unknown.key in state.positions:
        yield LookUpMissed(unknown.key, unknown.client_id, False, Nanos(state.at + wait))


def _next_look_up(state: EngineState, order: Order) -> Nanos:
    """Each look-up that brought nothing makes the next one wait longer, up to half a minute."""
    wait = state.terms.limits.look_up_after_ns
    return Nanos(state.at + wait * min(order.look_ups + 1, 30))


def _doubt(state: EngineState, request: OrderRequested, reason: str) -> OrderUnknown:
    due = Nanos(state.at + state.terms.limits.look_up_after_ns)
    return OrderUnknown(request.key, request.client_id, reason, due)


def decide_stop_reported(state: EngineState, report: StopReported) -> Iterable[Decision]:
    """An open position whose stop is gone or wrong gets it again; a right one ends its incident."""
    return judge_protection(state, state.positions.get(report.key))


def judge_protection(state: EngineState, position: Position | None) -> tuple[Decision, ...]:
    """Compare the desired with the observed stop of an open position (law 5)."""
    if position is None or not position.quantity or not position.account or position.stop_asked:
        return ()
    stop, target = position.stop_price, position.target_price
    if position.venue_stop != stop or position.venue_target != target:
        if stop == NO_PRICE:
            return ()
        reason = "differs" if position.venue_stop else "missing"
        return (StopMoved(position.key, position.account, stop, target, reason),)
    opened = state.incidents.get(position.incident)
    if opened is None or opened.kind == DRIFT or position.closing:
        return ()
    if ("close", "", position.key) in state.timers.due:
        return ()
    return (IncidentClosed(opened.incident, "protected"),)


def decide_stop_rejected(state: EngineState, rejected: StopRejected) -> Iterator[Decision]:
    """Without any working stop the position is closed at once; with one it is an incident (F34)."""
    position = state.positions.get(rejected.key)
    if position is None or not position.quantity or not position.account:
        return
    if not position.incident:
        facts = ("code", str(rejected.code)), ("reason", rejected.reason)
        yield open_incident(state, "stop_rejected", rejected.key, position.account, *facts)
    if not position.venue_stop:
        yield from close_position(state, position, "panic", "stop rejected")


def decide_position_reported(state: EngineState, report: PositionReported) -> Iterator[Decision]:
    """The venue's size differs from ours: no fill is invented, the account pauses (design 7).

    One reading may have overtaken a fill, so only a second one that differs counts.
    """
    position = state.positions.get(report.key)
    if position is None:
        return
    if position.mismatches == 1:
        due = Nanos(state.at + state.terms.limits.look_up_after_ns)
        yield LookUpMissed(report.key, NO_CLIENT_ID, True, due)
    elif position.mismatches > 1 and not position.incident:
        facts = ("ours", str(position.quantity)), ("venue", str(report.quantity))
        yield open_incident(state, DRIFT, report.key, position.account, *facts)
        if position.account:
            pause = GovernorActed(position.account, "pause", "position_drift", 0, 0, NEVER)
            yield from enforce(state, pause)
    yield from judge_protection(state, position)
