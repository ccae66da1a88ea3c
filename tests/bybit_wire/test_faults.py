"""The plan of faults, in process: what strikes, how often, and that nothing else moves it."""

from collections.abc import Iterable
from typing import get_args

import pytest

from adapters.bybit_wire.answers import Answer, Request, envelope
from adapters.bybit_wire.faults import FIRED_KEPT, KINDS, NAMES_KEPT, Channel, Faults, Passing, Rule
from adapters.bybit_wire.faulty_answers import GATEWAY, Served, served
from adapters.bybit_wire.router import answer
from engine.money import SCALE, parse
from tests.bybit_wire.given import KEY, SYMBOL, WALL, Client, desk, listed, settings

PATH = "/v5/order/create"
HALF = SCALE // 2


def passing(n: int, account: str = KEY, name: str = PATH) -> Passing:
    """The n-th request of a path."""
    return Passing(("rest",), name, account, ("rest", account, name, n))


def struck(faults: Faults, those: Iterable[Passing]) -> list[bool]:
    """Which of those are struck."""
    return [faults.strike(each, WALL) is not None for each in those]


def test_the_same_seed_strikes_the_same_and_another_does_not() -> None:
    """By name alone, in whatever order they come."""
    rules = [Rule("timeout_after", HALF)]
    those = [passing(n) for n in range(200)]
    first = struck(Faults(7, rules), those)
    assert first == struck(Faults(7, rules), those)
    assert first[::-1] == struck(Faults(7, rules), those[::-1])
    assert first != struck(Faults(8, rules), those)


def test_a_rate_is_a_share_of_what_passes() -> None:
    """0 strikes nothing, 1 everything, 0.1 about a tenth."""
    those = [passing(n) for n in range(2_000)]
    for rate, least, most in ((0, 0, 0), (SCALE, 2_000, 2_000), (parse("0.1"), 140, 260)):
        assert least <= sum(struck(Faults(7, [Rule("delay", rate)]), those)) <= most


def test_a_rule_more_or_another_account_moves_no_draw() -> None:
    """Of the rules that are drawn, the oldest strikes; the others draw by their own name."""
    alone, both = Faults(7, [Rule("bad_json", HALF)]), Faults(7, [Rule("bad_json", HALF)])
    both.add(Rule("delay", HALF, on="/v5/position/*"), WALL)
    both.add(Rule("timeout_before", HALF, account="other"), WALL)
    those = [passing(n) for n in range(100)]
    others = [each for n in range(100) for each in (passing(n), passing(n, "other"))]
    assert struck(alone, those) == struck(both, others)[::2]


def test_the_next_few_are_struck_whatever_the_rates_say() -> None:
    """Then the rule is gone; a rule with a place waits for it."""
    faults = Faults(7, [Rule("delay", SCALE)])
    faults.add(Rule("timeout_after", times=2, on=PATH), WALL)
    found = [
        faults.strike(passing(n, name=name), WALL)
        for n, name in enumerate(("/v5/order/cancel", PATH, PATH, PATH))
    ]
    assert [each.kind for each in found if each] == [
        "delay",
        "timeout_after",
        "timeout_after",
        "delay",
    ]
    assert [each.rule.kind for each in faults.standing] == ["delay"]


@pytest.mark.parametrize(
    ("rule", "struck_by"),
    [
        (Rule("delay"), {"rest", "trade", "private", "public"}),
        (Rule("delay_before"), {"way"}),
        (Rule("drop"), {"private", "public"}),
        (Rule("duplicate"), {"private"}),
        (Rule("rate_limit"), {"rest", "trade"}),
        (Rule("server_error_after"), {"rest"}),
        (Rule("delay", on="order"), {"private"}),
        (Rule("delay", on="order*"), {"private", "trade", "public"}),
        (Rule("delay", account=KEY), {"rest", "trade", "private"}),
    ],
)
def test_each_kind_strikes_where_it_can_and_each_rule_where_it_says(
    rule: Rule, struck_by: set[str]
) -> None:
    """By channel, place and account."""
    names = {
        "way": PATH,
        "rest": PATH,
        "trade": "order.create",
        "private": "order",
        "public": "orderbook.1.X",
    }
    found = set[str]()
    for channel in get_args(Channel):
        if channel in names:
            account = "" if channel == "public" else KEY
            if Faults(7, [rule]).strike(Passing((channel,), names[channel], account, ()), WALL):
                found.add(channel)
    assert found == struck_by


def test_what_struck_is_counted_and_listed() -> None:
    """With number, kind, place, account, name and the wall's time; the oldest are let go."""
    faults = Faults(7, [Rule("delay")])
    assert faults.counts == {}
    for n in range(FIRED_KEPT + 3):
        faults.strike(passing(n), WALL + n)
    assert faults.counts == {"delay": FIRED_KEPT + 3}
    assert len(faults.fired) == FIRED_KEPT
    last = faults.fired[-1]
    assert (last.number, last.kind, last.on, last.account) == (FIRED_KEPT + 3, "delay", PATH, KEY)
    assert (last.key, last.at_ms) == (f"rest/{KEY}/{PATH}/{FIRED_KEPT + 2}", WALL + FIRED_KEPT + 2)


def test_names_are_counted_without_end_and_memory_is_not() -> None:
    """A name that comes often is kept, whatever comes between."""
    faults = Faults(7, [Rule("delay")])
    for n in range(3 * NAMES_KEPT):
        assert faults.nth("once", n) == 0
        assert faults.nth("often") == n
    assert len(faults._seen) <= NAMES_KEPT


def test_a_plan_without_rules_is_quiet() -> None:
    """Also after the last rule was removed, used up or cleared."""
    faults = Faults(7)
    assert faults.is_quiet
    number = faults.add(Rule("delay", times=1), WALL)
    assert not faults.is_quiet
    assert faults.remove(number)
    assert not faults.remove(number)
    faults.add(Rule("delay", times=1), WALL)
    faults.strike(passing(0), WALL)
    assert faults.is_quiet
    faults.add(Rule("delay"), WALL)
    faults.clear()
    assert faults.is_quiet


class Asked:
    """A client of a desk whose requests meet a plan of faults."""

    def __init__(self, *rules: Rule) -> None:
        self.client = Client(desk(accounts=[settings(per_second=1_000)]))
        self.faults = Faults(7, rules, WALL)

    def order(self, link: str = "") -> Served:
        """Ask for an order that rests."""
        wish = {"category": "linear", "symbol": SYMBOL, "side": "Buy", "orderType": "Limit"}
        more = {"qty": "0.001", "price": "59000", "orderLinkId": link}
        body = str(wish | more).replace("'", '"').encode()
        request = self.client.request("POST", PATH, body)
        there, wall = self.client.desk, self.client.wall
        self.client.wall += 250
        return served(there, self.faults, request, wall, lambda: answer(there, request, wall))

    def links(self) -> list[str]:
        """The link ids of the orders that live at the exchange."""
        rows = listed(self.client.get("/v5/order/realtime", category="linear", symbol=SYMBOL))
        return [row["orderLinkId"] for row in rows]


@pytest.mark.parametrize(
    ("kind", "lives", "ending"),
    [
        ("delay", True, "whole"),
        ("timeout_before", False, "silent"),
        ("timeout_after", True, "silent"),
        ("server_error_before", False, "whole"),
        ("server_error_after", True, "whole"),
        ("internal_error_before", False, "whole"),
        ("internal_error_after", True, "whole"),
        ("bad_json", True, "whole"),
        ("rate_limit", False, "whole"),
        ("disconnect", True, "cut"),
        ("maintenance", False, "whole"),
    ],
)
def test_before_or_after_the_exchange_heard_of_it(kind: str, lives: bool, ending: str) -> None:
    """An order that was struck lives at the exchange or does not, as the kind says."""
    asked = Asked(Rule(kind, rate=SCALE - 1))
    found = asked.order("mine")
    assert found.ending == ending
    assert asked.links() == (["mine"] if lives else [])
    assert asked.faults.counts == {kind: 1}


def test_every_kind_of_request_is_tried_above() -> None:
    """And those of streams in test_fault_streams.py."""
    streams = {"drop", "duplicate", "reorder", "book_gap"}
    on_the_way = {"delay_before"}  # in test_fault_pybit.py
    mark = test_before_or_after_the_exchange_heard_of_it.pytestmark[0]  # type: ignore[attr-defined]
    assert {each[0] for each in mark.args[1]} == set(KINDS) - streams - on_the_way


def test_errors_of_a_gateway_are_pages_and_those_of_the_exchange_are_codes() -> None:
    """502, 503 and 504 in HTML; 10016 and 10000 with HTTP 200 and an empty result."""
    pages = Asked(Rule("server_error_before"))
    found = [pages.order(f"p-{n}") for n in range(40)]
    assert {each.status for each in found} == set(GATEWAY)
    assert {each.content_type for each in found} == {"text/html"}
    codes = Asked(Rule("internal_error_before"))
    told = [codes.order(f"c-{n}") for n in range(40)]
    assert len({each.headers["Traceid"] for each in told}) == len(told)
    assert {each.text.split(",")[0] for each in told} == {'{"retCode":10016', '{"retCode":10000'}


def test_too_many_visits_say_when_to_come_again() -> None:
    """10006, none left, and a reset that lies ahead on the wall (7.1); public paths have 403."""
    asked = Asked(Rule("rate_limit", ms=700))
    found = asked.order()
    assert '"retCode":10006' in found.text
    assert found.headers["X-Bapi-Limit"] == "1000"
    assert found.headers["X-Bapi-Limit-Status"] == "0"
    assert found.headers["X-Bapi-Limit-Reset-Timestamp"] == str(WALL + 700)
    request = asked.client.request("GET", "/v5/market/time", b"")
    there = asked.client.desk
    public = served(there, asked.faults, request, WALL, lambda: answer(there, request, WALL))
    assert (public.status, public.text) == (403, "access too frequent")


def test_an_orders_draw_hangs_on_its_link_id_and_how_often_it_was_sent() -> None:
    """Whatever is sent before or between."""

    def kinds(*links: str) -> dict[str, str]:
        asked = Asked(Rule("timeout_before", HALF))
        return {f"{n}-{link}": asked.order(link).ending for n, link in enumerate(links)}

    alone = [kinds(f"o-{n}")[f"0-o-{n}"] for n in range(30)]
    together = kinds(*(f"o-{n}" for n in range(30)))
    assert alone == list(together.values())
    assert set(alone) == {"whole", "silent"}
    again = kinds(*["same"] * 30)
    assert set(again.values()) == {"whole", "silent"}


def test_maintenance_lasts_and_ends() -> None:
    """At the rate 1 it begins at once; with a length it ends by itself, else when it is cleared."""
    asked = Asked(Rule("maintenance", ms=600))
    assert [asked.order(f"m-{n}").status for n in range(4)] == [503, 503, 503, 200]
    asked = Asked(Rule("maintenance"))
    assert [asked.order(f"n-{n}").status for n in range(20)] == [503] * 20
    asked.faults.clear()
    assert asked.order("n").status == 200
    assert asked.faults.counts == {"maintenance": 1}


def test_a_request_that_is_drawn_begins_a_maintenance() -> None:
    """Which strikes all others for its length, and no longer."""
    asked = Asked(Rule("maintenance", SCALE - 1, times=1, ms=600))
    assert [asked.order(f"m-{n}").status for n in range(4)] == [503, 503, 503, 200]


def test_what_a_stranger_sends_is_not_kept_at_full_length() -> None:
    """A path, a key and a link id of any length strike like others, and are cut in the list."""
    asked = Asked(Rule("timeout_before"))
    headers = {"x-bapi-api-key": "k" * 5_000}
    body = b'{"orderLinkId": "' + b"o" * 5_000 + b'"}'
    request = Request("POST", "/" + "p" * 5_000, b"", body, headers)
    there = asked.client.desk
    found = served(there, asked.faults, request, WALL, lambda: answer(there, request, WALL))
    assert found.ending == "silent"
    (fired,) = asked.faults.fired
    assert len(fired.on) + len(fired.account) + len(fired.key) < 1_500


def test_no_fault_no_change() -> None:
    """An answer that meets nothing is the router's own."""
    asked = Asked()
    found = asked.order("plain")
    assert (found.status, found.ending, found.delay_ms) == (200, "whole", 0)
    calls: list[int] = []

    def act() -> Answer:
        calls.append(1)
        return Answer(200, envelope(0, "OK", {}, {}, 0), {})

    request = asked.client.request("GET", "/v5/market/time", b"")
    served(asked.client.desk, asked.faults, request, WALL, act)
    assert calls == [1]
