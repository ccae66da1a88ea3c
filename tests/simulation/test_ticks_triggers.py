"""Stops, targets and conditional orders in a run on ticks, and ticks out of the ordinary."""

import pytest

from engine.domain.order import BUY, SELL
from engine.messages.market import MarketEvent, MarkPriced
from engine.messages.runs import MatchedOn, TargetFill
from engine.money import Price
from tests.simulation.given import BTC, bar, e8, order, set_stop
from tests.simulation.given_ticks import TickSession, depth, long_of_one, market, ms, quoted, traded


@pytest.mark.parametrize(
    ("matched_on", "still", "fires", "fill"),
    [
        ("trades", traded(50, "95.1 x 1"), traded(60, "95 x 1"), "stop_loss 1 @ 95"),
        ("trades", traded(50, "95.1 x 1"), traded(60, "80 x 1"), "stop_loss 1 @ 80"),
        (
            "quotes",
            quoted(50, "94 x 9", "96.2 x 9"),
            quoted(60, "94 x 9", "96 x 9"),
            "stop_loss 1 @ 94",
        ),
        (
            "depth",
            depth(50, "94 x 9, 99 x 0", "96.2 x 9"),
            depth(60, "", "96 x 9"),
            "stop_loss 1 @ 94",
        ),
    ],
)
def test_a_stop_fires_at_the_last_price_and_pays_what_the_market_offers_then(
    matched_on: MatchedOn, still: MarketEvent, fires: MarketEvent, fill: str
) -> None:
    """Without trades the middle of bid and ask is the last price: 95.1 is still, 95 fires."""
    session = long_of_one(matched_on)
    session.see(still)
    assert session.fills() == []
    session.see(fires)
    assert session.fills() == [fill]


@pytest.mark.parametrize("matched_on", ["quotes", "depth"])
def test_once_trades_are_told_they_alone_are_the_last_price(matched_on: MatchedOn) -> None:
    session = long_of_one(matched_on)
    session.see(traded(40, "100 x 1"), market(matched_on, 50, "90", "91"))
    assert session.fills() == []
    session.see(traded(60, "95 x 1"))
    assert session.fills() == ["stop_loss 1 @ 90"]


def test_a_stop_gets_no_better_price_than_the_trade_that_fired_it() -> None:
    """The bid of 99 is of before the trade at 94."""
    session = long_of_one("quotes")
    session.see(traded(50, "94 x 1"))

    assert session.fills() == ["stop_loss 1 @ 94"]


@pytest.mark.parametrize(
    ("matched_on", "target_fill", "fill"),
    [
        ("trades", "level", "take_profit 1 @ 110"),
        ("trades", "better", "take_profit 1 @ 112"),
        ("quotes", "level", "take_profit 1 @ 110"),
        ("quotes", "better", "take_profit 1 @ 111"),
        ("depth", "better", "take_profit 1 @ 111"),
    ],
)
def test_a_target_that_is_jumped_over_gets_its_level_or_what_is_bid(
    matched_on: MatchedOn, target_fill: TargetFill, fill: str
) -> None:
    session = long_of_one(matched_on, target_fill)
    session.see(market(matched_on, 50, "111", "113"))

    assert session.fills() == [fill]


@pytest.mark.parametrize("matched_on", ["trades", "quotes", "depth"])
def test_a_bar_does_not_trade_in_a_run_on_ticks(matched_on: MatchedOn) -> None:
    session = long_of_one(matched_on)
    session.bar(bar(0, "100 150 50 60"))

    assert session.take() == []
    assert session.exchange.equity == session.exchange.wallet - (
        e8("1") if matched_on in ("quotes", "depth") else 0
    )


@pytest.mark.parametrize(
    ("matched_on", "event"),
    [
        ("candles", traded(50, "50 x 1")),
        ("candles", quoted(50, "50 x 1", "51 x 1")),
        ("candles", depth(50, "50 x 1", "51 x 1", True)),
        ("trades", quoted(50, "50 x 1", "51 x 1")),
        ("quotes", depth(50, "50 x 1", "51 x 1", True)),
        ("depth", quoted(50, "50 x 1", "51 x 1")),
    ],
)
def test_what_a_run_is_not_matched_on_does_not_trade(
    matched_on: MatchedOn, event: MarketEvent
) -> None:
    if matched_on == "candles":
        session = TickSession("candles", leverage="1")
        session.bar(bar(0, "100 100 100 100"), order("a", BUY, "1", stop="95", target="110"))
        session.take()
    else:
        session = long_of_one(matched_on)
    before = session.exchange.equity
    session.see(event)

    assert session.take() == []
    assert session.exchange.equity == before


def test_a_conditional_order_takes_what_is_offered_when_it_fires() -> None:
    session = TickSession("quotes")
    session.see(quoted(0, "99 x 9", "101 x 9"))
    session.ask(1, order("a", BUY, "10", order_type="stop_market", trigger="105"))
    session.see(quoted(50, "105 x 2", "107 x 4"))

    assert session.take_kinds()[:2] == ["OrderAccepted", "OrderTriggered"]
    assert session.exchange.positions[BTC].entry_value == e8("1070")


def test_a_mark_of_its_own_fires_where_the_quotes_are() -> None:
    session = TickSession("quotes")
    session.see(quoted(0, "99 x 9", "101 x 9"))
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("100"))), ms(0))
    asked = order("a", BUY, "1", order_type="stop_market", trigger="105")
    asked.trigger_by = "mark"  # type: ignore[misc]
    session.ask(1, asked)
    session.see(quoted(50, "106 x 9", "107 x 9"))
    assert session.fills() == []
    session.exchange.observe(MarkPriced("BTCUSDT", Price(e8("105"))), ms(60))
    assert session.fills() == ["a 1 @ 107"]


def test_on_its_way_a_tick_meets_the_nearest_first() -> None:
    """Long 1 with a stop at 95. The trade at 90 fills the bid at 97, then stops both at 90, and
    only then fills the bid at 93, which opens anew.
    """
    session = long_of_one("trades")
    session.ask(
        2,
        order("far", BUY, "3", order_type="limit", price="93"),
        order("near", BUY, "2", order_type="limit", price="97"),
    )
    session.take()
    session.see(traded(50, "90 x 9", SELL))

    assert session.fills() == ["near 2 @ 97 maker", "stop_loss 3 @ 90", "far 3 @ 93 maker"]


def test_a_resting_entry_can_be_stopped_by_the_trade_that_filled_it() -> None:
    session = TickSession("trades", leverage="1")
    session.see(traded(0, "100 x 1"))
    session.ask(1, order("a", BUY, "1", order_type="limit", price="98", stop="95", target="99"))
    session.see(traded(50, "94 x 9", SELL))

    assert session.fills() == ["a 1 @ 98 maker", "stop_loss 1 @ 94"]


def test_a_reducing_order_whose_position_ends_on_the_way_does_not_fill() -> None:
    """Short 1. The trade at 90 meets the target at 95 before the bid at 93 that would reduce."""
    session = TickSession("trades", leverage="1")
    session.see(traded(0, "100 x 1"))
    session.ask(1, order("a", SELL, "1", target="95"))
    session.ask(2, order("b", BUY, "1", order_type="limit", price="93", reduce_only=True))
    session.take()
    session.see(traded(50, "90 x 9", SELL))

    assert session.fills() == ["take_profit 1 @ 95"]
    assert session.exchange.open_orders == ()


def test_setting_a_stop_in_a_run_on_ticks_guards_the_next_tick() -> None:
    session = long_of_one("trades")
    session.ask(50, set_stop("98"))
    session.take()
    session.see(traded(80, "98 x 1"))

    assert session.fills() == ["stop_loss 1 @ 98"]
