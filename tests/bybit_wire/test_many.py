"""Many clients, many requests, and connections that go away (bybit-v5.md 4.1, 7.1)."""

import asyncio
import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import aiohttp
import pytest

from adapters.bybit_wire import connection, server, shelf
from adapters.bybit_wire.signing import signature
from tests.bybit_wire.given import KEY, SECRET, SYMBOL, Client, desk, listed, settings
from tests.bybit_wire.serving import PATIENCE, Running, listened, trade
from tests.bybit_wire.serving import server as running_server

CLIENTS = 20


@pytest.fixture
def running() -> Iterator[Running]:
    """A server whose market stands still until a test trades on it."""
    with running_server(desk()) as found:
        yield found


def run(work: Any) -> None:
    """Run a coroutine with a limit on its patience."""
    asyncio.run(asyncio.wait_for(work, PATIENCE * 2))


async def logged_in(session: aiohttp.ClientSession, running: Running) -> Any:
    """A private connection that listens to orders."""
    socket = await session.ws_connect(f"{running.ws}/v5/private")
    expires = int(time.time() * 1_000) + 5_000
    signed = signature(SECRET, f"GET/realtime{expires}".encode())
    await socket.send_json({"op": "auth", "args": [KEY, expires, signed]})
    assert (await socket.receive_json())["success"]
    await socket.send_json({"op": "subscribe", "args": ["order"]})
    assert (await socket.receive_json())["success"]
    return socket


async def order(session: aiohttp.ClientSession, running: Running, price: int) -> Any:
    """A signed order over REST; its answer."""
    wish = {"category": "linear", "symbol": SYMBOL, "side": "Buy", "orderType": "Limit"}
    body = json.dumps(wish | {"qty": "0.001", "price": str(price)}).encode()
    stamp = str(int(time.time() * 1_000))
    headers = {
        "X-BAPI-API-KEY": KEY,
        "X-BAPI-TIMESTAMP": stamp,
        "X-BAPI-RECV-WINDOW": "20000",
        "X-BAPI-SIGN": signature(SECRET, (stamp + KEY + "20000").encode() + body),
    }
    async with session.post(f"{running.http}/v5/order/create", data=body, headers=headers) as told:
        return await told.json()


def test_twenty_clients_are_told_the_same_in_the_same_order(running: Running) -> None:
    """Each gets every message once."""

    async def work() -> None:
        async with aiohttp.ClientSession() as session:
            sockets = [await logged_in(session, running) for _ in range(CLIENTS)]
            made = [(await order(session, running, 59_000 + n))["result"] for n in range(5)]
            for socket in sockets:
                rows = [(await socket.receive_json())["data"][0]["orderId"] for _ in made]
                assert rows == [each["orderId"] for each in made]

    run(work())


def test_a_burst_gets_limits_not_crashes(running: Running) -> None:
    """Of 200 orders at once some are taken, the others are told 10006, and the server lives."""

    async def work() -> None:
        async with aiohttp.ClientSession() as session:
            wishes = [order(session, running, 58_000 + n) for n in range(200)]
            codes = [each["retCode"] for each in await asyncio.gather(*wishes)]
            assert set(codes) <= {0, 10006}
            assert codes.count(0) >= 10
            assert codes.count(10006) > 0

    run(work())


def test_a_connection_that_goes_away_is_forgotten(running: Running) -> None:
    """Cleanly or not; a new one gets a new snapshot and nothing of before."""

    async def work() -> None:
        async with aiohttp.ClientSession() as session:
            url = f"{running.ws}/v5/public/linear"
            for is_clean in (True, False):
                socket = await session.ws_connect(url)
                await socket.send_json({"op": "subscribe", "args": ["tickers.BTCUSDT"]})
                assert (await socket.receive_json())["success"]
                if is_clean:
                    await socket.close()
                else:
                    socket._response.connection.transport.abort()
                async with asyncio.timeout(PATIENCE):
                    while running.wire.listened():
                        await asyncio.sleep(0.01)
            socket = await session.ws_connect(url)
            await socket.send_json({"op": "subscribe", "args": ["tickers.BTCUSDT"]})
            assert (await socket.receive_json())["success"]
            assert (await socket.receive_json())["type"] == "snapshot"
            await listened(running, "tickers.BTCUSDT")
            await asyncio.to_thread(trade, running, "60100")
            assert (await socket.receive_json())["data"]["lastPrice"] == "60100"
            await socket.close()

    run(work())


def test_a_connection_that_falls_behind_is_cut_and_the_others_are_not(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is not for those who do not read."""

    async def work() -> None:
        async with aiohttp.ClientSession() as session:
            patient = await logged_in(session, running)
            with monkeypatch.context() as small:
                small.setattr(connection, "QUEUE_MOST", 3)
                slow = await logged_in(session, running)
            for n in range(8):
                assert (await order(session, running, 58_000 + n))["retCode"] == 0
            client = Client(running.wire.desk)
            every = {"category": "linear", "symbol": SYMBOL}
            cancel = partial(client.post, "/v5/order/cancel-all", **every)
            running.loop.call_soon_threadsafe(cancel)
            seen = [(await patient.receive_json())["data"][0]["orderStatus"] for _ in range(16)]
            assert seen == ["New"] * 8 + ["Cancelled"] * 8
            while (await slow.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
            assert slow.closed

    run(work())


def test_an_address_that_asks_too_often_is_locked_out(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP 403 beyond 600 requests in five seconds."""
    monkeypatch.setattr(running.wire, "_limit", server.AddressLimit(3))

    async def work() -> None:
        async with aiohttp.ClientSession() as session:
            codes: list[int] = []
            for _ in range(5):
                async with session.get(f"{running.http}/v5/market/time") as told:
                    codes.append(told.status)
            assert codes == [200] * 3 + [403] * 2

    run(work())


def test_memory_does_not_grow_with_what_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many finished orders are kept; an older one is gone, but its link id stays taken."""
    monkeypatch.setattr(shelf, "KEPT", 5)
    client = Client(desk(accounts=[settings(per_second=1_000)]))
    for n in range(30):
        link = f"n-{n}"
        assert client.order("Buy", "0.001", "59000", orderLinkId=link)["retCode"] == 0
        fields = {"category": "linear", "symbol": SYMBOL, "orderLinkId": link}
        assert client.post("/v5/order/cancel", **fields)["retCode"] == 0
    heard = client.desk.accounts[KEY].heard
    assert (len(heard.rows), len(heard.by_client)) == (5, 5)
    rows = listed(client.get("/v5/order/history", category="linear"))
    assert [row["orderLinkId"] for row in rows] == [f"n-{n}" for n in range(29, 24, -1)]
    assert client.order("Buy", "0.001", "59000", orderLinkId="n-0")["retCode"] == 110072


def test_link_ids_are_known_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The venue does not say for how long it knows them; here the last hundred thousand."""
    monkeypatch.setattr(shelf, "LINKS_KEPT", 3)
    client = Client(desk(accounts=[settings(per_second=1_000)]))
    for link in ("a", "b", "c", "d"):
        assert client.order("Buy", "0.001", "59000", orderLinkId=link)["retCode"] == 0
    assert client.order("Buy", "0.001", "59000", orderLinkId="b")["retCode"] == 110072
    assert client.order("Buy", "0.001", "59000", orderLinkId="a")["retCode"] == 0
