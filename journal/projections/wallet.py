"""The venue's own account as projections know it: its wallet, and what a day made of it.

The wallet is what executions and funding made of the start (bybit-v5.md 6.3). Its equity has open
positions at the mark, and marks are in frames that tables never look at: it is known when nothing
is open, and when a day rolls, from what the engine then says of every virtual account.
"""

from collections.abc import Mapping
from typing import Any

from engine.messages.decisions import DayRolled
from engine.money import SCALE
from journal.present import moment
from journal.projections.standing import Standing

_KEPT = ("wallet", "nobodys", "day_equity")


class _Day:
    """A day that ended in the frame ``seq``; e8. Its equity grows with each account told of."""

    __slots__ = ("at", "equity", "seq", "title", "trades", "wallet")

    def __init__(self, seq: int, at: int, title: str, wallet: int, equity: int) -> None:
        self.seq = seq
        self.at = at
        self.title = title
        self.wallet = wallet
        self.equity = equity
        self.trades = 0


class VenueWallet:
    """The money of the venue account, e8. ``nobodys`` is what positions without an owner brought,
    ``day_equity`` the equity with which the day began."""

    __slots__ = ("_days", "_start", *_KEPT)

    def __init__(self, start: int) -> None:
        self._start = self.wallet = self.day_equity = start
        self.nobodys = 0
        self._days: list[_Day] = []

    def book(self, cash: int, owner: str) -> None:
        """Money came (> 0) or went; ``owner`` is the account whose it is, "" for nobody's."""
        self.wallet += cash
        if not owner:
            self.nobodys += cash

    def day_rolled(
        self, rolled: DayRolled, accounts: Mapping[str, Standing], seq: int, at: int, title: str
    ) -> None:
        """The day of one virtual account ended, in the same frame as those of the others.

        Positions that nobody owns are in it with what they cost: no decision tells their mark.
        """
        if not self._days or self._days[-1].seq != seq:
            closed = sum(each.equity - each.terms.virtual_equity for each in accounts.values())
            equity = self._start + self.nobodys + closed
            self._days.append(_Day(seq, at, title, self.wallet, equity))
        day = self._days[-1]
        day.equity += rolled.equity - accounts[rolled.account].equity
        day.trades += rolled.trades

    def day_rows(self) -> list[tuple[Any, ...]]:
        """The columns of ``venue_daily_pnl`` for the days that ended since the last call."""
        rows = []
        for day in self._days:
            pnl, self.day_equity = day.equity - self.day_equity, day.equity
            money = (pnl, day.wallet, day.equity - day.wallet, day.equity)
            told = [each / SCALE for each in money]
            rows.append((day.title, told[0], day.trades, *told[1:], day.seq, moment(day.at)))
        self._days.clear()
        return rows

    def dump(self) -> list[int]:
        """What has to be kept to go on later."""
        return [getattr(self, name) for name in _KEPT]

    def load(self, kept: list[int]) -> None:
        """Go on from what ``dump`` gave."""
        for name, value in zip(_KEPT, kept, strict=True):
            setattr(self, name, value)
