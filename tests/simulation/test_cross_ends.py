"""Where one position alone ends a cross account: the estimate of the fact sheet, exact (6.4)."""

from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulated.exchange import SimulatedExchange
from engine.accounts.margin import closing_reserve
from engine.domain.instrument import RiskTier
from engine.domain.order import BUY, SELL, Side
from engine.messages.runs import MarginRule
from engine.money import Price, Quantity, notional, render
from tests.engine.ladders import BTC as LADDER_BTC
from tests.engine.ladders import SOL as LADDER_SOL
from tests.simulation.given import BTC, Session, bar, e8, order, terms

TAKER = e8("0.00055")
CENT = e8("0.01")


def alone(
    side: Side,
    quantity: str,
    entry: str,
    wallet: str,
    leverage: str = "10",
    rule: MarginRule = "bybit",
    ladder: tuple[RiskTier, ...] = (),
) -> Session:
    """A cross account with one position, in a contract with a tick of 0.01."""
    plain = terms(wallet=wallet, leverage=leverage)
    venue = attrs.evolve(plain.venue, margin_mode="cross", margin_rule=rule)
    contract = attrs.evolve(
        plain.instruments[0],
        tick=Price(CENT),
        tiers=ladder,
        max_market_quantity=Quantity(e8("100000")),
    )
    session = Session()
    session.exchange = SimulatedExchange(attrs.evolve(plain, venue=venue, instruments=(contract,)))
    session.bar(bar(0, " ".join([entry] * 4)), order("a", side, quantity))
    session.take()
    return session


@pytest.mark.parametrize(
    ("side", "rule", "ends"),
    [(BUY, "bybit", "50281.11"), (SELL, "bybit", "69615.62"), (BUY, "bybit_2024", "50329.70")],
)
def test_the_worked_cross_example_holds_to_the_cent(
    side: Side, rule: MarginRule, ends: str
) -> None:
    """1000 are left after the fee of 3.30: (6000 - 1000 + 2.97) / 0.0995, the short mirrored.

    Entry-based, with 30 to maintain: 60000 - (1000 - 2.97 - 30) / 0.1.
    """
    session = alone(side, "0.1", "60000", "1003.3", rule=rule)

    assert session.exchange.wallet == e8("1000")
    assert session.exchange.liquidation_price(BTC) == e8(ends)


def test_an_account_with_more_than_its_long_can_lose_ends_nowhere() -> None:
    assert alone(BUY, "0.1", "60000", "9003.3").exchange.liquidation_price(BTC) == 0


@settings(max_examples=60, deadline=None)
@given(
    side=st.sampled_from((BUY, SELL)),
    lots=st.integers(1, 10**5),
    ticks=st.integers(10**4, 10**7),
    leverage=st.integers(110, 2_500),
    ladder=st.sampled_from([(), LADDER_BTC, LADDER_SOL]),
    percent=st.integers(1, 90),
)
def test_it_is_where_the_account_has_just_what_is_to_be_maintained(
    side: Side,
    lots: int,
    ticks: int,
    leverage: int,
    ladder: tuple[RiskTier, ...],
    percent: int,
) -> None:
    """At the price nothing is lacking, and one tick further it is; reckoned in fractions.

    The wallet is what the margin needs at least, and up to 90 % of the value more.
    """
    entry, quantity = ticks * CENT, lots * 10**5
    value = notional(entry, quantity)
    wallet = value * 100 // leverage + value * percent // 100 + value // 50
    told = render(quantity), render(entry), render(wallet), render(leverage * 10**6)
    exchange = alone(side, *told, ladder=ladder).exchange
    if not exchange.positions:
        return
    rows = exchange.market("BTCUSDT").ladder
    reserved = closing_reserve(side, value, leverage * 10**6, TAKER)
    price = exchange.liquidation_price(BTC)

    def spare(mark: int) -> Fraction:
        at_mark = Fraction(mark * quantity, 10**8)
        tier = next((one for one in rows if at_mark <= one.limit), rows[-1])
        kept = at_mark * tier.maintenance_rate / 10**8 - tier.deduction
        return exchange.wallet + side * (at_mark - value) - kept - reserved

    if price == 0:
        assert spare(CENT) > -1
    else:
        # Both books round the maintenance margin to 1e-8, so a unit may be on the other side.
        assert spare(price - side * CENT) < 1
        assert spare(price) > -1
