"""The money of one venue account, in double entry: the entries of a frame sum to zero (law 6)."""

from engine.money import ZERO_MONEY, Money


class Ledger:
    """Balances of one asset, e8. ``wallet == deposits + realised - fees`` always holds.

    ``wallet`` is the venue's wallet balance; unrealised profit is not in it (bybit-v5.md 6.3).
    """

    __slots__ = ("asset", "deposits", "fees", "realised", "wallet")

    def __init__(self, asset: str, wallet: Money) -> None:
        self.asset = asset
        self.wallet = wallet
        self.deposits = wallet
        self.realised = ZERO_MONEY
        self.fees = ZERO_MONEY

    def book_fill(self, profit: int, fee: int) -> None:
        """Book what a fill realised (before its fee) and the fee paid (a rebate is negative)."""
        self.realised = Money(self.realised + profit)
        self.fees = Money(self.fees + fee)
        self.wallet = Money(self.wallet + profit - fee)
        assert self.wallet == self.deposits + self.realised - self.fees, "the ledger balances"
