"""The rules of one account (S0-13 … S0-18, S3-01 … S3-05). Each leaves a check, passed or not."""

from engine.messages.checks import CheckRow
from engine.money import Money, ratio
from engine.risk.holdings import Holdings
from engine.state import EngineState, Seat


def account_checks(
    state: EngineState, seat: Seat, held: Holdings, equity: Money
) -> tuple[CheckRow, ...]:
    """Whether the account may trade now, its limits of loss and count, and whether it is busy.

    Orders in flight count as filled (law 8). One position a seat, and (unless switched off) one
    symbol an account.
    """
    at = state.at
    account = seat.account
    risk = account.risk
    killed = 1 if account.killed else 0
    paused, cooldown = account.paused_until, account.cooldown_until
    loss = account.day_equity - equity
    loss = held.reserved_risk + (loss if loss > 0 else 0)
    fall = account.peak_equity - equity
    drawdown = ratio(fall, account.peak_equity) if fall > 0 and account.peak_equity > 0 else 0
    entries = account.day_entries + held.pending
    open_now = account.open_positions + held.pending
    position = state.positions[seat.key]
    busy: int = position.quantity if position.account == account.name else 0
    busy = abs(busy) or seat.pending_entries + held.closes
    daily, deepest = risk.max_daily_loss, risk.max_drawdown
    per_day, most = risk.max_trades_per_day, risk.max_open_positions
    checks: tuple[CheckRow, ...] = (
        ("killed", killed, 0, not killed),
        ("paused", paused, at, paused <= at),
        ("cooldown", cooldown, at, cooldown <= at),
        ("daily_loss", loss, daily, not daily or loss < daily),
        ("drawdown", drawdown, deepest, not deepest or drawdown < deepest),
        ("trades_per_day", entries, per_day, not per_day or entries < per_day),
        ("open_positions", open_now, most, not most or open_now < most),
        ("already_open", busy, 0, not busy),
    )
    if not risk.one_symbol_per_account:
        return checks
    elsewhere = _elsewhere(state, seat)
    return (*checks, ("one_symbol", elsewhere, 0, not elsewhere))


def _elsewhere(state: EngineState, seat: Seat) -> int:
    """Positions and entries of the account in its other symbols."""
    account = seat.account
    count = 0
    for symbol in account.terms.symbols:
        if symbol != seat.key.symbol:
            other = state.seats[account.name, symbol]
            held = state.positions[other.key]
            count += other.pending_entries
            count += 1 if held.quantity and held.account == account.name else 0
    return count
