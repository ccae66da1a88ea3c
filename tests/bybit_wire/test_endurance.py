"""Many requests, many connections, and peers that stop in the middle: nothing stays behind.

``TRADEFOLD_WIRE_REQUESTS=100000`` makes the long way of the tests that measure memory.
"""

import gc
import json
import os
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from adapters.bybit_wire import connection, door, ledger, shelf
from adapters.bybit_wire import server as shell
from adapters.simulated import orders
from tests.bybit_wire.given import KEY, SYMBOL, desk, settings
from tests.bybit_wire.raw import PING, RawSocket, frame, request, say, signed
from tests.bybit_wire.serving import Running, server, trade

REQUESTS = int(os.environ.get("TRADEFOLD_WIRE_REQUESTS", "2000"))
LINEAR = {"category": "linear", "symbol": SYMBOL}
MANY = 1_000_000
PATIENCE = 15.0
TOPICS = ["tickers.BTCUSDT", "publicTrade.BTCUSDT", "kline.1.BTCUSDT"]
TOPICS += [f"orderbook.{depth}.BTCUSDT" for depth in (1, 50, 200, 1000)]


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A server that has nothing against haste, and remembers little."""
    for module in (shelf, ledger):
        monkeypatch.setattr(module, "KEPT", 50)
    monkeypatch.setattr(orders, "FINISHED_KEPT", 50)
    with server(desk(accounts=[settings(per_second=MANY)])) as found:
        monkeypatch.setattr(found.wire, "_limit", shell.AddressLimit(MANY))
        yield found


def files() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def held() -> Iterator[Callable[[], int]]:
    """The bytes that Python holds. Over a short way those of the process tell nothing: its
    allocator keeps what earlier tests left, and takes more when it likes.
    """
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.01)


class Caller:
    """One connection over which everything is asked, signed as of ``stamp``, or now."""

    def __init__(self, port: int, stamp: str = "") -> None:
        self.at = {"stamp": stamp} if stamp else {}
        self.http = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def ask(self, method: str, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Ask signed; the body of the answer."""
        if method == "POST":
            body = json.dumps(fields).encode()
            self.http.request(method, path, body, signed(body, **self.at))
        else:
            query = "&".join(f"{name}={value}" for name, value in fields.items())
            self.http.request(method, f"{path}?{query}", None, signed(query.encode(), **self.at))
        found: dict[str, Any] = json.loads(self.http.getresponse().read())
        return found


def round_of(caller: Caller, nth: int) -> None:
    """Seven requests: an order that rests and is taken back, a trade, one that is refused, and
    three questions."""
    link = f"round-{nth}"
    order = LINEAR | {"qty": "0.001", "orderLinkId": link}
    rests = order | {"side": "Buy", "orderType": "Limit", "price": "59000"}
    assert caller.ask("POST", "/v5/order/create", rests)["retCode"] == 0
    assert caller.ask("POST", "/v5/order/create", rests)["retCode"] == 110072
    assert caller.ask("POST", "/v5/order/cancel", LINEAR | {"orderLinkId": link})["retCode"] == 0
    side = "Buy" if nth % 2 else "Sell"
    taken = LINEAR | {"qty": "0.001", "side": side, "orderType": "Market"}
    assert caller.ask("POST", "/v5/order/create", taken)["retCode"] == 0
    for path in ("/v5/order/history", "/v5/execution/list", "/v5/market/tickers"):
        assert caller.ask("GET", path, LINEAR)["retCode"] in (0, 10006)


def test_memory_and_files_stay_flat_over_many_requests(
    running: Running, held: Callable[[], int]
) -> None:
    """Objects, bytes and open files after some hundred requests, and after all of them."""
    caller, listener = Caller(running.port), RawSocket(running.port, "/v5/private")
    listener.login()
    topics = {"op": "subscribe", "args": ["order", "execution", "position", "wallet"]}
    assert listener.talk(json.dumps(topics))["success"]
    rounds = REQUESTS // 7
    seen: list[tuple[int, int, int]] = []
    for nth in range(rounds):
        round_of(caller, nth)
        listener.send(frame(b'{"op":"ping"}'))
        while json.loads(listener.heard()[1]).get("op") != "pong":
            pass
        if nth in (min(rounds // 2, 2_000), rounds - 1):
            gc.collect()
            seen.append((len(gc.get_objects()), held(), files()))
    (objects, memory, opened), (later, more, still) = seen
    assert abs(later - objects) < 500, "what is over is forgotten"
    assert still == opened
    grown = (more - memory) / REQUESTS
    print(f"{REQUESTS} requests: {later - objects} objects, {grown:.0f} bytes a request")
    assert grown < 100, "link ids are kept, and nothing else"
    listener.close()


def test_connections_that_come_and_go_leave_nothing(running: Running) -> None:
    """Asked and closed, broken off in the handshake, subscribed and dropped without a word."""
    opened, rounds = 0, max(60, REQUESTS // 50)
    for nth in range(rounds):
        if nth == 20:
            gc.collect()
            opened = files()
        say(running.port, request("GET", "/v5/market/time"))
        RawSocket(running.port).close()
        listener = RawSocket(running.port)
        listener.talk(json.dumps({"op": "subscribe", "args": TOPICS}))
        listener.close()
        private = RawSocket(running.port, "/v5/private")
        assert private.login()["success"]
        private.talk('{"op":"subscribe","args":["order"]}')
        private.close()
        half = socket.create_connection(("127.0.0.1", running.port))
        half.sendall(b"GET /v5/priv")
        half.close()
    until(lambda: not running.wire.listened())
    until(lambda: len(running.wire._connections) == 0)
    gc.collect()
    until(lambda: files() <= opened)


def test_who_says_nothing_or_half_of_it_is_cut(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection without a request, one with half of a head, one whose body does not come; a
    WebSocket with half a frame is left alone, it may be slow."""
    monkeypatch.setattr(door, "SILENT_SECONDS", 0.5)
    monkeypatch.setattr(door, "BODY_SECONDS", 0.5)
    with ExitStack() as stack:
        silent, slow, later = (
            stack.enter_context(socket.create_connection(("127.0.0.1", running.port), PATIENCE))
            for _ in range(3)
        )
        slow.sendall(b"GET /v5/market/time HTTP/1.1\r\nHo")
        later.sendall(b"POST /v5/order/create HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        half = RawSocket(running.port)
        half.send(frame(b'{"op":"ping"}')[:9])
        assert (silent.recv(1), slow.recv(1)) == (b"", b"")
        assert later.recv(1_000).startswith(b"HTTP/1.1 408")
        half.send(frame(b'{"op":"ping"}')[9:])
        assert json.loads(half.heard()[1])["ret_msg"] == "pong"
        half.close()


def test_who_never_reads_is_cut_and_the_others_are_served(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Books for one who takes none: after so many messages the connection is cut. Floods of pings
    stop at what the sockets hold. The server ends at once all the same."""
    monkeypatch.setattr(connection, "QUEUE_MOST", 200)
    deaf, flood = RawSocket(running.port), RawSocket(running.port, patience=0.3)
    deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    deaf.send(frame(json.dumps({"op": "subscribe", "args": TOPICS}).encode()))
    until(lambda: len(running.wire.listened()) == len(TOPICS))
    with pytest.raises((TimeoutError, ConnectionError)):
        flood.send(frame(b"x" * 100, op=PING) * 500_000)
    moves = 0
    while running.wire.listened():
        trade(running, f"{60_000 + 100 * (moves % 7)}")
        moves += 1
        assert moves < 5_000, "who does not read is cut"
    assert say(running.port, request("GET", "/v5/market/time"))[0] == 200
    deaf.close()
    flood.close()


def test_a_burst_of_requests_is_answered_to_the_last(running: Running) -> None:
    """A thousand requests without waiting for an answer: each has one, in its order."""
    count = 1_000
    one = request("GET", "/v5/market/orderbook?category=linear&symbol=BTCUSDT&limit=1")
    with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as burst:
        begun, heard = time.monotonic(), b""
        burst.sendall(one * count)
        while heard.count(b'"retCode":0') < count:
            got = burst.recv(1 << 20)
            assert got, "the server hung up"
            heard += got
    took = time.monotonic() - begun
    print(f"{count / took:.0f} requests a second, pipelined")
    assert heard.count(b"HTTP/1.1 200") == count


def test_thousands_of_subscriptions_are_held_and_let_go(running: Running) -> None:
    """Every topic, on a hundred connections; all are told the same."""
    sockets = [RawSocket(running.port, patience=PATIENCE) for _ in range(100)]
    asked = frame(json.dumps({"op": "subscribe", "args": TOPICS}).encode())
    for each in sockets:
        each.send(asked)
    for each in sockets:
        assert json.loads(each.heard()[1])["success"]
    trade(running, "60100")
    for each in sockets:
        while json.loads(each.heard()[1])["topic"] != "publicTrade.BTCUSDT":
            pass
    assert len(running.wire.streams._topics) == len(TOPICS)
    for each in sockets:
        each.close()
    until(lambda: not running.wire.streams._topics)


def test_the_limits_hold_for_all_connections_of_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """600 requests of an address in five seconds, ten orders of a key in one; the wall stands."""
    now = int(time.time() * 1_000)
    monkeypatch.setattr(shell, "wall_ms", lambda: now)
    with server(desk()) as usual:
        callers = [Caller(usual.port, str(now)) for _ in range(4)]
        fields = LINEAR | {"qty": "0.001", "side": "Buy", "orderType": "Limit", "price": "59000"}
        codes = [
            callers[n % 4].ask("POST", "/v5/order/create", fields)["retCode"] for n in range(20)
        ]
        assert codes == [0] * 10 + [10006] * 10
        statuses = [say(usual.port, request("GET", "/v5/market/time"))[0] for _ in range(600)]
        assert statuses == [200] * 580 + [403] * 20
        assert usual.wire.desk.accounts[KEY].heard.open
