"""From words to rules: ``--fault KIND=RATE``, the ``[faults]`` table, the admin's JSON. Pure.

    [faults]
    seed = 7
    delay = 0.1
    timeout_after = {rate = 0.05, on = "/v5/order/create", account = "mine"}
    drop = [{rate = 0.01, on = "order"}, {rate = 0.2, on = "execution"}]

Whatever cannot be meant is refused with one sentence, a ``UserError``.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

from adapters.bybit_wire.faults import KINDS, Channel, Rule
from adapters.bybit_wire.private_streams import ALL_TOPICS
from adapters.bybit_wire.routes import ROUTES, TRADED
from engine.errors import UserError
from engine.money import SCALE, parse, render

SEED_MOST = 1 << 63
MS_MOST = 600_000
TIMES_MOST = 1_000_000
FIELDS = ("kind", "rate", "on", "account", "next", "ms")
PUBLIC_TOPICS = ("orderbook.", "kline.", "tickers.", "publicTrade.")
_MARKS = ("rest", "trade", "private", "public")


class FaultSettings(NamedTuple):
    """A plan as it was asked for."""

    seed: int = 0
    rules: tuple[Rule, ...] = ()


NO_FAULTS = FaultSettings()


def rule_of_option(text: str) -> Rule:
    """``--fault``: ``KIND=RATE``, or ``KIND=RATE@WHERE`` for one path, operation or topic."""
    kind, mark, rest = text.partition("=")
    rate, _, on = rest.partition("@")
    if not mark or not rate:
        raise UserError(f"--fault {text} is not KIND=RATE; write --fault timeout_after=0.05")
    where = f"--fault {text}"
    return rule_of({"kind": kind, "rate": rate} | ({"on": on} if on else {}), where)


def settings_of(tree: Any, where: str) -> FaultSettings:
    """A ``[faults]`` table: the seed, and each kind with its rate, a table, or a list of them."""
    if not isinstance(tree, Mapping):
        raise UserError(f"{where} is no table; write seed = 7 and delay = 0.1 in it")
    rules: list[Rule] = []
    for kind, value in tree.items():
        if kind == "seed":
            continue
        for row in value if isinstance(value, list) else [value]:
            fields = row if isinstance(row, Mapping) else {"rate": row}
            if "kind" in fields:
                raise UserError(f"{where}: {kind} is the kind already; leave kind out")
            rules.append(rule_of({"kind": kind, **fields}, where))
    return FaultSettings(seed_of(tree.get("seed", 0), where), tuple(rules))


def seed_of(value: Any, where: str) -> int:
    """A seed: a whole number that is not negative."""
    if type(value) is not int or not 0 <= value < SEED_MOST:
        raise UserError(f"{where}: seed is a whole number from 0 up; write seed = 7")
    return value


def rule_of(fields: Mapping[str, Any], where: str) -> Rule:
    """One rule by its fields; ``kind`` is needed, and the rate is 1 where none is given."""
    for name in fields:
        if name not in FIELDS:
            raise UserError(f"{where} has {name!s:.40}; there are {', '.join(FIELDS)}")
    kind = fields.get("kind", "")
    if not isinstance(kind, str) or kind not in KINDS:
        raise UserError(f"{where}: {kind!s:.40} is no fault{_meant(str(kind), KINDS)}")
    place = f"{where}: {kind}"
    rate = _rate(fields.get("rate", 1), place)
    on = _text(fields, "on", place)
    account = _text(fields, "account", place)
    times = None
    if "next" in fields:
        times = _whole(fields["next"], "next", TIMES_MOST, place)
    ms = 0
    if "ms" in fields:
        if not KINDS[kind].usual_ms:
            raise UserError(f"{place} has no length; leave ms out")
        ms = _whole(fields["ms"], "ms", MS_MOST, place)
    if kind == "maintenance" and (on or account or (times is not None and rate == SCALE)):
        raise UserError(f"{place} shuts the whole exchange; leave on, account and next out")
    if on:
        _check_place(on, kind, place)
    return Rule(kind, rate, on, account, times, ms)


def check_accounts(rules: Iterable[Rule], keys: Collection[str], where: str) -> None:
    """Refuse rules for accounts that there are not."""
    for rule in rules:
        if rule.account and rule.account not in keys:
            raise UserError(
                f"{where}: {rule.kind}: there is no account {rule.account:.40}; there are"
                f" {', '.join(keys)}"
            )


def rule_fields(rule: Rule, number: int, left: int | None) -> dict[str, Any]:
    """A rule as it is shown; ``next`` is how often it may still strike."""
    shown: dict[str, Any] = {"number": number, "kind": rule.kind, "rate": render(rule.rate)}
    if rule.on:
        shown["on"] = rule.on
    if rule.account:
        shown["account"] = rule.account
    if left is not None:
        shown["next"] = left
    usual = KINDS[rule.kind].usual_ms
    return shown | ({"ms": rule.ms or usual} if usual else {})


def _rate(value: Any, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise UserError(f"{place}: the rate is a number from 0 to 1")
    try:
        rate = parse(value)
    except ValueError as error:
        raise UserError(f"{place}: the rate is a number from 0 to 1; {error}") from error
    if SCALE < rate <= 100 * SCALE:
        percent = render(rate // 100)
        raise UserError(f"{place}: the rate is from 0 to 1; {render(rate)} % is {percent}")
    if not 0 <= rate <= SCALE:
        raise UserError(f"{place}: the rate {render(rate)} is not from 0 to 1")
    return rate


def _text(fields: Mapping[str, Any], name: str, place: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise UserError(f"{place}: {name} is a text")
    return value


def _whole(value: Any, name: str, most: int, place: str) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise UserError(f"{place}: {name} is a whole number from 1 to {most}")
    return value


def _check_place(on: str, kind: str, place: str) -> None:
    """Refuse what passes nowhere, and places where this kind cannot strike."""
    found = [channel for channel, name in _places() if _meets(on, name, channel)]
    if not found:
        names = [name for _, name in _places()]
        raise UserError(f"{place}: on {on} is no path, operation or topic{_meant(on, names)}")
    channels: dict[Channel, Channel] = {"way": "rest", "movable": "private", "book": "public"}
    able = [channels.get(each, each) for each in KINDS[kind].channels]
    if not any(channel in able for channel in found):
        raise UserError(f"{place} does not strike on {on}; it strikes on {', '.join(_said(able))}")
    if kind == "book_gap" and not "orderbook.".startswith(on.rstrip("*")[: len("orderbook.")]):
        raise UserError(f"{place} does not strike on {on}; it strikes on orderbook.50.BTCUSDT")


def _places() -> Iterable[tuple[str, str]]:
    yield from (("rest", path) for path in ROUTES)
    yield from (("trade", name) for name in TRADED)
    yield from (("private", topic) for topic in ALL_TOPICS)
    yield from (("public", topic) for topic in PUBLIC_TOPICS)


def _meets(on: str, name: str, channel: str) -> bool:
    """Whether a place is within a name; a public topic goes on after its kind."""
    if on.endswith("*"):
        stem = on[:-1]
        return name.startswith(stem) or (channel == "public" and stem.startswith(name))
    return on == name or (channel == "public" and on.startswith(name) and len(on) > len(name))


def _said(channels: Iterable[str]) -> list[str]:
    words = {"rest": "paths", "trade": "operations of the trade socket"}
    return [words.get(each, f"{each} topics") for each in _MARKS if each in list(channels)]


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), 1)
    if close:
        return f"; did you mean {close[0]}"
    return f"; there are {', '.join(KINDS)}" if known is KINDS else ""
