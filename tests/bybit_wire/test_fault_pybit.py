"""What pybit itself makes of each fault, and what the exchange holds then (bybit-v5.md 1.5)."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pybit._websocket_trading as trading
import pybit.unified_trading as unified
import pytest
import requests
import websocket
from pybit.exceptions import FailedRequestError, InvalidRequestError

from tests.bybit_wire.faulting import admin, fault, fired
from tests.bybit_wire.given import KEY, SECRET, desk, listed
from tests.bybit_wire.serving import Running, server, trade
from tests.bybit_wire.test_pybit import LINEAR, PATIENCE, Rows, client, into, listening, until

CREATE = "/v5/order/create"
SHORT = 0.4
REST_ORDER = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "59000"}
MARKET = {"side": "Buy", "orderType": "Market", "qty": "0.01"}


@pytest.fixture
def running() -> Iterator[Running]:
    """A server whose market stands still until a test trades on it."""
    with server(desk()) as found:
        yield found


@pytest.fixture
def private(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """pybit's private WebSocket, which reconnects without end."""
    with listening(running, monkeypatch, retries=0) as socket:
        yield socket


def impatient(running: Running) -> Any:
    """pybit's HTTP, which waits for an answer only so long, and tries once."""
    made = client(running)
    made.timeout = SHORT
    return made


def links(http: Any) -> list[str]:
    """The link ids of what lives at the exchange."""
    return [row["orderLinkId"] for row in listed(http.get_open_orders(**LINEAR))]


@pytest.mark.parametrize(
    ("kind", "error", "codes", "lives"),
    [
        ("timeout_before", requests.exceptions.ReadTimeout, (), False),
        ("timeout_after", requests.exceptions.ReadTimeout, (), True),
        ("server_error_before", FailedRequestError, (502, 503, 504), False),
        ("server_error_after", FailedRequestError, (502, 503, 504), True),
        ("internal_error_before", InvalidRequestError, (10016, 10000), False),
        ("internal_error_after", InvalidRequestError, (10016, 10000), True),
        ("bad_json", FailedRequestError, (409,), True),
        ("disconnect", requests.exceptions.ConnectionError, (), True),
        ("rate_limit", InvalidRequestError, (10006,), False),
    ],
)
def test_whether_an_order_lives_is_told_by_its_link_id_alone(
    running: Running, kind: str, error: type[Exception], codes: tuple[int, ...], lives: bool
) -> None:
    """The same error for an order that lives and one that does not; sent again under the same id
    it lives once either way."""
    http = impatient(running)
    fault(running, kind, on=CREATE, next=1)
    with pytest.raises(error) as raised:
        http.place_order(**LINEAR, **REST_ORDER, orderLinkId="once")
    if codes:
        assert raised.value.status_code in codes  # type: ignore[attr-defined]
    assert links(http) == (["once"] if lives else [])
    if lives:
        with pytest.raises(InvalidRequestError) as raised:
            http.place_order(**LINEAR, **REST_ORDER, orderLinkId="once")
        assert raised.value.status_code == 110072  # type: ignore[attr-defined]
    else:
        http.place_order(**LINEAR, **REST_ORDER, orderLinkId="once")
    assert links(http) == ["once"]
    assert fired(running) == {kind: 1}


def test_an_order_that_timed_out_may_be_filled_already(running: Running) -> None:
    """Found through its executions, not among the open orders."""
    http = impatient(running)
    fault(running, "timeout_after", next=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        http.place_order(**LINEAR, **MARKET, orderLinkId="gone")
    assert links(http) == []
    assert listed(http.get_executions(**LINEAR))[0]["orderLinkId"] == "gone"
    assert listed(http.get_positions(**LINEAR))[0]["size"] == "0.01"


def test_a_late_answer_is_a_timeout_or_only_late(running: Running) -> None:
    """As the client's patience has it; the exchange acted at once."""
    http = impatient(running)
    fault(running, "delay", next=2, ms=int(SHORT * 2_000))
    with pytest.raises(requests.exceptions.ReadTimeout):
        http.place_order(**LINEAR, **REST_ORDER, orderLinkId="late")
    http.timeout = PATIENCE
    began = time.monotonic()
    assert links(http) == ["late"]
    assert time.monotonic() - began >= SHORT * 2


def test_a_request_that_arrives_late_lives_after_two_look_ups_that_did_not_find_it(
    running: Running,
) -> None:
    """Unless it comes past its window: then it is refused, and lives never."""
    http = impatient(running)
    for link, window in (("lives", 5_000), ("never", 500)):
        fault(running, "delay_before", on=CREATE, next=1, ms=int(SHORT * 4_000))
        http.recv_window = window
        began = time.monotonic()
        with pytest.raises(requests.exceptions.ReadTimeout):
            http.place_order(**LINEAR, **REST_ORDER, orderLinkId=link)
        http.recv_window = 5_000
        for _ in range(2):
            assert link not in links(http)
        assert time.monotonic() - began < SHORT * 4, "both looks came before the order"
        time.sleep(SHORT * 4)
        assert links(http) == ["lives"]


def test_pybit_waits_out_a_rate_limit(running: Running) -> None:
    """10006 says when to come again, and pybit does: one order, a little later."""
    http = client(running)
    http.retry_codes = {10006}
    fault(running, "rate_limit", on=CREATE, next=2, ms=300)
    began = time.monotonic()
    http.place_order(**LINEAR, **REST_ORDER, orderLinkId="patient")
    assert 0.5 <= time.monotonic() - began < PATIENCE
    assert links(http) == ["patient"]
    assert fired(running) == {"rate_limit": 2}


def test_maintenance_shuts_everything_and_ends(running: Running, private: Any) -> None:
    """503 on REST; the socket is closed, comes back by itself, and hears nothing of before."""
    http = client(running)
    orders = Rows()
    private.order_stream(into(orders))
    http.place_order(**LINEAR, **REST_ORDER, orderLinkId="before")
    assert orders.get(timeout=PATIENCE)["orderLinkId"] == "before"
    fault(running, "maintenance")
    with pytest.raises(FailedRequestError) as raised:
        http.get_server_time()
    assert raised.value.status_code == 503
    wait_until(lambda: not running.wire.listened())
    admin(running, "DELETE", "faults")
    wait_until(lambda: running.wire.listened() == {"order"})
    http.place_order(**LINEAR, **REST_ORDER, orderLinkId="after")
    assert orders.get(timeout=PATIENCE)["orderLinkId"] == "after"


def test_maintenance_closes_sockets_in_order_and_lets_no_new_one_in(running: Running) -> None:
    """1001, going away; a new connection is answered 503 until it is over."""
    url = f"{running.ws}/v5/public/linear"
    socket = websocket.create_connection(url, timeout=PATIENCE)
    fault(running, "maintenance", ms=700)
    opcode, text = socket.recv_data()
    assert (opcode, int.from_bytes(text[:2], "big")) == (websocket.ABNF.OPCODE_CLOSE, 1001)
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        websocket.create_connection(url, timeout=PATIENCE)
    assert refused.value.status_code == 503
    wait_until(lambda: admin(running, "GET", "faults")["maintenance"] is False)
    websocket.create_connection(url, timeout=PATIENCE).close()


def test_a_private_message_that_is_lost_is_found_over_rest(running: Running, private: Any) -> None:
    """The fill is never told, and the executions have it."""
    executions, positions = Rows(), Rows()
    private.execution_stream(into(executions))
    private.position_stream(into(positions))
    fault(running, "drop", on="execution", next=1)
    http = client(running)
    lost = http.place_order(**LINEAR, **MARKET)["result"]["orderId"]
    until(positions, lambda row: row["size"] == "0.01")
    told = http.place_order(**LINEAR, **MARKET)["result"]["orderId"]
    assert executions.get(timeout=PATIENCE)["orderId"] == told
    rows = listed(http.get_executions(**LINEAR))
    assert [row["orderId"] for row in rows] == [told, lost]


def test_private_messages_come_twice_and_out_of_order(running: Running, private: Any) -> None:
    """One fill told twice under one id, and a position that knows of it before."""
    rows = Rows()
    for stream in (private.execution_stream, private.position_stream):
        stream(lambda message: rows.put(message))
    wait_until(lambda: running.wire.listened() == {"execution", "position"})
    fault(running, "reorder", on="execution", next=1)
    client(running).place_order(**LINEAR, **MARKET)
    assert [rows.get(timeout=PATIENCE)["topic"] for _ in range(2)] == ["position", "execution"]
    fault(running, "duplicate", on="execution", next=1)
    client(running).place_order(**LINEAR, **MARKET)
    told = [rows.get(timeout=PATIENCE) for _ in range(3)]
    assert [each["topic"] for each in told] == ["execution", "execution", "position"]
    assert told[0] == told[1]
    assert fired(running) == {"reorder": 1, "duplicate": 1}


def test_a_private_connection_that_breaks_comes_back_and_replays_nothing(
    running: Running, private: Any
) -> None:
    """What happened meanwhile is found over REST alone."""
    orders = Rows()
    private.order_stream(into(orders))
    http = client(running)
    wait_until(lambda: running.wire.listened() == {"order"})
    first = running.wire.connections[0].talk
    fault(running, "disconnect", on="order", next=1)
    http.place_order(**LINEAR, **REST_ORDER, orderLinkId="unheard")
    wait_until(lambda: [each.talk is first for each in running.wire.connections] == [False])
    wait_until(lambda: running.wire.listened() == {"order"})
    assert fired(running) == {"disconnect": 1}
    http.place_order(**LINEAR, **REST_ORDER, orderLinkId="heard")
    assert orders.get(timeout=PATIENCE)["orderLinkId"] == "heard"
    assert links(http) == ["heard", "unheard"]


def test_a_gap_of_the_book_is_seen_by_its_number(running: Running) -> None:
    """``u`` goes on by two where a delta is missing."""
    socket = websocket.create_connection(f"{running.ws}/v5/public/linear", timeout=PATIENCE)
    socket.send(json.dumps({"op": "subscribe", "args": ["orderbook.50.BTCUSDT"]}))
    assert json.loads(socket.recv())["success"]
    told = [json.loads(socket.recv())["data"]["u"]]
    fault(running, "book_gap", next=1)
    for price in ("60010", "60020", "60030"):
        trade(running, price)
    told += [json.loads(socket.recv())["data"]["u"] for _ in range(2)]
    assert [each - told[0] for each in told] == [0, 2, 3]
    assert fired(running) == {"book_gap": 1}
    socket.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_pybits_own_book_does_not_survive_a_gap(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies of the first level that it is to delete and does not have (1.5)."""
    monkeypatch.setattr(unified, "PUBLIC_WSS", f"{running.ws}/v5/public/{{CHANNEL_TYPE}}")
    socket = unified.WebSocket(testnet=False, channel_type="linear")
    books = Rows()
    socket.orderbook_stream(50, "BTCUSDT", into(books))
    assert books.get(timeout=PATIENCE)["type"] == "snapshot"
    fault(running, "book_gap", next=1)
    for price in ("60010", "60020"):
        trade(running, price)
    wait_until(lambda: not socket.is_connected())
    assert books.empty()


def test_an_order_on_the_trade_socket_is_never_answered_and_lives(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is refused with 10016, and that one lives too."""
    monkeypatch.setattr(trading, "TRADE_WSS", f"{running.ws}/v5/trade")
    socket = unified.WebSocketTrading(testnet=False, api_key=KEY, api_secret=SECRET)
    answers, errors = Rows(), Rows()
    callbacks = {"callback": answers.put, "error_callback": errors.put}
    fault(running, "timeout_after", on="order.create", next=1)
    fault(running, "internal_error_after", on="order.create", next=1)
    socket.place_order(**callbacks, **LINEAR, **REST_ORDER, orderLinkId="silent")
    socket.place_order(**callbacks, **LINEAR, **REST_ORDER, orderLinkId="failed")
    assert errors.get(timeout=PATIENCE)["retCode"] == 10016
    assert links(client(running)) == ["failed", "silent"]
    assert answers.empty()
    socket.exit()


def wait_until(holds: Any) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
