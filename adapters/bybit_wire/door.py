"""The door of the server: peers that break the protocol, or come and say nothing. Shell code.

What a peer does wrong is answered or cut, and is no fault of ours: it leaves no traceback in the
log. A connection that has not asked for anything within ``SILENT_SECONDS`` is cut, so that nobody
uses up the machine's sockets with halves of requests; what is idle between two requests the HTTP
server itself cuts after ``KEEP_SECONDS``.
"""

import asyncio
import logging

from aiohttp import web
from aiohttp.http import HttpProcessingError

SILENT_SECONDS = 10.0
"""How long a new connection may take for the head of its first request."""
BODY_SECONDS = 10.0
"""How long a request may take for its body."""
KEEP_SECONDS = 75.0
"""How long a connection is kept between two requests."""
SHUTDOWN_SECONDS = 1.0
"""How long requests that are under way have when the server ends."""
CLOSE_SECONDS = 2.0
"""How long a WebSocket waits for the other side's good-bye."""


class _OurFaultsOnly(logging.Filter):
    """Keeps out what a peer did: broken requests, and connections that went away."""

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if record.exc_info else None
        return not isinstance(fault, HttpProcessingError | web.RequestPayloadError | OSError)


def quiet_log() -> logging.Logger:
    """The log of the HTTP server, without the faults of peers."""
    log = logging.getLogger("tradefold.wire")
    if not log.filters:
        log.addFilter(_OurFaultsOnly())
    return log


class Door:
    """Which connections have asked for something; the others are cut in time."""

    def __init__(self) -> None:
        self._asked: dict[web.RequestHandler, None] = {}
        self._waiting: dict[web.RequestHandler, float] = {}

    def asked(self, request: web.Request) -> None:
        """The head of a request of this connection is complete."""
        self._asked[request.protocol] = None

    def look(self, server: web.Server, now: float) -> None:
        """Cut who came more than ``SILENT_SECONDS`` ago and never asked; ``now`` is in seconds."""
        asked: dict[web.RequestHandler, None] = {}
        waiting: dict[web.RequestHandler, float] = {}
        for each in server.connections:
            if each in self._asked:
                asked[each] = None
                continue
            since = self._waiting.get(each, now)
            if now - since > SILENT_SECONDS:
                each.force_close()
            else:
                waiting[each] = since
        self._asked, self._waiting = asked, waiting

    async def watch(self, server: web.Server) -> None:
        """Look once a second, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            self.look(server, loop.time())
            await asyncio.sleep(1.0)


async def body_of(request: web.Request) -> bytes:
    """The whole body; raises what answers 400 where it is broken, 408 where it does not come, and
    413 where it is too large."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="the body did not come") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise web.HTTPBadRequest(text="the body is broken") from error
