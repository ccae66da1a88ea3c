"""Funding: what open positions pay each other at a settlement (bybit-v5.md 6.6)."""

from adapters.simulated.markets import VenueMarket
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from engine.accounts.funding import funding_amount
from engine.messages.market import FundingRated
from engine.messages.venue import FundingPaid
from engine.money import Price, Quantity
from engine.timebase import Nanos


def settle_funding(state: VenueState, market: VenueMarket, event: FundingRated) -> bool:
    """Let every open position of the symbol pay or get its funding, once for each settlement.

    A settlement time that has been settled, or one from before, is told again and does nothing.
    The price is the mark. Returns whether anything was settled: an end may have come nearer.
    """
    if event.settle_ns <= market.settled_ns:
        return False
    market.settled_ns = event.settle_ns
    venue_ns = max(market.touched_ns, event.settle_ns)
    settled = False
    for position in market.positions.values():
        if position.quantity:
            market.touched_ns = venue_ns
            _pay(state, market, position, event, venue_ns)
            settled = True
    return settled


def _pay(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    event: FundingRated,
    venue_ns: int,
) -> None:
    """Out of the wallet; what an isolated account has not available its position margin pays."""
    mark = market.mark_price
    amount = funding_amount(position.quantity, mark, event.rate)
    if state.margin.mode == "isolated":
        position.added -= max(0, amount - max(0, state.available))
    state.wallet -= amount
    state.funding += amount
    report = FundingPaid(
        position.key,
        market.next_execution_id(),
        Quantity(position.quantity),
        Price(mark),
        event.rate,
        amount,
        Nanos(venue_ns),
    )
    state.outbox.send(report, venue_ns)
    state.refresh(market)
