"""Who asks: signatures over the raw bytes, clocks, keys (bybit-v5.md 2)."""

import json

import pytest

from adapters.bybit_wire.answers import Request
from adapters.bybit_wire.router import answer
from adapters.bybit_wire.signing import SIGNATURE, refuse_login, signature
from tests.bybit_wire.given import WALL, Client, desk

LIST = "/v5/position/list"
QUERY = b"category=linear&symbol=BTCUSDT"


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        (
            b"1700000000000demoKey5000category=linear&symbol=BTCUSDT",
            "0821d920f0f1c434af59e348aa8cc1303ba28fb8518710466a624b59b4063722",
        ),
        (
            b'1700000000000demoKey5000{"category": "linear", "symbol": "BTCUSDT"}',
            "a38bea4c0264cad4f6a71c1da8cfe3b3678d9c127edee7fc1ce6b4d0147c6443",
        ),
        (
            b"GET/realtime1700000010000",
            "b2f2d9714c2843c76b94d56adc7a0f50abc300b1638a349520a60b1b12df2151",
        ),
    ],
)
def test_the_signatures_are_those_of_the_fact_sheet(text: bytes, signed: str) -> None:
    """The vectors of section 2."""
    assert signature("demoSecret", text) == signed


@pytest.mark.parametrize(
    ("off", "code"), [(-2_000, 0), (900, 0), (1_500, 10002), (-5_500, 10002), (-5_000, 0)]
)
def test_a_timestamp_is_held_against_the_wall(off: int, code: int) -> None:
    """server - window <= timestamp < server + 1000."""
    client = Client(desk())
    request = client.request("GET", LIST, QUERY, stamp=WALL + off)
    assert client.send(request).body["retCode"] == code


def test_the_text_of_10002_names_both_times_and_the_window() -> None:
    """Clients show it to their users."""
    client = Client(desk())
    body = client.send(client.request("GET", LIST, QUERY, stamp=WALL - 9_000)).body
    for part in (f"req_timestamp[{WALL - 9_000}]", f"[{WALL}]", "recv_window[5000]"):
        assert part in body["retMsg"]


def test_the_signature_covers_the_bytes_as_they_were_sent() -> None:
    """Other order, other blanks, other escapes: another text."""
    client = Client(desk())
    good = client.request("GET", LIST, QUERY)
    assert client.send(good).body["retCode"] == 0
    swapped = b"symbol=BTCUSDT&category=linear"
    assert answer(client.desk, good._replace(query=swapped), WALL).body["retCode"] == 10004
    body = client.request("POST", "/v5/order/cancel-all", b'{"category":"linear"}')
    spaced = body._replace(body=b'{"category": "linear"}')
    assert answer(client.desk, spaced, WALL).body["retCode"] == 10004


def test_a_signature_is_lower_case() -> None:
    """Section 2; a client that writes it otherwise would fail at the venue."""
    client = Client(desk())
    good = client.request("GET", LIST, QUERY)
    loud = {**good.headers, SIGNATURE: good.headers[SIGNATURE].upper()}
    assert client.send(good._replace(headers=loud)).body["retCode"] == 10004


def test_a_wrong_secret_a_wrong_key_and_no_key() -> None:
    """10004, 10003, and HTTP 401 where the headers are missing."""
    there = desk()
    wrong = Client(there, secret="other")
    assert wrong.get(LIST, category="linear", symbol="BTCUSDT")["retCode"] == 10004
    unknown = Client(there, key="nobody")
    assert unknown.get(LIST, category="linear", symbol="BTCUSDT")["retCode"] == 10003
    bare = answer(there, Request("GET", LIST, QUERY, b"", {}), WALL)
    assert (bare.status, bare.body["retCode"]) == (401, 10003)


def test_market_data_is_public() -> None:
    """Nobody signs for it."""
    bare = Request("GET", "/v5/market/time", b"", b"", {})
    assert answer(desk(), bare, WALL).body["retCode"] == 0


@pytest.mark.parametrize("path", ["/v5/order/nowhere", "/", "dcp"])
def test_an_unknown_path_is_not_there(path: str) -> None:
    """HTTP 404, signed or not."""
    assert answer(desk(), Request("GET", path, b"", b"", {}), WALL).status == 404


@pytest.mark.parametrize(
    "text", [b"{", b"", b"[]", b"nonsense", b'{"a": NaN', b"\xff\xfe", b"[" * 100_000]
)
def test_malformed_json_is_refused_after_the_signature(text: bytes) -> None:
    """HTTP 400 with 10001, whatever it is."""
    client = Client(desk())
    found = client.send(client.request("POST", "/v5/order/create", text))
    assert (found.status, found.body["retCode"]) == (400, 10001)


def test_a_body_of_other_types_is_a_parameter_error() -> None:
    """Lists where texts belong, huge numbers, booleans."""
    client = Client(desk())
    for value in ([], {}, "1e999", "9" * 500, True, "x", "-1", "0.123456789012"):
        fields = {
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Buy",
            "orderType": "Limit",
            "qty": value,
            "price": "60000",
        }
        client.wall += 1_000
        body = client.send(
            client.request("POST", "/v5/order/create", json.dumps(fields).encode())
        ).body
        assert body["retCode"] == 10001, value


@pytest.mark.parametrize("expires", [WALL + 1_000, str(WALL + 10_000)])
def test_a_socket_logs_in_with_a_number_or_its_text(expires: object) -> None:
    """pybit sends a number, ccxt a text."""
    signed = signature("s", f"GET/realtime{expires}".encode())
    assert refuse_login("s", expires, signed, WALL) is None
    assert refuse_login("t", expires, signed, WALL) == (10004, "Params Error: invalid signature")


def test_a_login_has_to_be_in_the_future() -> None:
    """An old one may have been overheard."""
    signed = signature("s", f"GET/realtime{WALL}".encode())
    refusal = refuse_login("s", WALL, signed, WALL)
    assert refusal is not None
    assert refusal.code == 10004
