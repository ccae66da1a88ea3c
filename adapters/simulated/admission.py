"""Whether the account may open so much more: spot holdings, risk limit and balance.

Asked of every order that opens, when it comes in, and of conditional ones when they trigger:
those reserve nothing before (bybit-v5.md 5.1).
"""

from adapters.simulated.account import loss_of_orders
from adapters.simulated.margin import opening_quantity, orders_held
from adapters.simulated.markets import VenueMarket
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from engine.accounts.tiers import max_leverage_at, value_limit_at
from engine.money import notional, render

Refusal = tuple[int, str]
"""The venue's return code and a text for people."""

BALANCE = 110007
SPOT_BALANCE = 170131
RISK_LIMIT = 110089
RISK_LIMIT_OF_LEVERAGE = 110090


def refuse_opening(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    side: int,
    quantity: int,
    price: int,
    rests: bool,
) -> Refusal | None:
    """What the venue says to ``quantity`` more on ``side`` at ``price``; None: it may.

    Only the part beyond an opposite position opens. ``rests``: it will wait as a limit order, so
    the netting of both sides counts (bybit-v5.md 6.2); a taker needs its whole cost.
    """
    opening = quantity
    if position.quantity * side < 0:
        opening = opening_quantity(position, side, quantity, market.opening[side].quantity)
        if not opening:
            return None
    margin = market.margin
    if margin.mode == "none" and side < 0:
        return SPOT_BALANCE, "Insufficient balance: more is offered than is there to sell"
    value: int = notional(price, opening)
    refusal = refuse_tier(market, position, side, value)
    if refusal is not None:
        return refusal
    cost: int = margin.formulas.order_cost(side, value, position.leverage)
    if rests:
        more = (cost, 0) if side > 0 else (0, cost)
        cost = orders_held(market.opening, market.sides, margin.netting, more)
        cost -= market.held_by_orders
    available = state.available
    if margin.mode == "cross":
        # The account's IM rate is measured by what is left after these losses (6.3).
        available += loss_of_orders(state)
    if cost > available:
        if margin.mode == "none":
            return SPOT_BALANCE, "Insufficient balance"
        return BALANCE, "ab not enough for new order"
    return None


def refuse_tier(
    market: VenueMarket, position: VenuePosition, side: int, value: int
) -> Refusal | None:
    """The position and all that opens on its side must fit the tiers of its leverage (6.5)."""
    ladder = market.ladder
    if market.margin.formulas.in_full:
        return None
    total = value + value_held(market, position, side)
    if total <= value_limit_at(ladder, position.leverage):
        return None
    if total > ladder[-1].limit:
        return RISK_LIMIT, "Exceeds the maximum risk limit level"
    most = render(max_leverage_at(ladder, total))
    text = f"your position may exceed the max limit: adjust the leverage to {most} or below"
    return RISK_LIMIT_OF_LEVERAGE, text


def value_held(market: VenueMarket, position: VenuePosition, side: int) -> int:
    """Entry value of a position on ``side`` and the value of the orders that would enlarge it."""
    orders = market.opening[side]
    waiting = orders.beyond(position.reducible(side))[0] if orders.quantity else 0
    return waiting + (position.entry_value if position.quantity * side > 0 else 0)
