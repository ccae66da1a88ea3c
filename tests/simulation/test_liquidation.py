"""Isolated liquidation: when, at what price, and who pays (bybit-v5.md 6.4).

The worked example throughout: 0.1 BTC at 60 000 with leverage 10 and MMR 0.005. The long is
liquidated at 54 000 / 0.995 = 54 271.36, to the tick 54 271.4, and bankrupt at 54 000; the short
at 66 000 / 1.005 = 65 671.64, to the tick 65 671.6, and bankrupt at 66 000.
"""

import pytest
from attrs import evolve

from engine.domain.order import BUY, SELL, Side
from engine.messages.market import MarkPriced
from engine.messages.venue import (
    OrderCancelled,
    OrderFilled,
    PositionLiquidated,
    StopReported,
)
from engine.money import Price
from engine.timebase import MINUTE
from tests.simulation.given import BTC, ETH, REQUEST_NS, START, Session, bar, e8, order, set_stop
from tests.simulation.margined import (
    LONG_SIDE,
    SHORT_SIDE,
    account,
    liquidations,
    mark_candle,
    moving,
    still,
    tiers,
)

OPENING_FEE = e8("3.3")


def holding(side: Side = BUY, session: Session | None = None, stop: str = "0") -> Session:
    """A position of 0.1 at 60 000, its reports taken."""
    session = session or account()
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", side, "0.1", stop=stop))
    session.take()
    return session


@pytest.mark.parametrize(
    ("side", "near", "there"),
    [
        (BUY, "60000 60000 54271.5 60000", "60000 60000 54271.4 60000"),
        (SELL, "60000 65671.5 60000 60000", "60000 65671.6 60000 60000"),
    ],
    ids=["long", "short"],
)
def test_a_position_is_liquidated_where_the_formula_says_to_the_tick(
    side: Side, near: str, there: str
) -> None:
    session = holding(side)
    moving(session, 1, near)
    assert session.take() == []

    moving(session, 2, there)
    assert len(liquidations(session.take())) == 1
    assert session.exchange.positions == {}


@pytest.mark.parametrize(
    ("side", "there", "mark", "bust", "fee", "gained"),
    [
        (BUY, "60000 60000 54000 60000", "54271.4", "54000", "2.97", "27.14"),
        (SELL, "60000 66000 60000 60000", "65671.6", "66000", "3.63", "32.84"),
    ],
    ids=["long", "short"],
)
def test_a_takeover_is_told_and_takes_the_whole_position_margin(
    side: Side, there: str, mark: str, bust: str, fee: str, gained: str
) -> None:
    """Margin 600 and F: the loss to bankruptcy and the fee there; the rest is the fund's."""
    session = holding(side)
    margin = session.exchange.position_margin(BTC)
    moving(session, 1, there)
    told, fill = session.take()

    assert isinstance(told, PositionLiquidated)
    assert (told.key, told.quantity) == (BTC, side * e8("0.1"))
    assert (told.mark, told.bankruptcy_price) == (e8(mark), e8(bust))
    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.client_id, fill.side) == ("liquidation", "", -side)
    assert (fill.price, fill.quantity, fill.fee) == (e8(bust), e8("0.1"), e8(fee))
    assert told.venue_ns == fill.venue_ns
    assert session.exchange.wallet == e8("10000") - OPENING_FEE - margin
    assert session.exchange.insurance == e8(gained)
    assert session.exchange.available == session.exchange.wallet


def test_a_gap_beyond_bankruptcy_is_paid_by_the_fund() -> None:
    """The market jumps to 50 000: the loss beyond 54 000, 400, is not ours."""
    session = holding()
    moving(session, 1, "50000 50000 49000 49000")
    fill = liquidations(session.take())[0]

    assert fill.price == e8("54000")
    assert session.exchange.wallet == e8("10000") - OPENING_FEE - e8("602.97")
    assert session.exchange.insurance == -e8("400")


def test_a_stop_saves_a_position_if_its_price_is_first_on_the_way() -> None:
    session = holding(stop="55000")
    moving(session, 1, "60000 60000 50000 50000")
    fill, gone = session.take()

    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.price) == ("stop_loss", e8("55000"))
    assert gone == StopReported(BTC, Price(0), Price(0), fill.venue_ns)
    assert session.exchange.insurance == 0


def test_a_stop_does_not_save_a_position_from_a_jump_over_both() -> None:
    """Neither price is first; the mark is past the end at once. The stop goes with the position."""
    session = holding(stop="55000")
    moving(session, 1, "54100 54100 54100 54100")
    told, fill, gone = session.take()

    assert isinstance(told, PositionLiquidated)
    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.price) == ("liquidation", e8("54000"))
    assert gone == StopReported(BTC, Price(0), Price(0), fill.venue_ns)


def test_the_orders_of_the_contract_are_cancelled_first_and_others_stay() -> None:
    session = holding()
    still(session, 0, "3000", "ETHUSDT")
    session.send(
        order("b", BUY, "0.01", order_type="limit", price="50000"),
        order("c", SELL, "0.1", order_type="stop_market", trigger="53000", reduce_only=True),
        order("e", BUY, "0.01", order_type="limit", price="2000", key=ETH),
        at=session.now + REQUEST_NS,
    )
    session.take()
    moving(session, 1, "60000 60000 54200 54200")
    first, second, told, _fill = session.take()

    for report, name in ((first, "b"), (second, "c")):
        assert isinstance(report, OrderCancelled)
        assert (report.client_id, report.reason) == (name, "CancelByPrepareLiq")
    assert isinstance(told, PositionLiquidated)
    assert [one.client_id for one in session.exchange.open_orders] == ["e"]


def test_a_mark_of_its_own_liquidates_whatever_the_last_price_does() -> None:
    """Last 60 000 sells the fund's position dear: (60 000 - 54 000) * 0.1."""
    session = holding()
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("54271.5"))), session.now)
    assert session.take() == []
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("54271.4"))), session.now)

    assert liquidations(session.take())[0].price == e8("54000")
    assert session.exchange.insurance == e8("600")


def test_a_last_price_that_the_mark_does_not_follow_liquidates_nothing() -> None:
    session = holding()
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("60000"))), session.now)
    moving(session, 1, "60000 60000 40000 40000")

    assert session.take() == []
    assert session.exchange.equity == e8("10000") - OPENING_FEE


@pytest.mark.parametrize(("low", "count"), [("54271.5", 0), ("54271.4", 1)])
def test_the_extremes_of_a_mark_candle_liquidate(low: str, count: int) -> None:
    session = holding()
    candle = mark_candle(0, f"60000 60000 {low} 60000")
    session.exchange.observe(candle, candle.close_ns)

    assert len(liquidations(session.take())) == count


def test_a_mark_candle_does_not_trigger_what_was_placed_after_its_low() -> None:
    """A stop order by mark at 55 000, placed in the thirtieth minute, twenty after the low."""
    for n, count in ((30, 0), (0, 1)):
        session = account()
        still(session, 0, "60000")
        placed = evolve(
            order("s", SELL, "0.1", order_type="stop_market", trigger="55000"), trigger_by="mark"
        )
        session.send(placed, at=START + n * MINUTE)
        session.take()
        candle = mark_candle(0, "60000 70000 50000 60000", minutes=60)
        session.exchange.observe(candle, candle.close_ns)
        assert session.take_kinds().count("OrderTriggered") == count


def test_a_mark_candle_does_not_liquidate_what_was_opened_after_its_low() -> None:
    """The path is at its low after a fifth of an hour; bought in the thirtieth minute."""
    session = account()
    still(session, 29, "60000")
    session.bar(bar(30, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.take()
    candle = mark_candle(0, "60000 70000 50000 60000", minutes=60)
    session.exchange.observe(candle, candle.close_ns)

    assert liquidations(session.take()) == []
    assert session.exchange.positions[BTC].quantity == e8("0.1")


LADDER = tiers("2000 0.005 100", "10000 0.05 20", "50000 0.1 10")
"""Deductions 0, 90 and 590."""


def test_a_position_on_a_higher_tier_is_cut_down_to_a_lower_one_and_may_survive() -> None:
    """6000 is tier 2: (5400 - 90) / 0.095 = 55 894.73…, to the tick 55 894.8.

    There 2000 is worth 0.035 (and something), so 0.065 are sold; the rest ends at 54 271.4.
    """
    session = holding(session=account(ladder=LADDER))
    moving(session, 1, "60000 60000 55894.9 60000")
    assert session.take() == []
    moving(session, 2, "60000 60000 55894.8 60000")
    told, fill = session.take()

    assert isinstance(told, PositionLiquidated)
    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.quantity, fill.price) == ("liquidation", e8("0.065"), e8("55894.8"))
    # 0.065 * 4105.2 lost, 0.065 * 55894.8 * 0.00055 = 1.9982391 paid.
    assert session.exchange.wallet == e8("10000") - OPENING_FEE - e8("266.838") - e8("1.9982391")
    assert session.exchange.positions[BTC].quantity == e8("0.035")
    assert session.exchange.liquidation_price(BTC) == e8("54271.4")
    assert session.exchange.insurance == 0


def test_a_cut_that_the_market_cannot_serve_becomes_a_takeover() -> None:
    """Takers may have 10 % of a bar of 0.5: all or nothing of 0.065 is nothing."""
    session = account(ladder=LADDER, volume_share="0.1")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))
    session.bar(bar(1, "60000 60000 60000 60000", volume="0.5"))
    session.take()
    moving(session, 2, "60000 60000 55000 60000")

    assert [fill.price for fill in liquidations(session.take())] == [e8("54000")]


def test_a_position_is_cut_tier_by_tier_before_it_is_taken_over() -> None:
    """30 000 at 10x, tier 3, falls through everything at once; at 55 000 two cuts would fit in.

    (27 000 - 590) / 0.45 = 58 688.8…; at 55 000, cut to 10 000 and to 2000: 0.181 and 0.036 are
    left, and 0.036 of them ends only at 54 271.4.
    """
    session = account(ladder=LADDER)
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.5"))
    session.take()
    moving(session, 1, "55000 55000 55000 55000")
    fills = liquidations(session.take())

    assert [(fill.quantity, fill.price) for fill in fills] == [
        (e8("0.319"), e8("55000")),
        (e8("0.145"), e8("55000")),
    ]
    assert session.exchange.positions[BTC].quantity == e8("0.036")


def test_each_side_of_a_hedge_is_liquidated_by_itself() -> None:
    session = account(positions="hedge")
    session.bar(
        bar(0, "60000 60000 60000 60000"),
        order("a", BUY, "0.1", key=LONG_SIDE),
        order("b", SELL, "0.1", key=SHORT_SIDE),
    )
    session.take()
    moving(session, 1, "60000 60000 54000 60000")

    assert [fill.key for fill in liquidations(session.take())] == [LONG_SIDE]
    assert list(session.exchange.positions) == [SHORT_SIDE]


def test_a_position_opened_past_its_end_is_liquidated_by_the_next_price() -> None:
    """At 100x a slippage of 1 % eats the margin: bought at 60 600, ended at 60 295.5."""
    session = account(leverage="100", slippage="0.01")
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", BUY, "0.1"))

    assert len(liquidations(session.take())) == 1


def test_the_rule_of_2024_and_the_sources_rule_have_their_own_ends() -> None:
    """2024: 60 000 - (600 - 30) / 0.1. The sources: 54 000 / 0.995, and nothing is reserved."""
    for rule, end in (("bybit_2024", "54300"), ("source", "54271.4")):
        session = holding(session=account(rule=rule))  # type: ignore[arg-type]
        assert session.exchange.liquidation_price(BTC) == e8(end)


def test_a_long_that_is_paid_in_full_lives_through_everything() -> None:
    session = holding(session=account(leverage="1"))
    moving(session, 1, "60000 60000 0.1 0.1")

    assert session.take() == []


def test_less_of_a_position_keeps_its_end_and_more_of_it_moves_it() -> None:
    """Bought 0.1 more at 66 000: average 63 000, 56 700 / 0.995 = 56 984.92…"""
    session = holding()
    session.bar(bar(1, "60000 60000 60000 60000"), order("b", SELL, "0.05", reduce_only=True))
    assert session.exchange.liquidation_price(BTC) == e8("54271.4")

    session.bar(bar(2, "66000 66000 66000 66000"), order("c", BUY, "0.05"))
    assert session.exchange.liquidation_price(BTC) == e8("56985")
    session.send(set_stop("57000"), at=session.now)
    assert session.exchange.liquidation_price(BTC) == e8("56985")


def test_a_stop_that_slips_past_bankruptcy_closes_there_and_the_fund_pays() -> None:
    """At 100x the end is 59 700 (59 400 / 0.995 = 59 698.49…), the stop at 59 750.

    Slippage 1 % would sell at 59 152.5; the margin is gone at 59 400, and 24.75 are the fund's.
    """
    session = account(leverage="100", slippage="0.01")
    bid = order("a", BUY, "0.1", order_type="limit", price="60000", stop="59750")
    session.bar(bar(0, "60100 60100 60100 60100"), bid)
    session.bar(bar(1, "60000 60000 59990 60000"))
    session.take()
    moving(session, 2, "60000 60000 59740 59740")
    fill = session.take()[0]

    assert isinstance(fill, OrderFilled)
    assert (fill.cause, fill.price) == ("stop_loss", e8("59400"))
    assert session.exchange.insurance == -e8("24.75")
    # 1.2 of maker fee, 60 of margin, 5940 * 0.00055 to close.
    assert session.exchange.wallet == e8("10000") - e8("1.2") - e8("60") - e8("3.267")


def test_an_exit_that_the_fund_did_not_help_is_as_bad_as_the_market() -> None:
    """Past the end by its last price alone, the mark being elsewhere: still its own margin."""
    session = holding()
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("60000"))), session.now)
    still(session, 1, "54100")
    session.send(order("b", SELL, "0.1", reduce_only=True), at=session.now)
    fill = session.take()[1]

    assert isinstance(fill, OrderFilled)
    assert fill.price == e8("54100")
    assert session.exchange.insurance == 0
