"""Whole sessions under faults: who looks for the link id never loses an order, nor doubles one."""

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest
import requests
from pybit.exceptions import FailedRequestError, InvalidRequestError

from adapters.bybit_wire.signing import signature
from tests.bybit_wire.faulting import admin, fired
from tests.bybit_wire.given import KEY, SECRET, SYMBOL, desk, listed, settings
from tests.bybit_wire.serving import PATIENCE, Running, server
from tests.bybit_wire.test_fault_pybit import wait_until
from tests.bybit_wire.test_pybit import LINEAR, client

FAILURES = (requests.exceptions.RequestException, FailedRequestError, InvalidRequestError)
BEFORE = ("timeout_before", "server_error_before", "internal_error_before", "rate_limit")
AFTER = ("timeout_after", "server_error_after", "internal_error_after", "bad_json", "disconnect")
WISHES = 80
CLIENTS = 20
DUPLICATE = 110072


def place(http: Any, link: str) -> int:
    """Send an order under one id until it is sure to live; returns how often it was sent."""
    for times in range(1, 30):
        try:
            http.place_order(
                **LINEAR,
                side="Buy",
                orderType="Limit",
                qty="0.001",
                price="59000",
                orderLinkId=link,
            )
            return times
        except FAILURES as error:
            if getattr(error, "status_code", 0) == DUPLICATE:
                return times
    raise AssertionError(f"{link} never came through")


def session(seed: int, wishes: int = WISHES) -> tuple[list[tuple[str, str]], list[int]]:
    """A bot's orders under every fault of requests: what struck, and how often each was sent."""
    with server(desk(accounts=[settings(per_second=10_000)])) as running:
        plan: dict[str, Any] = {"seed": seed} | dict.fromkeys((*BEFORE, *AFTER), "0.08")
        plan |= dict.fromkeys(("timeout_before", "timeout_after"), "0.03")  # they cost time
        admin(running, "PUT", "faults", plan)
        http = client(running)
        http.timeout = 0.25
        sent = [place(http, f"o-{n}") for n in range(wishes)]
        struck = [(each["kind"], each["key"]) for each in admin(running, "GET", "fired")["fired"]]
        admin(running, "DELETE", "faults")
        http.timeout = PATIENCE
        alive: list[str] = []
        cursor = None
        while cursor != "":
            found = http.get_open_orders(**LINEAR, limit=50, cursor=cursor)["result"]
            alive += [row["orderLinkId"] for row in found["list"]]
            cursor = found["nextPageCursor"]
        assert sorted(alive) == sorted(f"o-{n}" for n in range(wishes))
        return struck, sent


def test_each_order_lives_once_whatever_strikes_and_one_seed_strikes_the_same() -> None:
    """Sent again under its own id after each failure; and in another session with the same seed
    the same requests are struck by the same faults."""
    struck, sent = session(7)
    assert {kind for kind, _ in struck} == {*BEFORE, *AFTER}
    assert sum(sent) > WISHES
    assert session(7) == (struck, sent)
    few = session(8, WISHES // 4)[0]
    assert few != struck[: len(few)]


async def connected(client: aiohttp.ClientSession, running: Running) -> Any:
    """A private socket that listens to orders and executions."""
    socket = await client.ws_connect(f"{running.ws}/v5/private")
    expires = int(time.time() * 1_000) + 5_000
    signed = signature(SECRET, f"GET/realtime{expires}".encode())
    await socket.send_json({"op": "auth", "args": [KEY, expires, signed]})
    await socket.send_json({"op": "subscribe", "args": ["order", "execution", "position"]})
    for _ in range(2):
        assert (await socket.receive_json())["success"]
    return socket


async def ask(
    client: aiohttp.ClientSession, running: Running, link: str, patience: float = PATIENCE
) -> Any:
    """A signed market order; its answer."""
    wish = {"category": "linear", "symbol": SYMBOL, "side": "Buy", "orderType": "Market"}
    body = json.dumps(wish | {"qty": "0.001", "orderLinkId": link}).encode()
    stamp = str(int(time.time() * 1_000))
    headers = {
        "X-BAPI-API-KEY": KEY,
        "X-BAPI-TIMESTAMP": stamp,
        "X-BAPI-RECV-WINDOW": "20000",
        "X-BAPI-SIGN": signature(SECRET, (stamp + KEY + "20000").encode() + body),
    }
    async with asyncio.timeout(patience):
        url = f"{running.http}/v5/order/create"
        async with client.post(url, data=body, headers=headers) as told:
            return await told.json(content_type=None)


async def until_alive(client: aiohttp.ClientSession, running: Running, link: str) -> None:
    """Send until it is sure to live."""
    while True:
        try:
            if (await ask(client, running, link, 0.5))["retCode"] in (0, DUPLICATE):
                return
        except (aiohttp.ClientError, TimeoutError, ValueError):
            pass


def test_what_stands_before_a_cut_is_told() -> None:
    """The order and the fill come, and the position does not: the connection is gone."""

    async def work(running: Running) -> None:
        async with aiohttp.ClientSession() as session:
            socket = await connected(session, running)
            rule = {"kind": "disconnect", "on": "position"}
            await asyncio.to_thread(admin, running, "POST", "faults", rule)
            assert (await ask(session, running, "one"))["retCode"] == 0
            topics = [json.loads(each.data)["topic"] for each in [m async for m in socket]]
            assert topics[-1] == "execution"
            assert "position" not in topics
            assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE

    with server(desk()) as running:
        asyncio.run(asyncio.wait_for(work(running), PATIENCE))


def test_twenty_clients_at_once_keep_their_orders_under_faults(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Requests fail, private messages are lost, doubled and moved, and connections break: each
    order is filled once, the server answers as if nothing had been, and its log is empty."""

    async def trader(running: Running, n: int) -> None:
        async with aiohttp.ClientSession() as session:
            socket = await connected(session, running)
            for turn in range(5):
                await until_alive(session, running, f"c{n}-{turn}")
            await socket.close()

    async def work(running: Running) -> None:
        await asyncio.gather(*(trader(running, n) for n in range(CLIENTS)))

    rich = settings(per_second=100_000, wallet=10**14)
    with server(desk(accounts=[rich])) as running:
        plan: dict[str, Any] = {"seed": 7} | dict.fromkeys((*BEFORE, *AFTER), "0.06")
        plan |= dict.fromkeys(("drop", "duplicate", "reorder"), "0.1")
        plan["disconnect"] = [{"rate": "0.05", "on": on} for on in ("/v5/order/create", "order")]
        plan["delay"] = {"rate": "0.05", "ms": 20}
        admin(running, "PUT", "faults", plan)
        asyncio.run(asyncio.wait_for(work(running), 60))
        assert set(fired(running)) == {*BEFORE, *AFTER, "drop", "duplicate", "reorder", "delay"}
        admin(running, "DELETE", "faults")
        http = client(running)
        rows = listed(http.get_executions(**LINEAR, limit=100))
        links = sorted(row["orderLinkId"] for row in rows)
        assert links == sorted(f"c{n}-{turn}" for n in range(CLIENTS) for turn in range(5))
        assert listed(http.get_positions(**LINEAR))[0]["size"] == "0.1"
    assert [each for each in caplog.records if each.name == "tradefold.wire"] == []


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_a_held_request_does_not_keep_the_server_from_ending(kind: str) -> None:
    """And one whose client has gone is held no longer."""
    with server(desk()) as running:
        admin(running, "POST", "faults", {"kind": kind})
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(f"{running.http}/v5/market/time", timeout=0.2)
        wait_until(lambda: not running.wire.steps._under_way)
        waiting = requests.Session()
        began = time.monotonic()
        thread = asyncio.run_coroutine_threadsafe(
            asyncio.to_thread(waiting.get, f"{running.http}/v5/market/time", timeout=PATIENCE),
            running.loop,
        )
        time.sleep(0.2)
    assert time.monotonic() - began < PATIENCE / 2
    thread.cancel()
