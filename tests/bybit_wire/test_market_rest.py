"""Market data as everybody sees them (bybit-v5.md 3.2)."""

from uuid import UUID

import pytest

from adapters.bybit_wire.bars import Bars, opening_of
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.opening import open_desk
from adapters.bybit_wire.playing import STEPS, book, played, way
from adapters.history.feed import Group
from engine.domain.candle import Candle
from engine.errors import UserError
from engine.messages.market import BarOpened, FundingRated, MarkPriced, Traded
from engine.money import Price, Quantity, parse
from engine.timebase import DAY, HOUR, MINUTE, SECOND, Nanos, parse_time
from tests.bybit_wire.given import START, SYMBOL, Client, contracts_of, desk, listed, settings

LINEAR = {"category": "linear", "symbol": SYMBOL}


def test_candles_come_newest_first_with_the_running_one() -> None:
    """As strings: start, open, high, low, close, volume, turnover."""
    there = desk("60000", "60030", "59990")
    there.advance(START + 61 * SECOND)
    rows = listed(Client(there).get("/v5/market/kline", **LINEAR, interval="1"))
    assert rows == [
        [str(START // 10**6), "60000", "60030", "59990", "59990", "4", "240020"],
    ]
    marks = listed(Client(there).get("/v5/market/mark-price-kline", **LINEAR, interval="1"))
    assert marks == [rows[0][:5]]


@pytest.mark.parametrize(
    ("start", "end", "opens"), [(0, 2, [2, 1, 0]), (1, -1, [4, 3, 2, 1]), (-1, 3, [3, 2, 1, 0])]
)
def test_candles_are_asked_for_by_their_opening(start: int, end: int, opens: list[int]) -> None:
    """Both ends are meant inclusively; of one alone the limit goes on from it."""
    bars = Bars()
    for minute in range(5):
        bars.trade(START + minute * MINUTE, parse("1"), parse("1"))
    there = desk()
    there.markets[SYMBOL].bars = bars
    there.advance(START + 5 * MINUTE)
    fields = {"interval": "1"} | LINEAR
    for name, minute in (("start", start), ("end", end)):
        if minute >= 0:
            fields[name] = str((START + minute * MINUTE) // 10**6)
    rows = listed(Client(there).get("/v5/market/kline", **fields))
    found = [(int(row[0]) * 10**6 - START) // MINUTE for row in rows]
    assert found == opens


def test_longer_candles_are_made_of_minutes() -> None:
    """Open of the first, close of the last, extremes of all, volumes together."""
    bars = Bars()
    for minute, price in enumerate(("5", "9", "2", "4")):
        bars.trade(START + minute * MINUTE, parse(price), parse("1"))
    found = bars.of(3 * MINUTE, START, START + HOUR)
    shown = [(bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in found]
    units = [tuple(parse(text) for text in row) for row in (("5", "9", "2", "2", "3"),)]
    assert shown[:1] == units
    assert len(found) == 2


def test_minutes_without_a_trade_are_flat() -> None:
    """They open and close at the price before."""
    bars = Bars()
    bars.trade(START, parse("5"), parse("1"))
    bars.trade(START + 3 * MINUTE, parse("7"), parse("1"))
    found = bars.of(MINUTE, START, START + HOUR)
    assert [bar.close for bar in found] == [parse(text) for text in ("5", "5", "5", "7")]
    assert [bar.volume for bar in found] == [parse(text) for text in ("1", "0", "0", "1")]


def test_weeks_open_on_mondays() -> None:
    """2025-01-01 was a Wednesday."""
    assert opening_of(START, 7 * DAY) == parse_time("2024-12-30T00:00:00Z")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/v5/market/kline", {"interval": "7"}),
        ("/v5/market/kline", {"interval": "1", "limit": 1_001}),
        ("/v5/market/kline", {"interval": "1", "symbol": "NOPEUSDT"}),
        ("/v5/market/kline", {"interval": "1", "category": "linear2"}),
        ("/v5/market/kline", {"interval": "1", "start": 2, "end": 1}),
        ("/v5/market/orderbook", {"limit": 0}),
        ("/v5/market/funding/history", {"startTime": 1}),
        ("/v5/market/tickers", {"symbol": "NOPEUSDT"}),
        ("/v5/market/risk-limit", {"symbol": "NOPEUSDT"}),
        ("/v5/market/instruments-info", {"symbol": "NOPEUSDT"}),
    ],
)
def test_wrong_parameters_are_10001(path: str, fields: dict[str, object]) -> None:
    """Intervals, limits, symbols, categories, spans."""
    assert Client(desk()).get(path, **(LINEAR | fields))["retCode"] == 10001


def test_the_book_is_sorted_and_as_deep_as_asked_for() -> None:
    """Bids fall, asks rise, and no level is empty."""
    body = Client(desk()).get("/v5/market/orderbook", **LINEAR, limit=10)["result"]
    bids, asks = ([parse(row[0]) for row in body[side]] for side in ("b", "a"))
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert (len(bids), len(asks)) == (10, 10)
    assert bids[0] < asks[0]
    assert all(parse(row[1]) > 0 for row in body["b"] + body["a"])


def test_a_ticker_tells_the_book_the_last_price_and_the_next_funding() -> None:
    """Of all symbols, or of one."""
    row = listed(Client(desk("60060")).get("/v5/market/tickers", category="linear"))[0]
    assert (row["lastPrice"], row["ask1Price"], row["bid1Price"]) == ("60000", "60000", "59999.9")
    assert row["nextFundingTime"] == str((START + 8 * HOUR) // 10**6)
    assert row["fundingIntervalHour"] == "8"


def test_trades_are_told_newest_first() -> None:
    """With the side of the taker."""
    there = desk("59990")
    there.advance(START + 2 * SECOND)
    rows = listed(Client(there).get("/v5/market/recent-trade", **LINEAR))
    assert len({UUID(row["execId"]) for row in rows}) == len(rows)
    assert [(row["price"], row["side"], row["size"]) for row in rows] == [
        ("59990", "Sell", "1"),
        ("60000", "Buy", "1"),
    ]


def test_contracts_are_listed_with_their_filters() -> None:
    """As strings; nothing is in pre-launch, nothing inverse."""
    client = Client(desk())
    path = "/v5/market/instruments-info"
    row = listed(client.get(path, category="linear"))[0]
    assert row["priceFilter"]["tickSize"] == "0.1"
    assert row["lotSizeFilter"]["qtyStep"] == "0.001"
    assert (row["baseCoin"], row["fundingInterval"], row["status"]) == ("BTC", 480, "Trading")
    assert listed(client.get(path, category="linear", status="PreLaunch")) == []
    assert listed(client.get(path, category="inverse")) == []


def test_risk_tiers_are_fractions_and_the_first_has_no_deduction() -> None:
    """The recorded ladder of section 6.9."""
    rows = listed(Client(desk()).get("/v5/market/risk-limit", **LINEAR))
    assert [rows[0][name] for name in ("riskLimitValue", "maintenanceMargin", "mmDeduction")] == [
        "2000000",
        "0.005",
        "",
    ]
    assert (rows[1]["mmDeduction"], rows[1]["maxLeverage"]) == ("1200", "90.00")
    assert [rows[place]["initialMargin"] for place in (0, 1, 21)] == ["0.01", "0.0111", "0.0833"]
    assert [row["isLowestRisk"] for row in rows[:2]] == [1, 0]


def test_what_no_feed_told_is_an_empty_list() -> None:
    """Not an error, and nothing invented."""
    assert listed(Client(desk()).get("/v5/market/funding/history", **LINEAR)) == []


@pytest.mark.parametrize(
    ("high", "low", "close"), [(110, 95, 105), (110, 70, 80), (100, 100, 100), (105, 90, 90)]
)
def test_the_way_of_a_candle_makes_the_candle_again(high: int, low: int, close: int) -> None:
    """It begins at the open, ends at the close, and touches both extremes and nothing beyond."""
    candle = Candle(
        SYMBOL,
        START,
        Nanos(START + MINUTE),
        Price(100),
        Price(high),
        Price(low),
        Price(close),
        Quantity(1),
    )
    found = way(candle, 1)
    assert (found[0], max(found), min(found), found[-1]) == (100, high, low, close)
    assert len(found) == STEPS


def test_what_is_told_within_a_bar_stays_at_its_time() -> None:
    """Marks lie between the ticks that are made up; a funding rate that is told is the only one."""
    prices = [Price(parse(text)) for text in ("60000", "60100", "59900", "60050")]
    opens = Nanos(START + 8 * HOUR)
    closes = Nanos(opens + MINUTE)
    middle = Nanos(opens + MINUTE // 2)
    candle = Candle(SYMBOL, opens, closes, *prices, Quantity(parse("12")))
    groups: list[Group] = [
        (opens, 1, (BarOpened(SYMBOL, opens, prices[0]),)),
        (middle, 1, (MarkPriced(SYMBOL, prices[1]),)),
        (closes, 0, (candle,)),
    ]
    known = {SYMBOL: contracts_of([SYMBOL])[0]}
    for rated in ((), (SYMBOL,)):
        told = list(played(groups, known, rated))
        moments = [at for at, _ in told]
        assert moments == sorted(moments)
        assert (moments[0], moments[-1]) == (opens, closes)
        kinds = [type(event) for at, events in told for event in events if at == middle]
        assert kinds == [MarkPriced]
        trades = [each for _, events in told for each in events if isinstance(each, Traded)]
        assert sum(each.quantity for each in trades) == candle.volume


def test_a_stop_that_a_made_trade_fires_meets_the_offers_of_its_moment() -> None:
    """Not those of before, which were better than its trigger."""
    prices = [Price(parse(text)) for text in ("60000", "60000", "59000", "59000")]
    opens, closes = Nanos(START), Nanos(START + MINUTE)
    candle = Candle(SYMBOL, opens, closes, *prices, Quantity(parse("12")))
    bar = (opens, 1, (BarOpened(SYMBOL, opens, prices[0]),))
    known = {SYMBOL: contracts_of([SYMBOL])[0]}
    feed = played([bar, (closes, 0, (candle,))], known)
    there = Desk(contracts_of([SYMBOL]), [settings()], "depth", START, feed)
    there.advance(START + 1)
    client = Client(there)
    client.order("Buy", "0.01")
    stop = {"triggerPrice": "59500", "triggerDirection": 2, "reduceOnly": True}
    fired = client.order("Sell", "0.01", **stop)["result"]["orderId"]
    there.advance(closes)
    assert client.shown(fired)["orderStatus"] == "Filled"
    assert 59_000 <= float(client.shown(fired)["avgPrice"]) <= 59_500


def test_funding_comes_at_the_usual_rate_where_no_file_tells_it() -> None:
    """Each eight hours, once; not for symbols whose rates are recorded."""
    known = {SYMBOL: contracts_of([SYMBOL])[0]}
    groups: list[Group] = []
    for hour in range(17):
        at, ends = Nanos(START + hour * HOUR), Nanos(START + (hour + 1) * HOUR)
        price = Price(parse("60000"))
        groups.append((at, 1, (BarOpened(SYMBOL, at, price),)))
        bar = Candle(SYMBOL, at, ends, price, price, price, price, Quantity(parse("1")))
        groups.append((ends, 0, (bar,)))
    for rated, settled in (((), [8, 16]), ((SYMBOL,), [])):
        told = [
            (each.settle_ns - START) // HOUR
            for _, events in played(groups, known, rated)
            for each in events
            if isinstance(each, FundingRated)
        ]
        assert told == settled


def test_a_level_that_stays_keeps_its_quantity() -> None:
    """Deltas of a played book hold what moved, not everything."""
    instrument = contracts_of([SYMBOL])[0]
    one = book(instrument, parse("60000"), parse("60000.1"), START)
    other = book(instrument, parse("60000.1"), parse("60000.2"), START)
    shared = dict(one.bids).keys() & dict(other.bids).keys()
    assert len(shared) > 40
    assert all(dict(one.bids)[price] == dict(other.bids)[price] for price in shared)


def test_a_made_market_begins_now_after_its_history() -> None:
    """A start of its own is kept; the same seed plays the same prices."""
    now = parse_time("2026-03-01T12:00:30Z")
    first = open_desk(["synthetic:7"], [SYMBOL], [settings()], now, 60).desk
    assert first.now_ns == now, "a bot that compares the clocks finds none"
    assert first.start_ns == parse_time("2026-03-01T12:00:00Z")
    fixed = "synthetic:7,start=2025-01-01T00:00:00Z"
    other = open_desk([fixed], [SYMBOL], [settings()], now, 60).desk
    assert other.start_ns == parse_time("2025-01-01T01:00:00Z")
    for there in (first, other):
        there.advance(there.start_ns + 5 * MINUTE)
    assert [each.price for each in first.markets[SYMBOL].trades] == [
        each.price for each in other.markets[SYMBOL].trades
    ]
    assert len(first.markets[SYMBOL].bars.of(MINUTE, 0, now + HOUR)) == 65


@pytest.mark.parametrize("feeds", [["nonsense"], ["synthetic:7", "synthetic:8"], ["synthetic:"]])
def test_a_feed_that_cannot_be_played_is_one_sentence(feeds: list[str]) -> None:
    """Wrong words, two markets, no seed."""
    with pytest.raises(UserError):
        open_desk(feeds, [SYMBOL], [settings()], START)
