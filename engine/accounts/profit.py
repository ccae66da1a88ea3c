"""The price at which a position would leave no profit, as the venue shows it."""

from engine.money import NO_PRICE, SCALE, Price, Rate

LEAST_CLOSING_RATE = Rate(55_000)
"""0.055 %: break-even reckons with a closing fee of at least this (bybit-v5.md 6.1)."""


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
