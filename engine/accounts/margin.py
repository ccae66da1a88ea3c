"""The venue's isolated margin in its own formulas, shared by the engine and the exchange.

All numbers are e8 integers; ``side`` is 1 for a long and -1 for a short position, ``leverage`` a
multiple (3x is 300_000_000). Each term is rounded half up to 1e-8 by itself, which reproduces
the recordings of bybit-v5.md 6.2 to the last digit.
"""

from engine.money import SCALE, Money, apply_rate, round_half_up


def closing_reserve(side: int, entry_value: int, leverage: int, taker_fee: int) -> Money:
    """F of bybit-v5.md 6.2: the taker fee of closing at bankruptcy, Q * EP * (1 - s/L) * f.

    It is part of both margins. A long at leverage 1 has bankruptcy price zero, so it reserves
    nothing.
    """
    assert leverage > 0, "margin needs a positive leverage"
    at_bankruptcy = entry_value * (leverage - side * SCALE) * taker_fee
    return Money(round_half_up(at_bankruptcy, leverage * SCALE))


def position_margin(side: int, entry_value: int, leverage: int, taker_fee: int) -> Money:
    """Initial margin that an isolated position holds: Q * EP / L + F (bybit-v5.md 6.2).

    ``entry_value`` is Q * EP, positive; a flat position (value 0) holds nothing.
    """
    assert entry_value >= 0, "an entry value is not signed"
    share = round_half_up(entry_value * SCALE, leverage)
    return Money(share + closing_reserve(side, entry_value, leverage, taker_fee))


def maintenance_margin(
    side: int,
    mark_value: int,
    entry_value: int,
    leverage: int,
    taker_fee: int,
    maintenance_rate: int,
) -> Money:
    """Maintenance margin of an isolated position: Q * M * MMR + F (bybit-v5.md 6.2).

    ``mark_value`` is Q * M, positive. It is the rule of tier 1, whose deduction is zero.
    """
    assert mark_value >= 0, "a mark value is not signed"
    kept = apply_rate(mark_value, maintenance_rate)
    return Money(kept + closing_reserve(side, entry_value, leverage, taker_fee))


def order_cost(side: int, value: int, leverage: int, taker_fee: int) -> Money:
    """Margin that an opening order holds: value/L + value*f + value*(1 - s/L)*f (bybit-v5.md 6.2).

    ``value`` is quantity times order price, positive; ``side`` is the order's. Orders that only
    reduce a position cost nothing and are not asked here.
    """
    opening_fee = apply_rate(value, taker_fee)
    return Money(position_margin(side, value, leverage, taker_fee) + opening_fee)
