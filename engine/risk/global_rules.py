"""The rules over all accounts (S0-18 … S0-20): ownership, opposing sides, net exposure, margin."""

from typing import Final

from engine.accounts.account_margin import cross_available, isolated_available
from engine.accounts.tiers import value_limit_at
from engine.domain.order import Side
from engine.messages.checks import CheckRow
from engine.money import Money, apply_rate
from engine.risk.holdings import Holdings
from engine.state import EngineState, Seat

_OWNED_BY_NOBODY: Final[tuple[CheckRow, ...]] = (
    ("symbol_owner", 0, 0, True),
    ("opposing", 0, 0, True),
    ("symbol_unknown", 0, 0, True),
    ("external", 0, 0, True),
)
"""What most entries find. It is the rule for them, and made but once."""


def ownership_checks(state: EngineState, seat: Seat, held: Holdings) -> tuple[CheckRow, ...]:
    """One owner per key, no opposing sides across accounts, nothing unknown on the symbol."""
    position = state.positions[seat.key]
    external = 1 if position.quantity and not position.account else 0
    at_key, opposing, unknown = held.at_key, held.opposing, held.unknown
    if not (external or at_key or opposing or unknown):
        return _OWNED_BY_NOBODY
    return (
        ("symbol_owner", at_key, 0, not at_key),
        ("opposing", opposing, 0, not opposing),
        ("symbol_unknown", unknown, 0, not unknown),
        ("external", external, 0, not external),
    )


def exposure_checks(
    state: EngineState, seat: Seat, held: Holdings, equity: Money, side: Side, value: Money
) -> tuple[CheckRow, ...]:
    """Leverage of the account, share of real equity in the symbol, margin at the venue.

    Free is the wallet less the margin of positions and opening orders; in cross mode unrealised
    profit and loss are with it (bybit-v5.md 6.3). Without margin, what is held was paid in full.
    The position's value at its entry has to be allowed at the symbol's leverage (110090).
    """
    risk = seat.account.risk
    wallet = state.ledger.wallet
    terms = state.terms
    most, multiple = risk.max_position_notional, risk.max_leverage
    own = held.own_value + value
    cap = apply_rate(equity, multiple) if multiple else 0
    net = abs(held.net_value + side * value)
    share = terms.limits.max_symbol_exposure
    room = apply_rate(wallet + held.unrealised, share) if share else 0
    market = state.markets[seat.key.symbol]
    cost = state.margin.order_cost(side, value, market.leverage)
    mode = terms.venue.margin_mode
    free = isolated_available(wallet, held.margin, 0)
    if mode == "cross":
        free = cross_available(wallet + held.unrealised, held.margin)
    rows: tuple[CheckRow, ...] = (
        ("position_notional", value, most, not most or value <= most),
        ("leverage", own, cap, not multiple or own <= cap),
        ("symbol_exposure", net, room, not share or net <= room),
        ("available_margin", cost, free, cost <= free),
    )
    tiers = market.instrument.tiers
    if not tiers or mode == "none":
        return rows
    total = state.positions[seat.key].entry_value + value
    allowed = value_limit_at(tiers, market.leverage)
    return (*rows, ("risk_limit", total, allowed, total <= allowed))
