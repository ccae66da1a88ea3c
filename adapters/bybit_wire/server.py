"""The shell: sockets and the clock around the desk, nothing else.

How this works: market time runs with the wall's, times the speed. A pump plays the feed as it
falls due; a request first brings the desk to its own moment. Everything is sent through one queue
for each connection, in order, each message not before its time: so an answer to a subscription can
be late, and what follows it stays behind it. All of it is one thread.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import WSMsgType, web

from adapters.bybit_wire.connection import Connection
from adapters.bybit_wire.conversation import DELAY_MS, Conversation, Kind
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.door import (
    CLOSE_SECONDS,
    KEEP_SECONDS,
    SHUTDOWN_SECONDS,
    Door,
    quiet_log,
)
from adapters.bybit_wire.failing import admin_handler, asked_of, on_its_way, response, send
from adapters.bybit_wire.faults import Faults
from adapters.bybit_wire.faulty_answers import page, served
from adapters.bybit_wire.faulty_streams import told
from adapters.bybit_wire.keeping import Keeper
from adapters.bybit_wire.limits import ADDRESS_MOST, AddressLimit
from adapters.bybit_wire.lockstep import LOCKSTEP, STEP, Steps
from adapters.bybit_wire.private_streams import messages
from adapters.bybit_wire.public_streams import PublicStreams
from adapters.bybit_wire.router import answer, elapse
from engine.errors import WorldError
from engine.timebase import SECOND

LOOPBACK = "127.0.0.1"
TURN_SECONDS = 0.02
"""How long the pump sleeps between two turns."""
BUDGET_SECONDS = 0.05
"""How long one turn may play; a feed that is too quick for the machine falls behind the wall."""
KEEP_MARKET_SECONDS = 1.0
"""How often a market that concerns no account is written to the journal of a session: what is lost
of it when the process is killed, the feed tells once more."""
EVENTS_DELAY = 0.005
"""How long after its cause a private message leaves, s: the answer to the request is first."""
IDLE_SECONDS = 600
LEAST_IDLE_SECONDS = 30
BODY_MOST = 1 << 20
SOCKETS: dict[str, Kind] = {
    "/v5/public/linear": "public",
    "/v5/private": "private",
    "/v5/trade": "trade",
}


class Wire:
    """A running server over a desk. ``speed`` is market seconds in a second of the wall; with
    ``LOCKSTEP`` the market stands still until it is told to step."""

    def __init__(
        self,
        desk: Desk,
        speed: float,
        wall_ms: Callable[[], int],
        address_most: int = ADDRESS_MOST,
        faults: Faults | None = None,
        admin_token: str = "",
        keeper: Keeper | None = None,
    ) -> None:
        self.desk = desk
        self.keeper = keeper
        self.streams = PublicStreams(desk)
        self._speed = speed
        self._wall_ms = wall_ms
        self._limit = AddressLimit(address_most)
        self._connections: dict[int, Connection] = {}
        self._numbers = 0
        self._pushed = 0
        self._anchor = (time.monotonic(), desk.now_ns)
        self.pumping: asyncio.Task[None] | None = None
        """It ends only by a fault, or when it is cancelled."""
        self.door = Door()
        self.faults = faults or Faults()
        self.app = web.Application(client_max_size=BODY_MOST)
        for path in SOCKETS:
            self.app.router.add_get(path, self.socket)
        administer = admin_handler(self.faults, desk.accounts, admin_token, wall_ms)
        self.steps = Steps(self, speed, admin_token)
        self.app.router.add_route("*", STEP, self.steps.handle)
        self.app.router.add_route("*", "/admin/{path:.*}", administer)
        self.app.router.add_route("*", "/{path:.*}", self.rest)

    # The clock.

    def play(self) -> None:
        """Bring the desk to the market's present moment, as far as one turn's budget goes."""
        if self._speed == LOCKSTEP:
            return
        began, market = self._anchor
        now = time.monotonic()
        target = market + int((now - began) * self._speed * SECOND)
        while self.desk.next_ns <= target:
            self.desk.advance(self.desk.next_ns)
            if time.monotonic() - now > BUDGET_SECONDS:
                self._anchor = (time.monotonic(), self.desk.now_ns)
                return
        self.desk.advance(target)

    async def pump(self) -> None:
        """Play the feed for ever. Raises what the session's journal raises: nothing left then."""
        kept = time.monotonic()
        while True:
            self.play()
            elapse(self.desk, self._wall_ms())
            self.deliver(0)
            if self.keeper is not None and time.monotonic() - kept > KEEP_MARKET_SECONDS:
                self.keeper.flush(durable=False)
                kept = time.monotonic()
            if self.faults.is_down(self._wall_ms()):
                for each in self._connections.values():
                    each.shut(0)
            await asyncio.sleep(TURN_SECONDS)

    @property
    def connections(self) -> list[Connection]:
        """Every WebSocket, oldest first."""
        return list(self._connections.values())

    def listened(self) -> set[str]:
        """Every topic that somebody listens to."""
        return {topic for each in self._connections.values() for topic in each.talk.topics}

    # What goes out.

    def keep(self) -> None:
        """What an account is told next is on the disk when this returns."""
        if self.keeper is not None and self.keeper.owes:
            self.keeper.flush(durable=True)

    async def kept(self) -> None:
        """The same, once for all requests that are there in this moment: a disk takes long."""
        if self.keeper is not None and self.keeper.owes:
            await asyncio.sleep(0)
            self.keep()

    def deliver(self, delay: float) -> None:
        """Queue all that the streams have to tell, ``delay`` seconds from now."""
        self.keep()
        due = asyncio.get_running_loop().time() + delay
        wall = self._wall_ms()
        public = [told(message) for _, message in self.streams.collect()]
        connections = list(self._connections.values())
        for each in connections if public else ():
            if each.talk.kind == "public":
                mine = [message for message in public if message.topic in each.talk.topics]
                each.say(due, each.line.tell(mine, wall))
        for account in self.desk.accounts.values():
            pushes = account.take_pushes()
            if not pushes:
                continue
            for each in connections:
                if each.talk.kind == "private" and each.talk.account is account:
                    rows = messages(pushes, each.talk.topics, self.desk.market_ms, self._pushed)
                    said = each.line.tell([told(message) for message in rows], wall)
                    each.say(due + EVENTS_DELAY, said)
            self._pushed += len(pushes)

    # What comes in.

    async def rest(self, request: web.Request) -> web.Response:
        """Answer one REST request."""
        self.door.asked(request)
        if not self._limit.admits(request.remote or "", self._wall_ms()):
            return web.Response(status=403, text="access too frequent")
        asked = await asked_of(request)
        with self.steps.under_way():
            await on_its_way(self.faults, asked, self._wall_ms())
            self.play()
            wall = self._wall_ms()
            act = partial(answer, self.desk, asked, wall)
            found = served(self.desk, self.faults, asked, wall, act)
            try:
                await self.kept()
            except WorldError:
                # Neither yes nor no may be said of it. The pump meets the same and ends the server.
                return web.Response(status=500)
            self.deliver(0)
            return await send(request, found)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Talk on one WebSocket until it ends."""
        self.door.asked(request)
        if self.faults.is_down(self._wall_ms()):
            return response(page(503))
        idle = idle_seconds(request.query.get("max_active_time", ""))
        socket = web.WebSocketResponse(
            timeout=CLOSE_SECONDS, receive_timeout=idle, max_msg_size=BODY_MOST
        )
        await socket.prepare(request)
        self._numbers += 1
        number = self._numbers
        talk = Conversation(SOCKETS[request.path], self.desk, self.streams, number)
        connection = self._connections[number] = Connection(
            socket, talk, request.transport, self.faults
        )
        sending = asyncio.create_task(connection.send_all())
        try:
            await self._hear(connection)
        except (TimeoutError, ConnectionError, WorldError):
            pass  # idle for too long, gone, or not to be kept: it ends without a word
        finally:
            del self._connections[number]
            talk.end(self._wall_ms())
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await connection.part()
        return socket

    async def _hear(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            self.play()
            self.deliver(0)
            said = connection.line.hear(message.data, self._wall_ms())
            self.keep()
            connection.say(loop.time(), said)
            self.deliver(DELAY_MS / 1_000 if connection.talk.kind == "trade" else 0)

    async def close(self) -> None:
        """Say good-bye to all who are connected."""
        await asyncio.gather(*(each.part() for each in self._connections.values()))


def idle_seconds(text: str) -> float:
    """``max_active_time``: 30 s to 10 min, ``45s`` or ``2m``; 10 min for anything else."""
    number, unit = text[:-1], text[-1:]
    if not number.isdecimal() or unit not in ("s", "m"):
        return IDLE_SECONDS
    seconds = int(number[:6]) * (60 if unit == "m" else 1)
    return float(min(max(seconds, LEAST_IDLE_SECONDS), IDLE_SECONDS))


def wall_ms() -> int:
    """The wall clock in milliseconds."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def serving(
    desk: Desk,
    port: int,
    speed: float,
    address_most: int = ADDRESS_MOST,
    faults: Faults | None = None,
    admin_token: str = "",
    keeper: Keeper | None = None,
) -> AsyncIterator[tuple[Wire, int]]:
    """The server on loopback for as long as the context is open; the port is its own where 0 was
    asked for. Raises ``WorldError`` when the port is taken."""
    wire = Wire(desk, speed, wall_ms, address_most, faults, admin_token, keeper)
    runner = web.AppRunner(
        wire.app,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=KEEP_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
        logger=quiet_log(),
    )
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise WorldError(f"port {port} of {LOOPBACK} cannot be had: {error.strerror}") from error
    wire.pumping = asyncio.create_task(wire.pump())
    assert runner.server is not None, "a runner that is set up has a server"
    watching = asyncio.create_task(wire.door.watch(runner.server))
    try:
        yield wire, int(runner.addresses[0][1])
    finally:
        watching.cancel()
        wire.pumping.cancel()
        ended = await asyncio.gather(wire.pumping, watching, return_exceptions=True)
        await wire.close()
        await runner.cleanup()
        for fault in ended:
            if isinstance(fault, Exception):
                raise fault
