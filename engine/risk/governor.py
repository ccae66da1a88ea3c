"""The governor: the loss ladder, daily loss and drawdown, as decisions about an account."""

from collections.abc import Iterator

from engine.accounts.account import VirtualAccount
from engine.messages.decisions import GovernorActed, GovernorAction
from engine.messages.runs import Rung
from engine.money import ONE, Money
from engine.state import EngineState
from engine.timebase import DAY, NEVER, Nanos

UNTIL_RESET = 0
"""A pause rung's value that means: until the daily reset."""


def after_trade(state: EngineState, account: VirtualAccount, pnl: Money) -> Iterator[GovernorActed]:
    """What a closed trade brings: a step on the ladder, or back to full size after a win.

    One that neither earned nor lost (``pnl`` 0) leaves the account where it stands.
    """
    if pnl > 0 and account.size_factor != ONE:
        yield _acted(account, "size", "win", ONE, 0, 0)
    elif pnl < 0:
        for rung in account.risk.ladder:
            if rung.losses == account.losses:
                yield _climb(state, account, rung)
    if limit_reached(account):
        yield from breaches(state, account)


def _climb(state: EngineState, account: VirtualAccount, rung: Rung) -> GovernorActed:
    reason = f"{rung.losses} losses in a row"
    if rung.action == "size":
        return _acted(account, "size", reason, rung.value, rung.losses, 0)
    if rung.action == "cooldown":
        until = state.at + rung.value
        return _acted(account, "cooldown", reason, account.losses, rung.losses, until)
    until = next_reset(account) if rung.value == UNTIL_RESET else NEVER
    return _acted(account, "pause", reason, account.losses, rung.losses, until)


def limit_reached(account: VirtualAccount) -> bool:
    """Whether daily loss or drawdown is at its limit: the cheap look of every candle."""
    risk = account.risk
    loss, fall = risk.max_daily_loss, risk.max_drawdown
    if not loss and not fall:
        return False
    equity = account.terms.virtual_equity + account.realised + account.unrealised
    if loss and account.day_equity - equity >= loss:
        return True
    return fall > 0 and (account.peak_equity - equity) * ONE >= fall * account.peak_equity


def breaches(state: EngineState, account: VirtualAccount) -> Iterator[GovernorActed]:
    """Daily loss pauses until the reset; drawdown kills or pauses, once."""
    limit = account.risk.max_daily_loss
    if limit and account.day_loss >= limit and not account.paused_until > state.at:
        until = next_reset(account)
        yield _acted(account, "pause", "daily_loss", account.day_loss, limit, until)
    fall = account.risk.max_drawdown
    if fall and not account.killed and account.drawdown >= fall:
        if account.risk.drawdown_action == "kill":
            yield _acted(account, "kill", "drawdown", account.drawdown, fall, NEVER)
        elif account.paused_until != NEVER:
            yield _acted(account, "pause", "drawdown", account.drawdown, fall, NEVER)


def next_reset(account: VirtualAccount) -> Nanos:
    """When the account's trading day ends."""
    return Nanos(account.day_ns + DAY)


def _acted(
    account: VirtualAccount,
    action: GovernorAction,
    reason: str,
    value: int,
    threshold: int,
    until: int,
) -> GovernorActed:
    return GovernorActed(account.name, action, reason, value, threshold, Nanos(until))
