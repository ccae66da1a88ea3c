"""Folding what the venue takes or gives by itself: funding."""

from engine.messages.venue import FundingPaid
from engine.money import Money
from engine.state import EngineState


def evolve_funding_paid(state: EngineState, paid: FundingPaid) -> None:
    """Book funding once: the same execution id again changes nothing (F40).

    It is the owner's, and part of the open trade. Where nothing is open here, it has overtaken the
    fill of an entry, or comes after the close: then it is paid by whose the newest entry on its
    side was. Of a position that nobody entered it is the ledger's alone.
    """
    state.fill_is_new = state.blotter.see(paid.execution_id)
    if not state.fill_is_new:
        return
    state.ledger.book_funding(paid.amount)
    position = state.positions.get(paid.key)
    if position is None:
        return
    if position.quantity:
        position.funding = Money(position.funding + paid.amount)
        name = position.account
    else:
        entry = state.blotter.newest_entry(paid.key, 1 if paid.quantity > 0 else -1)
        name = entry.account if entry is not None else position.previous
    owner = state.accounts.get(name)
    if owner is not None:
        owner.realised = Money(owner.realised - paid.amount)
        owner.mark(0)
