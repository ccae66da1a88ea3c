"""What a venue account has left, and how near it is to its end (bybit-v5.md 6.3).

All numbers are e8 integers of the settlement asset; margins are sums over the account.
"""

from typing import Final

from engine.money import SCALE, Money, Rate, notional

BEYOND_REPAIR: Final = Rate(1 << 62)
"""The rate of an account that owes margin and has nothing."""


def order_loss(side: int, price: int, quantity: int, mark: int) -> Money:
    """What an open order would lose at once if it filled: min(0, s * (M - price) * qty)."""
    if side * mark >= side * price:
        return Money(0)
    return Money(-notional(abs(mark - price), quantity))


def isolated_available(
    wallet: int, positions: int, orders: int, locked: int = 0, bonus: int = 0
) -> Money:
    """wallet - margin of positions - cost of orders - locked - bonus: profit does not add."""
    return Money(wallet - positions - orders - locked - bonus)


def cross_available(balance: int, initial: int, haircut: int = 0) -> Money:
    """margin balance - haircut - initial margin of positions and orders.

    ``balance`` is wallet plus unrealised profit; the haircut of USDT is zero. The sources' rule
    (S2-83, S2-84) is this one, not below zero.
    """
    return Money(balance - haircut - initial)


def backing(balance: int, loss: int = 0, haircut: int = 0) -> Money:
    """D: margin balance - haircut + order loss, what the account's margins are measured by.

    ``loss`` is the sum of ``order_loss``, zero or negative.
    """
    assert loss <= 0, "orders lose, or do nothing"
    return Money(balance - haircut + loss)


def account_rate(margin: int, behind: int) -> Rate:
    """margin / D as the account's IM or MM rate, rounded up: 1 means no new risk, or liquidation.

    Without anything behind it a margin has the rate ``BEYOND_REPAIR``.
    """
    if margin == 0:
        return Rate(0)
    if behind <= 0:
        return BEYOND_REPAIR
    return Rate(-(-margin * SCALE // behind))
