"""How a request meets the plan of faults, and how its answer goes out then. Pure.

The forms are the venue's where they are known (bybit-v5.md 7): 10006 with headers, 10016 and 10000,
403 for an address that comes too often. The page of a gateway and of maintenance is our own.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from adapters.bybit_wire.answers import (
    TOO_MANY_VISITS,
    Answer,
    Fields,
    Refusal,
    Request,
    envelope,
    to_text,
)
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.faults import Fault, Faults, Passing
from adapters.bybit_wire.limits import Quota
from adapters.bybit_wire.router import limit_headers, read_json
from adapters.bybit_wire.routes import ROUTES
from adapters.bybit_wire.signing import KEY

Ending = Literal["whole", "cut", "silent"]
"""``cut``: the connection breaks instead; ``silent``: nobody ever answers."""

FAILED = Refusal(10016, "Server error.")
TIMED_OUT = Refusal(10000, "Server Timeout")
USUAL_LIMIT = 10
NAME_MOST = 200
GATEWAY: dict[int, str] = {
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
ADDRESS_REFUSED = (403, "access too frequent")


class Served(NamedTuple):
    """An answer as it goes out: ``delay_ms`` late, and whether at all."""

    status: int
    text: str
    content_type: str
    headers: dict[str, str]
    delay_ms: int = 0
    ending: Ending = "whole"


def served(
    desk: Desk, faults: Faults, asked: Request, wall_ms: int, act: Callable[[], Answer]
) -> Served:
    """Let ``act`` answer the request, or not, as the plan of faults has it."""
    if faults.is_quiet:
        return _whole(act())
    if faults.is_down(wall_ms):
        return page(503)
    fault = faults.strike(request_passing(faults, asked), wall_ms)
    if fault is None:
        return _whole(act())
    match fault.kind:
        case "maintenance":
            return page(503)
        case "rate_limit":
            return _too_often(desk, asked, wall_ms, fault)
        case "timeout_before":
            return page(504)._replace(ending="silent")
        case "server_error_before" | "server_error_after":
            if fault.kind == "server_error_after":
                act()
            return page(tuple(GATEWAY)[fault.pick % len(GATEWAY)])
        case "internal_error_before" | "internal_error_after":
            if fault.kind == "internal_error_after":
                act()
            body = envelope(*internal_error(fault), {}, {}, desk.market_ms)
            return _whole(
                Answer(200, body, limit_headers(None, wall_ms, _trace(desk, asked, wall_ms)))
            )
    whole = _whole(act())
    match fault.kind:
        case "delay":
            return whole._replace(delay_ms=fault.ms)
        case "timeout_after":
            return whole._replace(ending="silent")
        case "bad_json":
            return whole._replace(text=broken_off(whole.text))
    assert fault.kind == "disconnect", f"{fault.kind} does not strike requests"
    return whole._replace(ending="cut")


def lateness(faults: Faults, asked: Request, wall_ms: int) -> int:
    """For how long a request is on its way, ms, before the exchange hears of it."""
    if faults.is_quiet:
        return 0
    fault = faults.strike(request_passing(faults, asked, "way"), wall_ms)
    return fault.ms if fault is not None else 0


def request_passing(
    faults: Faults, asked: Request, channel: Literal["rest", "way"] = "rest"
) -> Passing:
    """A request by its name: an order's link id, else which of its path and account it is."""
    account = asked.headers.get(KEY, "")
    given = read_json(asked.body) if asked.body else None
    return passing_of(faults, channel, asked.path, account, given or {})


def passing_of(
    faults: Faults, channel: Literal["rest", "way", "trade"], name: str, account: str, given: Fields
) -> Passing:
    """A request over REST or on the trade socket; each sending of a link id counts. What a stranger
    sends as path or key is not kept at full length."""
    link = given.get("orderLinkId", "")
    name, account = name[:NAME_MOST], account[:NAME_MOST]
    base = (channel, account, name, link[:NAME_MOST] if isinstance(link, str) else "")
    return Passing((channel,), name, account, (*base, faults.nth(*base)))


def internal_error(fault: Fault) -> Refusal:
    """10016 or 10000: whether it was done is not said."""
    return TIMED_OUT if fault.pick % 2 else FAILED


def broken_off(text: str) -> str:
    """The first half of a JSON text: never JSON itself."""
    return text[: len(text) // 2]


def page(status: int) -> Served:
    """What a gateway says in place of the exchange: HTML, no code."""
    title = f"{status} {GATEWAY[status]}"
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\r\n"
    return Served(status, text, "text/html", {})


def _whole(found: Answer) -> Served:
    return Served(found.status, to_text(found.body), "application/json", found.headers)


def _trace(desk: Desk, asked: Request, wall_ms: int) -> str:
    """What an answer's trace id is made of: no two answers have the same."""
    return f"{wall_ms}/{asked.path}/{desk.now_ns}"


def _too_often(desk: Desk, asked: Request, wall_ms: int, fault: Fault) -> Served:
    """10006 with a reset that is to come; a public path knows only the address's limit (7.1)."""
    route = ROUTES.get(asked.path)
    if route is None or not route.per_second:
        status, text = ADDRESS_REFUSED
        return Served(status, text, "text/plain", {})
    account = desk.accounts.get(asked.headers.get(KEY, ""))
    most = route.limit_of(account) if account is not None else USUAL_LIMIT
    refusal = Refusal(TOO_MANY_VISITS, "Too many visits. Exceeded the API Rate Limit.")
    quota = Quota(most, 0, wall_ms + fault.ms, 0)
    headers = limit_headers(quota, wall_ms, _trace(desk, asked, wall_ms))
    return _whole(Answer(200, envelope(*refusal, {}, {}, desk.market_ms), headers))
