"""The margin of positions, orders and accounts by the rules of bybit-v5.md 6.1 to 6.6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.account_margin import (
    BEYOND_REPAIR,
    account_rate,
    backing,
    cross_available,
    isolated_available,
    order_loss,
)
from engine.accounts.funding import funding_amount
from engine.accounts.margin import MarginFormulas, netted
from engine.accounts.profit import break_even_price
from engine.domain.instrument import RiskTier
from engine.messages.runs import MarginMode, MarginRule
from engine.money import NO_PRICE, ONE, Money, Rate, notional, parse
from tests.engine.ladders import BTC


def e8(text: str) -> int:
    return parse(text)


TAKER = e8("0.00055")
TEN = e8("10")
FLAT = (RiskTier(Money(1 << 80), Rate(e8("0.005")), Rate(e8("100")), Money(0)),)
ENTRY = e8("6000")
"""0.1 at 60 000, the worked example: F is 2.97 at 10x."""
MARK = e8("6100")
"""The same at 61 000."""


@pytest.mark.parametrize(
    ("mode", "rule", "initial", "maintenance"),
    [
        ("isolated", "bybit", "602.97", "33.47"),
        ("cross", "bybit", "612.97", "33.47"),
        ("isolated", "bybit_2024", "602.97", "32.97"),
        ("cross", "bybit_2024", "602.97", "32.97"),
        ("isolated", "source", "600", "30.5"),
        ("cross", "source", "610", "30.5"),
        ("none", "bybit", "6000", "0"),
    ],
)
def test_each_rule_has_its_row_of_the_table(
    mode: MarginMode, rule: MarginRule, initial: str, maintenance: str
) -> None:
    """Entry or mark over leverage, entry or mark times 0.005, with or without F."""
    formulas = MarginFormulas(mode, rule, TAKER)

    assert formulas.initial(1, ENTRY, MARK, TEN) == e8(initial)
    assert formulas.maintenance(1, ENTRY, MARK, TEN, FLAT) == e8(maintenance)


def test_the_recorded_cross_short_of_2025_is_reproduced_but_for_its_reserve() -> None:
    """Recording (b): 0.01 ETH short, mark 3642.33, 30x; told are 1.23480936 and 0.20281586.

    Both hold F = 0.02069936, of which the entry value of 36.42075 explains all but 22 units.
    """
    formulas = MarginFormulas("cross", "bybit", TAKER)
    entry, mark, leverage = e8("36.42075"), notional(e8("3642.33"), e8("0.01")), e8("30")
    reserve = formulas.reserve(-1, entry, leverage)

    assert formulas.initial(-1, entry, mark, leverage) - reserve == e8("1.21411")
    assert formulas.initial(-1, entry, mark, leverage) == e8("1.23480936") - (
        e8("0.02069936") - reserve
    )
    assert formulas.maintenance(-1, entry, mark, leverage, FLAT) - reserve == e8("0.1821165")
    assert e8("0.1821165") + e8("0.02069936") == e8("0.20281586")
    assert e8("0.02069936") - reserve == 23


def test_the_deduction_of_the_tier_lowers_what_is_maintained() -> None:
    """40 BTC at 60 000 is tier 2: 2,400,000 * 0.0056 - 1200, and F of 2,160,000 * 0.00055."""
    formulas = MarginFormulas("isolated", "bybit", TAKER)
    value = e8("2400000")

    assert formulas.maintenance(1, value, value, TEN, BTC) == e8("12240") + e8("1188")


@pytest.mark.parametrize(
    ("mode", "rule", "cost"),
    [
        ("isolated", "bybit", "606.27"),
        ("cross", "bybit", "606.27"),
        ("isolated", "source", "603.3"),
        ("none", "bybit", "6003.3"),
    ],
)
def test_an_order_costs_margin_and_fees_by_its_rule(
    mode: MarginMode, rule: MarginRule, cost: str
) -> None:
    """600 + 3.3 to open + 2.97 to close; the sources leave the last out (S2-73)."""
    assert MarginFormulas(mode, rule, TAKER).order_cost(1, ENTRY, TEN) == e8(cost)


def test_the_orders_of_both_sides_hold_their_sum_or_the_larger_side() -> None:
    assert netted("sum", 3, 5) == 8
    assert (netted("larger_side", 3, 5), netted("larger_side", 5, 3)) == (5, 5)


@given(
    st.sampled_from(["isolated", "cross"]),
    st.sampled_from(["bybit", "bybit_2024", "source"]),
    st.sampled_from([1, -1]),
    st.integers(1, e8("3000000")),
    st.integers(1, e8("3000000")),
    st.integers(100, 9000).map(lambda hundredths: hundredths * 10**6),
)
def test_margins_grow_with_the_position_and_shrink_with_leverage(
    mode: MarginMode, rule: MarginRule, side: int, value: int, more: int, leverage: int
) -> None:
    formulas = MarginFormulas(mode, rule, TAKER)
    larger = value + more

    assert formulas.initial(side, value, value, leverage) <= formulas.initial(
        side, larger, larger, leverage
    )
    assert formulas.maintenance(side, value, value, leverage, BTC) <= formulas.maintenance(
        side, larger, larger, leverage, BTC
    )
    assert formulas.order_cost(side, value, leverage) <= formulas.order_cost(side, larger, leverage)
    less = formulas.initial(side, value, value, leverage + 10**6)
    assert less <= formulas.initial(side, value, value, leverage) + 1


def test_the_loss_of_an_order_is_what_it_would_lose_at_once() -> None:
    """A buy of 0.1 at 60 100 with the mark at 60 000 loses 10; one below the mark nothing."""
    assert order_loss(1, e8("60100"), e8("0.1"), e8("60000")) == -e8("10")
    assert order_loss(1, e8("59900"), e8("0.1"), e8("60000")) == 0
    assert order_loss(-1, e8("59900"), e8("0.1"), e8("60000")) == -e8("10")
    assert order_loss(-1, e8("60100"), e8("0.1"), e8("60000")) == 0


def test_isolated_profit_does_not_add_to_what_is_available() -> None:
    """1000 less 602.97 and 101.5, less 20 locked and 5 bonus."""
    left = isolated_available(e8("1000"), e8("602.97"), e8("101.5"), e8("20"), e8("5"))

    assert left == e8("270.53")


def test_cross_margin_is_measured_by_what_is_left_after_order_losses() -> None:
    """Wallet 1000, profit -100, orders that lose 10: D is 890."""
    balance = e8("900")
    behind = backing(balance, -e8("10"))

    assert cross_available(balance, e8("612.97")) == e8("287.03")
    assert behind == e8("890")
    assert account_rate(e8("612.97"), behind) == e8("0.68873034")
    assert account_rate(e8("33.47"), behind) == e8("0.03760675")


@pytest.mark.parametrize(
    ("margin", "behind", "rate"),
    [
        (890, 890, ONE),
        (889, 890, e8("0.99887641")),
        (1, e8("3"), 1),
        (1, 0, BEYOND_REPAIR),
        (1, -5, BEYOND_REPAIR),
        (0, 0, 0),
        (0, -5, 0),
    ],
)
def test_an_account_rate_is_rounded_up_and_a_margin_without_backing_is_beyond_repair(
    margin: int, behind: int, rate: int
) -> None:
    assert account_rate(margin, behind) == rate


def test_the_recorded_funding_of_2023_is_reproduced() -> None:
    """28399.90 * 0.011 * 0.00203714, paid by the long and got by the short."""
    mark, rate = e8("28399.90"), e8("0.00203714")

    assert funding_amount(e8("0.011"), mark, rate) == e8("0.6364003")
    assert funding_amount(-e8("0.011"), mark, rate) == -e8("0.6364003")
    assert funding_amount(e8("0.011"), mark, -rate) == -e8("0.6364003")
    assert funding_amount(0, mark, rate) == 0


@given(st.integers(1, 10**13), st.integers(1, 10**14), st.integers(-(10**7), 10**7))
def test_what_longs_pay_is_what_shorts_get(quantity: int, mark: int, rate: int) -> None:
    assert funding_amount(quantity, mark, rate) == -funding_amount(-quantity, mark, rate)


@pytest.mark.parametrize(
    ("side", "realised", "taker", "price"),
    [
        # 0.1 at 60 000 that has paid 3.3: 6003.3 / 0.1 / 0.99945 = 60066.03632…, up.
        (1, "-3.3", "0.00055", "60066.03631998"),
        # Short: 5996.7 / 0.1 / 1.00055 = 59934.03628004…, down.
        (-1, "-3.3", "0.00055", "59934.03628004"),
        # A fee below 0.055 % is reckoned as 0.055 %, one above as it is.
        (1, "-3.3", "0.0002", "60066.03631998"),
        (1, "-3.6", "0.0006", "60072.04322594"),
        (1, "6000", "0.00055", "0"),
        (-1, "-6000", "0.00055", "0"),
    ],
)
def test_break_even_reckons_with_fees_funding_and_the_closing_fee(
    side: int, realised: str, taker: str, price: str
) -> None:
    told = break_even_price(side, e8("0.1"), ENTRY, e8(realised), e8(taker))

    assert told == (e8(price) or NO_PRICE)
