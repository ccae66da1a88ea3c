"""The rules of one account (S0-13 … S0-18, S3-01 … S3-05). Each leaves a check, passed or not."""

from engine.messages.decisions import CheckRow
from engine.state import EngineState, Seat


def standing_checks(seat: Seat, at: int) -> list[CheckRow]:
    """Whether the account may trade at all now."""
    account = seat.account
    killed = 1 if account.killed else 0
    return [
        ("killed", killed, 0, not killed),
        ("paused", account.paused_until, at, account.paused_until <= at),
        ("cooldown", account.cooldown_until, at, account.cooldown_until <= at),
    ]


def limit_checks(state: EngineState, seat: Seat) -> list[CheckRow]:
    """Loss, drawdown and count limits; orders in flight count as filled (law 8)."""
    account = seat.account
    risk = account.risk
    pending = 0
    reserved = 0
    for order in state.blotter.live.values():
        request = order.request
        if request.account == account.name and request.purpose == "entry":
            pending += 1
            reserved += order.reserved_risk
    loss = account.day_loss + reserved
    drawdown = account.drawdown
    entries = account.day_entries + pending
    held = account.open_positions + pending
    daily, fall = risk.max_daily_loss, risk.max_drawdown
    per_day, most = risk.max_trades_per_day, risk.max_open_positions
    return [
        ("daily_loss", loss, daily, not daily or loss < daily),
        ("drawdown", drawdown, fall, not fall or drawdown < fall),
        ("trades_per_day", entries, per_day, not per_day or entries < per_day),
        ("open_positions", held, most, not most or held < most),
    ]


def _closes_under_way(state: EngineState, seat: Seat) -> int:
    """Closes of this seat that the venue has not ended yet: they could cut a new position."""
    return sum(
        order.request.purpose != "entry"
        for order in state.blotter.live.values()
        if order.request.key == seat.key and order.request.account == seat.account.name
    )


def symbol_checks(state: EngineState, seat: Seat) -> list[CheckRow]:
    """One position a seat, and (unless switched off) one symbol an account."""
    account = seat.account
    position = state.positions[seat.key]
    mine = abs(position.quantity) if position.account == account.name else 0
    busy = mine or seat.pending_entries + _closes_under_way(state, seat)
    checks = [("already_open", busy, 0, not busy)]
    if account.risk.one_symbol_per_account:
        elsewhere = 0
        for symbol in account.terms.symbols:
            if symbol != seat.key.symbol:
                other = state.seats[account.name, symbol]
                held = state.positions[other.key]
                elsewhere += other.pending_entries
                elsewhere += 1 if held.quantity and held.account == account.name else 0
        checks.append(("one_symbol", elsewhere, 0, not elsewhere))
    return checks
