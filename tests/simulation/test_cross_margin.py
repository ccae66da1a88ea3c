"""Cross margin, spot, netting and tiers: what the whole account holds, may open, and ends at."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.order import BUY, SELL
from engine.messages.market import MarkPriced
from engine.messages.venue import (
    OrderCancelled,
    OrderFilled,
    PositionLiquidated,
)
from engine.money import Price
from tests.simulation.given import BTC, ETH, Session, bar, e8, order
from tests.simulation.margined import (
    LADDER,
    LONG_SIDE,
    SHORT_SIDE,
    account,
    liquidations,
    moving,
    refusal,
    still,
)


def two_longs(wallet: str = "1006.6") -> Session:
    """0.1 BTC and 0.1 ETH, both at 60 000, in a cross account with 1000 after both fees."""
    session = account("cross", wallet=wallet, leverage="20")
    for symbol, key in (("BTCUSDT", BTC), ("ETHUSDT", ETH)):
        opened = bar(0, "60000 60000 60000 60000", symbol=symbol)
        session.bar(opened, order(symbol, BUY, "0.1", key=key))
    session.take()
    return session


@pytest.mark.parametrize(("low", "count"), [("50281.3", 0), ("50281.2", 1)])
def test_a_cross_account_with_one_position_ends_at_the_worked_estimate(
    low: str, count: int
) -> None:
    """Wallet 1000 after the fee: (6000 - 1000 + 2.97) / 0.0995 = 50 281.1055…, to the tick up."""
    session = account("cross", wallet="1003.3")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.take()
    assert session.exchange.liquidation_price(BTC) == e8("50281.2")

    moving(session, 1, f"60000 60000 {low} 60000")
    assert len(liquidations(session.take())) == count


def test_a_cross_takeover_leaves_nothing_of_the_account_and_nothing_below() -> None:
    """(6000 - 1000) / 0.1 / 0.99945 = 50 027.51…, to the tick 50 027.6; the fee there 2.751518."""
    session = account("cross", wallet="1003.3")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.take()
    moving(session, 1, "60000 60000 50000 50000")
    told, fill = session.take()

    assert isinstance(told, PositionLiquidated)
    assert isinstance(fill, OrderFilled)
    assert told.bankruptcy_price == fill.price == e8("50027.6")
    assert session.exchange.wallet == e8("1000") - e8("997.24") - e8("2.751518")
    assert session.exchange.insurance == e8("5028.12") - e8("5002.76")


def test_profit_of_one_position_carries_another() -> None:
    """The isolated end of 54 271.4 means nothing; the ETH profit of 500 stands behind BTC too."""
    session = two_longs()
    still(session, 1, "65000", "ETHUSDT")
    moving(session, 1, "60000 60000 50000 50000")

    assert liquidations(session.take()) == []
    assert session.exchange.equity == e8("1000") - e8("1000") + e8("500")


def test_losses_that_come_one_after_the_other_end_the_account_together() -> None:
    """BTC at 55 000 costs 500 and maintains 27.5; both reserve 0.00055 of 5700; then ETH falls.

    Spare is 1000 - 500 - 27.5 - 6.27 + 0.1 * (M - 60 000) - 0.0005 * M: 5533.77 / 0.0995 is
    55 615.77…, so 55 615.8 ends it and 55 615.9 does not.
    """
    for low, count in (("55615.9", 0), ("55615.8", 2)):
        session = two_longs()
        moving(session, 1, "60000 60000 55000 55000")
        moving(session, 1, f"60000 60000 {low} {low}", "ETHUSDT")
        assert len(liquidations(session.take())) == count, low

    assert session.exchange.positions == {}
    assert 0 <= session.exchange.wallet < e8("0.1")


def test_the_price_that_is_shown_is_where_the_account_ends_if_the_others_stand_still() -> None:
    """As above; and of two positions that are even, each alone would end the account at

    (6000 - 1000 + 30 + 2 * 3.135) / 0.0995, the other maintaining 30: 50 615.77…, up.
    """
    session = two_longs()
    assert session.exchange.liquidation_price(BTC) == e8("50615.8")
    assert session.exchange.liquidation_price(ETH) == e8("50615.8")
    moving(session, 1, "60000 60000 55000 55000")
    assert session.exchange.liquidation_price(ETH) == e8("55615.8")


def test_every_order_of_the_account_is_cancelled_before_it_is_liquidated() -> None:
    session = two_longs()
    session.send(
        order("x", BUY, "0.001", order_type="limit", price="30000"),
        order("y", SELL, "0.001", order_type="limit", price="90000", key=ETH),
        at=session.now,
    )
    session.take()
    moving(session, 1, "60000 60000 49000 49000")
    reports = session.take()

    cancelled = [report for report in reports if isinstance(report, OrderCancelled)]
    assert [report.client_id for report in cancelled] == ["x", "y"]
    assert {report.reason for report in cancelled} == {"CancelAllBeforeLiq"}
    assert isinstance(reports[2], PositionLiquidated)


def test_what_is_available_in_cross_moves_with_the_mark() -> None:
    """0.1 at 60 000, 10x, mark 61 000: 9996.7 + 100 - 610 - 2.97."""
    session = account("cross")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("61000"))), session.now)

    assert session.exchange.available == e8("9483.73")
    assert session.exchange.position_margin(BTC) == e8("612.97")
    assert session.exchange.maintenance_margin(BTC) == e8("33.47")


def test_the_rates_of_a_cross_account_count_what_its_orders_would_lose() -> None:
    """0.1 at 60 000, 10x, 996.7 left; a bid of 0.05 at 59 000 while the mark goes to 58 000.

    Behind it are 996.7 - 200 - 50 = 746.7. IM is 580 + 2.97 and the bid's 298.08275, MM is
    29 + 2.97.
    """
    session = account("cross", wallet="1000")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.send(order("b", BUY, "0.05", order_type="limit", price="59000"), at=session.now)
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("58000"))), session.now)
    initial, maintenance = session.exchange.account_rates

    # 295 + 1.6225 + 1.46025 for the bid.
    assert initial == -(-(e8("582.97") + e8("298.08275")) * 10**8 // e8("746.7"))
    assert maintenance == -(-e8("31.97") * 10**8 // e8("746.7"))
    assert initial > 10**8 > maintenance


@pytest.mark.parametrize(("wallet", "code"), [("1200", 110007), ("1236", 0)])
def test_no_new_risk_where_the_rate_after_order_losses_would_be_above_1(
    wallet: str, code: int
) -> None:
    """As above, and a bid of 1000 in ETH, which costs 100 + 0.55 + 0.495.

    Of 1200 there are 1196.7 - 200 - 881.05275 = 115.64725 available, but 50 would be lost by the
    bid that waits: 65.64725 are not enough, and 36 more are.
    """
    session = account("cross", wallet=wallet)
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.bar(bar(0, "60000 60000 60000 60000", symbol="ETHUSDT"))
    session.send(order("b", BUY, "0.05", order_type="limit", price="59000"), at=session.now)
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("58000"))), session.now)
    session.take()
    bid = order("c", BUY, "0.1", key=ETH, order_type="limit", price="10000")
    session.send(bid, at=session.now + 1)

    assert refusal(session) == code


def test_a_cross_account_opens_more_out_of_its_profit_and_an_isolated_one_does_not() -> None:
    """Wallet 606.27: all of it is in use; at 61 000 a profit of 100 is there."""
    for mode, code in (("cross", 0), ("isolated", 110007)):
        session = account(mode, wallet="606.27")  # type: ignore[arg-type]
        session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
        still(session, 1, "61000")
        session.take()
        session.send(order("b", BUY, "0.01"), at=session.now)
        assert refusal(session) == code, mode


def test_both_sides_of_a_cross_hedge_end_together_where_the_loser_ends_the_account() -> None:
    """Long 0.2, short 0.1 at 60 000 and 100x; wallet 500 after 9.9 of fees.

    Reserved are 0.00055 of 11 880 and of 6060: 6.534 and 3.333. Spare at M is
    500 - 9.867 + 0.1 * (M - 60 000) - 0.0015 * M: M = 5509.867 / 0.0985 = 55 937.73…
    """
    for low, count in (("55937.9", 0), ("55937.8", 2)):
        session = account("cross", positions="hedge", wallet="509.9", leverage="100")
        session.bar(
            bar(0, "60000 60000 60000 60000"),
            order("a", BUY, "0.2", key=LONG_SIDE),
            order("b", SELL, "0.1", key=SHORT_SIDE),
        )
        session.take()
        moving(session, 1, f"60000 60000 {low} {low}")
        assert len(liquidations(session.take())) == count, low


def test_a_cross_account_is_cut_to_a_lower_tier_before_anything_is_taken_over() -> None:
    """0.1 at 60 000 and 20x, 500 after the fee, F 0.00055 of 5700: 3.135.

    (6000 - 500 + 3.135 - 90) / 0.095 = 56 980.36…, to the tick 56 980.4; 0.035 are left.
    """
    session = account("cross", wallet="503.3", leverage="20", ladder=LADDER)
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    assert refusal(session) == 0
    moving(session, 1, "60000 60000 56980.4 60000")
    fills = liquidations(session.take())

    assert [(fill.quantity, fill.price) for fill in fills] == [(e8("0.065"), e8("56980.4"))]
    assert session.exchange.positions[BTC].quantity == e8("0.035")


STEPS = st.lists(
    st.tuples(st.sampled_from(["BTCUSDT", "ETHUSDT"]), st.integers(-900, 900)), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from([BUY, SELL]), st.sampled_from(["600", "1000", "2000"]))
def test_a_cross_account_that_stands_can_afford_what_it_maintains(
    steps: list[tuple[str, int]], side: int, wallet: str
) -> None:
    """After every bar of two markets, whatever the path, MM rate is below 100 %.

    And it never ends below zero: the fund pays the rest.
    """
    session = account("cross", wallet=wallet, leverage="50", ladder=LADDER)
    for symbol, key, which in (("BTCUSDT", BTC, BUY), ("ETHUSDT", ETH, side)):
        still(session, 0, "6000", symbol)
        session.send(order(symbol, which, "0.3", key=key), at=session.now)
    last = {"BTCUSDT": 6000, "ETHUSDT": 6000}
    for n, (symbol, move) in enumerate(steps, start=1):
        opened, close = last[symbol], max(100, last[symbol] + move)
        high, low = max(opened, close), min(opened, close)
        moving(session, n, f"{opened} {high} {low} {close}", symbol)
        last[symbol] = close
        exchange = session.exchange
        maintained = sum(exchange.maintenance_margin(key) for key in (BTC, ETH))
        assert exchange.equity > maintained or not exchange.positions
        assert exchange.wallet >= 0 or exchange.positions
