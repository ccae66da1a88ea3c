"""What is said on a WebSocket, in process: topics, deltas, pings, logins (bybit-v5.md 4)."""

import json
from typing import Any

import pytest

from adapters.bybit_wire.conversation import DELAY_MS, Conversation, Kind, Reply
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.private_streams import messages
from adapters.bybit_wire.public_streams import PublicStreams
from adapters.bybit_wire.server import idle_seconds
from adapters.bybit_wire.signing import signature
from engine.money import parse
from engine.timebase import MINUTE, SECOND
from tests.bybit_wire.given import KEY, SECRET, START, SYMBOL, WALL, Client, desk, prices


class Talk:
    """One connection in process."""

    def __init__(self, there: Desk, kind: Kind) -> None:
        self.streams = PublicStreams(there)
        self.said = Conversation(kind, there, self.streams, 1)

    def replies(self, **fields: Any) -> list[Reply]:
        """What is answered to a message."""
        return self.said.hear(json.dumps(fields), WALL)

    def say(self, **fields: Any) -> dict[str, Any]:
        """The one answer, or the first."""
        return self.replies(**fields)[0].message

    def login(self, secret: str = SECRET) -> Reply:
        """Log in as the usual account."""
        expires = WALL + 1_000
        signed = signature(secret, f"GET/realtime{expires}".encode())
        return self.replies(op="auth", args=[KEY, expires, signed])[0]


def test_an_acknowledgement_is_late_and_the_snapshot_comes_after_it() -> None:
    """The request's id comes back as it was sent, number or text."""
    replies = Talk(desk(), "public").replies(
        op="subscribe", req_id=7, args=["orderbook.50.BTCUSDT"], extra=1
    )
    assert [each.delay_ms for each in replies] == [DELAY_MS, DELAY_MS]
    ack, snapshot = (each.message for each in replies)
    assert (ack["success"], ack["op"], ack["req_id"]) == (True, "subscribe", 7)
    assert (snapshot["type"], snapshot["topic"]) == ("snapshot", "orderbook.50.BTCUSDT")


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["orderbook.7.BTCUSDT"],
        ["kline.7.BTCUSDT"],
        ["tickers.NOPEUSDT"],
        ["publicTrade"],
        ["order"],
        [],
        "x",
        [1],
        ["tickers.BTCUSDT"] * 2,
        ["tickers.BTCUSDT", "nonsense"],
        ["x" * 22_000],
    ],
)
def test_a_topic_that_there_is_not_is_refused_and_the_connection_stays(args: object) -> None:
    """Nothing of such a request is subscribed."""
    talk = Talk(desk(), "public")
    (reply,) = talk.replies(op="subscribe", args=args)
    assert (reply.message["success"], reply.closes) == (False, False)
    assert talk.say(op="subscribe", args=["tickers.BTCUSDT"])["success"]
    assert not talk.say(op="subscribe", args=["tickers.BTCUSDT"])["success"]


def test_deltas_make_the_book_of_the_exchange() -> None:
    """Applied to the snapshot as the sheet says they give what REST shows."""
    there = desk("60010.5", "59980", "60002")
    talk = Talk(there, "public")
    _, first = talk.replies(op="subscribe", args=["orderbook.50.BTCUSDT"])
    sides = {name: dict(first.message["data"][name]) for name in ("b", "a")}
    for second in (2, 3, 4):
        there.advance(START + second * SECOND)
        ((_, delta),) = talk.streams.collect()
        assert delta["type"] == "delta"
        for name, book in sides.items():
            for price, size in delta["data"][name]:
                if size == "0":
                    del book[price]
                else:
                    book[price] = size
    shown = Client(there).get("/v5/market/orderbook", category="linear", symbol=SYMBOL, limit=50)
    for name, book in sides.items():
        assert book == dict(shown["result"][name])


def test_a_late_listener_gets_a_snapshot_that_the_next_delta_fits() -> None:
    """Even when the book moved since the last delta was told."""
    there = desk("60010", "60020")
    talk = Talk(there, "public")
    talk.replies(op="subscribe", args=["orderbook.50.BTCUSDT"])
    there.advance(START + 2 * SECOND)
    other = Conversation("public", there, talk.streams, 2)
    late = other.hear('{"op":"subscribe","args":["orderbook.50.BTCUSDT"]}', WALL)[1].message
    book = dict(late["data"]["a"])
    ((_, delta),) = talk.streams.collect()
    assert delta["data"]["u"] > late["data"]["u"]
    for price, size in delta["data"]["a"]:
        if size == "0":
            assert price in book


def test_the_first_level_comes_as_snapshots_alone() -> None:
    """orderbook.1."""
    there = desk("60010")
    talk = Talk(there, "public")
    talk.replies(op="subscribe", args=["orderbook.1.BTCUSDT"])
    there.advance(START + 2 * SECOND)
    ((_, message),) = talk.streams.collect()
    assert message["type"] == "snapshot"
    assert message["data"]["a"][0][0] == "60010"
    assert talk.streams.collect() == []


def test_a_ticker_delta_holds_what_changed() -> None:
    """And the symbol."""
    there = desk("60010")
    talk = Talk(there, "public")
    _, first = talk.replies(op="subscribe", args=["tickers.BTCUSDT"])
    assert first.message["data"]["tickDirection"]
    there.advance(START + 2 * SECOND)
    ((_, delta),) = talk.streams.collect()
    assert delta["data"]["lastPrice"] == "60010"
    assert delta["data"]["symbol"] == SYMBOL
    assert "fundingRate" not in delta["data"]


def test_each_candle_is_confirmed_once() -> None:
    """Whatever happens in between, every minute's last message is its confirmed one."""
    there = desk()
    talk = Talk(there, "public")
    talk.replies(op="subscribe", args=["kline.1.BTCUSDT"])
    there._feed = iter(prices(*["60010", "60020", "60005"] * 100, second=2))
    there._next = next(there._feed)
    told: list[dict[str, Any]] = []
    for second in range(2, 290, 7):
        there.advance(START + second * SECOND)
        told += [row for _, message in talk.streams.collect() for row in message["data"]]
    confirmed = [row["start"] for row in told if row["confirm"]]
    first = START // 10**6
    assert confirmed == [first + n * 60_000 for n in range(4)]
    for start in confirmed:
        rows = [row for row in told if row["start"] == start]
        assert [row["confirm"] for row in rows].index(True) == len(rows) - 1
        assert rows[-1]["end"] == start + 59_999
    bars = there.markets[SYMBOL].bars.of(MINUTE, START, START + 4 * MINUTE)
    volumes = {row["start"]: row["volume"] for row in told if row["confirm"]}
    assert [parse(volumes[start]) for start in confirmed] == [bar.volume for bar in bars[:4]]


def test_trades_are_told_once() -> None:
    """In the order they happened."""
    there = desk("60010", "60020")
    talk = Talk(there, "public")
    talk.replies(op="subscribe", args=["publicTrade.BTCUSDT"])
    talk.streams.collect()
    there.advance(START + 3 * SECOND)
    ((_, message),) = talk.streams.collect()
    assert [(row["p"], row["S"], row["L"]) for row in message["data"]] == [
        ("60010", "Buy", "PlusTick"),
        ("60020", "Buy", "PlusTick"),
    ]
    assert talk.streams.collect() == []


def test_who_has_unsubscribed_is_told_nothing() -> None:
    """And the topic may be subscribed again."""
    talk = Talk(desk(), "public")
    talk.say(op="subscribe", args=["tickers.BTCUSDT"])
    assert talk.say(op="unsubscribe", args=["tickers.BTCUSDT"])["success"]
    assert talk.said.topics == {}
    assert talk.say(op="subscribe", args=["tickers.BTCUSDT"])["success"]
    talk.said.end(WALL)
    assert talk.streams.collect() == []


def test_pings_have_three_answers() -> None:
    """One for each kind of connection."""
    there = desk()
    public = Talk(there, "public").say(op="ping", req_id="p")
    assert (public["ret_msg"], public["op"], public["req_id"]) == ("pong", "ping", "p")
    private = Talk(there, "private").say(op="ping", req_id=3)
    assert (private["op"], private["args"], private["req_id"]) == ("pong", [str(WALL)], 3)
    trade = Talk(there, "trade").say(op="ping")
    assert (trade["retCode"], trade["op"], trade["data"]) == (0, "pong", [str(WALL)])


def test_private_topics_want_a_login_and_a_wrong_one_ends_the_connection() -> None:
    """success false and closed."""
    talk = Talk(desk(), "private")
    assert not talk.say(op="subscribe", args=["order"])["success"]
    wrong = talk.login("other")
    assert (wrong.message["success"], wrong.closes) == (False, True)
    right = talk.login()
    assert (right.message["success"], right.closes) == (True, False)
    assert talk.say(op="subscribe", args=["order", "execution.fast"])["success"]


@pytest.mark.parametrize(
    ("args", "is_taken"),
    [
        (["order.linear", "execution.linear", "wallet"], True),
        (["order", "order.linear"], False),
        (["position", "execution.linear"], True),
        (["greeks", "dcp.future"], True),
    ],
)
def test_all_in_one_and_categorised_topics_of_a_kind_do_not_mix(
    args: list[str], is_taken: bool
) -> None:
    """In one request."""
    talk = Talk(desk(), "private")
    talk.login()
    assert talk.say(op="subscribe", args=args)["success"] is is_taken


def test_a_fill_is_told_on_the_fast_topic_without_its_fee() -> None:
    """Funding is not, and a maker's link id is left out."""
    client = Client(desk())
    client.order("Buy", "0.01", orderLinkId="a")
    told = list(messages(client.told(), ("execution.fast", "wallet"), 5, 1))
    fast, wallet = told
    assert fast["data"][0]["orderLinkId"] == "a"
    assert "execFee" not in fast["data"][0]
    assert wallet["topic"] == "wallet"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 0),
        ({"op": "order.nothing"}, 10404),
        ({"op": None}, 10404),
        ({"header": {"X-BAPI-TIMESTAMP": WALL}}, 0),
        ({"header": {"X-BAPI-TIMESTAMP": str(WALL - 9_000)}}, 10002),
        ({"header": {"X-BAPI-TIMESTAMP": "x"}}, 10001),
        ({"header": None}, 10001),
        ({"args": []}, 10001),
        ({"args": [{"category": "spot"}]}, 10404),
        ({"args": [{"category": []}]}, 10404),
        ({"reqId": "x" * 37}, 10001),
        ({"reqId": []}, 10001),
    ],
)
def test_the_trade_socket_refuses_with_its_codes(change: dict[str, Any], code: int) -> None:
    """And echoes the request's id, without which ccxt would wait for ever."""
    talk = Talk(desk(), "trade")
    order = {
        "category": "linear",
        "symbol": SYMBOL,
        "side": "Buy",
        "orderType": "Limit",
        "qty": "0.01",
        "price": "59900",
    }
    asked = {
        "reqId": "r-1",
        "header": {"X-BAPI-TIMESTAMP": str(WALL)},
        "op": "order.create",
        "args": [order],
    }
    assert talk.say(**asked)["retCode"] == 10004
    assert talk.login().message["retCode"] == 0
    assert talk.login().message["retCode"] == 20001
    answer = talk.say(**(asked | change))
    assert answer["retCode"] == code
    assert answer["reqId"] == (asked | change)["reqId"]
    if code == 0:
        assert answer["data"]["orderId"]
        assert talk.say(**asked)["retCode"] == 20006


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 50_000, '{"op": 5}', "null"])
@pytest.mark.parametrize("kind", ["public", "private", "trade"])
def test_nonsense_is_answered_and_harms_nobody(text: str, kind: Kind) -> None:
    """No crash, no end."""
    talk = Talk(desk(), kind)
    (reply,) = talk.said.hear(text, WALL)
    assert not reply.closes
    assert reply.message.get("success") is False or reply.message["retCode"] != 0


@pytest.mark.parametrize(
    ("text", "seconds"), [("1m", 60), ("45s", 45), ("1s", 30), ("99m", 600), ("", 600), ("x", 600)]
)
def test_an_idle_connection_may_say_how_long_it_lives(text: str, seconds: float) -> None:
    """max_active_time: 30 s to 10 min."""
    assert idle_seconds(text) == seconds
