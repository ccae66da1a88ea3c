"""The risk ladder of a contract: which tier a value falls in, and what leverage it allows.

A tier holds values up to and including its limit (bybit-v5.md 6.9). Its deduction makes the
maintenance margin continuous where two tiers meet, so a value at a limit costs the same in both.
All numbers are e8 integers; a ladder is never empty, its limits rise and its leverage falls.
"""

from collections.abc import Iterable
from typing import Final

from engine.domain.instrument import Instrument, RiskTier
from engine.money import ONE, SCALE, Money, Rate, render

NO_LIMIT: Final = Money(1 << 80)
"""More than any value: the limit of a contract that tells no tiers."""
LEVERAGE_STEP: Final = Rate(SCALE // 100)
"""Leverage is set in hundredths (bybit-v5.md 6.5)."""


def ladder_of(instrument: Instrument) -> tuple[RiskTier, ...]:
    """The tiers of a contract, lowest first; one without a limit where it tells none."""
    if instrument.tiers:
        return instrument.tiers
    rate, leverage = instrument.maintenance_rate, instrument.max_leverage
    return (RiskTier(NO_LIMIT, rate, leverage, Money(0)),)


def build_ladder(rows: Iterable[tuple[Money, Rate, Rate]]) -> tuple[RiskTier, ...]:
    """A ladder of ``(limit, maintenance rate, maximum leverage)`` rows, its deductions worked out.

    ded_n = ded_(n-1) + limit_(n-1) * (MMR_n - MMR_(n-1)), ded_1 = 0 (bybit-v5.md 6.9). Raises
    ``ValueError`` with one sentence for no rows at all, a limit that does not rise, a rate that
    falls or is not between 0 and 1, a leverage that rises or is below 1, and for a deduction
    finer than 1e-8: no recorded ladder has one, and rounding it would break the continuity.
    """
    ladder: list[RiskTier] = []
    for n, (limit, rate, leverage) in enumerate(rows, start=1):
        below = ladder[-1] if ladder else RiskTier(Money(0), Rate(0), leverage, Money(0))
        if limit <= below.limit:
            raise ValueError(f"the limit of tier {n}, {render(limit)}, is not above the one before")
        if not max(1, below.maintenance_rate) <= rate < ONE:
            raise ValueError(
                f"the maintenance rate of tier {n}, {render(rate)}, falls or is no fraction"
            )
        if not ONE <= leverage <= below.max_leverage:
            raise ValueError(f"the leverage of tier {n}, {render(leverage)}, rises or is below 1")
        step, left = divmod(below.limit * (rate - below.maintenance_rate), SCALE)
        if left:
            raise ValueError(f"the deduction of tier {n} is finer than 0.00000001")
        ladder.append(RiskTier(limit, rate, leverage, Money(below.deduction + step)))
    if not ladder:
        raise ValueError("a risk ladder needs at least one tier")
    return tuple(ladder)


def tier_of(ladder: tuple[RiskTier, ...], value: int) -> RiskTier:
    """The tier that holds ``value``; above the last limit the last one."""
    for tier in ladder:
        if value <= tier.limit:
            return tier
    return ladder[-1]


def max_leverage_at(ladder: tuple[RiskTier, ...], value: int) -> Rate:
    """The highest leverage that a position of ``value`` may have."""
    return tier_of(ladder, value).max_leverage


def value_limit_at(ladder: tuple[RiskTier, ...], leverage: int) -> Money:
    """The largest value that may be held at ``leverage``: 0 where no tier allows it (6.5)."""
    # Leverage falls from tier to tier, and most people use little of it: the end is near.
    for tier in reversed(ladder):
        if tier.max_leverage >= leverage:
            return tier.limit
    return Money(0)


def is_leverage_step(leverage: int) -> bool:
    """Whether ``leverage`` is at least 1 and a multiple of 0.01 (bybit-v5.md 6.5)."""
    return leverage >= SCALE and leverage % LEVERAGE_STEP == 0
