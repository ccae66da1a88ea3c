"""Lock-step over real sockets: the market moves when the client that drives it says so."""

import asyncio
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pybit.unified_trading as unified
import pytest

from adapters.bybit_wire.lockstep import LOCKSTEP
from engine.money import parse
from engine.timebase import MILLISECOND, SECOND
from tests.bybit_wire.given import KEY, SECRET, START, SYMBOL, Client, desk, listed, settings
from tests.bybit_wire.serving import PATIENCE, Running, server
from tests.bybit_wire.test_pybit import client

PRICES = [str(60_000 + 40 * (n * 7 % 11 - 5)) for n in range(40)]
BELOW, ABOVE = parse("59900"), parse("60100")


def step(running: Running, **fields: Any) -> dict[str, Any]:
    """``POST /admin/step``; what came of it."""
    return envelope(running, fields)["data"]  # type: ignore[no-any-return]


def envelope(running: Running, fields: object, **headers: str) -> dict[str, Any]:
    """The whole answer, whatever its status."""
    body = json.dumps(fields).encode()
    asked = urllib.request.Request(f"{running.http}/admin/step", body, headers, method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            found = json.load(error)
    return found


@pytest.fixture
def running() -> Iterator[Running]:
    """A server in lock-step over forty trades, a second apart; the first is told."""
    quick = settings(per_second=1_000)  # limits are the wall's, and nobody waits for it here
    with server(desk(*PRICES, accounts=[quick]), LOCKSTEP) as found:
        yield found


def test_the_market_stands_still_until_it_is_told_to_step(running: Running) -> None:
    """However long one waits: neither time nor prices move."""
    http = client(running)

    def seen() -> tuple[str, str]:
        ticker = http.get_tickers(category="linear", symbol=SYMBOL)["result"]["list"][0]
        return http.get_server_time()["result"]["timeNano"], ticker["lastPrice"]

    first = seen()
    time.sleep(0.3)
    assert seen() == first == (str(START + SECOND), "60000")
    told = step(running)
    assert (told["moments"], told["market_ms"]) == (1, (START + 2 * SECOND) // MILLISECOND)
    assert seen() == (str(START + 2 * SECOND), PRICES[0])


def test_steps_are_moments_or_go_up_to_a_time(running: Running) -> None:
    """Several at once, none at all, up to a time between two events, and to the end of the feed."""
    start = (START + SECOND) // MILLISECOND
    assert step(running, n=3)["market_ms"] == start + 3_000
    assert step(running, n=0) == step(running, n=0)
    told = step(running, to_ms=start + 5_500)
    assert (told["moments"], told["market_ms"], told["next_ms"]) == (
        2,
        start + 5_500,
        start + 6_000,
    )
    told = step(running, to_ms=start + 100_000)
    assert (told["moments"], told["next_ms"]) == (35, None)
    assert step(running)["moments"] == 0


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"n": -1}, "wrong_step"),
        ({"n": "many"}, "wrong_step"),
        ({"n": 1, "to_ms": 5}, "wrong_step"),
        ({"steps": 1}, "wrong_step"),
        ([1], "wrong_step"),
    ],
)
def test_a_step_that_is_none_moves_nothing(running: Running, asked: object, code: str) -> None:
    """It is refused with a sentence."""
    before = running.wire.desk.now_ns
    assert envelope(running, asked)["error"]["code"] == code
    assert running.wire.desk.now_ns == before


def test_pages_of_the_web_may_not_step(running: Running) -> None:
    """A page in a browser of this machine names its own origin."""
    refused = envelope(running, {}, Origin="http://example.org")
    assert refused["error"]["code"] == "wrong_origin"


def test_a_market_that_runs_by_itself_takes_no_steps() -> None:
    """The server says how to begin."""
    with server(desk(*PRICES)) as running:
        assert envelope(running, {})["error"]["code"] == "no_lockstep"


def test_no_step_is_made_while_a_request_is_under_way(running: Running) -> None:
    """The answer to a step comes after the answers that were owed before it."""
    entered, left = Future[None](), threading.Event()

    async def hold() -> None:
        with running.wire.steps.under_way():
            entered.set_result(None)
            await running.loop.run_in_executor(None, left.wait, PATIENCE)

    asyncio.run_coroutine_threadsafe(hold(), running.loop)
    entered.result(PATIENCE)
    answers: queue.Queue[dict[str, Any]] = queue.Queue()
    thread = threading.Thread(target=lambda: answers.put(step(running)))
    thread.start()
    time.sleep(0.2)
    assert answers.empty()
    assert running.wire.desk.now_ns == START + SECOND
    left.set()
    assert answers.get(timeout=PATIENCE)["moments"] == 1
    thread.join()


class Bot:
    """A client of pybit that trades on what it is told: it buys low and sells high, once a step.

    It counts the messages of its streams, so it knows when it has heard all of a step.
    """

    TOPICS = frozenset({"position", f"publicTrade.{SYMBOL}"})

    def __init__(self, running: Running) -> None:
        self.running = running
        self.http = client(running)
        self.inbox: queue.Queue[dict[str, Any]] = queue.Queue()
        self.heard = {"public": 0, "private": 0}
        self.size = 0
        self.last = parse("60000")
        login = {"api_key": KEY, "api_secret": SECRET}
        self.private = unified.WebSocket(testnet=False, channel_type="private", **login)
        self.public = unified.WebSocket(testnet=False, channel_type="linear")
        self.private.position_stream(self.inbox.put)
        self.public.trade_stream(SYMBOL, self.inbox.put)
        while {topic for each in self._connections() for topic in each["topics"]} != self.TOPICS:
            time.sleep(0.01)

    def _connections(self) -> list[dict[str, Any]]:
        return step(self.running, n=0)["connections"]  # type: ignore[no-any-return]

    def run(self, steps: int) -> None:
        """Step, hear all that was told, decide: until the end."""
        for _ in range(steps):
            self._hear(step(self.running))
            while self._trade():
                self._hear(step(self.running, n=0))

    def _hear(self, told: dict[str, Any]) -> None:
        assert told["all_sent"]
        for kind in self.heard:
            wanted = sum(each["told"] for each in told["connections"] if each["kind"] == kind)
            while self.heard[kind] < wanted:
                self._take(self.inbox.get(timeout=PATIENCE))

    def _take(self, message: dict[str, Any]) -> None:
        if message["topic"] == "position":
            self.heard["private"] += 1
            self.size = parse(message["data"][0]["size"])
        else:
            self.heard["public"] += 1
            self.last = parse(message["data"][-1]["p"])

    def _trade(self) -> bool:
        side = decided(self.last, self.size)
        if side:
            order = {"orderType": "Market", "qty": "0.01", "side": side}
            self.http.place_order(category="linear", symbol=SYMBOL, **order)
        return bool(side)

    def close(self) -> None:
        """Hang up."""
        self.private.exit()
        self.public.exit()


def decided(last: int, size: int) -> str:
    """What the bot does at a price."""
    if last < BELOW and not size:
        return "Buy"
    return "Sell" if last > ABOVE and size else ""


def in_process() -> list[dict[str, Any]]:
    """The same bot without a socket: it decides upon every event before the next one."""
    there = Client(desk(*PRICES))
    for _ in PRICES:
        there.desk.advance(there.desk.next_ns)
        while True:
            last, size = there.desk.markets[SYMBOL].last, parse(there.position()["size"])
            side = decided(last, size)
            if not side:
                break
            there.order(side, "0.01")
    return listed(there.get("/v5/execution/list", category="linear", symbol=SYMBOL))


def test_a_client_decides_as_it_would_in_process(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads of pybit, sockets and the scheduler between them: the same executions at the same
    market times with the same prices and ids, as without any of it."""
    monkeypatch.setattr(unified, "PRIVATE_WSS", f"{running.ws}/v5/private")
    monkeypatch.setattr(unified, "PUBLIC_WSS", f"{running.ws}/v5/public/{{CHANNEL_TYPE}}")
    bot = Bot(running)
    try:
        bot.run(len(PRICES))
    finally:
        bot.close()
    found = bot.http.get_executions(category="linear", symbol=SYMBOL)["result"]["list"]
    expected = in_process()
    assert len(expected) > 6
    assert found == expected
