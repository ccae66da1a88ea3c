"""The rules over all accounts (S0-18 … S0-20): ownership, opposing sides, net exposure, margin."""

from engine.accounts.margin import order_cost
from engine.domain.order import Side
from engine.messages.decisions import CheckRow
from engine.money import Money, apply_rate
from engine.risk.holdings import Holdings
from engine.state import EngineState, Seat


def ownership_checks(state: EngineState, seat: Seat, held: Holdings) -> list[CheckRow]:
    """One owner per key, no opposing sides across accounts, nothing unknown on the symbol."""
    position = state.positions[seat.key]
    external = 1 if position.quantity and not position.account else 0
    return [
        ("symbol_owner", held.at_key, 0, not held.at_key),
        ("opposing", held.opposing, 0, not held.opposing),
        ("symbol_unknown", held.unknown, 0, not held.unknown),
        ("external", external, 0, not external),
    ]


def exposure_checks(
    state: EngineState, seat: Seat, held: Holdings, equity: Money, side: Side, value: Money
) -> list[CheckRow]:
    """Leverage of the account, share of real equity in the symbol, margin at the venue.

    Free is the wallet less the margin of positions and opening orders (bybit-v5.md 6.3).
    """
    risk = seat.account.risk
    wallet = state.ledger.wallet
    most = risk.max_position_notional
    own = held.own_value + value
    cap = apply_rate(equity, risk.max_leverage)
    net = abs(held.net_value + side * value)
    share = state.terms.limits.max_symbol_exposure
    room = apply_rate(wallet + held.unrealised, share)
    leverage = state.markets[seat.key.symbol].leverage
    cost = order_cost(side, value, leverage, state.terms.venue.taker_fee)
    free = wallet - held.margin
    return [
        ("position_notional", value, most, not most or value <= most),
        ("leverage", own, cap, not risk.max_leverage or own <= cap),
        ("symbol_exposure", net, room, not share or net <= room),
        ("available_margin", cost, free, cost <= free),
    ]
