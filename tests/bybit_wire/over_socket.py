"""A client of a running server over real sockets, and its twin in process.

Both are asked the same, at the same moment of a wall clock that is moved by hand and of a market
that stands still but when it is told to move: so their answers are the same to the last field.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from typing import Any
from unittest.mock import patch

import websocket

from adapters.bybit_wire import server as shell
from adapters.bybit_wire.answers import Answer, Request
from adapters.bybit_wire.contracts import AccountSettings
from adapters.bybit_wire.conversation import Conversation
from adapters.bybit_wire.private_streams import messages
from adapters.bybit_wire.public_streams import PublicStreams
from adapters.bybit_wire.router import answer
from adapters.bybit_wire.signing import signature
from engine.messages.market import MarketEvent
from engine.timebase import Nanos
from tests.bybit_wire.given import KEY, SECRET, WALL, Client, desk
from tests.bybit_wire.serving import PATIENCE, Running, server

STILL = 1e-12
"""A speed at which no test is long enough for the market to move."""
TOPICS = ("order", "execution", "position", "wallet")
Told = list[tuple[str, Any]]


class Twins:
    """A server and a desk in process that are asked the same.

    ``pace_ms`` is how far the wall goes with each request.
    """

    def __init__(self, running: Running, there: Client, clock: list[int]) -> None:
        self.running = running
        self.twin = there
        self.clock = clock
        self.pace_ms = 250
        self.http = HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
        self.streams = PublicStreams(there.desk)
        self.private = self._logged_in("private")
        self.private.send(json.dumps({"op": "subscribe", "args": list(TOPICS)}))
        assert json.loads(self.private.recv())["success"]
        self.trading = self._logged_in("trade")
        self.talk = Conversation("trade", there.desk, self.streams, 2)
        self._heard(self.talk, self._login())

    def _login(self) -> str:
        expires = self.clock[0] + 5_000
        signed = signature(SECRET, f"GET/realtime{expires}".encode())
        return json.dumps({"op": "auth", "args": [KEY, expires, signed]})

    def _logged_in(self, kind: str) -> Any:
        url = f"ws://127.0.0.1:{self.running.port}/v5/{kind}"
        socket = websocket.create_connection(url, timeout=PATIENCE)
        socket.send(self._login())
        reply = json.loads(socket.recv())
        assert reply.get("success") or reply.get("retCode") == 0, reply
        return socket

    def _heard(self, talk: Conversation, text: str) -> list[dict[str, Any]]:
        return [reply.message for reply in talk.hear(text, self.clock[0])]

    def close(self) -> None:
        """End the connections."""
        self.private.close()
        self.trading.close()
        self.http.close()

    def reconnect(self) -> None:
        """The private socket breaks without a word, and comes back."""
        self.private.sock.close()
        self.private = self._logged_in("private")
        self.private.send(json.dumps({"op": "subscribe", "args": list(TOPICS)}))
        assert json.loads(self.private.recv())["success"]
        assert self.pushed() == [], "nothing is replayed"

    def send(self, request: Request) -> tuple[Answer, Answer]:
        """The server's answer and the twin's."""
        target = request.path + (f"?{request.query.decode()}" if request.query else "")
        self.http.request(request.method, target, request.body or None, request.headers)
        found = self.http.getresponse()
        body = json.loads(found.read())
        headers = {name: value for name, value in found.getheaders() if name.startswith("X-Bapi")}
        theirs = Answer(found.status, body, headers)
        ours = answer(self.twin.desk, request, self.clock[0])
        self.clock[0] += self.pace_ms
        return theirs, ours

    def trade(self, op: str, args: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The same over the trade sockets."""
        header = {"X-BAPI-TIMESTAMP": str(self.clock[0])}
        text = json.dumps({"reqId": f"{self.clock[0]}", "header": header, "op": op, "args": [args]})
        self.trading.send(text)
        theirs = json.loads(self.trading.recv())
        ours = self._heard(self.talk, text)[0]
        self.clock[0] += max(1, self.pace_ms)
        return theirs, json.loads(json.dumps(ours))

    def move(self, step_ns: int, events: Callable[[Nanos], tuple[MarketEvent, ...]]) -> None:
        """Let time pass, and the market do something, on both sides."""
        self.twin.desk.advance(self.twin.desk.now_ns + step_ns)
        at = Nanos(self.twin.desk.now_ns)
        told = events(at)
        self.twin.desk.tell(told)
        wire, done = self.running.wire, Future[None]()

        def tell() -> None:
            wire.desk.advance(at)
            wire.desk.tell(told)
            wire.deliver(0)
            done.set_result(None)

        self.running.loop.call_soon_threadsafe(tell)
        done.result(PATIENCE)

    def pushed(self) -> Told:
        """What the private socket has told since last asked: what came before a pong."""
        self.private.send('{"op":"ping"}')
        found: Told = []
        while (message := json.loads(self.private.recv())).get("op") != "pong":
            found += [(message["topic"], row) for row in message["data"]]
        return found

    def expected(self) -> Told:
        """What the twin has to tell."""
        pushes = self.twin.desk.accounts[KEY].take_pushes()
        told = messages(pushes, TOPICS, self.twin.desk.market_ms, 0)
        return [(each["topic"], row) for each in told for row in each["data"]]


@contextmanager
def twins(settings: AccountSettings) -> Iterator[Twins]:
    """A server with this account, and its twin."""
    clock = [WALL]
    with ExitStack() as stack:
        stack.enter_context(patch.object(shell, "wall_ms", lambda: clock[0]))
        running = stack.enter_context(server(desk(accounts=[settings]), speed=STILL))
        found = Twins(running, Client(desk(accounts=[settings])), clock)
        stack.callback(found.close)
        yield found
