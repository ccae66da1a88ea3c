"""Lock-step: the market stands still until whoever drives it asks for the next event. Shell code.

Why it is done so: only a client knows when it has heard everything and decided upon it, so the
client asks (``POST /admin/step``), and the server says how many messages of topics every WebSocket
was handed since it was opened. The client waits until it has heard as many, lets its inbox run
empty, waits for the answers to its requests, and asks again. Whatever it decided upon one event
then reaches the exchange before the next one, as it does in process (design section 5). Before the
market moves, requests of other clients have been answered too, and nothing waits to be sent.

    POST /admin/step                    the next moment: all events of one time
    POST /admin/step {"n": 10}          so many moments; 0 only waits
    POST /admin/step {"to_ms": T}       all moments up to that time, which it is then
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from aiohttp import web

from adapters.bybit_wire.admin import Call, refused
from adapters.bybit_wire.answers import PARAMETER, Answer, Fields, RefusedError, to_text
from adapters.bybit_wire.connection import Connection
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.door import body_of
from adapters.bybit_wire.fields import whole
from adapters.bybit_wire.router import read_json
from engine.timebase import MILLISECOND, NEVER

LOCKSTEP = 0.0
"""The speed at which the market only moves when it is told to."""
STEP = "/admin/step"
PATIENCE = 10.0
"""How long a step waits for requests to be answered and messages to be sent, s."""
TURN = 0.001
MOST = 100_000
"""So many moments one call may play."""


class Stage(Protocol):
    """The server, as far as a step concerns it."""

    desk: Desk

    @property
    def connections(self) -> list[Connection]:
        """Every WebSocket."""

    def deliver(self, delay: float) -> None:
        """Queue what the streams have to tell."""


class Steps:
    """The steps of one server: one at a time."""

    def __init__(self, stage: Stage, speed: float, token: str) -> None:
        self._stage = stage
        self._is_on = speed == LOCKSTEP
        self._token = token
        self._under_way = 0
        self._turn = asyncio.Lock()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """A request is being answered: no step is made meanwhile."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def handle(self, request: web.Request) -> web.Response:
        """Answer ``/admin/step``."""
        body = await body_of(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.method, STEP, b"", body, headers, request.remote or "")
        found = refused(call, self._token) or await self._answer(call)
        text = to_text(found.body)
        return web.Response(status=found.status, text=text, content_type="application/json")

    async def _answer(self, call: Call) -> Answer:
        if call.method != "POST":
            return _no(405, "wrong_method", f"{STEP} takes POST")
        if not self._is_on:
            return _no(409, "no_lockstep", "the market runs by itself; begin with --speed lockstep")
        asked = read_json(call.body or b"{}")
        try:
            wanted = self._wanted(asked)
        except RefusedError as error:
            return _no(400, "wrong_step", error.refusal.text)
        async with self._turn:
            if not await self._settled(lambda: not self._under_way):
                return _no(
                    409, "busy", "requests are still under way, or messages still to be sent"
                )
            moments = self._play(*wanted)
            is_told = await self._settled(lambda: True)
        return Answer(200, {"ok": True, "data": self._facts(moments, is_told), "error": None}, {})

    def _wanted(self, asked: Fields | None) -> tuple[int, int]:
        """How many moments, and up to when; raises ``RefusedError``."""
        if asked is None or asked.keys() - {"n", "to_ms"} or len(asked) > 1:
            raise RefusedError(PARAMETER, 'write {}, {"n": 10} or {"to_ms": 1735689600000}')
        if "to_ms" in asked:
            return MOST, whole(asked, "to_ms", 0) * MILLISECOND
        return whole(asked, "n", 1, 0, MOST), 0

    def _play(self, most: int, until: int) -> int:
        """Play moments, each told before the next one; returns how many."""
        desk, played = self._stage.desk, 0
        while played < most and desk.next_ns != NEVER and (not until or desk.next_ns <= until):
            desk.advance(desk.next_ns)
            self._stage.deliver(0)
            played += 1
        if until and played < most:
            desk.advance(until)
            self._stage.deliver(0)
        return played

    async def _settled(self, also: Callable[[], bool]) -> bool:
        """Wait until nothing waits to be sent and ``also`` holds; whether it came to that."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not (also() and all(each.is_idle for each in self._stage.connections)):
            if loop.time() > end:
                return False
            await asyncio.sleep(TURN)
        return True

    def _facts(self, moments: int, is_told: bool) -> Fields:
        desk = self._stage.desk
        return {
            "moments": moments,
            "market_ms": desk.market_ms,
            "next_ms": None if desk.next_ns == NEVER else desk.next_ns // MILLISECOND,
            "all_sent": is_told,
            "connections": [_connection(each) for each in self._stage.connections],
        }


def _connection(each: Connection) -> Fields:
    account = each.talk.account
    return {
        "conn_id": each.talk.name,
        "kind": each.talk.kind,
        "uid": account.settings.uid if account is not None else None,
        "topics": list(each.talk.topics),
        "told": each.told,
    }


def _no(status: int, code: str, sentence: str) -> Answer:
    body: Fields = {"ok": False, "data": None, "error": {"code": code, "message": sentence}}
    return Answer(status, body, {})
