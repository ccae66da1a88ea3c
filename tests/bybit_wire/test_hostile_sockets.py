"""Whatever is said on a WebSocket has an answer of its own, and leaves no word in the log
(bybit-v5.md 4.1, 4.4; frames are written in ``raw.py``).
"""

import json
import time
from typing import Any

import pytest

from tests.bybit_wire.given import KEY, WISH
from tests.bybit_wire.raw import CLOSE, PING, PONG, RawSocket, frame
from tests.bybit_wire.serving import Running

pytestmark = pytest.mark.usefixtures("silence")


@pytest.mark.parametrize("path", ["/v5/public/linear", "/v5/private", "/v5/trade"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"op":"ping","req_id":NaN}',
        '{"op":"ping","req_id":' + "9" * 5_000 + "}",
        '{"op":"ping","req_id":' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)
def test_a_text_that_is_no_object_is_refused_and_the_socket_lives(
    running: Running, path: str, text: str
) -> None:
    """On every socket; the next message is heard."""
    socket = RawSocket(running.port, path)
    refused = socket.talk(text)
    assert refused.get("success") is False or refused["retCode"] == 10001
    assert "pong" in json.dumps(socket.talk('{"op":"ping"}'))
    socket.close()


@pytest.mark.parametrize(
    "req_id",
    ["1", '"a"', "1.5", "1e400", "-1e400", "null", "[]", '"\\ud800"', "[" * 500 + "]" * 500],
)
def test_a_request_id_of_any_kind_comes_back_as_json(running: Running, req_id: str) -> None:
    """What JSON cannot hold comes back as its text."""
    socket = RawSocket(running.port)
    assert socket.talk(f'{{"op":"ping","req_id":{req_id}}}')["ret_msg"] == "pong"
    socket.close()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ([KEY, 9_999_999_999_999, "é"], 10004),
        ([KEY, 9_999_999_999_999, "0" * 64], 10004),
        ([KEY, 1, "0" * 64], 10004),
        ([KEY, "9" * 5_000, "x"], 10001),
        ([KEY, {}, []], 10001),
        ([[1], 1, 1], 10003),
        ([None] * 3, 10003),
        ([1, 2], 10001),
        (None, 10001),
        ("abc", 10001),
    ],
)
def test_a_wrong_login_is_refused_and_closed(running: Running, args: Any, code: int) -> None:
    """On the private socket without a code, on the trade socket with one."""
    for path in ("/v5/private", "/v5/trade"):
        socket = RawSocket(running.port, path)
        told = socket.talk(json.dumps({"op": "auth", "args": args}))
        assert told.get("success", told.get("retCode")) in (False, code)
        assert socket.heard()[0] == CLOSE
        socket.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"op": "order.nope"}, 10404),
        ({"op": []}, 10404),
        ({"args": [WISH | {"category": "inverse"}]}, 10404),
        ({"args": [WISH | {"category": []}]}, 10404),
        ({"args": [WISH, WISH]}, 10001),
        ({"args": {}}, 10001),
        ({"reqId": []}, 10001),
        ({"reqId": "x" * 37}, 10001),
        ({"header": None}, 10001),
        ({"header": {"X-BAPI-TIMESTAMP": "9" * 5_000}}, 10001),
        ({"header": {"X-BAPI-TIMESTAMP": "1700000000000"}}, 10002),
        ({"reqId": "\ud800"}, 0),
    ],
)
def test_the_trade_socket_names_what_is_wrong(
    running: Running, changes: dict[str, Any], code: int
) -> None:
    """And goes on."""
    socket = RawSocket(running.port, "/v5/trade")
    assert socket.login()["retCode"] == 0
    header = {"X-BAPI-TIMESTAMP": str(int(time.time() * 1_000))}
    usual = {"reqId": "r", "header": header, "op": "order.create", "args": [WISH]}
    assert socket.talk(json.dumps(usual | changes))["retCode"] == code
    again = socket.talk(json.dumps(usual | {"reqId": "s"}))
    assert (again["reqId"], again["retCode"]) == ("s", 0)
    assert socket.talk(json.dumps(usual | {"reqId": "s"}))["retCode"] == 20006
    socket.close()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (frame(b"\xff\xfe"), CLOSE),
        (frame(b"{}", op=3), CLOSE),
        (frame(b"{}", flags=0x40), CLOSE),
        (frame(b"a", op=0), CLOSE),
        (frame(b"a" * 200, op=PING), CLOSE),
        (frame(b"a", op=CLOSE), CLOSE),
        (frame(b"\x03\xe8", op=CLOSE), CLOSE),
        (frame(b"a", length=1 << 40), CLOSE),
        (frame(b"a" * (2 << 20)), CLOSE),
        (frame(b"a" * 60_000, is_last=False) + frame(b"a" * 60_000, 0, is_last=False) * 40, CLOSE),
        (frame(b"a", op=PING), PONG),
        (frame(b'{"op":"ping"}', op=2) + frame(b"a", op=PING), PONG),
    ],
)
def test_a_broken_frame_ends_its_own_socket_alone(running: Running, sent: bytes, told: int) -> None:
    """A binary message is not heard; a ping of the protocol has its pong."""
    other, socket = RawSocket(running.port), RawSocket(running.port)
    socket.send(sent)
    assert socket.heard()[0] == told
    assert other.talk('{"op":"ping"}')["ret_msg"] == "pong"
    socket.close()
    other.close()
