"""The rules over all accounts (S0-18 … S0-20): ownership, opposing sides, net exposure, margin."""

from engine.accounts.margin import order_cost, position_margin
from engine.domain.order import Side
from engine.messages.decisions import CheckRow
from engine.money import Money, apply_rate, notional
from engine.state import EngineState, Seat


def ownership_checks(state: EngineState, seat: Seat, side: Side) -> list[CheckRow]:
    """One owner per key, no opposing sides across accounts, nothing unknown on the symbol.

    Also a close that is on its way owns its key: it could cut the position that comes after.
    """
    account, key = seat.account.name, seat.key
    owners = opposing = unknown = 0
    position = state.positions[key]
    external = 1 if position.quantity and not position.account else 0
    for held in state.open_positions[key.symbol]:
        if held.account != account and held.account:
            owners += 1 if held.key == key else 0
            opposing += 1 if held.side != side else 0
    for order in state.blotter.live.values():
        request = order.request
        if request.key.symbol != key.symbol:
            continue
        unknown += 1 if order.state == "unknown" else 0
        if request.account != account:
            owners += 1 if request.key == key else 0
            opposing += 1 if request.purpose == "entry" and request.side != side else 0
    return [
        ("symbol_owner", owners, 0, not owners),
        ("opposing", opposing, 0, not opposing),
        ("symbol_unknown", unknown, 0, not unknown),
        ("external", external, 0, not external),
    ]


def exposure_checks(state: EngineState, seat: Seat, side: Side, value: Money) -> list[CheckRow]:
    """Leverage of the account, share of real equity in the symbol, margin at the venue."""
    account = seat.account
    symbol = seat.key.symbol
    own = net = 0
    for name, held in state.open_positions.items():
        for position in held:
            worth = notional(state.markets[name].mark, abs(position.quantity))
            own += worth if position.account == account.name else 0
            net += worth * position.side if name == symbol else 0
    for order in state.blotter.live.values():
        request = order.request
        if request.purpose == "entry":
            reserved = order.reserved_notional
            own += reserved if request.account == account.name else 0
            net += reserved * request.side if request.key.symbol == symbol else 0
    own += value
    net = abs(net + side * value)
    risk = account.risk
    cap = apply_rate(account.equity, risk.max_leverage)
    share = state.terms.limits.max_symbol_exposure
    room = apply_rate(state.real_equity, share)
    most = risk.max_position_notional
    cost = order_cost(side, value, state.markets[symbol].leverage, state.terms.venue.taker_fee)
    free = available_balance(state)
    return [
        ("position_notional", value, most, not most or value <= most),
        ("leverage", own, cap, not risk.max_leverage or own <= cap),
        ("symbol_exposure", net, room, not share or net <= room),
        ("available_margin", cost, free, cost <= free),
    ]


def available_balance(state: EngineState) -> Money:
    """Isolated margin: wallet less the margin of positions and of opening orders (6.3)."""
    fee = state.terms.venue.taker_fee
    used = 0
    for symbol, held in state.open_positions.items():
        for position in held:
            used += position_margin(
                position.side, position.entry_value, state.markets[symbol].leverage, fee
            )
    for order in state.blotter.live.values():
        request = order.request
        if request.purpose == "entry":
            leverage = state.markets[request.key.symbol].leverage
            used += order_cost(request.side, order.reserved_notional, leverage, fee)
    return Money(state.ledger.wallet - used)
