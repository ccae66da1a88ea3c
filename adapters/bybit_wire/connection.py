"""One WebSocket as the shell holds it: what is said on it, and what waits to be sent."""

import asyncio
from collections.abc import Iterable
from typing import Literal

from aiohttp import WSCloseCode, web

from adapters.bybit_wire.conversation import Conversation
from adapters.bybit_wire.door import CLOSE_SECONDS
from adapters.bybit_wire.faults import Faults
from adapters.bybit_wire.faulty_streams import Line, Said

TOPIC = '"topic":'
"""What every message of a topic has, and no answer to a request."""
QUEUE_MOST = 20_000
"""A connection that is so many messages behind is cut."""

GOING_AWAY = WSCloseCode.GOING_AWAY
"""1001, of a server that goes down (RFC 6455, 7.4.1); the venue's own code is not known."""
End = Literal["stays", "closes", "shut", "cut"]


class Connection:
    """A queue of texts, each with its time and what becomes of the connection then, and who sends
    them."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        talk: Conversation,
        transport: asyncio.Transport | None,
        faults: Faults,
    ) -> None:
        self.socket = socket
        self._transport = transport
        self.talk = talk
        self.line = Line(faults, talk)
        self.queue: asyncio.Queue[tuple[float, str, End]] = asyncio.Queue(QUEUE_MOST)
        self.is_cut = False
        self.is_shut = False
        self.told = 0
        """How many messages of topics were handed to the socket."""
        self._waiting = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be sent."""
        return self.is_cut or not self._waiting

    def say(self, due: float, said: Iterable[Said]) -> None:
        """Queue messages from ``due`` on, each as late as it says; what is behind a cut is lost."""
        for each in said:
            end: End = "cut" if each.ending == "cut" else "closes" if each.closes else "stays"
            self.put(due + each.delay_ms / 1_000, each.text, end)

    def shut(self, due: float) -> None:
        """Close once what is queued was sent, as a server does that is restarted."""
        if not self.is_shut:
            self.is_shut = True
            self.put(due, "", "shut")

    def put(self, due: float, text: str, end: End = "stays") -> None:
        """Queue a message; one too many cuts the connection, whether it still takes or not."""
        try:
            self.queue.put_nowait((due, text, end))
            self._waiting += 1
        except asyncio.QueueFull:
            self.cut()

    def cut(self) -> None:
        """Break the connection at once, without a good-bye."""
        self.is_cut = True
        if self._transport is not None:
            self._transport.abort()

    async def part(self) -> None:
        """Say good-bye; a connection whose other side takes nothing any more is cut."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.socket.close()
        except (TimeoutError, ConnectionError):
            if self._transport is not None:
                self._transport.abort()

    async def send_all(self) -> None:
        """Send what is queued, each message not before its time, until the end."""
        loop = asyncio.get_running_loop()
        while not self.is_cut:
            due, text, end = await self.queue.get()
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            if text:
                await self.socket.send_str(text)
            self.told += TOPIC in text
            self._waiting -= 1
            if end == "cut":
                self.cut()
                return
            if end != "stays":
                break
        await self.socket.close(code=GOING_AWAY if self.is_shut else WSCloseCode.OK)
