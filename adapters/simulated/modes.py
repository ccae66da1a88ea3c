"""Another margin mode for a whole account (bybit-v5.md 3.5, 6.2, 6.5).

It is tried: every margin is worked out anew by the other mode's formulas. Where that leaves less
than nothing available, or a position past its end, all is put back and the switch refused.
"""

from attrs import evolve

from adapters.simulated.admission import Refusal
from adapters.simulated.margin import MarginRules
from adapters.simulated.markets import VenueMarket
from adapters.simulated.state import VenueState
from engine.messages.runs import MarginMode

UNCHANGED = 110026
BALANCE = 110012
WOULD_LIQUIDATE = 110011


def set_margin_mode(state: VenueState, mode: MarginMode) -> Refusal | None:
    """Margin the account by ``mode`` from now on, or say why not.

    Margin that was added to isolated positions is free again in cross mode, and both sides of a
    symbol then have the leverage of its first.
    """
    before = state.margin
    if mode == before.mode:
        return UNCHANGED, "Margin mode is not modified"
    positions = [one for market in state.markets.values() for one in market.positions.values()]
    kept = [(one, one.leverage, one.added) for one in positions]
    for market in state.markets.values():
        first = next(iter(market.positions.values()))
        for position in market.positions.values():
            position.added = 0
            if mode == "cross":
                position.leverage = first.leverage
    _margin_by(state, MarginRules(evolve(before.terms, margin_mode=mode)))
    refusal = _refuse(state)
    if refusal is not None:
        for position, leverage, added in kept:
            position.leverage, position.added = leverage, added
        _margin_by(state, before)
    return refusal


def _margin_by(state: VenueState, rules: MarginRules) -> None:
    state.margin = rules
    state.held = 0
    state.exposed.clear()
    state.focus = None
    for market in state.markets.values():
        market.held = 0
        market.margin = rules
        for position in market.positions.values():
            position.margined = ()
            position.liquidate_at(0)
        for order in market.orders.values():
            market.count(order)
    for market in state.markets.values():
        state.refresh(market)


def _refuse(state: VenueState) -> Refusal | None:
    # A cross account shows no less than nothing as available, so its rate says what it lacks.
    if state.available < 0 or (state.margin.mode == "cross" and state.available == 0 < state.held):
        return BALANCE, "Insufficient available balance"
    if any(_is_past_its_end(market) for market in state.markets.values()):
        return WOULD_LIQUIDATE, "the change would trigger immediate liquidation"
    return None


def _is_past_its_end(market: VenueMarket) -> bool:
    mark = market.mark_price
    return any(
        position.liquidated_at and position.side * mark <= position.side * position.liquidated_at
        for position in market.positions.values()
        if position.quantity
    )
