"""Market orders: where they fill, what they cost, and how much they get."""

import pytest
from attrs import evolve

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import BUY, SELL, Side
from engine.ids import ClientId
from engine.messages.venue import (
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderFilled,
    OrderFound,
    OrderRejected,
    StopReported,
)
from engine.money import Price, Rate
from engine.timebase import Nanos
from tests.simulation.asked import STILL, at_100, priced
from tests.simulation.given import (
    BTC,
    REPORT_NS,
    REQUEST_NS,
    START,
    Session,
    bar,
    e8,
    looking_up,
    order,
    set_stop,
    stop_told,
    terms,
)


def test_an_order_decided_at_a_close_meets_the_next_open() -> None:
    session = Session()
    session.bar(bar(0, "100 105 99 104"))
    session.bar(bar(1, "107 109 106 108"), order("a", BUY, "1"))

    fill = session.take()[1]
    assert isinstance(fill, OrderFilled)
    assert fill.price == e8("107")
    assert fill.venue_ns == bar(1, "1 1 1 1").open_ns + REQUEST_NS


def test_an_order_between_two_bars_meets_the_last_close() -> None:
    session = Session()
    session.bar(bar(0, "100 105 99 104"))
    session.send(order("a", BUY, "1"), at=bar(0, "1 1 1 1").close_ns)

    fill = session.take()[1]
    assert isinstance(fill, OrderFilled)
    assert fill.price == e8("104")


def test_an_entry_is_accepted_filled_and_then_protected() -> None:
    """The answer, the fill and the venue's own stop come in this order and at one time."""
    session = Session()
    session.open(bar(0, "100 100 100 100"), order("a", BUY, "2", stop="95.5", target="110"))

    accepted, fill, stop = session.take()
    assert accepted == OrderAccepted(BTC, ClientId("a"), "sim-1", Nanos(START + REQUEST_NS))
    assert isinstance(fill, OrderFilled)
    assert (fill.key, fill.client_id, fill.cause, fill.side) == (BTC, "a", "order", BUY)
    assert (fill.quantity, fill.price, fill.is_maker) == (e8("2"), e8("100"), False)
    assert (fill.fee, fill.fee_asset) == (e8("0.11"), "USDT")
    assert fill.execution_id == "BTCUSDT-1"
    assert stop == stop_told(BTC, "95.5", "110", START + REQUEST_NS)
    assert {at for at, _ in session.reports} == {START + REQUEST_NS + REPORT_NS}


@pytest.mark.parametrize(("side", "price"), [(BUY, "100.2"), (SELL, "99.8")])
def test_a_taker_pays_half_the_spread_and_the_slippage_rounded_against_him(
    side: Side, price: str
) -> None:
    """100 +- 0.05 % +- 0.06 % is 100.11 and 99.89, to the tick of 0.1 the worse way."""
    session = Session(half_spread="0.0005", slippage="0.0006")
    session.open(bar(0, "100 100 100 100"), order("a", side, "1"))

    fill = session.take()[1]
    assert isinstance(fill, OrderFilled)
    assert fill.price == e8(price)


def test_takers_get_their_share_of_the_last_closed_bar_and_the_rest_is_cancelled() -> None:
    """10 % of 12.345 is 1.2345, which the lot of 0.001 makes 1.234; the bar they are in is not
    looked at."""
    session = Session(volume_share="0.1")
    session.bar(bar(0, "100 100 100 100", volume="12.345"))
    session.bar(bar(1, "100 100 100 100", volume="9999"), order("a", BUY, "2", stop="90"))

    accepted, fill, stop, ended = session.take()
    assert isinstance(accepted, OrderAccepted)
    assert isinstance(fill, OrderFilled)
    assert fill.quantity == e8("1.234")
    assert isinstance(stop, StopReported)
    assert isinstance(ended, OrderCancelled)
    assert ended.reason == "EC_CancelForNoFullFill"


def test_two_takers_of_one_bar_share_what_there_is() -> None:
    session = Session(volume_share="0.1")
    session.bar(bar(0, "100 100 100 100", volume="10"))
    session.open(bar(1, "100 100 100 100"), order("a", BUY, "0.7"), order("b", BUY, "0.7"))

    fills = [report.quantity for report in session.take() if isinstance(report, OrderFilled)]
    assert fills == [e8("0.7"), e8("0.3")]


def test_an_order_in_a_market_without_trades_is_accepted_and_cancelled() -> None:
    session = Session(volume_share="0.1")
    session.bar(bar(0, "100 100 100 100", volume="0"))
    session.open(bar(1, "100 100 100 100"), order("a", BUY, "1"))

    assert session.take_kinds() == ["OrderAccepted", "OrderCancelled"]
    assert session.exchange.positions == {}


def test_before_any_bar_closed_and_with_a_share_of_zero_there_is_no_limit() -> None:
    early, unlimited = Session(volume_share="0.1"), Session(volume_share="0")
    unlimited.bar(bar(0, "100 100 100 100", volume="0"))
    for session, n in ((early, 0), (unlimited, 1)):
        session.open(bar(n, "100 100 100 100"), order("a", BUY, "50"))
        assert session.take_kinds() == ["OrderAccepted", "OrderFilled"]


def test_without_a_market_price_there_is_nothing_to_meet() -> None:
    session = Session()
    session.send(order("a", BUY, "1"), at=START)

    (refused,) = session.take()
    assert isinstance(refused, OrderRejected)
    assert refused.code == 110118


def test_a_reduce_only_order_is_cut_to_the_position_and_takes_the_stop_with_it() -> None:
    session = Session()
    session.open(bar(0, "100 100 100 100"), order("a", BUY, "1", stop="90"))
    session.take()
    session.send(order("b", SELL, "3", reduce_only=True), at=START + 1)

    accepted, cut, fill, stop = session.take()
    assert isinstance(accepted, OrderAccepted)
    assert isinstance(cut, OrderAmended)
    assert cut.quantity == e8("1")
    assert isinstance(fill, OrderFilled)
    assert fill.quantity == e8("1")
    assert stop == stop_told(BTC, "0", "0", START + 1 + REQUEST_NS)
    assert session.exchange.positions == {}


def test_an_order_beyond_the_position_turns_it_over() -> None:
    """One-way mode (5.5): long 1 at 100, sold 3 at 110 realises 10 and opens short 2 at 110."""
    session = Session()
    session.open(bar(0, "100 100 100 100"), order("a", BUY, "1", stop="90"))
    session.close(bar(0, "100 110 100 110"))
    session.open(bar(1, "110 110 110 110"), order("b", SELL, "3", stop="120"))

    position = session.exchange.positions[BTC]
    assert (position.quantity, position.entry_value) == (e8("-2"), e8("220"))
    assert (position.stop_price, session.exchange.realised) == (e8("120"), e8("10"))


def test_a_second_entry_brings_its_own_stop_for_the_whole_position() -> None:
    """Full mode (5.4): new settings replace old; a target it does not name stays."""
    session = Session()
    session.open(bar(0, "100 100 100 100"), order("a", BUY, "1", stop="90", target="120"))
    session.send(set_stop("92", "120"), at=START + 1)
    session.send(order("b", BUY, "1", stop="95"), at=START + 2)

    position = session.exchange.positions[BTC]
    assert (position.stop_price, position.target_price) == (e8("95"), e8("120"))


def test_the_recorded_market_sale_is_filled_with_its_recorded_fee() -> None:
    """0.5 at 95 900.1 are worth 47 950.05, of which 0.055 % are 26.3725275 (bybit-v5.md 5.3)."""
    session = at_100(band=("0.01", "0.02"), wallet="100000")
    session.bar(bar(1, "95900.1 95900.1 95900.1 95900.1"))
    priced(session, "mark", "95901.48", at=bar(1, STILL).close_ns)
    session.send(order("a", SELL, "0.5"), looking_up("a"), at=bar(1, STILL).close_ns)

    _, fill, found = session.take()
    assert isinstance(fill, OrderFilled)
    assert (fill.price, fill.fee) == (e8("95900.1"), e8("26.3725275"))
    assert isinstance(found, OrderFound)
    assert found.price == e8("94942.5")


def test_the_documented_round_trip_costs_the_wallet_its_documented_closed_profit() -> None:
    """3584.9255 to 3541.795, long, fees of 0.06 %: -43.1305 - 2.1509553 - 2.125077 (6.1)."""
    plain = terms(wallet="10000")
    contract = evolve(plain.instruments[0], tick=Price(e8("0.0001")))
    venue = evolve(plain.venue, taker_fee=Rate(e8("0.0006")))
    session = Session()
    session.exchange = SimulatedExchange(evolve(plain, venue=venue, instruments=(contract,)))
    session.bar(bar(0, " ".join(["3584.9255"] * 4)), order("a", BUY, "1"))
    session.bar(bar(1, " ".join(["3541.795"] * 4)), order("b", SELL, "1", reduce_only=True))

    fees = [one.fee for one in session.take() if isinstance(one, OrderFilled)]
    assert fees == [e8("2.1509553"), e8("2.125077")]
    assert session.exchange.realised == -e8("43.1305")
    assert session.exchange.wallet - e8("10000") == -e8("47.4065323")
