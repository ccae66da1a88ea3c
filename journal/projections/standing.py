"""Virtual accounts as projections know them: their result so far, and what they may do."""

from typing import Any

import msgspec

from engine.messages.decisions import DayRolled, GovernorActed, TradeClosed
from engine.messages.runs import AccountTerms
from engine.money import SCALE
from engine.timebase import NEVER, render_span, render_time
from journal.present import moment

_KEPT = (
    "equity",
    "peak",
    "trades",
    "wins",
    "losses",
    "size_factor",
    "cooldown_until",
    "paused_until",
    "cooldown_reason",
    "pause_reason",
    "killed",
    "day_ns",
)
_SCALED_REASONS = frozenset({"daily_loss", "drawdown"})
"""Reasons whose value and threshold are e8 money or fractions; the others count."""


class Standing:
    """One account. ``equity`` is the allocation plus what closed trades brought, e8."""

    __slots__ = ("terms", *_KEPT)

    def __init__(self, terms: AccountTerms, day_ns: int) -> None:
        self.terms = terms
        self.day_ns = day_ns
        self.equity = self.peak = int(terms.virtual_equity)
        self.trades = self.wins = self.losses = 0
        self.size_factor = SCALE
        self.cooldown_until = self.paused_until = 0
        self.cooldown_reason = self.pause_reason = self.killed = ""

    def traded(self, trade: TradeClosed) -> None:
        """Book a round trip."""
        pnl = trade.pnl
        self.equity = equity = self.equity + pnl
        self.trades += 1
        if pnl > 0:
            self.wins += 1
            if equity > self.peak:
                self.peak = equity
        elif pnl < 0:
            self.losses += 1

    def acted(self, acted: GovernorActed, at: int) -> None:
        """The governor changed what the account may do: what the engine folds of it, for people.

        Each hold keeps its own reason, so that none is told as the reason of another.
        """
        action = acted.action
        if action == "size":
            self.size_factor = acted.value
        elif action == "cooldown":
            self.cooldown_until = max(self.cooldown_until, acted.until_ns)
            self.cooldown_reason = acted.reason
        elif action == "pause":
            self.paused_until = max(self.paused_until, acted.until_ns)
            self.pause_reason = acted.reason
        elif action == "kill":
            self.killed = acted.reason
        elif action == "expire":
            self.cooldown_until = self.cooldown_until if self.cooldown_until > at else 0
            self.paused_until = self.paused_until if self.paused_until > at else 0
        else:
            self.cooldown_until = self.paused_until = 0
            self.killed = ""
            self.size_factor = SCALE

    def day_rolled(self, rolled: DayRolled) -> str:
        """A new day begins, with full size; the ISO date on which the ended one began."""
        ended = render_time(self.day_ns)[:10]
        self.day_ns = int(rolled.day_ns)
        self.size_factor = SCALE
        return ended

    def row(self) -> tuple[Any, ...]:
        """The columns of ``virtual_accounts``."""
        terms = self.terms
        standing, until, reason = "active", 0, ""
        if self.killed:
            standing, until, reason = "killed", NEVER, self.killed
        elif self.paused_until:
            standing, until, reason = "paused", self.paused_until, self.pause_reason
        elif self.cooldown_until:
            standing, until, reason = "cooldown", self.cooldown_until, self.cooldown_reason
        return (
            terms.name,
            terms.venue_account,
            " ".join(terms.symbols),
            render_span(terms.timeframe_ns),
            terms.strategy.name,
            msgspec.json.encode(dict(terms.strategy.parameters)).decode(),
            terms.virtual_equity / SCALE,
            self.equity / SCALE,
            self.peak / SCALE,
            self.trades,
            self.wins,
            self.losses,
            standing,
            reason,
            moment(until),
            self.size_factor / SCALE,
        )

    def equity_row(
        self, seq: int, n: int, at: int, cause: str, equity: int, real: tuple[int, int]
    ) -> tuple[Any, ...]:
        """The columns of ``equity``; drawdown is the fall from the peak of closed trades.

        ``real`` is the wallet of the venue account (e8) and how many positions are open there.
        """
        peak = self.peak if self.peak > equity else equity
        drawdown = (peak - equity) / peak if peak > 0 else 0.0
        return (
            seq,
            n,
            moment(at),
            self.terms.name,
            cause,
            equity / SCALE,
            peak / SCALE,
            drawdown,
            real[0] / SCALE,
            real[1],
        )

    def dump(self) -> list[Any]:
        """What has to be kept to go on later."""
        return [getattr(self, name) for name in _KEPT]

    def load(self, kept: list[Any]) -> None:
        """Go on from what ``dump`` gave."""
        for name, value in zip(_KEPT, kept, strict=True):
            setattr(self, name, value)


def governor_row(acted: GovernorActed, seq: int, n: int, at: int) -> tuple[Any, ...]:
    """The columns of ``governor_events``."""
    scaled = acted.reason in _SCALED_REASONS
    value = acted.value / SCALE if scaled or acted.action == "size" else float(acted.value)
    threshold = acted.threshold / SCALE if scaled else float(acted.threshold)
    until = moment(acted.until_ns)
    account, action, reason = acted.account, acted.action, acted.reason
    return (seq, n, moment(at), account, action, reason, value, threshold, until)


def daily_row(rolled: DayRolled, seq: int, day: str) -> tuple[Any, ...]:
    """The columns of ``daily_pnl``."""
    return (rolled.account, day, rolled.pnl / SCALE, rolled.trades, rolled.equity / SCALE, seq)
