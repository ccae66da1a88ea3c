"""Twenty clients at once, of both libraries, and all their sockets broken in the middle."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Any

import ccxt.pro
import pybit.unified_trading as unified
import pytest

from adapters.bybit_wire.contracts import AccountSettings
from tests.bybit_wire.given import SYMBOL, Client, desk, settings
from tests.bybit_wire.serving import Running, server

BTC = "BTC/USDT:USDT"
LINEAR = {"category": "linear", "symbol": SYMBOL}
EACH = 10
PATIENCE = 30.0
WINDOW = 60_000


def account(library: str, nth: int) -> AccountSettings:
    """The account of one client."""
    key = f"{library}-{nth}"
    return settings(key=key, secret=f"{key}-secret", uid=nth + 1, per_second=50)


ACCOUNTS = [account(library, nth) for library in ("pybit", "ccxt") for nth in range(EACH)]


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A server with twenty accounts, at which pybit's private sockets are pointed."""
    with server(desk(accounts=ACCOUNTS)) as found:
        monkeypatch.setattr(unified, "PRIVATE_WSS", f"{found.ws}/v5/private")
        yield found


def until(holds: Any) -> None:
    """Wait until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.02)


def listeners(running: Running, after: int = 0) -> int:
    """How many sockets that came after the one of this number listen to orders now."""
    numbered = list(running.wire._connections.items())
    return sum("order" in each.talk.topics for number, each in numbered if number > after)


def missed_by_all(running: Running) -> int:
    """Break every socket without a word; at that very moment each account gets an order. Returns
    the number of the last socket."""
    done = Future[int]()

    def cut() -> None:
        last = max(running.wire._connections)
        for each in running.wire._connections.values():
            assert each._transport is not None
            each._transport.abort()
        for each in ACCOUNTS:
            client = Client(running.wire.desk, each.key, each.secret)
            made = client.order("Buy", "0.001", "58000", orderLinkId=f"missed-{each.key}")
            assert made["retCode"] == 0
        running.wire.deliver(0)
        done.set_result(last)

    running.loop.call_soon_threadsafe(cut)
    return done.result(PATIENCE)


class ByPybit:
    """One client of pybit: REST and the private socket."""

    def __init__(self, running: Running, key: str) -> None:
        self.key = key
        self.http: Any = unified.HTTP(
            testnet=False,
            api_key=key,
            api_secret=f"{key}-secret",
            retry_codes={-1},
            recv_window=WINDOW,
        )
        self.http.endpoint = running.http
        self.http.client.trust_env = False
        self.told: list[str] = []
        self.socket: Any = unified.WebSocket(
            testnet=False, channel_type="private", api_key=key, api_secret=f"{key}-secret"
        )
        self.socket.order_stream(self._take)

    def _take(self, message: dict[str, Any]) -> None:
        self.told += [f"{row['orderLinkId']} {row['orderStatus']}" for row in message["data"]]

    def order(self, name: str) -> None:
        """An order that rests, and is heard of."""
        link = f"{name}-{self.key}"
        order = {"side": "Buy", "orderType": "Limit", "qty": "0.001", "price": "59000"}
        self.http.place_order(**LINEAR, **order, orderLinkId=link)
        until(lambda: f"{link} New" in self.told)


class ByCcxt:
    """One client of ccxt.pro."""

    def __init__(self, running: Running, key: str) -> None:
        http, ws = running.http, f"{running.ws}/v5/private"
        urls: dict[str, Any] = {"public": http, "private": http}
        urls["ws"] = {"private": {"contract": ws}}
        options: dict[str, Any] = {"fetchMarkets": {"types": ["linear"]}, "defaultType": "swap"}
        options["recvWindow"] = WINDOW
        keys = {"apiKey": key, "secret": f"{key}-secret"}
        self.key = key
        self.client: Any = ccxt.pro.bybit(keys | {"options": options, "urls": {"api": urls}})
        self.told: list[str] = []
        self.breaks = 0

    async def listen(self) -> None:
        """Watch for ever; a broken socket is asked for again."""
        while True:
            try:
                rows = await self.client.watch_orders(BTC)
            except ccxt.NetworkError:
                self.breaks += 1
                continue
            self.told += [f"{row['clientOrderId']} {row['status']}" for row in rows]

    async def order(self, name: str) -> None:
        """An order that rests, and is heard of."""
        link = f"{name}-{self.key}"
        params = {"clientOrderId": link}
        await self.client.create_order(BTC, "limit", "buy", 0.001, 59_000, params)
        async with asyncio.timeout(PATIENCE):
            while f"{link} open" not in self.told:
                await asyncio.sleep(0.02)


def test_all_come_back_and_hear_nothing_of_what_they_missed(running: Running) -> None:
    """Ten of pybit and ten of ccxt: each hears of its own orders alone, loses its socket, comes
    back by itself, finds what it missed over REST and hears what happens then."""
    with ThreadPoolExecutor(EACH) as pool:
        keys = [each.key for each in ACCOUNTS]
        pybits = list(pool.map(lambda key: ByPybit(running, key), keys[:EACH]))
        asyncio.run(_session(running, pool, pybits, keys[EACH:]))
        for each in pybits:
            mine = [f"{name}-{each.key} New" for name in ("first", "second")]
            assert each.told == mine
            rows = each.http.get_open_orders(**LINEAR)["result"]["list"]
            assert [row["orderLinkId"] for row in rows] == [
                f"{name}-{each.key}" for name in ("second", "missed", "first")
            ]
            each.socket.exit()
    until(lambda: not listeners(running))


async def _session(
    running: Running, pool: ThreadPoolExecutor, pybits: list[ByPybit], keys: list[str]
) -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        others = [ByCcxt(running, key) for key in keys]
        for each in others:
            stack.push_async_callback(each.client.close)
        await asyncio.gather(*(each.client.load_markets() for each in others))
        watching = [asyncio.create_task(each.listen()) for each in others]
        everybody = len(ACCOUNTS)
        await asyncio.to_thread(until, lambda: listeners(running) == everybody)

        async def all_order(name: str) -> None:
            waiting = [loop.run_in_executor(pool, each.order, name) for each in pybits]
            await asyncio.gather(*(each.order(name) for each in others), *waiting)

        await all_order("first")
        last = await asyncio.to_thread(missed_by_all, running)
        await asyncio.to_thread(until, lambda: listeners(running, last) == everybody)
        await all_order("second")
        for each in others:
            assert each.breaks > 0
            assert not any(text.startswith("missed") for text in each.told)
            rows = await each.client.fetch_open_orders(BTC)
            assert {row["clientOrderId"] for row in rows} == {
                f"{name}-{each.key}" for name in ("first", "missed", "second")
            }
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
