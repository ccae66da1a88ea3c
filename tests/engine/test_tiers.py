"""Risk ladders: which tier holds a value, what it allows, and where deductions come from."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.margin import tier_margin
from engine.accounts.tiers import (
    NO_LIMIT,
    build_ladder,
    is_leverage_step,
    ladder_of,
    max_leverage_at,
    tier_of,
    value_limit_at,
)
from engine.domain.instrument import RiskTier
from engine.money import Money, Rate, parse
from tests.engine.ladders import BTC, SOL
from tests.simulation.given import instrument


def e8(text: str) -> int:
    return parse(text)


@pytest.mark.parametrize(
    ("value", "rate", "deduction", "leverage"),
    [
        ("0", "0.005", "0", "100"),
        ("2000000", "0.005", "0", "100"),
        ("2000000.00000001", "0.0056", "1200", "90"),
        ("2600000", "0.0056", "1200", "90"),
        ("9000000", "0.013", "46000", "45"),
        ("599999999", "0.42", "98382000", "1.43"),
        ("1200000000", "0.6", "226382000", "1"),
        ("9000000000", "0.6", "226382000", "1"),
    ],
)
def test_a_value_falls_into_the_first_tier_whose_limit_holds_it(
    value: str, rate: str, deduction: str, leverage: str
) -> None:
    tier = tier_of(BTC, e8(value))

    assert (tier.maintenance_rate, tier.deduction) == (e8(rate), e8(deduction))
    assert max_leverage_at(BTC, e8(value)) == e8(leverage)


@pytest.mark.parametrize(
    ("leverage", "limit"),
    [
        ("100", "2000000"),
        ("100.01", "0"),
        ("90.01", "2000000"),
        ("90", "2600000"),
        ("1.43", "600000000"),
        ("1", "1200000000"),
    ],
)
def test_a_leverage_allows_values_up_to_the_last_tier_that_has_it(
    leverage: str, limit: str
) -> None:
    assert value_limit_at(BTC, e8(leverage)) == e8(limit)


@pytest.mark.parametrize("recorded", [BTC, SOL], ids=["BTCUSDT", "SOLUSDT"])
def test_the_recorded_deductions_follow_from_limits_and_rates(
    recorded: tuple[RiskTier, ...],
) -> None:
    rows = [(tier.limit, tier.maintenance_rate, tier.max_leverage) for tier in recorded]

    assert build_ladder(rows) == recorded


def test_a_tier_put_in_front_lifts_every_deduction_behind_it() -> None:
    """BTCUSDT of 2026: 300,000 at 0.33 % in front, 510 more on each of the rows that are known."""
    rows = [(tier.limit, tier.maintenance_rate, tier.max_leverage) for tier in BTC]
    front = (Money(e8("300000")), Rate(e8("0.0033")), Rate(e8("150")))
    ladder = build_ladder([front, *rows[:33], rows[34]])

    assert [tier.deduction for tier in ladder[:3]] == [0, e8("510"), e8("1710")]
    limit, rate, leverage, deduction = ladder[33]
    assert (limit, rate, leverage) == (e8("600000000"), e8("0.42"), e8("1.43"))
    assert deduction == e8("98382510")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "at least one tier"),
        ([("100", "0.01", "50"), ("100", "0.02", "25")], "the limit of tier 2, 100"),
        ([("100", "0.02", "50"), ("200", "0.01", "25")], "the maintenance rate of tier 2, 0.01"),
        ([("100", "0", "50")], "the maintenance rate of tier 1, 0,"),
        ([("100", "1", "50")], "the maintenance rate of tier 1, 1,"),
        ([("100", "0.01", "50"), ("200", "0.02", "60")], "the leverage of tier 2, 60"),
        ([("100", "0.01", "0.5")], "the leverage of tier 1, 0.5"),
        ([("0.5", "0.01", "50"), ("2", "0.01000001", "50")], "the deduction of tier 2"),
    ],
)
def test_a_ladder_that_cannot_be_is_refused_by_its_tier(
    rows: list[tuple[str, str, str]], told: str
) -> None:
    steps = [(Money(e8(a)), Rate(e8(b)), Rate(e8(c))) for a, b, c in rows]

    with pytest.raises(ValueError, match=told):
        build_ladder(steps)


def test_a_contract_that_tells_no_tiers_has_one_without_a_limit() -> None:
    plain = instrument("BTCUSDT")

    assert ladder_of(plain) == (RiskTier(NO_LIMIT, Rate(e8("0.005")), Rate(e8("100")), Money(0)),)
    assert value_limit_at(ladder_of(plain), e8("100")) == NO_LIMIT
    assert ladder_of(evolve(plain, tiers=BTC)) == BTC


@pytest.mark.parametrize("tier", range(len(BTC) - 1))
def test_maintenance_margin_has_no_step_at_a_limit(tier: int) -> None:
    """At the limit of tier n the formula of tier n + 1 gives the same, to the last digit."""
    limit, above = BTC[tier].limit, BTC[tier + 1]
    by_the_next = limit * above.maintenance_rate // 10**8 - above.deduction

    assert tier_margin(BTC, limit) == by_the_next
    assert 0 <= tier_margin(BTC, limit + 1) - tier_margin(BTC, limit) <= 1


@given(st.integers(0, e8("2000000000")), st.integers(0, e8("2000000000")))
def test_more_value_never_needs_less_maintenance_and_never_allows_more_leverage(
    one: int, other: int
) -> None:
    less, more = sorted((one, other))

    assert tier_margin(BTC, less) <= tier_margin(BTC, more)
    assert max_leverage_at(BTC, less) >= max_leverage_at(BTC, more)


@pytest.mark.parametrize(
    ("leverage", "is_one"),
    [("1", True), ("0.99", False), ("4.2", True), ("12.34", True), ("12.345", False), ("0", False)],
)
def test_leverage_is_set_in_hundredths_from_one(leverage: str, is_one: bool) -> None:
    assert is_leverage_step(e8(leverage)) is is_one
