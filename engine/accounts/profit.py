"""Profit as the venue shows it: of what was closed, and the price at which it would be none."""

from engine.money import NO_PRICE, SCALE, Money, Price, Rate

LEAST_CLOSING_RATE = Rate(55_000)
"""0.055 %: break-even reckons with a closing fee of at least this (bybit-v5.md 6.1)."""


def closed_profit(
    side: int, entry_value: int, exit_value: int, open_fee: int, close_fee: int
) -> Money:
    """closedPnl: s * (exit value - entry value) - open fee share - close fee (bybit-v5.md 6.1).

    ``side`` is the position's, values are those of the closed quantity; funding is not in it.
    """
    return Money(side * (exit_value - entry_value) - open_fee - close_fee)


def break_even_price(
    side: int, quantity: int, entry_value: int, realised: int, taker_fee: int
) -> Price:
    """Where closing all of it would leave nothing: (EP*Q - realised) / (Q - Q*fee), Q signed.

    ``quantity`` is positive; ``realised`` is that of the running position with its fees and
    funding. Rounded against the position, a long's up and a short's down, to 1e-8. A long that
    has earned its entry value already, and a short that has lost all that its entry brought,
    have ``NO_PRICE``.
    """
    assert quantity > 0, "a flat position has no break-even"
    fee = taker_fee if taker_fee > LEAST_CLOSING_RATE else LEAST_CLOSING_RATE
    numerator = (entry_value - side * realised) * SCALE * SCALE
    denominator = quantity * (SCALE - side * fee)
    price = -(-numerator // denominator) if side > 0 else numerator // denominator
    return Price(price) if price > 0 else NO_PRICE
