"""The exchange behind Bybit's API: how long an order takes from the client and back.

The server runs in a process of its own, as users have it, over a made market that stands still
(speed 0.001). ``create to push``: from the moment a limit order is sent over REST until the private
stream tells it, one after the other; the server holds that message back for 5 ms on purpose.
It is told to twenty listeners each time. ``reads``: books over REST, one connection. ``crowd``:
orders that never meet from twenty connections at once. ``kept``: the same with ``--journal``, where
the page with the order is on the disk before the answer leaves. ``subscribers``: so many sockets
listen to a book of 50 levels that changes twelve times a second (speed 60); each message is timed
from the first socket that has it to the last, so it is how much later the last one is told.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from adapters.bybit_wire.signing import signature
from bench.measure import Figure

PART = "wire"
KEY, SECRET = "bench", "bench-secret"
LISTENERS = 20
CONFIG = f"""\
address_per_5s = 1000000
[[accounts]]
key = "{KEY}"
secret = "{SECRET}"
wallet = 1000000
per_second = 100000
"""


def figures(full: bool) -> Iterator[Figure]:
    """All of this part; more requests when asked for."""
    count = 2_000 if full else 300
    for is_kept in (False, True):
        with _served(is_kept) as port:
            took, rate = asyncio.run(_session(port, count))
            crowd = asyncio.run(_crowd(port, count))
        took.sort()
        how = ", kept" if is_kept else ""
        yield Figure(PART, f"create to push, p50{how}", took[len(took) // 2] * 1e3, "ms")
        yield Figure(PART, f"create to push, p99{how}", took[len(took) * 99 // 100] * 1e3, "ms")
        yield Figure(PART, f"creates of a crowd{how}", crowd, "requests/s")
        yield Figure(PART, f"reads of the book, one connection{how}", rate, "requests/s")
    listeners = 500 if full else 100
    with _served(False, speed="60") as port:
        late, messages = asyncio.run(_subscribers(port, listeners, 6.0 if full else 3.0))
    late.sort()
    what = f"{listeners} subscribers of a book"
    yield Figure(PART, f"{what}, first to last, p50", late[len(late) // 2] * 1e3, "ms")
    yield Figure(PART, f"{what}, first to last, p99", late[len(late) * 99 // 100] * 1e3, "ms")
    yield Figure(PART, f"{what}, all told", messages, "messages/s")


@contextmanager
def _served(is_kept: bool, speed: str = "0.001") -> Iterator[int]:
    """A server in a process of its own; its port."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accounts.toml"
        path.write_text(CONFIG, encoding="utf-8")
        options = ["--port", "0", "--config", str(path), "--symbol", "BTCUSDT", "--speed", speed]
        if is_kept:
            options += ["--journal", str(Path(folder) / "session.journal")]
        command = [sys.executable, "-m", "cli", "exchange", "serve", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            port = 0
            for line in process.stdout:
                if line.startswith("REST "):
                    port = int(line.split()[1].rpartition(":")[2])
                if "Ctrl-C" in line:
                    break
            try:
                yield port
            finally:
                process.terminate()


async def _session(port: int, count: int) -> tuple[list[float], float]:
    """Seconds from each create to its push, and reads a second."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        sockets = [await _listen(http) for _ in range(LISTENERS)]
        took: list[float] = []
        for n in range(count):
            order = {
                "category": "linear",
                "symbol": "BTCUSDT",
                "side": "Buy" if n % 2 == 0 else "Sell",
                "orderType": "Market",
                "qty": "0.001",
            }
            start = time.perf_counter()
            made = (await _post(http, "/v5/order/create", order))["result"]["orderId"]
            for place, socket in enumerate(sockets):
                while (await socket.receive_json())["data"][0]["orderId"] != made:
                    pass
                if place == 0:
                    took.append(time.perf_counter() - start)
        start = time.perf_counter()
        for _ in range(count):
            async with http.get("/v5/market/orderbook?category=linear&symbol=BTCUSDT") as told:
                assert (await told.json())["retCode"] == 0
        return took, count / (time.perf_counter() - start)


async def _crowd(port: int, count: int) -> float:
    """Orders a second of twenty connections at once: each is created and taken back."""
    left = iter(range(count))

    async def one(http: aiohttp.ClientSession) -> None:
        for _ in left:
            order = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "qty": "0.001"}
            limit = {**order, "orderType": "Limit", "price": "10000"}
            made = (await _post(http, "/v5/order/create", limit))["result"]["orderId"]
            gone = {"category": "linear", "symbol": "BTCUSDT", "orderId": made}
            assert (await _post(http, "/v5/order/cancel", gone))["retCode"] == 0

    start = time.perf_counter()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        await asyncio.gather(*(one(http) for _ in range(LISTENERS)))
    return 2 * count / (time.perf_counter() - start)


async def _subscribers(port: int, count: int, seconds: float) -> tuple[list[float], float]:
    """How long each message took from the first subscriber to the last, and messages a second."""
    seen: dict[str, list[float]] = {}

    async def one(http: aiohttp.ClientSession) -> None:
        socket = await http.ws_connect("/v5/public/linear", max_msg_size=0)
        await socket.send_json({"op": "subscribe", "args": ["orderbook.50.BTCUSDT"]})
        async for message in socket:
            number = message.data.rpartition('"u":')[2].partition(",")[0]
            seen.setdefault(number, []).append(time.perf_counter())

    limits = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=limits) as http:
        tasks = [asyncio.create_task(one(http)) for _ in range(count)]
        while sum(map(len, seen.values())) < count:
            await asyncio.sleep(0.1)
        seen.clear()
        await asyncio.sleep(seconds)
        told = sum(map(len, seen.values()))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    late = [each[-1] - each[0] for each in seen.values() if len(each) == count]
    return late, told / seconds


async def _listen(http: aiohttp.ClientSession) -> Any:
    socket = await http.ws_connect("/v5/private")
    expires = int(time.time() * 1_000) + 60_000
    signed = signature(SECRET, f"GET/realtime{expires}".encode())
    await socket.send_json({"op": "auth", "args": [KEY, expires, signed]})
    await socket.receive_json()
    await socket.send_json({"op": "subscribe", "args": ["order"]})
    assert (await socket.receive_json())["success"]
    return socket


async def _post(http: aiohttp.ClientSession, path: str, fields: dict[str, str]) -> Any:
    body = json.dumps(fields).encode()
    async with http.post(path, data=body, headers=_signed(body)) as told:
        return await told.json()


def _signed(payload: bytes) -> dict[str, str]:
    stamp = str(int(time.time() * 1_000))
    return {
        "X-BAPI-API-KEY": KEY,
        "X-BAPI-TIMESTAMP": stamp,
        "X-BAPI-RECV-WINDOW": "20000",
        "X-BAPI-SIGN": signature(SECRET, (stamp + KEY + "20000").encode() + payload),
    }
