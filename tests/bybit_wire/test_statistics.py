"""Open interest, ratios, liquidations, limits, insurance, candles of the premium and of months."""

import json
from typing import Any

import pytest

from adapters.bybit_wire.bars import INTERVALS
from adapters.bybit_wire.contracts import contracts_of
from adapters.bybit_wire.conversation import Conversation
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.public_streams import PublicStreams
from engine.domain.candle import Candle
from engine.messages.market import IndexPriced
from engine.money import Price, Quantity, parse
from engine.timebase import DAY, MILLISECOND, MINUTE, SECOND, Nanos, parse_time
from tests.bybit_wire.given import START, SYMBOL, WALL, Client, desk, listed, moved, settings

LINEAR = {"category": "linear", "symbol": SYMBOL}
TWO = [settings(), settings(key="other", uid=2, margin_mode="isolated")]


def play(there: Desk, seconds: int, price: str) -> None:
    """The market trades at a price, so many seconds after the start."""
    there.advance(START + seconds * SECOND)
    there.tell(moved(price, there.markets[SYMBOL].last, Nanos(there.now_ns)))


class Hearer:
    """One who listens to public topics."""

    def __init__(self, there: Desk, *topics: str) -> None:
        self.streams = PublicStreams(there)
        talk = Conversation("public", there, self.streams, 1)
        said = talk.hear(json.dumps({"op": "subscribe", "args": topics}), WALL)
        assert said[0].message["success"], said[0].message
        self.first = [each.message for each in said[1:]]

    def more(self) -> list[dict[str, Any]]:
        """What has come since."""
        return [message for _, message in self.streams.collect()]


def test_open_interest_is_what_the_accounts_here_hold() -> None:
    """Both sides of it at the end of each five minutes, and in the ticker as of now."""
    there = desk(accounts=TWO)
    one, other = Client(there), Client(there, "other")
    one.order("Buy", "0.03")
    other.order("Sell", "0.01")
    ticker = listed(one.get("/v5/market/tickers", **LINEAR))[0]
    assert (ticker["openInterest"], ticker["singleOpenInterest"]) == ("0.04", "0.03")
    play(there, 310, "60000")
    one.order("Sell", "0.02", reduceOnly=True)
    play(there, 640, "60000")
    rows = listed(one.get("/v5/market/open-interest", **LINEAR, intervalTime="5min"))
    assert [(row["openInterest"], row["singleOpenInterest"]) for row in rows] == [
        ("0.02", "0.01"),
        ("0.04", "0.03"),
    ]
    ends = [str((START + n * 300 * SECOND) // MILLISECOND) for n in (2, 1)]
    assert [row["timestamp"] for row in rows] == ends
    ratios = listed(one.get("/v5/market/account-ratio", **LINEAR, period="5min"))
    assert [(row["buyRatio"], row["sellRatio"]) for row in ratios] == [("0.5", "0.5")] * 2
    since = listed(
        one.get("/v5/market/open-interest", **LINEAR, intervalTime="5min", startTime=ends[0])
    )
    assert since == rows[:1]


def test_a_liquidation_is_public_in_both_topics() -> None:
    """The position's side, and the price of its bankruptcy: 60,000 less a hundredth."""
    there = desk(accounts=TWO)
    client = Client(there, "other")
    leverage = {"buyLeverage": "100", "sellLeverage": "100"}
    client.post("/v5/position/set-leverage", **LINEAR, **leverage)
    client.order("Buy", "0.05")
    topics = ("allLiquidation.BTCUSDT", "liquidation.BTCUSDT", "insurance.USDT")
    hearer = Hearer(there, *topics)
    assert hearer.more() == []
    play(there, 5, "59450")
    told = {message["topic"]: message["data"] for message in hearer.more()}
    assert told["allLiquidation.BTCUSDT"] == [
        {
            "T": there.market_ms,
            "s": SYMBOL,
            "S": "Buy",
            "v": "0.05",
            "p": "59400",
        }
    ]
    assert told["liquidation.BTCUSDT"]["side"] == "Buy"
    # It was taken over at 59,400 and worth 59,450.
    assert told["insurance.USDT"][0]["balance"] == "2.5"
    fund = client.get("/v5/market/insurance", coin="USDT")["result"]["list"]
    assert [row["balance"] for row in fund] == ["2.5"]
    assert hearer.more() == []


def test_price_limits_are_those_that_orders_are_held_to() -> None:
    """A hundredth around the mark of BTC; a limit price beyond is moved, or refused where the
    account has switched that off."""
    there = desk()
    client = Client(there)
    found = client.get("/v5/market/price-limit", **LINEAR)["result"]
    assert (found["buyLmt"], found["sellLmt"]) == ("60600", "59400")
    hearer = Hearer(there, "priceLimit.BTCUSDT")
    assert hearer.first[0]["data"]["buyLmt"] == "60600"
    play(there, 5, "60100")
    assert [message["data"]["sellLmt"] for message in hearer.more()] == ["59499"]
    made = client.order("Sell", "0.01", "50000", timeInForce="PostOnly")["result"]["orderId"]
    assert client.shown(made)["price"] == "59499"
    client.post("/v5/account/set-limit-px-action", category="linear", modifyEnable=False)
    assert client.order("Sell", "0.01", "50000")["retCode"] == 30209
    assert client.get("/v5/account/user-setting-config")["result"]["lpaPerp"] is True


def test_a_book_of_one_level_is_told_again_after_three_quiet_seconds() -> None:
    """With the same ``u``; deeper books are not."""
    there = desk()
    hearer = Hearer(there, "orderbook.1.BTCUSDT", "orderbook.50.BTCUSDT")
    hearer.more()
    there.advance(there.now_ns + 2 * SECOND)
    assert hearer.more() == []
    there.advance(there.now_ns + 1 * SECOND)
    again = hearer.more()
    assert [message["topic"] for message in again] == ["orderbook.1.BTCUSDT"]
    assert again[0]["data"]["u"] == hearer.first[0]["data"]["u"]
    assert hearer.more() == []


def test_the_premium_is_the_middle_against_the_index() -> None:
    """(59,999.95 - 59,400) / 59,400 = 1.0100 %."""
    there = desk()
    there.tell([IndexPriced(SYMBOL, Price(parse("59400")))])
    play(there, 70, "60000")
    rows = listed(Client(there).get("/v5/market/premium-index-price-kline", **LINEAR, interval="1"))
    assert (len(rows[0]), rows[0][4][:8]) == (5, "0.010100")


@pytest.mark.parametrize(
    ("months", "opens"), [(1, "2024-12-01T00:00:00Z"), (2, "2024-11-01T00:00:00Z")]
)
def test_months_are_those_of_the_calendar(months: int, opens: str) -> None:
    """A candle of each, the running one first."""
    contract = contracts_of([SYMBOL])
    history = []
    for day in range(70, 0, -1):
        at = START - day * DAY
        prices = [Price(parse(each)) for each in ("100", "120", "90", "110")]
        candle = Candle(SYMBOL, Nanos(at), Nanos(at + DAY), *prices, volume=Quantity(parse("1")))
        history.append(candle)
    there = Desk(contract, [settings()], "depth", START, (), history)
    there.tell(moved("130", 0, Nanos(START + MINUTE)))
    rows = listed(Client(there).get("/v5/market/kline", **LINEAR, interval="M", limit=10))
    assert len(rows) == 4, "October, November, December and the one that runs"
    bars = there.markets[SYMBOL].bars.of(INTERVALS["M"], 0, START)
    assert [bar.close_ns for bar in bars[:-1]] == [bar.open_ns for bar in bars[1:]]
    assert rows[months][0] == str(parse_time(opens) // MILLISECOND)
    days = {1: 31, 2: 30}[months]
    assert rows[months][5] == str(days)
    since = listed(
        Client(there).get(
            "/v5/market/kline",
            **LINEAR,
            interval="M",
            start=parse_time("2024-11-01T00:00:00Z") // MILLISECOND,
            limit=1,
        )
    )
    assert [row[0] for row in since] == [str(parse_time("2024-11-01T00:00:00Z") // MILLISECOND)]


def test_an_order_that_ended_without_a_fill_is_in_the_history_for_a_day() -> None:
    """One that filled stays."""
    there = desk()
    client = Client(there)
    client.order("Buy", "0.01", orderLinkId="filled")
    client.order("Buy", "0.01", "59000", orderLinkId="cancelled")
    client.post("/v5/order/cancel", **LINEAR, orderLinkId="cancelled")

    def links() -> list[str]:
        rows = listed(client.get("/v5/order/history", category="linear"))
        return [row["orderLinkId"] for row in rows]

    assert links() == ["cancelled", "filled"]
    there.advance(there.now_ns + DAY + SECOND)
    assert links() == ["filled"]


def test_transfers_are_in_the_log_and_are_no_profit() -> None:
    """TRANSFER_OUT and TRANSFER_IN, with the balance after; the wallet stream tells it."""
    client = Client(desk())
    names = ["42c0cfb0-6bca-c242-bc76-4e6df6cbab16", "52c0cfb0-6bca-c242-bc76-4e6df6cbab16"]
    ways = [("UNIFIED", "FUND"), ("FUND", "UNIFIED")]
    for name, (source, target) in zip(names, ways, strict=True):
        fields = {"transferId": name, "coin": "USDT", "amount": "250.5"}
        way = {"fromAccountType": source, "toAccountType": target}
        done = client.post("/v5/asset/transfer/inter-transfer", **fields, **way)
        assert done["result"] == {"transferId": name, "status": "SUCCESS"}
    log = listed(client.get("/v5/account/transaction-log", accountType="UNIFIED"))
    told = [(row["type"], row["change"], row["cashBalance"]) for row in log]
    assert told == [("TRANSFER_IN", "250.5", "10000"), ("TRANSFER_OUT", "-250.5", "9749.5")]
    wallets = [row for topic, row in client.told() if topic == "wallet"]
    assert [row["totalWalletBalance"] for row in wallets] == ["9749.5", "10000"]
    assert wallets[0]["coin"][0]["cumRealisedPnl"] == "0"
    rows = listed(client.get("/v5/asset/transfer/query-inter-transfer-list", limit=1))
    assert [row["transferId"] for row in rows] == names[1:]
