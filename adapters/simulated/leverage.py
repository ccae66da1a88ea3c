"""Setting the leverage of a symbol (bybit-v5.md 6.5)."""

from adapters.simulated.admission import value_held
from adapters.simulated.markets import VenueMarket
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from engine.accounts.tiers import is_leverage_step, max_leverage_at
from engine.messages.effects import SetLeverage
from engine.messages.venue import LeverageRejected, LeverageSet
from engine.money import render
from engine.timebase import Nanos

Refusal = tuple[int, str]

PARAMETER = 10001
WOULD_LIQUIDATE = 110011
BALANCE = 110012
OVER_TIER = 110013
NOT_MODIFIED = 110043


def set_leverage(state: VenueState, asked: SetLeverage, now: Nanos) -> None:
    """Change the leverage of a position and its orders, flat or not, or refuse to.

    The margin of both is worked out anew: less leverage needs available balance, more brings an
    isolated liquidation nearer. In hedge mode an isolated side has its own leverage, else both
    sides change together.
    """
    market = state.markets.get(asked.key.symbol)
    position = market.position_at(asked.key) if market is not None else None
    if market is None or position is None:
        _reject(state, asked, (PARAMETER, "no such symbol or position index"), now)
        return
    changed = [position]
    if market.margin.mode != "isolated":
        changed = list(market.positions.values())
    refusal = _refuse(market, changed, asked.leverage)
    if refusal is None:
        before = [one.leverage for one in changed]
        _change(state, market, changed, [asked.leverage] * len(changed))
        refusal = _refuse_outcome(state, market, position, asked.leverage > before[0])
        if refusal is not None:
            _change(state, market, changed, before)
    if refusal is not None:
        _reject(state, asked, refusal, now)
        return
    market.touched_ns = max(market.touched_ns, now)
    state.outbox.send(LeverageSet(asked.key, asked.leverage, now), now)


def _refuse(market: VenueMarket, changed: list[VenuePosition], leverage: int) -> Refusal | None:
    if market.margin.formulas.in_full:
        return PARAMETER, "a spot account has no leverage"
    if not is_leverage_step(leverage):
        return PARAMETER, f"leverage {render(leverage)} is not at least 1 in steps of 0.01"
    if all(one.leverage == leverage for one in changed):
        return NOT_MODIFIED, "leverage not modified"
    for side, position in market.sides.items():
        if position in changed:
            most = max_leverage_at(market.ladder, value_held(market, position, side))
            if leverage > most:
                return OVER_TIER, f"cannot set leverage, the risk limit allows {render(most)}"
    return None


def _refuse_outcome(
    state: VenueState, market: VenueMarket, position: VenuePosition, is_more: bool
) -> Refusal | None:
    """Look at the account as it would be: enough left, and the position not past its end."""
    if not is_more and state.available < 0:
        return BALANCE, "Insufficient available balance"
    end, side = position.liquidated_at, position.side
    if is_more and end and side * market.mark_price <= side * end:
        return WOULD_LIQUIDATE, "the change would trigger immediate liquidation"
    return None


def _change(
    state: VenueState,
    market: VenueMarket,
    changed: list[VenuePosition],
    leverages: list[int],
) -> None:
    for position, leverage in zip(changed, leverages, strict=True):
        position.leverage = leverage
    for order in market.orders.values():
        market.count(order)
    state.refresh(market)


def _reject(state: VenueState, asked: SetLeverage, refusal: Refusal, now: Nanos) -> None:
    code, text = refusal
    state.outbox.send(LeverageRejected(asked.key, code, text, now), now)
