"""Bankruptcy and liquidation prices (bybit-v5.md 6.4), exact up to one rounding to the tick.

How this works: what stands behind a position is used up at its bankruptcy value, a fraction that
is never rounded. Where maintenance follows the mark, liquidation comes before that, at the value
V with V - s * MM(V) = bankruptcy value; the maintenance margin MM is a straight line in each
tier and whole over all of them, so the first tier that reaches the bankruptcy value holds V.

Both prices are rounded to the tick so that a long goes earlier (up) and a short too (down), as
recorded: 1198.45 at 4.2x, tick 0.05, has bankruptcy 913.15 and liquidation 919.10. A long that
cannot be liquidated has ``NO_PRICE``. All numbers are e8 integers, quantities positive; ``side``
is 1 for a long and -1 for a short.
"""

from typing import NamedTuple

from engine.accounts.margin import tier_margin
from engine.domain.instrument import Instrument, RiskTier
from engine.money import NO_PRICE, SCALE, Price


class Held(NamedTuple):
    """A position as these formulas see it: ``added`` is the margin put into an isolated one
    after its entry, negative where funding took from it.
    """

    side: int
    quantity: int
    entry_value: int
    leverage: int
    added: int = 0


def bankruptcy_value(held: Held, taker_fee: int) -> tuple[int, int]:
    """Numerator and denominator of the value at which an isolated position's margin is gone.

    Q * EP * (1 - s/L) - s * A / (1 - s*f): the closing fee at bankruptcy is paid out of the
    position's margin as well, so added margin A reaches a little further for a long.
    """
    side, leverage = held.side, held.leverage
    numerator = held.entry_value * (leverage - side * SCALE)
    if not held.added:
        return numerator, leverage
    kept = SCALE - side * taker_fee
    return numerator * kept - side * held.added * SCALE * leverage, leverage * kept


def bankruptcy_price(held: Held, taker_fee: int, tick: int) -> Price:
    """The price at which closing an isolated position leaves nothing of its margin."""
    numerator, denominator = bankruptcy_value(held, taker_fee)
    return _to_tick(held.side, numerator * SCALE, denominator * held.quantity, tick)


def account_bankruptcy_price(held: Held, behind: int, taker_fee: int, tick: int) -> Price:
    """The price at which closing a cross position leaves nothing of the account.

    ``behind`` is the wallet and the unrealised profit of all other positions. It is the P with
    behind + s * (Q*P - Q*EP) = Q*P*f.
    """
    side = held.side
    numerator = (held.entry_value - side * behind) * SCALE * SCALE
    return _to_tick(side, numerator, (SCALE - side * taker_fee) * held.quantity, tick)


def isolated_liquidation_price(
    held: Held, ladder: tuple[RiskTier, ...], taker_fee: int, tick: int
) -> Price:
    """Where the mark-based maintenance margin meets the position margin: rule ``bybit``.

    Long [Q*EP*(1 - 1/L) - A/(1 - f) - ded] / [Q*(1 - MMR)], short the mirrored one; the tier is
    that of the value at this price.
    """
    numerator, denominator = bankruptcy_value(held, taker_fee)
    return _where_maintained(held, ladder, numerator, denominator, tick)


def isolated_liquidation_price_2024(held: Held, ladder: tuple[RiskTier, ...], tick: int) -> Price:
    """EP - s*(IM - MM + A)/Q with both margins by entry value: the rule until 2025-09-02."""
    side, leverage = held.side, held.leverage
    spare = held.added - tier_margin(ladder, held.entry_value)
    numerator = held.entry_value * (leverage - side * SCALE) - side * spare * leverage
    return _to_tick(side, numerator * SCALE, leverage * held.quantity, tick)


def shown_price(price: Price, instrument: Instrument) -> Price:
    """What the venue shows: none where the contract cannot trade so low or so high (3.4)."""
    return price if instrument.min_price < price < instrument.max_price else NO_PRICE


def _where_maintained(
    held: Held, ladder: tuple[RiskTier, ...], numerator: int, denominator: int, tick: int
) -> Price:
    """The mark at which the value less ``s`` times its maintenance is numerator / denominator.

    The first tier whose solution is within its limit has it; the last one has no limit here.
    """
    side = held.side
    above = kept = 0
    for tier in ladder:
        above = (numerator - side * tier.deduction * denominator) * SCALE
        kept = (SCALE - side * tier.maintenance_rate) * denominator
        if above <= tier.limit * kept:
            break
    return _to_tick(side, above * SCALE, kept * held.quantity, tick)


def _to_tick(side: int, numerator: int, denominator: int, tick: int) -> Price:
    """A price to the tick, a long's up and a short's down, and never below zero or, of a short
    that is past all help, below one tick.
    """
    assert denominator > 0, "a price needs a quantity"
    if side > 0:
        steps = -(-numerator // (denominator * tick))
        return Price(steps * tick if steps > 0 else NO_PRICE)
    steps = numerator // (denominator * tick)
    return Price(steps * tick if steps > 1 else tick)
