"""A server in a thread of its own, on a free port of loopback, as a test's clients meet it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from attrs import frozen

from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.keeping import Keeper
from adapters.bybit_wire.origin import code_digest
from adapters.bybit_wire.server import Wire, serving
from adapters.bybit_wire.sessions import Kept
from engine.timebase import Nanos
from tests.bybit_wire.given import SYMBOL, moved

PATIENCE = 30.0


@frozen
class Running:
    """A server that runs: where, and the desk behind it."""

    port: int
    wire: Wire
    loop: asyncio.AbstractEventLoop

    @property
    def http(self) -> str:
        """Where REST is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Where the WebSockets are."""
        return f"ws://127.0.0.1:{self.port}"


def _begun(session: Kept) -> tuple[Desk, Keeper]:
    return session.opened.desk, session.keeper


@contextmanager
def server(desk: Desk | Callable[[], Kept], speed: float = 1.0) -> Iterator[Running]:
    """Serve ``desk`` until the context ends; what went wrong in the thread is raised here.

    A kept session is begun and ended by the thread that serves it, as the command does.
    """
    started: Future[Running] = Future()
    ended: Future[None] = Future()
    stop: list[asyncio.Event] = []

    async def run() -> None:
        stop.append(asyncio.Event())
        there, keeper = (desk, None) if isinstance(desk, Desk) else _begun(desk())
        try:
            async with serving(there, 0, speed, keeper=keeper) as (wire, port):
                started.set_result(Running(port, wire, asyncio.get_running_loop()))
                await stop[0].wait()
        except BaseException:
            if keeper is not None:
                keeper.journal.close()
            raise
        if keeper is not None:
            keeper.pause(0, code_digest())

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as fault:
            ended.set_exception(fault)
        else:
            ended.set_result(None)

    threading.Thread(target=work, daemon=True).start()
    running = started.result(PATIENCE)
    try:
        yield running
    finally:
        running.loop.call_soon_threadsafe(stop[0].set)
        ended.result(PATIENCE)  # the server ends when it is told to


def trade(running: Running, price: str) -> None:
    """Let the market trade at ``price`` now; returns once everybody was told."""
    done: Future[None] = Future()

    def tell() -> None:
        running.wire.play()
        at = Nanos(running.wire.desk.now_ns)
        running.wire.desk.tell(moved(price, running.wire.desk.markets[SYMBOL].last, at))
        running.wire.deliver(0)
        done.set_result(None)

    running.loop.call_soon_threadsafe(tell)
    done.result(PATIENCE)


async def listened(running: Running, *topics: str) -> None:
    """Wait until somebody listens to all of these topics."""
    async with asyncio.timeout(PATIENCE):
        while not running.wire.listened() >= set(topics):
            await asyncio.sleep(0.01)
