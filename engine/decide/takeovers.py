"""Judging what the venue does to a position by itself: liquidation and deleveraging (F39).

Both end in the kill switch. A liquidated account has lost what its stop should have saved, so its
limits did not hold; a deleveraged one has a venue whose insurance is used up. Either way a person
looks before there is new risk.
"""

from collections.abc import Iterator

from engine.decide.actions import flatten, open_incident
from engine.domain.order import TAKEN_OVER
from engine.domain.position import Position
from engine.messages.decisions import CloseDelayed, Decision, GovernorActed, IncidentClosed
from engine.messages.venue import OrderFilled, PositionLiquidated
from engine.state import EngineState
from engine.timebase import NEVER, Nanos


def decide_liquidated(state: EngineState, report: PositionLiquidated) -> Iterator[Decision]:
    """The venue takes the position over: what else the account has is cancelled and closed."""
    position = state.positions.get(report.key)
    facts = (
        ("quantity", str(report.quantity)),
        ("mark", str(report.mark)),
        ("bankruptcy_price", str(report.bankruptcy_price)),
    )
    if position is None:
        yield open_incident(state, "liquidated", report.key, "", *facts)
        return
    side = 1 if report.quantity > 0 else -1
    yield from _take_over(state, position, side, "liquidated", facts)


def judge_venue_fill(
    state: EngineState, fill: OrderFilled, position: Position
) -> Iterator[Decision]:
    """A fill that the venue made by itself, whose announcement may have been lost."""
    facts = ("execution", fill.execution_id), ("quantity", str(fill.quantity))
    price = ("price", str(fill.price))
    yield from _take_over(state, position, -fill.side, TAKEN_OVER[fill.cause], (*facts, price))


def _take_over(
    state: EngineState,
    position: Position,
    side: int,
    kind: str,
    facts: tuple[tuple[str, str], ...],
) -> Iterator[Decision]:
    """One incident a position, the owner killed once, and the rest of its positions closed.

    A liquidated position is the venue's to close: an order of ours would only race with it. If it
    is still open after the time of a look-up, it is closed like any other.
    """
    opened = state.incidents.get(position.incident)
    if opened is not None and opened.kind == kind:
        return
    owner = _owner(state, position, side)
    if opened is not None:
        yield IncidentClosed(opened.incident, kind)
    yield open_incident(state, kind, position.key, owner, *facts)
    account = state.accounts.get(owner)
    if account is None:
        return
    if not account.killed:
        yield GovernorActed(owner, "kill", kind, 0, 0, NEVER)
    spared = position.key if kind == "liquidated" else None
    yield from flatten(state, owner, kind, spared)
    if spared is not None and position.quantity and not position.closing:
        due = Nanos(state.at + state.terms.limits.look_up_after_ns)
        yield CloseDelayed(position.key, owner, position.attempts, due)


def _owner(state: EngineState, position: Position, side: int) -> str:
    """Whose it is; of a flat one, whose entry on its side was the last: its fill was overtaken."""
    if position.account or position.quantity:
        return position.account
    entry = state.blotter.newest_entry(position.key, side)
    return entry.account if entry is not None else ""
