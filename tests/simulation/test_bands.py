"""The price band, market orders as protected IOC limits, and limits of number (5.3, 5.4, 5.6)."""

from typing import Any

import pytest
from attrs import evolve

from adapters.simulated.bands import band_edge, protection_price, within_band
from adapters.simulated.exchange import SimulatedExchange
from engine.domain.order import BUY, SELL, Side
from engine.messages.market import MarkPriced, Quoted
from engine.messages.venue import OrderAmended, OrderFilled, OrderFound, OrderRejected
from engine.money import Price, Quantity, Rate
from engine.timebase import SECOND, Nanos
from tests.simulation.asked import STILL, amend, at_100, by, guarded, priced, words
from tests.simulation.given import ETH, START, Session, bar, cancel, e8, looking_up, order, terms

CLOSE_0 = bar(0, STILL).close_ns
ONE_AND_THREE = ("0.01", "0.03")


def banded(mark: str = "0", index: str = "0", **told: Any) -> Session:
    """A market at 100 with X = 1 % and Y = 3 %, and a mark and an index where they are told."""
    session = at_100(band=ONE_AND_THREE, **told)
    if mark != "0":
        priced(session, "mark", mark, at=CLOSE_0)
    if index != "0":
        priced(session, "index", index, at=CLOSE_0)
    return session


def test_a_recorded_market_sale_is_protected_one_per_cent_below_the_mark() -> None:
    """Mark 95 901.48, X of BTC 1 %: 94 942.4652, up to the tick 94 942.5 (bybit-v5.md 5.3)."""
    session = banded(mark="95901.48")
    market = session.exchange._state.markets["BTCUSDT"]

    assert protection_price(market, SELL) == e8("94942.5")
    assert protection_price(market, BUY) == e8("96860.4")


def test_a_recorded_band_lies_one_per_cent_around_the_mark() -> None:
    """buyLmt 105 878.10, sellLmt 103 781.60 around a mark of about 104 829.8 (5.6).

    The two edges give the mark: 105878.10 / 1.01 is 104829.8..., 103781.60 / 0.99 is 104829.9.
    """
    session = banded(mark="104829.85")
    market = session.exchange._state.markets["BTCUSDT"]

    assert band_edge(market, BUY) == e8("105878.1")
    assert band_edge(market, SELL) == e8("103781.6")


EDGES = [
    # mark, index, highest price to buy, lowest to sell
    ("100", "100", "101", "99"),
    ("100", "102", "102", "99"),
    ("100", "110", "103", "99"),
    ("100", "98", "101", "98"),
    ("100", "90", "101", "97"),
]


@pytest.mark.parametrize(("mark", "index", "highest", "lowest"), EDGES)
def test_the_band_reaches_to_the_index_but_not_beyond_y(
    mark: str, index: str, highest: str, lowest: str
) -> None:
    """min(M(1+Y), max(I, M(1+X))) and its mirror image; without quotes P is zero (5.6)."""
    market = banded(mark, index).exchange._state.markets["BTCUSDT"]

    assert (band_edge(market, BUY), band_edge(market, SELL)) == (e8(highest), e8(lowest))
    assert within_band(market, BUY, e8("1")) == e8("1")
    assert within_band(market, SELL, e8("1000")) == e8("1000")


def test_the_band_goes_with_the_mean_premium_of_thirty_seconds() -> None:
    """Ten seconds at a middle of 100.6, twenty at 100, the mark at 100: P is 0.2; later it is 0.

    The highest bid is 101 + 0.2, the lowest offer stays at 99: P only ever widens (5.6).
    """
    plain = terms(half_spread="0")
    one = evolve(plain.instruments[0], price_limit_x=Rate(e8("0.01")))
    on_quotes = evolve(plain.simulation, matched_on="quotes")
    exchange = SimulatedExchange(evolve(plain, simulation=on_quotes, instruments=(one,)))
    market = exchange._state.markets["BTCUSDT"]
    edges = {}
    for n in range(60):
        at, middle = Nanos(START + n * SECOND), "100.6" if n < 10 else "100"
        bid, ask = (Price(e8(middle) + away * e8("0.1")) for away in (-1, 1))
        much = Quantity(e8("5"))
        exchange.observe(Quoted("BTCUSDT", at, bid, much, ask, much), at)
        exchange.observe(MarkPriced("BTCUSDT", Price(e8("100"))), at)
        edges[n] = (band_edge(market, BUY), band_edge(market, SELL))

    assert edges[9] == (e8("101.6"), e8("99"))
    assert edges[29] == (e8("101.2"), e8("99"))
    assert edges[39] == (e8("101"), e8("99"))


def test_without_ratios_there_is_no_band() -> None:
    market = at_100().exchange._state.markets["BTCUSDT"]

    assert (band_edge(market, BUY), protection_price(market, SELL)) == (0, 0)


@pytest.mark.parametrize(
    ("side", "price", "moved"), [(BUY, "106", "101.9"), (SELL, "94", "98.1")], ids=["buy", "sell"]
)
def test_a_limit_price_outside_the_band_is_moved_to_its_edge_and_told(
    side: Side, price: str, moved: str
) -> None:
    """The mark is at 100.99 or 98.99; the edges 101.9999 and 98.0001 go inwards to the tick."""
    session = banded(mark="100.99" if side == BUY else "98.99")
    session.send(
        order("a", side, "1", order_type="limit", price=price), looking_up("a"), at=CLOSE_0
    )

    told = session.take()
    amended = next(one for one in told if isinstance(one, OrderAmended))
    found = next(one for one in told if isinstance(one, OrderFound))
    assert (amended.price, found.price) == (e8(moved), e8(moved))


@pytest.mark.parametrize(("side", "price", "code"), [(BUY, "101.1", 30208), (SELL, "98.9", 30209)])
def test_or_refused_where_the_account_does_not_let_it_be_moved(
    side: Side, price: str, code: int
) -> None:
    session = banded(moves_to_band=False)
    inside = "101" if side == BUY else "99"
    session.send(
        order("a", side, "1", order_type="limit", price=price),
        order("b", side, "1", order_type="limit", price=inside),
        at=CLOSE_0,
    )

    refused, accepted, *_ = session.take()
    assert isinstance(refused, OrderRejected)
    assert (refused.code, type(accepted).__name__) == (code, "OrderAccepted")


def test_an_amended_price_is_moved_or_refused_alike() -> None:
    """A bid at 98 goes to 106: to 101, which takes at 100; or not at all."""
    for moves, last in ((True, "OrderFilled a"), (False, "AmendRejected a 30208")):
        session = banded(moves_to_band=moves)
        session.send(
            order("a", BUY, "1", order_type="limit", price="98"),
            amend("a", price="106"),
            at=CLOSE_0,
        )
        told = session.take()
        assert words(told)[-1] == last
        if moves:
            assert next(one for one in told if isinstance(one, OrderAmended)).price == e8("101")


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        (True, ["OrderTriggered a", "OrderAmended a", "OrderFilled a"]),
        (False, ["OrderTriggered a", "OrderCancelled a EC_ReachMarketPriceLimit"]),
    ],
)
def test_a_triggered_limit_order_meets_the_band_of_that_moment(
    moves: bool, told: list[str]
) -> None:
    """At 105 the highest bid is 106.0: one of 120 is moved there, or ends."""
    session = banded(moves_to_band=moves)
    session.send(
        order("a", BUY, "1", order_type="stop_limit", trigger="105", price="120"), at=CLOSE_0
    )
    session.take()
    session.bar(bar(1, "100 105 100 105"))

    reports = session.take()
    assert words(reports) == told
    if moves:
        assert next(one for one in reports if isinstance(one, OrderAmended)).price == e8("106")


def test_a_market_order_that_finds_nothing_within_its_bound_ends_unfilled() -> None:
    """The market is at 100, the mark at 98.9: a buy pays no more than 99.8 (5.3)."""
    session = banded(mark="98.9")
    session.send(order("a", BUY, "1"), order("b", SELL, "1"), looking_up("a"), at=CLOSE_0)

    told = session.take()
    assert words(told)[1] == "OrderCancelled a EC_NoImmediateQtyToFill"
    assert "OrderFilled b" in words(told)
    found = next(one for one in told if isinstance(one, OrderFound))
    assert found.price == e8("99.8")


def test_a_market_order_never_fills_beyond_its_bound() -> None:
    """Half the spread brings a buy to 100.5, slippage would to 102.5; the bound is 101."""
    session = banded(half_spread="0.005", slippage="0.02")
    session.send(order("a", BUY, "1"), at=CLOSE_0)

    fill = next(one for one in session.take() if isinstance(one, OrderFilled))
    assert fill.price == e8("101")


def test_inside_a_bar_the_mark_is_taken_to_be_where_the_price_is() -> None:
    """A stop order at 105 is no victim of a mark that is known at closes only."""
    session = banded(mark="100")
    session.send(order("a", BUY, "1", order_type="stop_market", trigger="105"), at=CLOSE_0)
    session.bar(bar(1, "100 106 100 106"))

    assert "OrderFilled a" in words(session.take())


def test_a_mark_from_before_the_last_bar_bounds_nothing_any_more() -> None:
    """Marks are told each hour, say: the market fell 3 % since, and the venue's mark with it."""
    session = banded(mark="100")
    session.bar(bar(1, "100 100 97 97"))
    session.send(order("a", SELL, "1"), at=bar(1, STILL).close_ns)
    assert "OrderFilled a" in words(session.take())

    priced(session, "mark", "99", at=bar(1, STILL).close_ns)
    session.send(order("b", SELL, "1"), at=bar(1, STILL).close_ns)
    assert "OrderCancelled b EC_NoImmediateQtyToFill" in words(session.take())


def many(kind: str, count: int) -> list[Any]:
    """So many orders that wait far from the market."""
    if kind == "limit":
        return [order(f"l{n}", BUY, "0.1", order_type="limit", price="60") for n in range(count)]
    return [
        order(f"s{n}", BUY, "0.1", order_type="stop_market", trigger="140") for n in range(count)
    ]


@pytest.mark.parametrize(
    ("kind", "most", "code"), [("limit", 500, 110020), ("stop_market", 10, 110009)]
)
def test_so_many_orders_of_a_symbol_may_wait(kind: str, most: int, code: int) -> None:
    """One more is refused; another symbol, the other kind and a freed place are not (5.4)."""
    session = at_100(wallet="100000")
    session.exchange.observe(bar(0, STILL, symbol="ETHUSDT"), CLOSE_0)
    other = many("stop_market" if kind == "limit" else "limit", 1)
    one_more = many(kind, most + 2)
    session.send(*one_more[:most], *other, at=CLOSE_0)
    assert "OrderRejected" not in session.take_kinds()
    elsewhere = evolve(one_more[0], key=ETH, client_id="eth")
    session.send(
        one_more[most], elsewhere, cancel(one_more[0].client_id), one_more[most + 1], at=CLOSE_0 + 1
    )

    refused, accepted, _, again = session.take()
    assert getattr(refused, "code", 0) == code
    assert type(accepted).__name__ == type(again).__name__ == "OrderAccepted"


def test_children_of_partial_stops_take_no_place_of_conditional_orders() -> None:
    session = at_100()
    session.send(
        *(guarded(f"a{n}", BUY, "0.1", stop="95", target="110") for n in range(6)),
        *many("stop_market", 10),
        at=CLOSE_0,
    )

    assert "OrderRejected" not in session.take_kinds()


@pytest.mark.parametrize(
    ("client_id", "taken"),
    [
        ("a" * 36, True),
        ("a" * 37, False),
        ("A-z_0-9", True),
        ("two words", False),
        ("naïve", False),
        ("dot.ted", False),
    ],
)
def test_a_client_id_has_36_letters_digits_dashes_and_underscores_at_most(
    client_id: str, taken: bool
) -> None:
    session = at_100()
    session.send(order(client_id, BUY, "1"), at=CLOSE_0)

    told = words(session.take())[0]
    assert told == f"OrderAccepted {client_id}" if taken else told.endswith(" 10001")


def test_conditional_orders_by_mark_need_no_band_before_they_trigger() -> None:
    """A limit price far outside today's band waits for its trigger."""
    session = banded(moves_to_band=False)
    asked = order("a", SELL, "1", order_type="stop_limit", trigger="80", price="79")
    session.send(by(asked, trigger="mark"), at=CLOSE_0)

    assert words(session.take()) == ["OrderAccepted a"]
