"""What a position pays at a funding settlement (bybit-v5.md 6.6)."""

from engine.money import SCALE, Money, round_half_up


def funding_amount(quantity: int, mark: int, rate: int) -> Money:
    """Q * M * rate, > 0 paid: longs pay shorts at a positive rate. ``quantity`` is signed.

    The size of it is rounded half up to 1e-8 once, so that what one side pays is what the other
    side gets: 28399.90 * 0.011 * 0.00203714 = 0.6364003, as recorded.
    """
    size = round_half_up(abs(quantity * rate) * mark, SCALE * SCALE)
    return Money(size if quantity * rate > 0 else -size)
