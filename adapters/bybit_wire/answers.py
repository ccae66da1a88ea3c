"""What every answer is wrapped in, and how a request is refused (bybit-v5.md 3.1, 7.2)."""

import json
from decimal import Decimal
from typing import Any, NamedTuple

Fields = dict[str, Any]
"""A JSON object as it goes over the wire: numbers as strings, where the venue has them so."""

PARAMETER = 10001
KEY_INVALID = 10003
TOO_MANY_VISITS = 10006


class Refusal(NamedTuple):
    """A return code and its text, which is for people."""

    code: int
    text: str


class RefusedError(Exception):
    """A request that cannot be taken as it is; ``result`` and ``extra``, which is for
    ``retExtInfo``, are empty where no more is said."""

    def __init__(
        self, code: int, text: str, result: Fields | None = None, extra: Fields | None = None
    ) -> None:
        super().__init__(text)
        self.refusal = Refusal(code, text)
        self.result: Fields = result or {}
        self.extra: Fields = extra or {}


class Request(NamedTuple):
    """One REST request; ``query`` and ``body`` are the bytes as they were sent, header names are
    in lower case."""

    method: str
    path: str
    query: bytes
    body: bytes
    headers: dict[str, str]


class Answer(NamedTuple):
    """One REST answer: HTTP status, JSON body, headers."""

    status: int
    body: Fields
    headers: dict[str, str]


class Outcome(NamedTuple):
    """What a handler found: ``result``, and ``extra`` for ``retExtInfo`` (batches)."""

    result: Fields
    extra: Fields
    text: str = "OK"


def done(result: Fields | None = None) -> Outcome:
    """A success with nothing more to say."""
    return Outcome(result if result is not None else {}, {})


def envelope(code: int, text: str, result: Fields, extra: Fields, market_ms: int) -> Fields:
    """``time`` is the exchange's own, which is market time."""
    return {
        "retCode": code,
        "retMsg": text,
        "result": result,
        "retExtInfo": extra,
        "time": market_ms,
    }


def to_text(message: Fields) -> str:
    """JSON as it is sent; decimals that were echoed stay what they were."""
    return json.dumps(message, separators=(",", ":"), default=_plain)


def _plain(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) and abs(value) < 10**300 else str(value)
