"""From a request to its answer: path, key, signature, limit, handler, envelope. Pure.

What is not in the table (``routes.py``) does not exist and answers HTTP 404.
"""

import hashlib
import json
from decimal import Decimal

from attrs import frozen

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import (
    KEY_INVALID,
    PARAMETER,
    TOO_MANY_VISITS,
    Answer,
    Fields,
    Outcome,
    Refusal,
    RefusedError,
    Request,
    envelope,
)
from adapters.bybit_wire.desk import Desk, Session, Taken
from adapters.bybit_wire.fields import query_fields
from adapters.bybit_wire.limits import Quota
from adapters.bybit_wire.plain import plain
from adapters.bybit_wire.routes import DCP, ROUTES, Route
from adapters.bybit_wire.signing import KEY, refuse_request


@frozen
class Done:
    """What became of a request: refused or not, with its result, and what is left of its limit."""

    refusal: Refusal
    result: Fields
    extra: Fields
    quota: Quota | None


def perform(desk: Desk, account: Account | None, route: Route, given: Fields, wall: int) -> Done:
    """Take a visit of the limit and let the handler answer."""
    quota, room = None, 1
    if account is not None:
        asked = given.get("request") if route.is_batch else None
        wanted = max(1, len(asked)) if isinstance(asked, list) else 1
        quota = account.buckets.take(route.path, route.limit_of(account), wall, wanted)
        room = quota.taken
        if not room and not route.is_batch:
            text = "Too many visits. Exceeded the API Rate Limit."
            return Done(Refusal(TOO_MANY_VISITS, text), {}, {}, quota)
    outcome = _kept(desk, account, route, given, room, wall)
    if isinstance(outcome, RefusedError):
        return Done(outcome.refusal, outcome.result, outcome.extra, quota)
    return Done(Refusal(0, outcome.text), outcome.result, outcome.extra, quota)


def _kept(
    desk: Desk, account: Account | None, route: Route, given: Fields, room: int, wall: int
) -> Outcome | RefusedError:
    """Let the handler answer; what may change an account is kept, where a session is."""
    if desk.keeper is None or account is None or route.method != "POST":
        return handle(desk, account, route, given, room)
    taken = Taken(account, route.path, plain(given), room, wall)
    desk.keeper.begin()
    outcome = handle(desk, account, route, taken.given, room)
    desk.keeper.request(taken, outcome)
    return outcome


def handle(
    desk: Desk, account: Account | None, route: Route, given: Fields, room: int
) -> Outcome | RefusedError:
    """Let the handler answer; here a refusal is a value like any other."""
    try:
        return route.handler(Session(desk, account, room), given)
    except RefusedError as refused:
        return refused
    finally:
        if route.method == "POST":
            desk.notice()


def elapse(desk: Desk, wall_ms: int) -> None:
    """Let what hangs on the wall's time happen: orders of those who lost their connection go."""
    for account in desk.accounts.values():
        if account.watch.take_due(account.dcp_seconds, wall_ms):
            _kept(desk, account, DCP, {}, 1, wall_ms)


def limit_headers(quota: Quota | None, wall: int, trace: str) -> dict[str, str]:
    """The headers of an answer; times are the wall's (7.1)."""
    headers = {
        "Traceid": hashlib.md5(trace.encode("utf-8", "replace")).hexdigest(),
        "Timenow": str(wall),
    }
    if quota is not None:
        headers["X-Bapi-Limit"] = str(quota.limit)
        headers["X-Bapi-Limit-Status"] = str(quota.left)
        headers["X-Bapi-Limit-Reset-Timestamp"] = str(quota.reset_ms)
    return headers


def answer(desk: Desk, request: Request, wall_ms: int) -> Answer:
    """Answer one REST request that came at ``wall_ms``; the desk is at its moment already."""
    elapse(desk, wall_ms)
    trace = f"{wall_ms}/{request.path}/{desk.now_ns}"

    def refuse(status: int, refusal: Refusal) -> Answer:
        body = envelope(refusal.code, refusal.text, {}, {}, desk.market_ms)
        return Answer(status, body, limit_headers(None, wall_ms, trace))

    route = ROUTES.get(request.path)
    if route is None:
        return refuse(404, Refusal(10017, "request path not found"))
    if route.method != request.method:
        return refuse(400, Refusal(PARAMETER, f"this path wants {route.method}"))
    payload = request.query if route.method == "GET" else request.body
    account = None
    if route.per_second:
        if not request.headers.get(KEY):
            return refuse(401, Refusal(KEY_INVALID, "API key is missing."))
        account = desk.accounts.get(request.headers[KEY])
        if account is None:
            return refuse(200, Refusal(KEY_INVALID, "API key is invalid."))
        refusal = refuse_request(account.settings.secret, request.headers, payload, wall_ms)
        if refusal is not None:
            return refuse(200, refusal)
    given = query_fields(payload) if route.method == "GET" else read_json(payload)
    if given is None:
        return refuse(400, Refusal(PARAMETER, "params error: the body is no JSON object"))
    found = perform(desk, account, route, given, wall_ms)
    body = envelope(*found.refusal, found.result, found.extra, desk.market_ms)
    return Answer(200, body, limit_headers(found.quota, wall_ms, trace))


def read_json(text: bytes | str) -> Fields | None:
    """A JSON object in UTF-8, its decimals exact; None for what is none, NaN and Infinity among
    them."""
    try:
        plain = text if isinstance(text, str) else text.decode()
        found = json.loads(plain, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")
