"""A client without manners: bytes on a socket, and frames as no library would send them."""

import json
import socket
import struct
import time
from typing import Any

from adapters.bybit_wire.signing import signature
from tests.bybit_wire.given import KEY, SECRET

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
CLOSE, PING, PONG = 8, 9, 10


def request(method: str, target: str, body: bytes = b"", headers: Any = ()) -> bytes:
    """An HTTP request; the target and the headers are sent as they are, in Latin-1."""
    lines = [f"{method} {target} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in dict(headers).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def signed(payload: bytes, **changes: str) -> dict[str, str]:
    """The headers of a signed request of now; ``changes`` are made after signing."""
    stamp = changes.pop("stamp", str(int(time.time() * 1_000)))
    window = changes.pop("window", "5000")
    sign = signature(SECRET, (stamp + KEY + window).encode("latin-1") + payload)
    headers = {"X-BAPI-API-KEY": KEY, "X-BAPI-TIMESTAMP": stamp, "X-BAPI-SIGN": sign}
    return headers | {"X-BAPI-RECV-WINDOW": window} | changes


def post(path: str, body: bytes, **changes: str) -> bytes:
    """A signed POST."""
    return request("POST", path, body, signed(body, **changes))


def get(path: str, query: str, **changes: str) -> bytes:
    """A signed GET."""
    return request("GET", f"{path}?{query}", b"", signed(query.encode("latin-1"), **changes))


def say(port: int, sent: bytes, patience: float = 5.0) -> tuple[int, Any]:
    """Send bytes over a connection of their own: the HTTP status and the body, read as JSON where
    it is JSON; status 0 where the connection ended without an answer."""
    with socket.create_connection(("127.0.0.1", port), patience) as one:
        one.sendall(sent)
        heard = b""
        while not _is_whole(heard):
            got = one.recv(65_536)
            if not got:
                break
            heard += got
    head, _, body = heard.partition(b"\r\n\r\n")
    if not head:
        return 0, None
    try:
        found = json.loads(body)
    except ValueError:
        found = body.decode("latin-1")
    return int(head.split()[1]), found


def _is_whole(heard: bytes) -> bool:
    head, mark, body = heard.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return bool(mark) and len(body) >= int(line.split(b":")[1])
    return False


def frame(
    payload: bytes, op: int = 1, *, is_last: bool = True, flags: int = 0, length: int = -1
) -> bytes:
    """One WebSocket frame of a client; it may lie about its length."""
    size = len(payload) if length < 0 else length
    head = bytes([(0x80 if is_last else 0) | flags | op])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += bytes([0x80 | 126]) + struct.pack("!H", size)
    else:
        head += bytes([0x80 | 127]) + struct.pack("!Q", size)
    return head + bytes(4) + payload


class RawSocket:
    """A WebSocket by hand."""

    def __init__(self, port: int, path: str = "/v5/public/linear", patience: float = 5.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), patience)
        self.socket.sendall(HANDSHAKE.format(path=path).encode())
        self._heard = b""
        while b"\r\n\r\n" not in self._heard:
            self._heard += self.socket.recv(4_096)
        self._heard = self._heard.partition(b"\r\n\r\n")[2]

    def send(self, sent: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(sent)

    def heard(self) -> tuple[int, bytes]:
        """The next frame: its kind and what is in it."""
        head = self._take(2)
        size = head[1] & 127
        if size == 126:
            size = struct.unpack("!H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._take(8))[0]
        return head[0] & 15, self._take(size)

    def _take(self, size: int) -> bytes:
        while len(self._heard) < size:
            got = self.socket.recv(65_536)
            if not got:
                raise ConnectionError("the server went away")
            self._heard += got
        found, self._heard = self._heard[:size], self._heard[size:]
        return found

    def talk(self, text: str) -> dict[str, Any]:
        """Say a text and read the answer."""
        self.send(frame(text.encode()))
        found: dict[str, Any] = json.loads(self.heard()[1])
        return found

    def login(self) -> dict[str, Any]:
        """Log in."""
        expires = int(time.time() * 1_000) + 10_000
        sign = signature(SECRET, f"GET/realtime{expires}".encode())
        return self.talk(json.dumps({"op": "auth", "args": [KEY, expires, sign]}))

    def close(self) -> None:
        """Drop the connection without a word."""
        self.socket.close()
