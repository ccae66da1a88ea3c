"""Who asks: signatures over raw bytes, and time windows (bybit-v5.md 2).

Pure: the wall clock's milliseconds come in as an argument. Client timestamps are held against the
wall, because clients sign by it; what happens in the market has the market's own time.
"""

import hashlib
import hmac
from collections.abc import Mapping

from adapters.bybit_wire.answers import Refusal

KEY = "x-bapi-api-key"
TIMESTAMP = "x-bapi-timestamp"
WINDOW = "x-bapi-recv-window"
SIGNATURE = "x-bapi-sign"

DEFAULT_WINDOW_MS = 5_000
TIME_LENGTH = 18
AHEAD_MS = 1_000
"""So far a client's clock may be ahead of ours."""


def signature(secret: str, text: bytes) -> str:
    """HMAC-SHA256 as lower-case hex."""
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def same_signature(ours: str, theirs: str) -> bool:
    """Whether both are one signature in lower-case hex (2); theirs may be any text at all."""
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))


def _is_time(text: str) -> bool:
    """Whether a text is a whole number that can be a time in milliseconds."""
    return text.isascii() and text.isdecimal() and len(text) <= TIME_LENGTH


def refuse_time(timestamp: str, window: str, wall_ms: int) -> Refusal | None:
    """10002 unless ``wall - window <= timestamp < wall + 1000``; 10001 for what is no number."""
    if not _is_time(timestamp) or not _is_time(window or "0"):
        return Refusal(10001, "timestamp or recv_window is no number")
    sent, wide = int(timestamp), int(window) if window else DEFAULT_WINDOW_MS
    if wall_ms - wide <= sent < wall_ms + AHEAD_MS:
        return None
    text = (
        "invalid request, please check your server timestamp or recv_window param. "
        f"req_timestamp[{sent}],server_timestamp[{wall_ms}],recv_window[{wide}]"
    )
    return Refusal(10002, text)


def refuse_request(
    secret: str, headers: Mapping[str, str], payload: bytes, wall_ms: int
) -> Refusal | None:
    """Whether a signed REST request is refused; ``payload`` is the query or body as it was sent."""
    stamp, window = headers.get(TIMESTAMP, ""), headers.get(WINDOW, "")
    late = refuse_time(stamp, window, wall_ms)
    if late is not None:
        return late
    text = (stamp + headers.get(KEY, "") + window).encode() + payload
    if same_signature(signature(secret, text), headers.get(SIGNATURE, "")):
        return None
    return Refusal(10004, "error sign! please check your signature generation algorithm.")


def refuse_login(secret: str, expires: object, signed: object, wall_ms: int) -> Refusal | None:
    """Whether ``op auth`` of a WebSocket is refused; ``expires`` may be a number or its text."""
    text = str(expires)
    if not _is_time(text):
        return Refusal(10001, "expires is no number")
    if int(text) <= wall_ms:
        return Refusal(10004, f"expires {text} is not after the server's time {wall_ms}")
    if same_signature(signature(secret, b"GET/realtime" + text.encode()), str(signed)):
        return None
    return Refusal(10004, "Params Error: invalid signature")
