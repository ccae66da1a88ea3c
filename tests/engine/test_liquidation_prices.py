"""Bankruptcy and liquidation prices: the worked examples, and what they mean."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.liquidation import (
    Held,
    account_bankruptcy_price,
    bankruptcy_price,
    isolated_liquidation_price,
    isolated_liquidation_price_2024,
    shown_price,
)
from engine.accounts.margin import MarginFormulas, tier_margin
from engine.domain.instrument import RiskTier
from engine.money import NO_PRICE, ONE, SCALE, Money, Price, Rate, notional, parse
from tests.engine.ladders import BTC, SOL
from tests.simulation.given import instrument


def e8(text: str) -> int:
    return parse(text)


TAKER = e8("0.00055")
CENT = e8("0.01")
FLAT = (RiskTier(Money(1 << 80), Rate(e8("0.005")), Rate(e8("100")), Money(0)),)
"""MMR 0.005 without deduction, as in the examples."""


def held(side: int, quantity: str, entry: str, leverage: str, added: str = "0") -> Held:
    value = notional(e8(entry), e8(quantity))
    return Held(side, e8(quantity), value, e8(leverage), e8(added))


LONG = held(1, "0.1", "60000", "10")
SHORT = held(-1, "0.1", "60000", "10")


def test_the_recorded_long_at_four_point_two_goes_bankrupt_at_913_15() -> None:
    """1198.45 / 4.2 away is 913.1047…; a tick of 0.05 rounds it up."""
    recorded = held(1, "1", "1198.45", "4.2")

    assert bankruptcy_price(recorded, TAKER, e8("0.05")) == e8("913.15")
    assert isolated_liquidation_price_2024(recorded, FLAT, e8("0.05")) == e8("919.10")


@pytest.mark.parametrize(
    ("position", "bust", "liquidation", "before"),
    [(LONG, "54000", "54271.36", "54300"), (SHORT, "66000", "65671.64", "65700")],
    ids=["long", "short"],
)
def test_the_worked_isolated_example_holds_to_the_cent(
    position: Held, bust: str, liquidation: str, before: str
) -> None:
    """54000 / 0.995 and 66000 / 1.005; before September 2025 300 from bankruptcy."""
    assert bankruptcy_price(position, TAKER, CENT) == e8(bust)
    assert isolated_liquidation_price(position, FLAT, TAKER, CENT) == e8(liquidation)
    assert isolated_liquidation_price_2024(position, FLAT, CENT) == e8(before)


@pytest.mark.parametrize(
    ("position", "added", "bust", "liquidation"),
    [
        # 600 / 0.1 / (1 ∓ 0.00055) is 6003.3018… and 5996.7018…; then by 0.995 or 1.005.
        (LONG, "600", "47996.70", "48237.89"),
        (SHORT, "600", "71996.70", "71638.50"),
        # Funding took 60: the bankruptcy price comes 600.33… or 599.67… nearer.
        (LONG, "-60", "54600.34", "54874.71"),
        (SHORT, "-60", "65400.32", "65074.95"),
    ],
)
def test_margin_put_in_moves_both_prices_away_and_margin_taken_moves_them_nearer(
    position: Held, added: str, bust: str, liquidation: str
) -> None:
    moved = position._replace(added=e8(added))

    assert bankruptcy_price(moved, TAKER, CENT) == e8(bust)
    assert isolated_liquidation_price(moved, FLAT, TAKER, CENT) == e8(liquidation)


def test_added_margin_moved_the_price_by_itself_alone_in_2024() -> None:
    """60000 - (600 - 30 + 600) / 0.1."""
    moved = LONG._replace(added=e8("600"))

    assert isolated_liquidation_price_2024(moved, FLAT, CENT) == e8("48300")


def test_a_long_that_is_paid_in_full_is_never_liquidated() -> None:
    position = held(1, "0.1", "60000", "1")

    assert bankruptcy_price(position, TAKER, CENT) == NO_PRICE
    assert isolated_liquidation_price(position, FLAT, TAKER, CENT) == NO_PRICE


def test_the_venue_shows_no_price_that_the_contract_cannot_have() -> None:
    contract = instrument("BTCUSDT")

    for price, shown in (("0.1", "0"), ("0.2", "0.2"), ("1999999.8", "0")):
        assert shown_price(Price(e8(price)), contract) == e8(shown)


def test_closing_a_cross_account_at_its_bankruptcy_price_leaves_nothing() -> None:
    """1000 behind a long of 6000: 5000 / 0.1 / (1 - f) = 50027.5151…, up."""
    assert account_bankruptcy_price(LONG, e8("1000"), TAKER, CENT) == e8("50027.52")
    # 7000 / 0.1 / (1 + f) = 69961.5211…, down.
    assert account_bankruptcy_price(SHORT, e8("1000"), TAKER, CENT) == e8("69961.52")


QUANTITIES = st.integers(1, 10**5).map(lambda lots: lots * 10**5)
ENTRIES = st.integers(10**4, 10**7).map(lambda ticks: ticks * 10**6)
LEVERAGES = st.integers(110, 10_000).map(lambda hundredths: hundredths * 10**6)
LADDERS = st.sampled_from([FLAT, BTC, SOL])


@given(st.sampled_from([1, -1]), QUANTITIES, ENTRIES, LEVERAGES, LADDERS, st.integers(0, 50))
def test_the_isolated_liquidation_price_is_where_maintenance_meets_margin(
    side: int,
    quantity: int,
    entry: int,
    leverage: int,
    ladder: tuple[RiskTier, ...],
    added_percent: int,
) -> None:
    """At the price the margin is all that is maintained, and one tick further it is not.

    Reckoned the long way round: margin and profit against the maintenance margin at that mark, F
    taken at the bankruptcy value that the added margin moves.
    """
    value = notional(entry, quantity)
    added = value * added_percent // 1000
    position = Held(side, quantity, value, leverage, added)
    price = isolated_liquidation_price(position, ladder, TAKER, CENT)
    fee = Fraction(TAKER, SCALE)

    def spare(mark: int) -> Fraction:
        at_mark = Fraction(mark * quantity, SCALE)
        put_in = Fraction(value * SCALE, leverage) + added / (1 - side * fee)
        return put_in + side * (at_mark - value) - exact_maintenance(ladder, at_mark)

    assert spare(price - side * CENT) < 0 <= spare(price)
    assert side * price >= side * bankruptcy_price(position, TAKER, CENT)


def exact_maintenance(ladder: tuple[RiskTier, ...], value: Fraction) -> Fraction:
    tier = next((one for one in ladder if value <= one.limit), ladder[-1])
    return value * tier.maintenance_rate / SCALE - tier.deduction


@given(st.sampled_from([1, -1]), QUANTITIES, ENTRIES, LEVERAGES, LEVERAGES)
def test_less_leverage_never_brings_liquidation_nearer(
    side: int, quantity: int, entry: int, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    value = notional(entry, quantity)
    far = isolated_liquidation_price(Held(side, quantity, value, low), BTC, TAKER, CENT)
    near = isolated_liquidation_price(Held(side, quantity, value, high), BTC, TAKER, CENT)

    assert side * far <= side * near


@given(st.sampled_from([1, -1]), QUANTITIES, ENTRIES, LEVERAGES, st.integers(-50, 50))
def test_a_takeover_at_bankruptcy_takes_the_position_margin_and_no_more(
    side: int, quantity: int, entry: int, leverage: int, added_permille: int
) -> None:
    """Loss and closing fee together are margin and addition, less what the tick rounds away."""
    value = notional(entry, quantity)
    held_margin = MarginFormulas("isolated", "bybit", TAKER).initial(side, value, value, leverage)
    added = held_margin * added_permille // 1000
    position = Held(side, quantity, value, leverage, added)
    bust = notional(bankruptcy_price(position, TAKER, CENT), quantity)
    lost = side * (value - bust) + notional(bust, TAKER)

    assert held_margin + added - notional(CENT, quantity) - 4 <= lost <= held_margin + added + 4


def test_a_value_beyond_a_limit_is_liquidated_by_the_tier_it_has_fallen_into() -> None:
    """A long of 2,100,000 at 10x starts in tier 2 and meets liquidation in tier 1.

    Tier 1: 1,890,000 / 0.995 = 1,899,497.48…, within 2,000,000.
    """
    position = held(1, "35", "60000", "10")
    price = isolated_liquidation_price(position, BTC, TAKER, CENT)

    assert price == e8("54271.36")
    assert tier_margin(BTC, notional(price, e8("35"))) < tier_margin(BTC, position.entry_value)


def test_a_short_grows_into_the_tier_that_liquidates_it() -> None:
    """A short of 1,900,000 at 5x: (2,280,000 + 1200) / (31.66… * 1.0056) in tier 2."""
    position = Held(-1, e8("38"), e8("1900000"), 5 * ONE)

    # 2281200 / (38 * 1.0056) = 59697.27…, tier 2 up to 2,600,000.
    assert isolated_liquidation_price(position, BTC, TAKER, CENT) == e8("59697.27")
