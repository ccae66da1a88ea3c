"""The admin's door: see, set and end faults while the server runs. Pure.

Only this machine comes in: the peer is on loopback, ``Host`` names loopback (a page of the web that
has its name point here is refused), and ``Origin``, where a browser sends one, too. Where the
configuration has an ``admin_token``, it is wanted as ``Authorization: Bearer``.

    GET    /admin/faults      the plan: seed, rules, counts, maintenance
    POST   /admin/faults      one more rule: {"kind": "drop", "on": "order", "next": 1}
    PUT    /admin/faults      another plan, as the [faults] table: {"seed": 7, "delay": "0.1"}
    DELETE /admin/faults      no faults, no maintenance
    DELETE /admin/faults/3    rule 3, or the maintenance it began, ends
    GET    /admin/fired       what struck, oldest first; ?after=5 from number 6 on
    GET    /admin/kinds       what there is
"""

import hmac
from collections.abc import Collection
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from adapters.bybit_wire.answers import Answer, Fields
from adapters.bybit_wire.fault_rules import check_accounts, rule_fields, rule_of, settings_of
from adapters.bybit_wire.faults import KINDS, UNTIL_CLEARED, Faults
from adapters.bybit_wire.fields import query_fields
from adapters.bybit_wire.router import read_json
from engine.errors import UserError
from engine.timebase import MILLISECOND, render_time

BODY_MOST = 1 << 16
HERE = ("127.0.0.1", "localhost", "::1")
PLAN, FIRED, NAMES = "/admin/faults", "/admin/fired", "/admin/kinds"


class Call(NamedTuple):
    """A request to the admin's door; ``peer`` is the address it came from, header names are in
    lower case."""

    method: str
    path: str
    query: bytes
    body: bytes
    headers: dict[str, str]
    peer: str


def administer(
    faults: Faults, call: Call, keys: Collection[str], token: str, wall_ms: int
) -> Answer:
    """Do what is asked, for the accounts of these keys; what is refused changes nothing."""
    refusal = refused(call, token)
    if refusal is not None:
        return refusal
    if len(call.body) > BODY_MOST:
        return _no(413, "too_large", f"a plan has at most {BODY_MOST} bytes")
    try:
        return _done(faults, call, keys, wall_ms)
    except UserError as error:
        return _no(400, "wrong_rule", str(error))


def plan_fields(faults: Faults, wall_ms: int) -> Fields:
    """The plan as it is shown, and how often each kind struck."""
    down: str | bool = faults.is_down(wall_ms)
    if down and faults.down_until_ms != UNTIL_CLEARED:
        down = render_time(faults.down_until_ms * MILLISECOND)
    return {
        "seed": faults.seed,
        "rules": [rule_fields(each.rule, each.number, each.left) for each in faults.standing],
        "maintenance": down,
        "fired": dict(faults.counts),
    }


def refused(call: Call, token: str) -> Answer | None:
    """Why a call does not come in; None for one that does."""
    if not _is_here(call.peer):
        return _no(403, "not_local", "the admin's door is for this machine alone")
    if _host(f"//{call.headers.get('host', '')}") not in HERE:
        return _no(403, "wrong_host", "Host has to name 127.0.0.1 or localhost")
    origin = call.headers.get("origin")
    if origin is not None and _host(origin) not in HERE:
        return _no(403, "wrong_origin", "pages of other hosts may not come here")
    given = call.headers.get("authorization", "")
    if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return _no(401, "no_token", "Authorization has to be Bearer and the admin_token")
    return None


def _is_here(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _done(faults: Faults, call: Call, keys: Collection[str], wall_ms: int) -> Answer:
    match (call.method, call.path):
        case ("GET", "/admin/faults"):
            return _yes(plan_fields(faults, wall_ms))
        case ("GET", "/admin/fired"):
            return _yes({"fired": _fired(faults, call.query)})
        case ("GET", "/admin/kinds"):
            return _yes({name: terms.meaning for name, terms in KINDS.items()})
        case ("POST", "/admin/faults"):
            rule = rule_of(_body(call), "the rule")
            check_accounts([rule], keys, "the rule")
            number = faults.add(rule, wall_ms)
            return _yes({"number": number, **plan_fields(faults, wall_ms)})
        case ("PUT", "/admin/faults"):
            wanted = settings_of(_body(call), "the plan")
            check_accounts(wanted.rules, keys, "the plan")
            faults.replace(wanted.seed, wanted.rules, wall_ms)
            return _yes(plan_fields(faults, wall_ms))
        case ("DELETE", "/admin/faults"):
            faults.clear()
            return _yes(plan_fields(faults, wall_ms))
        case ("DELETE", path) if path.startswith(f"{PLAN}/"):
            number = _number(path.removeprefix(f"{PLAN}/"))
            if not faults.remove(number):
                return _no(404, "no_rule", f"there is no rule {number}")
            return _yes(plan_fields(faults, wall_ms))
    if call.path in (PLAN, FIRED, NAMES):
        return _no(405, "wrong_method", f"{call.path} does not take {call.method:.10}")
    return _no(404, "no_path", f"there are {PLAN}, {FIRED} and {NAMES}")


def _fired(faults: Faults, query: bytes) -> list[Fields]:
    after = _number(str((query_fields(query) or {}).get("after", "0")))
    return [
        {**each._asdict(), "at": render_time(each.at_ms * MILLISECOND)}
        for each in faults.fired
        if each.number > after
    ]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise UserError(f"{text:.40} is no number of a rule or of a fault; write {PLAN}/3")
    return int(text)


def _body(call: Call) -> Fields:
    found = read_json(call.body)
    if found is None:
        raise UserError('the body is no JSON object; write {"kind": "delay", "rate": 0.1}')
    return found


def _yes(found: Fields) -> Answer:
    return Answer(200, {"ok": True, "data": found, "error": None}, {})


def _no(status: int, code: str, sentence: str) -> Answer:
    return Answer(
        status, {"ok": False, "data": None, "error": {"code": code, "message": sentence}}, {}
    )
