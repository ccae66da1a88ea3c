"""Whatever comes over the sockets has an answer of its own, and leaves no word in the log
(bybit-v5.md 2, 7.2; how it is written is in ``raw.py``).
"""

import json
from typing import Any

import pytest

from tests.bybit_wire.given import SYMBOL, WISH
from tests.bybit_wire.raw import (
    get,
    post,
    request,
    say,
)
from tests.bybit_wire.serving import Running

CREATE, BATCH = "/v5/order/create", "/v5/order/create-batch"
LIST, QUERY = "/v5/position/list", f"category=linear&symbol={SYMBOL}"
pytestmark = pytest.mark.usefixtures("silence")


def wish(**changes: Any) -> bytes:
    """An order as JSON."""
    return json.dumps(WISH | changes).encode()


def written(name: str, text: str) -> bytes:
    """An order with one value as it is written here."""
    return json.dumps(WISH | {name: "@"}).replace('"@"', text).encode()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"X-BAPI-SIGN": "0" * 64}, 10004),
        ({"X-BAPI-SIGN": ""}, 10004),
        ({"X-BAPI-SIGN": "\xe9" * 64}, 10004),
        ({"X-BAPI-API-KEY": "nobody"}, 10003),
        ({"X-BAPI-API-KEY": "\xe9"}, 10003),
        ({"stamp": "1700000000000"}, 10002),
        ({"stamp": "9999999999999"}, 10002),
        ({"stamp": "9" * 5_000}, 10001),
        ({"stamp": ""}, 10001),
        ({"stamp": "-1"}, 10001),
        ({"stamp": "now"}, 10001),
        ({"stamp": "1.7e12"}, 10001),
        ({"window": "9" * 5_000}, 10001),
        ({"window": "-1"}, 10001),
    ],
)
def test_who_asks_wrongly_is_told_why(running: Running, changes: dict[str, str], code: int) -> None:
    """Wrong signatures, keys, times and windows."""
    status, body = say(running.port, get(LIST, QUERY, **changes))
    assert (status, body["retCode"], body["result"]) == (200, code, {})


def test_without_a_key_it_is_http_401(running: Running) -> None:
    """Signed paths only."""
    status, body = say(running.port, request("GET", f"{LIST}?{QUERY}"))
    assert (status, body["retCode"]) == (401, 10003)
    assert say(running.port, request("GET", "/v5/market/time"))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        written("qty", "NaN"),
        written("qty", "Infinity"),
        written("qty", "-Infinity"),
        written("qty", "9" * 5_000),
        wish().decode().encode("utf-16"),
        b"\xef\xbb\xbf" + wish(),
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_is_http_400(running: Running, body: bytes) -> None:
    """Once it is signed; NaN and Infinity are no JSON, and neither is anything but UTF-8."""
    status, found = say(running.port, post(CREATE, body))
    assert (status, found["retCode"]) == (400, 10001)


@pytest.mark.parametrize(
    "body",
    [
        wish(qty="NaN"),
        wish(qty="Infinity"),
        wish(qty="sNaN"),
        wish(qty="1e400"),
        wish(qty="1e99999999"),
        written("qty", "1e400"),
        written("qty", "1e99999999"),
        written("qty", "9" * 4_000),
        wish(qty="9" * 4_000),
        wish(qty="-1"),
        wish(qty="1_0"),
        wish(qty="\u0660.\u0661"),
        wish(qty="0x10"),
        wish(qty=" "),
        wish(qty=True),
        wish(qty=None),
        wish(qty=[]),
        wish(qty={"a": 1}),
        wish(symbol="NOPEUSDT"),
        wish(symbol="btcusdt"),
        wish(symbol="BTC\0USDT"),
        wish(symbol=[["x"]]),
        wish(symbol="\ud800"),
        wish(category="margin"),
        wish(side=1),
        wish(orderLinkId="\ud800"),
        wish(orderLinkId="x" * 37),
        wish(orderLinkId=["x"]),
        wish(positionIdx="3"),
        wish(positionIdx="0" * 5_000 + "1"),
        wish(triggerPrice="60500", triggerDirection="9" * 30),
    ],
)
def test_what_is_no_order_is_a_parameter_error(running: Running, body: bytes) -> None:
    """10001 with HTTP 200, however the value is written."""
    status, found = say(running.port, post(CREATE, body))
    assert (status, found["retCode"]) == (200, 10001), found


def test_of_a_key_that_is_written_twice_the_last_holds(running: Running) -> None:
    """As in Go, where the venue reads it, and in Python."""
    first = wish().decode().replace("{", '{"qty":"x",', 1)
    last = wish().decode().replace("}", ',"qty":"x"}', 1)
    codes = [say(running.port, post(CREATE, each.encode()))[1]["retCode"] for each in (first, last)]
    assert codes == [0, 10001]


def test_a_batch_with_an_item_that_is_nothing_takes_the_others(running: Running) -> None:
    """Each by itself, whatever is in the place of its symbol or link id."""
    items: list[Any] = [WISH, {"symbol": [1]}, WISH | {"orderLinkId": {}}, {}, WISH]
    body = json.dumps({"category": "linear", "request": items}).encode()
    found = say(running.port, post(BATCH, body))[1]
    assert [each["code"] for each in found["retExtInfo"]["list"]] == [0, 10001, 10001, 10001, 0]
    assert [bool(each["orderId"]) for each in found["result"]["list"]] == [1, 0, 0, 0, 1]
    none = json.dumps({"category": "linear", "request": [WISH, 1]}).encode()
    assert say(running.port, post(BATCH, none))[1]["retCode"] == 10001


@pytest.mark.parametrize(
    "query",
    [
        f"{QUERY}&limit=0",
        f"{QUERY}&limit=x",
        f"{QUERY}&limit={'0' * 5_000}1",
        f"{QUERY}&cursor=-1",
        "category=linear&symbol=%ff%fe",
        "category=linear",
        "",
    ],
)
def test_a_query_of_nonsense_is_a_parameter_error(running: Running, query: str) -> None:
    """10001."""
    assert say(running.port, get(LIST, query))[1]["retCode"] == 10001


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request("GET", "/v5/nowhere"), 404),
        (request("POST", "/v5/private"), 404),
        (request("GET", "/v5/order/create"), 400),
        (request("GET", "/v5/private"), 400),
        (request("GET", "/v5/market/time?" + "a" * 100_000), 400),
        (request("GET", "/v5/market/time", headers={"X": "a" * 100_000}), 400),
        (request("GET", "/v5/market/time", headers={f"X{n}": "a" for n in range(5_000)}), 400),
        (request("GET", "/v5/\xff\xfe"), 400),
        (request("NOPE", "/v5/market/time"), 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"\x00\xff\xfe\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (request("POST", CREATE, b"abcde", {"Content-Encoding": "gzip"}), 400),
        (post(CREATE, b'{"a":"' + b"a" * (3 << 20) + b'"}'), 413),
    ],
)
def test_broken_http_is_refused(running: Running, sent: bytes, status: int) -> None:
    """Unknown paths and methods, too long lines and bodies, what is not HTTP at all."""
    assert say(running.port, sent)[0] == status
