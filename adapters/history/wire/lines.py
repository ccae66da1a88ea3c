"""Recorded messages: one JSON object a line, each alone or in an envelope with its time of receipt.

An envelope is ``{"recv_ns": …, "msg": …}``; ``recv_us``, ``recv_ms`` and ``recv_s`` are understood,
too. Lines of what the recorder itself sent (``sent_s``) tell nothing of the market.
"""

import gzip
import zlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from adapters.history.wire.speech import FIRST_NS, LAST_NS
from engine.errors import UserError
from engine.timebase import MICROSECOND, MILLISECOND, SECOND

_UNITS = {"recv_ns": 1, "recv_us": MICROSECOND, "recv_ms": MILLISECOND, "recv_s": SECOND}
_GZIP = b"\x1f\x8b"
_DECODER = msgspec.json.Decoder(float_hook=str)
"""Numbers with a point stay the text they were."""


class Line(NamedTuple):
    """A message: its line from 1 on, when it was received (ns; 0 where nobody wrote it down)."""

    number: int
    received_ns: int
    message: dict[str, Any]


def begins_like_messages(path: Path) -> bool:
    """Whether the first thing in a file, gzipped or not, is a JSON object."""
    try:
        with _opened(path) as file:
            return bytes(file.read(1)) == b"{"
    except (OSError, EOFError, zlib.error):
        return False


def lines(path: Path) -> Iterator[Line]:
    """The messages that were received; ``UserError`` names the first line that is none."""
    number = 0
    try:
        with _opened(path) as file:
            for number, text in enumerate(file, start=1):
                if not text.strip():
                    continue
                line = _line(path, number, text)
                if line is not None:
                    yield line
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(
            f"{path} cannot be read from line {number + 1} on ({error}); fetch the file again"
        ) from error


def _opened(path: Path) -> Any:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")


def _line(path: Path, number: int, text: bytes) -> Line | None:
    place = f"{path}: line {number}"
    try:
        found = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UserError(f"{place} is no JSON ({error}); remove the line") from error
    if not isinstance(found, dict):
        raise UserError(f"{place} is no message but {type(found).__name__}; remove the line")
    if "msg" not in found:
        return Line(number, 0, found)
    message = found["msg"]
    clock = next((name for name in _UNITS if name in found), "")
    if not clock:
        if any(name.startswith("sent_") for name in found):
            return None
        raise UserError(
            f"{place} has a msg but none of {', '.join(_UNITS)}; write when it was received"
        )
    if not isinstance(message, dict):
        raise UserError(f"{place} has a msg that is no message; remove the line")
    told = found[clock]
    if type(told) is int and FIRST_NS <= told * _UNITS[clock] < LAST_NS:
        return Line(number, told * _UNITS[clock], message)
    try:
        received = Decimal(told) * _UNITS[clock]
        is_possible = FIRST_NS <= received < LAST_NS
    except (InvalidOperation, TypeError, ValueError) as error:
        raise UserError(f"{place}: {clock} = {found[clock]} is no time; correct it") from error
    if not is_possible:
        unit = clock.removeprefix("recv_")
        wrong = f"{clock} = {found[clock]} is no time between 2000 and 2200 in {unit}"
        raise UserError(f"{place}: {wrong}; correct it")
    if received != int(received):
        raise UserError(f"{place}: {clock} = {found[clock]} is no time in nanoseconds; correct it")
    return Line(number, int(received), message)
