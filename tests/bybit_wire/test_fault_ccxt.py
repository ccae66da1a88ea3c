"""What ccxt itself makes of each fault: sync, async and pro (bybit-v5.md 1.6)."""

import asyncio
from collections.abc import Iterator
from typing import Any

import ccxt
import ccxt.async_support
import pytest

from tests.bybit_wire.ccxt_clients import BTC, config, run_pro
from tests.bybit_wire.faulting import admin, fault, fired
from tests.bybit_wire.given import desk
from tests.bybit_wire.serving import Running, listened, server, trade

SHORT_MS = 400
PATIENCE = 10.0
CREATE = "/v5/order/create"
ERRORS: list[tuple[str, type[Exception], bool]] = [
    ("timeout_before", ccxt.RequestTimeout, False),
    ("timeout_after", ccxt.RequestTimeout, True),
    ("server_error_before", ccxt.NetworkError, False),
    ("server_error_after", ccxt.NetworkError, True),
    ("internal_error_before", ccxt.ExchangeError, False),
    ("internal_error_after", ccxt.ExchangeError, True),
    ("disconnect", ccxt.NetworkError, True),
    ("rate_limit", ccxt.RateLimitExceeded, False),
    ("maintenance", ccxt.ExchangeNotAvailable, False),
]


@pytest.fixture
def running() -> Iterator[Running]:
    """A server whose market stands still until a test trades on it."""
    with server(desk()) as found:
        yield found


def strike(running: Running, kind: str) -> None:
    """The next order is struck; maintenance strikes until it is cleared."""
    if kind == "maintenance":
        fault(running, kind)
    else:
        fault(running, kind, on=CREATE, next=1)


ORDER: tuple[Any, ...] = (BTC, "limit", "buy", 0.01, 59_000)
ONCE = {"clientOrderId": "once"}


@pytest.mark.parametrize(("kind", "error", "lives"), ERRORS)
def test_whether_an_order_lives_is_told_by_its_link_id_alone(
    running: Running, kind: str, error: type[Exception], lives: bool
) -> None:
    """ccxt tries nothing again; the error is the same whether the order lives or not."""
    client = ccxt.bybit(config(running))
    client.load_markets()
    client.timeout = SHORT_MS
    strike(running, kind)
    with pytest.raises(error):
        client.create_order(*ORDER, params=ONCE)
    assert fired(running) == {kind: 1}
    admin(running, "DELETE", "faults")
    client.timeout = int(PATIENCE * 1_000)
    found = [each["clientOrderId"] for each in client.fetch_open_orders(BTC)]
    assert found == (["once"] if lives else [])


@pytest.mark.parametrize(("kind", "error", "lives"), ERRORS)
def test_the_async_client_sees_the_same(
    running: Running, kind: str, error: type[Exception], lives: bool
) -> None:
    """Its own transport, the same classes of errors."""

    async def session() -> None:
        client = ccxt.async_support.bybit(config(running))
        try:
            await client.load_markets()
            client.timeout = SHORT_MS
            await asyncio.to_thread(strike, running, kind)
            with pytest.raises(error):
                await client.create_order(*ORDER, params=ONCE)
            await asyncio.to_thread(admin, running, "DELETE", "faults")
            client.timeout = int(PATIENCE * 1_000)
            found = [each["clientOrderId"] for each in await client.fetch_open_orders(BTC)]
            assert found == (["once"] if lives else [])
        finally:
            await client.close()

    asyncio.run(asyncio.wait_for(session(), PATIENCE * 2))


def test_an_answer_that_breaks_off_is_no_error_to_ccxt(running: Running) -> None:
    """It gives an order without an id, which lives all the same: look for the link id."""
    client = ccxt.bybit(config(running))
    client.load_markets()
    strike(running, "bad_json")
    assert client.create_order(*ORDER, params=ONCE)["id"] is None
    assert [each["clientOrderId"] for each in client.fetch_open_orders(BTC)] == ["once"]


@pytest.mark.parametrize("kind", ["disconnect", "maintenance"])
def test_a_connection_that_breaks_is_an_error_and_the_next_call_comes_back(
    running: Running, kind: str
) -> None:
    """Whether it is cut or closed in order; nothing is replayed."""

    async def work(client: Any) -> None:
        waiting = asyncio.create_task(client.watch_orders(BTC))
        await listened(running, "order")
        if kind == "disconnect":
            await asyncio.to_thread(fault, running, kind, on="order", next=1)
            await client.create_order(*ORDER)
        else:
            await asyncio.to_thread(fault, running, kind)
        with pytest.raises(ccxt.NetworkError):
            await waiting
        await asyncio.to_thread(admin, running, "DELETE", "faults")
        waiting = asyncio.create_task(client.watch_orders(BTC))
        await listened(running, "order")
        made = await client.create_order(BTC, "limit", "buy", 0.01, 58_000)
        assert (await waiting)[-1]["id"] == made["id"]

    run_pro(running, work)


def test_a_fill_that_is_told_twice_counts_once(running: Running) -> None:
    """By its id; one that comes before its order is told all the same."""

    async def work(client: Any) -> None:
        waiting = asyncio.create_task(client.watch_my_trades(BTC))
        await listened(running, "execution")
        await asyncio.to_thread(fault, running, "duplicate", on="execution*", next=1)
        made = await client.create_order(BTC, "market", "buy", 0.01)
        fills = await waiting
        assert [each["order"] for each in fills] == [made["id"]]
        assert await asyncio.to_thread(fired, running) == {"duplicate": 1}

    run_pro(running, work)


def test_a_gap_leaves_a_wrong_book(running: Running) -> None:
    """ccxt does not look at ``u``: bids that are gone stay in its book."""

    async def work(client: Any) -> None:
        first = (await client.watch_order_book(BTC, 50))["bids"][0][0]
        await asyncio.to_thread(fault, running, "book_gap", next=1)
        waiting = asyncio.create_task(client.watch_order_book(BTC, 50))
        for price in ("59900", "59901"):
            await asyncio.to_thread(trade, running, price)
        assert (await waiting)["bids"][0][0] == first
        right = await client.fetch_order_book(BTC, 50)
        assert right["bids"][0][0] < first

    run_pro(running, work)
