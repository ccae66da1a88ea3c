"""A virtual account: an allocation with its own result, limits and standing (S0-27, S0-29)."""

from engine.messages.runs import AccountTerms
from engine.money import ONE, ZERO_MONEY, Money, Rate, ratio
from engine.timebase import Nanos


class VirtualAccount:
    """Mutable, written by ``evolve`` alone. Money is e8, ``*_until`` are times, 0 is "not".

    ``realised`` is net of fees and funding; ``unrealised`` is kept equal to the sum over open
    positions.
    """

    __slots__ = (
        "cooldown_until",
        "day_entries",
        "day_equity",
        "day_ns",
        "day_trades",
        "killed",
        "losses",
        "name",
        "open_positions",
        "pause_reason",
        "paused_until",
        "peak_equity",
        "realised",
        "risk",
        "size_factor",
        "terms",
        "trades",
        "unrealised",
        "wins",
    )

    def __init__(self, terms: AccountTerms) -> None:
        self.name = terms.name
        self.terms = terms
        self.risk = terms.risk
        self.realised = ZERO_MONEY
        self.unrealised = ZERO_MONEY
        self.peak_equity = terms.virtual_equity
        self.day_ns = Nanos(0)
        self.day_equity = terms.virtual_equity
        self.day_entries = 0
        self.day_trades = 0
        self.losses = 0
        self.wins = 0
        self.trades = 0
        self.open_positions = 0
        self.size_factor: Rate = ONE
        self.cooldown_until = Nanos(0)
        self.paused_until = Nanos(0)
        self.pause_reason = ""
        self.killed = ""

    @property
    def equity(self) -> Money:
        """Virtual equity: allocation, what was realised, and what is open at the mark."""
        return Money(self.terms.virtual_equity + self.realised + self.unrealised)

    @property
    def day_loss(self) -> Money:
        """What the account is down since the day began, realised or not; 0 when it is up."""
        return Money(max(0, self.day_equity - self.equity))

    @property
    def drawdown(self) -> Rate:
        """The fall from the highest equity so far, as a fraction of it."""
        fall = self.peak_equity - self.equity
        if fall <= 0 or self.peak_equity <= 0:
            return Rate(0)
        return ratio(fall, self.peak_equity)

    def mark(self, change: int) -> None:
        """Take in a change of unrealised profit."""
        self.unrealised = Money(self.unrealised + change)
        equity = self.terms.virtual_equity + self.realised + self.unrealised
        if equity > self.peak_equity:
            self.peak_equity = Money(equity)

    def standing(self, at: int) -> str:
        """``active``, or why the account takes no new risk now."""
        if self.killed:
            return "killed"
        if self.paused_until > at:
            return "paused"
        if self.cooldown_until > at:
            return "cooldown"
        return "active"
