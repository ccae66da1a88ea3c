"""Funding: who pays what, when, and out of which pocket (bybit-v5.md 6.6)."""

import pytest

from engine.domain.order import BUY, SELL, Side
from engine.messages.market import MarkPriced
from engine.messages.venue import FundingPaid
from engine.money import Price
from tests.simulation.given import BTC, Session, bar, e8, order
from tests.simulation.margined import (
    LONG_SIDE,
    SHORT_SIDE,
    account,
    liquidations,
    moving,
    rated,
    still,
)


def holding(side: Side = BUY, session: Session | None = None) -> Session:
    """A position of 0.1 at 60 000 and 10x."""
    session = session or account()
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", side, "0.1"))
    session.take()
    return session


def settle(session: Session, n: int, rate: str) -> None:
    """A settlement as the ``n``-th minute opens."""
    event = rated(n, rate)
    session.exchange.observe(event, event.settle_ns)


@pytest.mark.parametrize(
    ("side", "rate", "amount"),
    [(BUY, "0.0001", "0.6"), (SELL, "0.0001", "-0.6"), (BUY, "-0.0001", "-0.6"), (SELL, "0", "0")],
)
def test_longs_pay_shorts_at_a_positive_rate(side: Side, rate: str, amount: str) -> None:
    """0.1 * 60 000 * 0.0001."""
    session = holding(side)
    wallet = session.exchange.wallet
    settle(session, 1, rate)
    (paid,) = session.take()

    assert isinstance(paid, FundingPaid)
    assert (paid.key, paid.amount, paid.rate) == (BTC, e8(amount), e8(rate))
    assert (paid.quantity, paid.price) == (side * e8("0.1"), e8("60000"))
    assert session.exchange.wallet == wallet - e8(amount)
    assert session.exchange.funding == e8(amount)


def test_the_mark_is_what_counts_and_not_the_last_price() -> None:
    session = holding()
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("61000"))), session.now)
    settle(session, 1, "0.0001")

    assert session.exchange.funding == e8("0.61")


def test_a_settlement_is_settled_once_however_often_it_is_told() -> None:
    session = holding()
    settle(session, 2, "0.0001")
    settle(session, 2, "0.0001")
    settle(session, 1, "0.0001")
    assert session.exchange.funding == e8("0.6")

    settle(session, 3, "0.0001")
    assert session.exchange.funding == e8("1.2")
    told = [report for report in session.take() if isinstance(report, FundingPaid)]
    assert len({report.execution_id for report in told}) == 2


def test_who_holds_nothing_then_pays_nothing() -> None:
    session = account()
    still(session, 0, "60000")
    settle(session, 1, "0.0001")
    session.bar(bar(1, "60000 60000 60000 60000"), order("a", BUY, "0.1"))

    assert session.exchange.funding == 0


def test_both_sides_of_a_hedge_settle_and_the_sum_is_nothing() -> None:
    session = account(positions="hedge")
    session.bar(
        bar(0, "60000 60000 60000 60000"),
        order("a", BUY, "0.1", key=LONG_SIDE),
        order("b", SELL, "0.1", key=SHORT_SIDE),
    )
    session.take()
    settle(session, 1, "0.0001")
    long_side, short_side = session.take()

    assert isinstance(long_side, FundingPaid)
    assert isinstance(short_side, FundingPaid)
    assert (long_side.key, short_side.key) == (LONG_SIDE, SHORT_SIDE)
    assert long_side.amount == -short_side.amount == e8("0.6")


def test_a_run_without_funding_pays_none() -> None:
    session = holding(session=account(funding=False))
    settle(session, 1, "0.0001")

    assert session.take() == []
    assert session.exchange.funding == 0


def test_a_spot_account_pays_none() -> None:
    session = holding(session=account("none"))
    settle(session, 1, "0.0001")

    assert session.take() == []


def test_what_is_not_available_comes_out_of_the_position_margin_and_the_end_moves_nearer() -> None:
    """606.27 less the fee is 602.97, all of it position margin; 1 % of 6000 is 60.

    Bankruptcy 54 000 + 60 / 0.1 / 0.99945 = 54 600.33…; / 0.995 is 54 874.70…
    """
    session = holding(session=account(wallet="606.27"))
    assert session.exchange.available == 0
    settle(session, 1, "0.01")

    assert session.exchange.wallet == e8("542.97")
    assert session.exchange.available == 0
    assert session.exchange.position_margin(BTC) == e8("542.97")
    assert session.exchange.liquidation_price(BTC) == e8("54874.8")
    session.take()
    moving(session, 2, "60000 60000 54000 54000")
    (fill,) = liquidations(session.take())
    assert fill.price == e8("54600.4")
    # 539.96 lost, 3.003022 paid to close: 0.006978 are left of a tick's rounding.
    assert session.exchange.wallet == e8("542.97") - e8("539.96") - e8("3.003022")


def test_what_is_available_pays_first_and_leaves_the_end_where_it_was() -> None:
    session = holding(session=account(wallet="666.27"))
    settle(session, 1, "0.01")

    assert session.exchange.available == 0
    assert session.exchange.position_margin(BTC) == e8("602.97")
    assert session.exchange.liquidation_price(BTC) == e8("54271.4")


def test_funding_that_eats_the_margin_liquidates_at_once() -> None:
    """10 % of 6000 leave 2.97: bankruptcy is above the mark, and the fund pays the difference."""
    session = holding(session=account(wallet="606.27"))
    settle(session, 1, "0.1")
    (fill,) = liquidations(session.take())

    # 54 000 + 600 / 0.1 / 0.99945 = 60 003.30…
    assert fill.price == e8("60003.4")
    assert session.exchange.insurance == -e8("0.34")
    assert 0 <= session.exchange.wallet < e8("0.01")


def test_a_part_of_the_position_takes_its_part_of_what_funding_took() -> None:
    session = holding(session=account(wallet="606.27"))
    settle(session, 1, "0.01")
    session.bar(bar(1, "60000 60000 60000 60000"), order("b", SELL, "0.05", reduce_only=True))

    assert session.exchange.position_margin(BTC) == e8("301.485") - e8("30")
    assert session.exchange.liquidation_price(BTC) == e8("54874.8")


def test_a_cross_account_pays_out_of_its_wallet_and_its_end_moves_nearer() -> None:
    """1000 behind 0.1 at 60 000 end at 50 281.2; 60 less: 5062.97 / 0.0995 = 50 884.12…"""
    session = holding(session=account("cross", wallet="1003.3"))
    assert session.exchange.liquidation_price(BTC) == e8("50281.2")
    settle(session, 1, "0.01")

    assert session.exchange.liquidation_price(BTC) == e8("50884.2")


def test_a_position_that_is_opened_anew_owes_nothing_for_the_one_before() -> None:
    session = holding(session=account(wallet="606.27"))
    settle(session, 1, "0.01")
    session.bar(bar(1, "60000 60000 60000 60000"), order("b", SELL, "0.1", reduce_only=True))
    session.bar(bar(2, "60000 60000 60000 60000"), order("c", BUY, "0.01"))

    assert session.exchange.position_margin(BTC) == e8("60.297")
    assert session.exchange.liquidation_price(BTC) == e8("54271.4")
