"""A whole session of pybit itself over a real socket: the smallest set of bybit-v5.md 9."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pybit._websocket_trading as trading
import pybit.unified_trading as unified
import pytest
import requests
from pybit.exceptions import FailedRequestError, InvalidRequestError

from engine.money import parse
from tests.bybit_wire.given import KEY, SECRET, SYMBOL, desk, listed
from tests.bybit_wire.serving import Running, server, trade

LINEAR: dict[str, Any] = {"category": "linear", "symbol": SYMBOL}
PATIENCE = 5.0
Rows = queue.Queue[dict[str, Any]]


def client(running: Running, key: str = KEY, secret: str = SECRET) -> Any:
    """pybit's HTTP, pointed at the server."""
    made = unified.HTTP(testnet=False, api_key=key, api_secret=secret, retry_codes={-1})
    made.endpoint = running.http
    made.client.trust_env = False
    return made


def into(rows: Rows) -> Callable[[dict[str, Any]], None]:
    """A callback that only queues: an exception in one ends pybit's thread."""

    def take(message: dict[str, Any]) -> None:
        if "data" in message and isinstance(message["data"], list):
            for row in message["data"]:
                rows.put(row)
        else:
            rows.put(message)

    return take


def until(rows: Rows, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first row that holds; the others are let go."""
    end = time.monotonic() + PATIENCE
    while True:
        row = rows.get(timeout=max(0.01, end - time.monotonic()))
        if holds(row):
            return row


@contextmanager
def listening(running: Running, patch: pytest.MonkeyPatch, **options: Any) -> Iterator[Any]:
    """pybit's private WebSocket, pointed at the server; ``options`` are its own."""
    patch.setattr(unified, "PRIVATE_WSS", f"{running.ws}/v5/private")
    socket = unified.WebSocket(
        testnet=False, channel_type="private", api_key=KEY, api_secret=SECRET, **options
    )
    yield socket
    socket.exit()


@pytest.fixture
def running() -> Iterator[Running]:
    """A server whose market stands still until a test trades on it."""
    with server(desk()) as found:
        yield found


@pytest.fixture
def private(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """pybit's private WebSocket."""
    with listening(running, monkeypatch) as socket:
        yield socket


def test_a_session_from_markets_to_the_closed_trade(running: Running, private: Any) -> None:
    """Markets, candles, leverage, entry with stop and target, amend, cancel, the stop fires,
    reconciliation: what the streams told is what REST shows."""
    http = client(running)
    orders, executions, positions, wallets = (Rows() for _ in range(4))
    private.order_stream(into(orders))
    private.execution_stream(into(executions))
    private.position_stream(into(positions))
    private.wallet_stream(into(wallets))
    assert listed(http.get_instruments_info(category="linear"))[0]["symbol"] == SYMBOL
    assert listed(http.get_kline(**LINEAR, interval=1))
    assert http.get_orderbook(**LINEAR)["result"]["b"]
    assert listed(http.get_tickers(**LINEAR))[0]["lastPrice"] == "60000"
    http.set_leverage(**LINEAR, buyLeverage="5", sellLeverage="5")
    entry = http.place_order(
        **LINEAR,
        side="Buy",
        orderType="Market",
        qty="0.01",
        stopLoss="59500",
        takeProfit="61000",
        orderLinkId="entry-1",
    )["result"]
    filled = until(orders, lambda row: row["orderStatus"] == "Filled")
    assert (filled["orderId"], filled["orderLinkId"]) == (entry["orderId"], "entry-1")
    stop = until(orders, lambda row: row["stopOrderType"] == "StopLoss")
    assert stop["orderStatus"] == "Untriggered"
    assert executions.get(timeout=PATIENCE)["orderId"] == entry["orderId"]
    held = until(positions, lambda row: row["size"] == "0.01")
    assert (held["stopLoss"], held["leverage"]) == ("59500", "5")
    until(wallets, lambda row: row["accountType"] == "UNIFIED")
    rests = http.place_order(
        **LINEAR, side="Buy", orderType="Limit", qty=0.01, price=59900, timeInForce="PostOnly"
    )["result"]["orderId"]
    until(orders, lambda row: row["orderId"] == rests and row["orderStatus"] == "New")
    http.amend_order(**LINEAR, orderId=rests, price="59800")
    until(orders, lambda row: row["orderId"] == rests and row["price"] == "59800")
    http.cancel_order(**LINEAR, orderId=rests)
    until(orders, lambda row: row["orderId"] == rests and row["orderStatus"] == "Cancelled")
    trade(running, "59400")
    fired = until(orders, lambda row: row["orderStatus"] == "Filled")
    assert fired["orderId"] == stop["orderId"]
    until(positions, lambda row: row["size"] == "0")
    closed = listed(http.get_closed_pnl(**LINEAR))[0]
    assert closed["orderId"] == stop["orderId"]
    assert listed(http.get_open_orders(**LINEAR)) == []
    told = [row["execId"] for row in listed(http.get_executions(**LINEAR))]
    assert told[0] == executions.get(timeout=PATIENCE)["execId"]
    money = listed(http.get_wallet_balance(accountType="UNIFIED"))[0]["totalWalletBalance"]
    log = listed(http.get_transaction_log(accountType="UNIFIED", category="linear"))
    assert log[0]["cashBalance"] == money


def test_public_streams_begin_with_a_snapshot_and_go_on(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Book, ticker, trades and candles; pybit merges the deltas by itself."""
    monkeypatch.setattr(unified, "PUBLIC_WSS", f"{running.ws}/v5/public/{{CHANNEL_TYPE}}")
    socket = unified.WebSocket(testnet=False, channel_type="linear")
    books, tickers, trades, bars = (Rows() for _ in range(4))
    socket.orderbook_stream(50, SYMBOL, into(books))
    socket.ticker_stream(SYMBOL, into(tickers))
    socket.trade_stream(SYMBOL, into(trades))
    socket.kline_stream(1, SYMBOL, into(bars))
    assert len(books.get(timeout=PATIENCE)["data"]["b"]) == 50
    assert tickers.get(timeout=PATIENCE)["data"]["lastPrice"] == "60000"
    until(bars, lambda row: row["confirm"] is False)
    trade(running, "60050")
    assert trades.get(timeout=PATIENCE)["p"] == "60050"
    until(tickers, lambda row: row["data"]["lastPrice"] == "60050")
    until(books, lambda row: min(parse(ask[0]) for ask in row["data"]["a"]) == parse("60050"))
    until(bars, lambda row: row["close"] == "60050")
    socket.exit()


def test_orders_go_over_the_trade_socket_too(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Create, amend, cancel; refusals come to the error callback."""
    monkeypatch.setattr(trading, "TRADE_WSS", f"{running.ws}/v5/trade")
    socket = unified.WebSocketTrading(testnet=False, api_key=KEY, api_secret=SECRET)
    answers, errors = Rows(), Rows()
    order = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "59900"}
    callbacks = {"callback": answers.put, "error_callback": errors.put}
    socket.place_order(**callbacks, **LINEAR, **order, orderLinkId="ws-1")
    made = answers.get(timeout=PATIENCE)
    assert made["data"]["orderLinkId"] == "ws-1"
    assert made["header"]["X-Bapi-Limit"] == "10"
    socket.amend_order(**callbacks, **LINEAR, orderLinkId="ws-1", price="59800")
    assert answers.get(timeout=PATIENCE)["retCode"] == 0
    socket.cancel_order(**callbacks, **LINEAR, orderLinkId="ws-1")
    assert answers.get(timeout=PATIENCE)["retCode"] == 0
    socket.cancel_order(**callbacks, **LINEAR, orderLinkId="ws-1")
    assert errors.get(timeout=PATIENCE)["retCode"] == 110001
    socket.exit()


def test_wrong_signatures_and_unknown_symbols_are_pybits_errors(running: Running) -> None:
    """InvalidRequestError with the venue's code."""
    with pytest.raises(InvalidRequestError) as refused:
        client(running, secret="other").get_positions(**LINEAR)
    assert refused.value.status_code == 10004
    with pytest.raises(InvalidRequestError) as refused:
        client(running, key="nobody").get_positions(**LINEAR)
    assert refused.value.status_code == 10003
    with pytest.raises(InvalidRequestError) as refused:
        client(running).get_positions(category="linear", symbol="NOPEUSDT")
    assert refused.value.status_code == 10001
    with pytest.raises(FailedRequestError):
        client(running).get_rpi_orderbook(**LINEAR)


def test_an_old_timestamp_is_refused(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """10002, which pybit would try again with a wider window."""
    now = int(time.time() * 1_000)
    monkeypatch.setattr("pybit._helpers.generate_timestamp", lambda: now - 60_000)
    with pytest.raises(InvalidRequestError) as refused:
        client(running).get_positions(**LINEAR)
    assert refused.value.status_code == 10002


def test_huge_and_broken_bodies_leave_the_server_alive(running: Running) -> None:
    """413 and 400, and the next request is answered."""
    for body in (b"x" * (2 << 20), b"{", b"\x00\xff"):
        answer = requests.post(f"{running.http}/v5/order/create", data=body, timeout=PATIENCE)
        assert answer.status_code in (400, 401, 413)
    assert client(running).get_server_time()["retCode"] == 0
