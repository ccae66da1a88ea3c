"""A kept session that is served: clients over real sockets; a disk, and a request, that fail."""

import asyncio
import json
import queue
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import pybit.unified_trading as unified
import pytest
from aiohttp import WSMsgType
from attrs import evolve
from hypothesis import given as drawn
from hypothesis import strategies as st

from adapters.bybit_wire import routes
from adapters.bybit_wire.connection import Connection
from adapters.bybit_wire.desk import Session
from adapters.bybit_wire.keeping import text_of
from adapters.bybit_wire.plain import NAMES_MOST, TEXT_MOST, plain
from adapters.bybit_wire.router import elapse, read_json
from adapters.bybit_wire.signing import signature
from adapters.bybit_wire.standing import desk_digest
from engine.errors import InvariantError
from engine.money import SCALE
from tests.bybit_wire.given import KEY, SECRET, SYMBOL, WALL, Client
from tests.bybit_wire.kept import CODE_NOW, kept, refolded
from tests.bybit_wire.serving import Running, server, trade
from tests.bybit_wire.test_killed import served, signed
from tests.bybit_wire.test_pybit import client

LINEAR: dict[str, Any] = {"category": "linear", "symbol": SYMBOL}
PATIENCE = 60.0

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=400)
    | st.floats(allow_nan=False, allow_infinity=False)
)
objects = st.dictionaries(
    st.text(max_size=300),
    st.recursive(
        leaves, lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(), one, max_size=4)
    ),
    max_size=90,
)


@drawn(objects)
def test_a_request_is_handled_in_the_form_in_which_it_is_kept(fields: dict[str, Any]) -> None:
    """Whatever JSON a client sends: what is read back from the journal is what was handled."""
    sent = read_json(json.dumps(fields))
    assert sent is not None
    made = plain(sent)
    assert json.loads(text_of(made)) == made
    assert plain(made) == made
    assert len(made) <= NAMES_MOST
    assert all(len(each) <= TEXT_MOST for each in made.values() if isinstance(each, str))


def test_fields_that_prove_who_asks_are_left_out() -> None:
    """By their names, in a request and in the items of a batch."""
    proofs = {"api_key": "a", "apiKey": "b", "Secret": "c", "sign": "d", "admin_token": "e"}
    assert plain({"symbol": "X", **proofs}) == {"symbol": "X"}
    assert plain({"request": [{"qty": "1", **proofs}, 7]}) == {"request": [{"qty": "1"}, 7]}


class Life:
    """One server of a session, and pybit on it with a private stream of orders."""

    def __init__(self, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unified, "PRIVATE_WSS", f"{running.ws}/v5/private")
        self.http = client(running)
        self.orders: queue.Queue[dict[str, Any]] = queue.Queue()
        login = {"api_key": KEY, "api_secret": SECRET}
        self.socket = unified.WebSocket(testnet=False, channel_type="private", **login)
        self.socket.order_stream(self.orders.put)
        end = time.monotonic() + PATIENCE
        while "order" not in running.wire.listened():
            assert time.monotonic() < end
            time.sleep(0.01)

    def told(self, status: str) -> dict[str, Any]:
        """The next order that is told with that status."""
        while True:
            row: dict[str, Any] = self.orders.get(timeout=PATIENCE)["data"][0]
            if row["orderStatus"] == status:
                return row


def everything(http: Any) -> dict[str, Any]:
    """All that REST tells of the account."""
    coin = {"accountType": "UNIFIED"}
    return {
        "open": http.get_open_orders(**LINEAR)["result"]["list"],
        "history": http.get_order_history(**LINEAR)["result"]["list"],
        "executions": http.get_executions(**LINEAR)["result"]["list"],
        "positions": http.get_positions(**LINEAR)["result"]["list"],
        "closed": http.get_closed_pnl(**LINEAR)["result"]["list"],
        "log": http.get_transaction_log(**coin)["result"]["list"],
        "wallet": http.get_wallet_balance(**coin)["result"]["list"],
    }


def serve(path: Path) -> Any:
    """The server of a session; its market hardly moves."""
    return server(lambda: kept(path), 0.000_001)


def test_pybit_finds_everything_again_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders, executions, positions, closed profits, the log and the wallet are the same to the
    letter; an order of before is cancelled by its id, and its stream tells it."""
    path = tmp_path / "session.journal"
    with serve(path) as running:
        life = Life(running, monkeypatch)
        life.http.place_order(**LINEAR, side="Buy", orderType="Market", qty="0.02", stopLoss="100")
        life.told("Filled")
        life.http.place_order(**LINEAR, side="Sell", orderType="Market", qty="0.01")
        waiting = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "20000"}
        made = life.http.place_order(**LINEAR, **waiting, orderLinkId="waits")["result"]["orderId"]
        life.told("New")
        before = everything(life.http)
        life.socket.exit()
    with serve(path) as running:
        life = Life(running, monkeypatch)
        assert everything(life.http) == before
        assert len(before["executions"]) == 2
        life.http.cancel_order(**LINEAR, orderLinkId="waits")
        assert life.told("Cancelled")["orderId"] == made
        life.socket.exit()
    assert refolded(path).noted == 2


def order(url: str) -> int:
    """The status of the answer to a market order."""
    fields = {**LINEAR, "side": "Buy", "orderType": "Market", "qty": "0.001"}
    return post(url, "/v5/order/create", fields)


def post(url: str, path: str, fields: dict[str, Any]) -> int:
    """The status of the answer to a signed POST."""
    body = json.dumps(fields).encode()
    request = urllib.request.Request(f"{url}{path}", body, signed(body), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            found: int = answer.status
    except urllib.error.HTTPError as error:
        with error:
            found = error.code
    return found


def test_an_order_that_cannot_be_kept_is_not_answered(tmp_path: Path) -> None:
    """The journal is moved away under a running server: no success is told, the process ends with
    3, and what was acknowledged before is in the file."""
    path, moved = tmp_path / "session.journal", tmp_path / "moved.journal"
    with served(tmp_path) as (process, url):
        assert order(url) == 200
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).rename(moved.with_name(moved.name + suffix))
        assert order(url) == 500
        assert process.wait(PATIENCE) == 3
        assert process.stderr is not None
        told = process.stderr.read()
        assert "was moved, deleted or exchanged" in told
        assert "Traceback" not in told
    assert refolded(moved).requests == 1


def test_what_the_venue_does_by_the_wall_is_kept_too(tmp_path: Path) -> None:
    """Disconnection protection takes an order away: the journal leads there too."""
    path = tmp_path / "session.journal"
    session = kept(path)
    desk, there = session.opened.desk, Client(session.opened.desk)
    there.post("/v5/order/disconnected-cancel-all", timeWindow=10, product="DERIVATIVES")
    made = there.order("Buy", "0.01", "20000")["result"]["orderId"]
    watch = desk.accounts[KEY].watch
    watch.join()
    watch.leave(WALL)
    elapse(desk, WALL + 20_000)
    assert there.shown(made)["orderStatus"] == "Cancelled"
    session.keeper.pause(0, CODE_NOW)
    again = refolded(path)
    assert again.requests == 3
    assert desk_digest(again.desk) == desk_digest(desk)


async def order_over_socket(url: str) -> dict[str, Any] | None:
    """The answer to a market order on the trade socket; None where the connection ends first."""
    order = {**LINEAR, "side": "Buy", "orderType": "Market", "qty": "0.001"}
    expires = time.time_ns() // 1_000_000 + 60_000
    login = [KEY, expires, signature(SECRET, f"GET/realtime{expires}".encode())]
    stamp = {"X-BAPI-TIMESTAMP": str(time.time_ns() // 1_000_000)}
    async with aiohttp.ClientSession(url) as http, http.ws_connect("/v5/trade") as socket:
        await socket.send_json({"op": "auth", "args": login})
        await socket.receive_json()
        await socket.send_json({"op": "order.create", "header": stamp, "args": [order]})
        found = await socket.receive(PATIENCE)
        told: dict[str, Any] | None = found.json() if found.type is WSMsgType.TEXT else None
    return told


def test_an_order_of_the_trade_socket_is_kept_before_it_is_answered(tmp_path: Path) -> None:
    """Where it cannot be, the connection ends without a word."""
    path = tmp_path / "session.journal"
    with served(tmp_path) as (process, url):
        told = asyncio.run(order_over_socket(url))
        assert told is not None
        assert told["retCode"] == 0
        path.rename(tmp_path / "moved.journal")
        assert asyncio.run(order_over_socket(url)) is None
        assert process.wait(PATIENCE) == 3
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_nothing_of_an_account_leaves_before_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what a request caused nor what the market did to a resting order: whenever a private
    message is queued, nothing is owed to the disk."""
    owed: list[bool] = []
    put = Connection.put

    def watched(self: Connection, due: float, text: str, *more: Any) -> None:
        if self.talk.kind == "private" and '"topic":' in text:
            owed.append(running.wire.keeper.owes)
        put(self, due, text, *more)

    monkeypatch.setattr(Connection, "put", watched)
    with serve(tmp_path / "session.journal") as running:
        life = Life(running, monkeypatch)
        last = running.wire.desk.markets[SYMBOL].last // SCALE
        order = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": str(last - 50)}
        life.http.place_order(**LINEAR, **order)
        life.told("New")
        trade(running, str(last - 100))
        life.told("Filled")
        life.socket.exit()
    assert owed
    assert not any(owed)


def test_a_request_that_breaks_the_exchange_ends_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is answered 500 and not kept; nothing that came after it leaves."""

    def broken(session: Session, given: object) -> Any:
        del given
        session.trader.fund += 1
        raise ZeroDivisionError

    path = tmp_path / "session.journal"
    route = routes.ROUTES["/v5/order/cancel-all"]
    monkeypatch.setitem(routes.ROUTES, route.path, evolve(route, handler=broken))

    def until_broken() -> None:
        with serve(path) as running:
            assert order(running.http) == 200
            assert post(running.http, "/v5/order/cancel-all", LINEAR) == 500
            time.sleep(0.3)

    with pytest.raises(InvariantError, match="broke off"):
        until_broken()
    assert refolded(path).requests == 1
