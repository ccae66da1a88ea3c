"""The isolated margin formulas against the figures that bybit-v5.md 6.2 and 6.4 give."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.exchange import SimulatedExchange
from engine.accounts.margin import (
    closing_reserve,
    maintenance_margin,
    order_cost,
    position_margin,
)
from engine.domain.order import BUY, SELL
from engine.messages.market import MarkPriced
from engine.money import ONE, Price, notional
from tests.simulation.given import BTC, ETH, Session, account, bar, cancel, e8, order, terms

TAKER = e8("0.00055")
VALUE = notional(e8("60000"), e8("0.1"))


def test_the_worked_example_of_a_long_at_sixty_thousand_holds_to_the_cent() -> None:
    """Q 0.1, EP 60 000, L 10, taker 0.055 %: bybit-v5.md 6.4."""
    assert order_cost(1, VALUE, e8("10"), TAKER) == e8("606.27")
    assert closing_reserve(1, VALUE, e8("10"), TAKER) == e8("2.97")
    assert position_margin(1, VALUE, e8("10"), TAKER) == e8("602.97")


def test_a_short_reserves_more_because_its_bankruptcy_price_is_higher() -> None:
    """Bankruptcy of the same short is 66 000: F = 6600 x 0.00055 = 3.63."""
    assert closing_reserve(-1, VALUE, e8("10"), TAKER) == e8("3.63")
    assert order_cost(-1, VALUE, e8("10"), TAKER) == e8("606.93")


def test_the_recorded_long_of_2024_is_reproduced_to_eight_digits() -> None:
    """Recording (a): 0.001 BTC at 60766.7, leverage 10, MMR 0.005."""
    value = notional(e8("60766.7"), e8("0.001"))

    assert position_margin(1, value, e8("10"), TAKER) == e8("6.10674952")
    assert maintenance_margin(1, value, value, e8("10"), TAKER, e8("0.005")) == e8("0.33391302")


def test_a_long_without_leverage_cannot_go_bankrupt_and_reserves_nothing() -> None:
    assert closing_reserve(1, VALUE, ONE, TAKER) == 0
    assert position_margin(1, VALUE, ONE, TAKER) == VALUE


@given(
    value=st.integers(0, e8("1000000")),
    leverage=st.integers(ONE, e8("100")),
    side=st.sampled_from([1, -1]),
)
def test_an_order_costs_its_future_margin_and_its_fee(value: int, leverage: int, side: int) -> None:
    cost = order_cost(side, value, leverage, TAKER)
    held = position_margin(side, value, leverage, TAKER)

    assert cost - held == (value * TAKER + 50_000_000) // 100_000_000
    assert held >= closing_reserve(side, value, leverage, TAKER) >= 0


def test_the_venue_holds_the_same_margins_for_a_position_it_opened() -> None:
    session = Session(leverage="10")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))

    assert session.exchange.position_margin(BTC) == e8("602.97")
    assert session.exchange.available == e8("10000") - e8("3.3") - e8("602.97")
    assert session.exchange.maintenance_margin(BTC) == e8("30") + e8("2.97")


@pytest.mark.parametrize(("wallet", "accepted"), [("606.27", True), ("606.26", False)])
def test_an_order_that_costs_more_than_is_available_is_refused(wallet: str, accepted: bool) -> None:
    session = Session(leverage="10", wallet=wallet)
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))

    kinds = session.take_kinds()
    assert kinds == (["OrderAccepted", "OrderFilled"] if accepted else ["OrderRejected"])


def test_a_resting_limit_order_holds_its_cost_and_gives_it_back_when_cancelled() -> None:
    session = Session(leverage="10")
    resting = order("a", BUY, "0.1", order_type="limit", price="60000")
    session.bar(bar(0, "61000 61000 61000 61000"), resting)

    assert session.exchange.available == e8("10000") - e8("606.27")

    session.bar(bar(1, "61000 61000 61000 61000"), cancel("a"))
    assert session.exchange.available == e8("10000")


def test_a_symbol_has_the_largest_leverage_of_the_accounts_that_trade_it() -> None:
    """BTC at 5x and 20x, ETH at 5x: 6000 / 20 + F at 20x, and 6000 / 5 + F at 5x."""
    told = terms(leverage="5")
    both = evolve(told, accounts=(*told.accounts, account("two", ("BTCUSDT",), "20")))
    exchange = SimulatedExchange(both)
    for n, key in enumerate((BTC, ETH)):
        still = bar(0, "60000 60000 60000 60000", symbol=key.symbol)
        exchange.observe(still, still.close_ns)
        exchange.request(order(f"a{n}", BUY, "0.1", key=key), still.close_ns)
        exchange.serve()

    assert exchange.position_margin(BTC) == e8("300") + e8("3.135")
    assert exchange.position_margin(ETH) == e8("1200") + e8("2.64")


def test_equity_and_maintenance_follow_the_mark_where_the_feed_has_one() -> None:
    """Long 0.1 at 60 000, last 60 000, mark 61 000: unrealised 100, MM 30.5 + F."""
    session = Session(leverage="10")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("61000"))), session.now)

    assert session.exchange.equity == e8("10000") - e8("3.3") + e8("100")
    assert session.exchange.maintenance_margin(BTC) == e8("30.5") + e8("2.97")


@pytest.mark.parametrize(("quantity", "cost"), [("0.1", "0"), ("0.3", "1213.86")])
def test_an_opposite_order_costs_only_what_it_opens_beyond_the_position(
    quantity: str, cost: str
) -> None:
    """Long 0.1, offered 0.3: 0.2 open a short of 12 000, 1200 + 6.6 + 7.26 (6.2)."""
    session = Session(leverage="10")
    session.bar(bar(0, "59000 59000 59000 59000"), order("a", BUY, "0.1"))
    before = session.exchange.available
    offer = order("b", SELL, quantity, order_type="limit", price="60000")
    session.bar(bar(1, "59000 59000 59000 59000"), offer)

    assert before - session.exchange.available == e8(cost)


def test_an_exit_needs_no_balance_at_all() -> None:
    session = Session(leverage="10", wallet="606.27")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.bar(bar(1, "60000 60000 60000 60000"), order("b", SELL, "0.1", reduce_only=True))

    assert "OrderRejected" not in session.take_kinds()
    assert session.exchange.available == e8("606.27") - e8("6.6")
