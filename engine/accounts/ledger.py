"""The money of one venue account, in double entry: the entries of a frame sum to zero (law 6)."""

from engine.money import ZERO_MONEY, Money


class Ledger:
    """Balances of one asset, e8: ``wallet == deposits + realised - fees - funding``, always.

    ``wallet`` is the venue's wallet balance; unrealised profit is not in it (bybit-v5.md 6.3).
    """

    __slots__ = ("asset", "deposits", "fees", "funding", "realised", "wallet")

    def __init__(self, asset: str, wallet: Money) -> None:
        self.asset = asset
        self.wallet = wallet
        self.deposits = wallet
        self.realised = ZERO_MONEY
        self.fees = ZERO_MONEY
        self.funding = ZERO_MONEY

    def book_fill(self, profit: int, fee: int) -> None:
        """Book what a fill realised (before its fee) and the fee paid (a rebate is negative)."""
        self.realised = Money(self.realised + profit)
        self.fees = Money(self.fees + fee)
        self.wallet = Money(self.wallet + profit - fee)
        self._balance()

    def book_funding(self, amount: int) -> None:
        """Book funding that was paid (received: negative)."""
        self.funding = Money(self.funding + amount)
        self.wallet = Money(self.wallet - amount)
        self._balance()

    def _balance(self) -> None:
        wallet = self.deposits + self.realised - self.fees - self.funding
        assert self.wallet == wallet, "the ledger balances"
