"""The venue's margin of positions and orders in its own formulas, shared by engine and exchange.

All numbers are e8 integers; ``side`` is 1 for a long and -1 for a short position, ``leverage`` a
multiple (3x is 300_000_000). Each term is rounded half up to 1e-8 by itself, which reproduces
the recordings of bybit-v5.md 6.2 to the last digit.
"""

from engine.accounts.tiers import tier_of
from engine.domain.instrument import RiskTier
from engine.messages.runs import MarginMode, MarginRule, OrderNetting
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
    """Maintenance margin of a position in tier 1: Q * M * MMR + F (bybit-v5.md 6.2).

    ``mark_value`` is Q * M, positive. The deduction of tier 1 is zero.
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


def tier_margin(ladder: tuple[RiskTier, ...], value: int) -> Money:
    """value * MMR - deduction by the tier of ``value``, without F (bybit-v5.md 6.9).

    The product is rounded half up; tiers meet without a step, so the sum never falls as the
    value grows.
    """
    assert value >= 0, "a value is not signed"
    tier = tier_of(ladder, value)
    return Money(apply_rate(value, tier.maintenance_rate) - tier.deduction)


def netted(netting: OrderNetting, buys: int, sells: int) -> Money:
    """What the opening orders of one position hold together, given the cost of each side (6.2)."""
    if netting == "sum":
        return Money(buys + sells)
    return Money(buys if buys >= sells else sells)


class MarginFormulas:
    """The formulas of one margin mode under one rule: a row of the table of bybit-v5.md 6.2.

    ``bybit``: the initial margin is entry-based in isolated mode and mark-based in cross, the
    maintenance margin mark-based. ``bybit_2024``: both entry-based. ``source``: S2-82 … S2-86 of
    the feature list; value over leverage, value at the mark except for what an isolated position
    was given at its entry, and no reserve for closing, not in orders either. A ``none`` account
    pays in full: it holds the whole entry value, and nothing needs to be maintained.
    """

    __slots__ = ("at_mark", "in_full", "maintained_at_mark", "reserves", "taker_fee")

    def __init__(self, mode: MarginMode, rule: MarginRule, taker_fee: int) -> None:
        self.at_mark = mode == "cross" and rule != "bybit_2024"
        """Whether the initial margin moves with the mark."""
        self.maintained_at_mark = rule != "bybit_2024"
        self.in_full = mode == "none"
        self.reserves = rule != "source" and mode != "none"
        """Whether both margins and the order cost keep F, the fee of closing at bankruptcy."""
        self.taker_fee = taker_fee

    def reserve(self, side: int, entry_value: int, leverage: int) -> Money:
        """F, or nothing under a rule that reserves nothing."""
        if not self.reserves:
            return Money(0)
        return closing_reserve(side, entry_value, leverage, self.taker_fee)

    def initial(self, side: int, entry_value: int, mark_value: int, leverage: int) -> Money:
        """Initial margin of a position; what was added to an isolated one is not in it."""
        if self.in_full:
            return Money(entry_value)
        value = mark_value if self.at_mark else entry_value
        share = round_half_up(value * SCALE, leverage)
        return Money(share + self.reserve(side, entry_value, leverage))

    def maintenance(
        self,
        side: int,
        entry_value: int,
        mark_value: int,
        leverage: int,
        ladder: tuple[RiskTier, ...],
    ) -> Money:
        """Maintenance margin of a position, by the tier of the value that it is reckoned on."""
        if self.in_full:
            return Money(0)
        value = mark_value if self.maintained_at_mark else entry_value
        return Money(tier_margin(ladder, value) + self.reserve(side, entry_value, leverage))

    def order_cost(self, side: int, value: int, leverage: int) -> Money:
        """Margin that an opening order of ``value`` holds, its opening fee included."""
        if self.in_full:
            return Money(value + apply_rate(value, self.taker_fee))
        if self.reserves:
            return order_cost(side, value, leverage, self.taker_fee)
        return Money(round_half_up(value * SCALE, leverage) + apply_rate(value, self.taker_fee))
