"""What the shell does of faults: it waits, cuts, stays silent; and the admin's door. Shell code."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from aiohttp import web

from adapters.bybit_wire.admin import Call, administer
from adapters.bybit_wire.answers import Request, to_text
from adapters.bybit_wire.door import body_of
from adapters.bybit_wire.faults import Faults
from adapters.bybit_wire.faulty_answers import Served, lateness

HOLD_SECONDS = 120.0
"""How long a request that gets no answer is held before its connection is cut."""
LOOK_SECONDS = 0.05
"""How often it is looked whether the client has gone meanwhile."""


async def asked_of(request: web.Request) -> Request:
    """A request with its whole body, as the pure rooms know it."""
    body = await body_of(request)
    path, _, query = request.raw_path.partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, path, query.encode(), body, headers)


async def on_its_way(faults: Faults, asked: Request, wall_ms: int) -> None:
    """Wait for as long as a request takes that is late."""
    late_ms = lateness(faults, asked, wall_ms)
    if late_ms:
        await asyncio.sleep(late_ms / 1_000)


async def send(request: web.Request, found: Served) -> web.Response:
    """Answer a request: in time, late, or never."""
    if found.ending == "whole":
        if found.delay_ms:
            await asyncio.sleep(found.delay_ms / 1_000)
        return response(found)
    if found.ending == "silent":
        await _held(request)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # nobody is there to get it


def response(found: Served) -> web.Response:
    """An answer as it is."""
    return web.Response(
        status=found.status,
        text=found.text,
        content_type=found.content_type,
        headers=found.headers,
    )


def admin_handler(
    faults: Faults, keys: Collection[str], token: str, wall_ms: Callable[[], int]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of ``/admin/``; no fault strikes there."""

    async def handle(request: web.Request) -> web.StreamResponse:
        call = Call(*await asked_of(request), request.remote or "")
        found = administer(faults, call, keys, token, wall_ms())
        return web.Response(
            status=found.status, text=to_text(found.body), content_type="application/json"
        )

    return handle


async def _held(request: web.Request) -> None:
    """Wait until the client has gone, or for so long that it should have."""
    loop = asyncio.get_running_loop()
    end = loop.time() + HOLD_SECONDS
    while request.transport is not None and loop.time() < end:
        await asyncio.sleep(LOOK_SECONDS)
