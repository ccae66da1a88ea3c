"""Faults as they are asked for: options, the configuration, and the admin's door."""

import json
from decimal import Decimal
from typing import Any

import pytest

from adapters.bybit_wire.accounts_file import read_settings
from adapters.bybit_wire.admin import BODY_MOST, Call, administer
from adapters.bybit_wire.fault_rules import rule_of, rule_of_option, settings_of
from adapters.bybit_wire.faults import KINDS, Faults, Rule
from engine.errors import UserError
from engine.money import SCALE, parse
from tests.bybit_wire.given import WALL

LOCAL = {"host": "127.0.0.1:8090"}


def test_an_option_is_a_kind_a_rate_and_perhaps_a_place() -> None:
    """``KIND=RATE[@WHERE]``."""
    assert rule_of_option("drop=0.25") == Rule("drop", parse("0.25"))
    assert rule_of_option("timeout_after=1@/v5/order/create") == Rule(
        "timeout_after", SCALE, "/v5/order/create"
    )
    assert rule_of_option("delay=1e-8@order*").on == "order*"


def test_a_table_has_the_seed_and_each_kind_as_often_as_wanted() -> None:
    """A rate, a table or a list of tables; decimals are exact."""
    found = settings_of(
        {
            "seed": 7,
            "delay": Decimal("0.1"),
            "rate_limit": {"rate": 1, "ms": 250, "next": 3, "account": "mine"},
            "drop": [{"on": "order"}, {"rate": "0.5", "on": "tickers.BTCUSDT"}],
        },
        "[faults]",
    )
    assert found.seed == 7
    assert found.rules == (
        Rule("delay", parse("0.1")),
        Rule("rate_limit", SCALE, account="mine", times=3, ms=250),
        Rule("drop", SCALE, "order"),
        Rule("drop", SCALE // 2, "tickers.BTCUSDT"),
    )


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "no fault"),
    ({"kind": "dealy"}, "did you mean delay"),
    ({"kind": "zzz"}, "there are delay, delay_before"),
    ({"kind": 7}, "7 is no fault"),
    ({"kind": "delay", "rat": 1}, "there are kind, rate, on"),
    ({"kind": "delay", "rate": 5}, "5 % is 0.05"),
    ({"kind": "delay", "rate": 500}, "not from 0 to 1"),
    ({"kind": "delay", "rate": -1}, "not from 0 to 1"),
    ({"kind": "delay", "rate": "often"}, "'often' is not a decimal number"),
    ({"kind": "delay", "rate": True}, "a number from 0 to 1"),
    ({"kind": "delay", "rate": None}, "a number from 0 to 1"),
    ({"kind": "delay", "rate": "0.000000001"}, "finer"),
    ({"kind": "delay", "rate": "nan"}, "not a finite number"),
    ({"kind": "delay", "ms": 0}, "from 1 to 600000"),
    ({"kind": "delay", "ms": "5"}, "from 1 to 600000"),
    ({"kind": "drop", "ms": 5}, "leave ms out"),
    ({"kind": "drop", "next": 0}, "next is a whole number"),
    ({"kind": "drop", "next": True}, "next is a whole number"),
    ({"kind": "drop", "on": 5}, "on is a text"),
    ({"kind": "drop", "on": "a\nb"}, "on is a text"),
    ({"kind": "drop", "on": "ordr"}, "did you mean order"),
    ({"kind": "delay", "on": "/v5/order/craete"}, "did you mean /v5/order/create"),
    ({"kind": "drop", "on": "/v5/order/create"}, "private topics, public topics"),
    ({"kind": "duplicate", "on": "tickers.BTCUSDT"}, "it strikes on private topics"),
    ({"kind": "server_error_after", "on": "order.create"}, "it strikes on paths"),
    ({"kind": "book_gap", "on": "tickers.BTCUSDT"}, "orderbook.50.BTCUSDT"),
    ({"kind": "maintenance", "on": "/v5/order/create"}, "the whole exchange"),
    ({"kind": "maintenance", "next": 1}, "the whole exchange"),
    ({"kind": "delay", "account": ["a"]}, "account is a text"),
]


@pytest.mark.parametrize(("fields", "sentence"), WRONG)
def test_a_rule_that_cannot_be_meant_is_refused_in_one_sentence(
    fields: dict[str, Any], sentence: str
) -> None:
    """What is wrong, and what there is instead."""
    with pytest.raises(UserError) as refused:
        rule_of(fields, "the rule")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("on", ["order", "order*", "orderbook.*", "orderbook.50.BTCUSDT", "*"])
def test_places_of_streams_may_be_whole_or_begun(on: str) -> None:
    """``*`` at the end stands for the rest."""
    assert rule_of({"kind": "drop", "on": on}, "the rule").on == on


def test_the_configuration_has_faults_and_a_token(tmp_path: Any) -> None:
    """For accounts that there are; the token is not shown."""
    path = tmp_path / "accounts.toml"
    head = 'admin_token = "open"\n[[accounts]]\nkey = "a"\nsecret = "s"\n'
    path.write_text(f'{head}[faults]\nseed = 3\ndrop = {{on = "order", account = "a"}}\n')
    found = read_settings(path)
    assert (found.faults.seed, found.admin_token) == (3, "open")
    assert found.faults.rules == (Rule("drop", on="order", account="a"),)
    assert "open" not in repr(found)
    for text, sentence in (
        ('drop = {account = "b"}', "no account b"),
        ("seed = -1", "seed is a whole number"),
        ("drop = 7", "7 % is 0.07"),
        ("drop = {kind = 'delay'}", "leave kind out"),
    ):
        path.write_text(f"{head}[faults]\n{text}\n")
        with pytest.raises(UserError, match=sentence):
            read_settings(path)
    for text in ("faults = 3\n", "admin_token = 3\n"):
        path.write_text(text + head.partition("\n")[2])
        with pytest.raises(UserError):
            read_settings(path)


class Door:
    """The admin's door of a plan, without a socket."""

    def __init__(self, token: str = "") -> None:
        self.faults = Faults(7)
        self.token = token

    def call(self, method: str, path: str, body: object = None, **other: Any) -> tuple[int, Any]:
        """HTTP status, and ``data`` or the sentence of the refusal."""
        path, _, query = path.partition("?")
        text = b"" if body is None else json.dumps(body).encode()
        usual: dict[str, Any] = {"headers": LOCAL, "peer": "127.0.0.1"}
        call = Call(method, path, query.encode(), text, **(usual | other))
        found = administer(self.faults, call, ["mine"], self.token, WALL)
        assert found.body["ok"] == (found.status == 200)
        return found.status, found.body["data"] or found.body["error"]["message"]


def test_rules_are_listed_set_and_ended_one_by_one() -> None:
    """Each has a number; numbers are never used twice."""
    door = Door()
    assert door.call("GET", "/admin/faults") == (
        200,
        {"seed": 7, "rules": [], "maintenance": False, "fired": {}},
    )
    rule = {"kind": "delay", "rate": "0.25", "on": "order", "account": "mine", "next": 2, "ms": 30}
    status, found = door.call("POST", "/admin/faults", rule)
    assert (status, found["number"], found["rules"]) == (200, 1, [{"number": 1, **rule}])
    door.call("POST", "/admin/faults", {"kind": "drop"})
    assert door.call("DELETE", "/admin/faults/1")[1]["rules"] == [
        {"number": 2, "kind": "drop", "rate": "1"}
    ]
    assert door.call("DELETE", "/admin/faults/1") == (404, "there is no rule 1")
    assert door.call("DELETE", "/admin/faults")[1]["rules"] == []
    assert door.call("POST", "/admin/faults", {"kind": "drop"})[1]["number"] == 3


def test_a_whole_plan_is_put_with_its_seed() -> None:
    """As the [faults] table; what is wrong in it leaves the old one as it was."""
    door = Door()
    _, found = door.call("PUT", "/admin/faults", {"seed": 9, "drop": 0.5, "delay": [{"ms": 5}]})
    assert found["seed"] == 9
    assert [(each["kind"], each["rate"]) for each in found["rules"]] == [
        ("drop", "0.5"),
        ("delay", "1"),
    ]
    for wrong in ({"seed": "x"}, {"drop": 0.1, "dorp": 1}, {"drop": {"account": "other"}}):
        assert door.call("PUT", "/admin/faults", wrong)[0] == 400
        assert door.call("GET", "/admin/faults")[1] == found


def test_maintenance_is_shown_and_ended_by_its_number() -> None:
    """With its end where it has one."""
    door = Door()
    _, found = door.call("POST", "/admin/faults", {"kind": "maintenance", "ms": 5_000})
    assert found["maintenance"] == "2023-11-14T22:13:25Z"
    _, found = door.call("POST", "/admin/faults", {"kind": "maintenance"})
    assert found["maintenance"] is True
    assert door.call("DELETE", f"/admin/faults/{found['number']}")[1]["maintenance"] is False


def test_what_struck_is_told_from_a_number_on() -> None:
    """And the kinds that there are."""
    door = Door()
    for _ in range(3):
        door.faults.add(Rule("maintenance"), WALL)
    _, found = door.call("GET", "/admin/fired?after=1")
    assert [(each["number"], each["kind"]) for each in found["fired"]] == [
        (2, "maintenance"),
        (3, "maintenance"),
    ]
    assert found["fired"][0]["at"] == "2023-11-14T22:13:20Z"
    assert door.call("GET", "/admin/fired?after=x")[0] == 400
    assert set(door.call("GET", "/admin/kinds")[1]) == set(KINDS)


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"peer": "192.168.0.9"}, 403),
        ({"peer": "10.0.0.1"}, 403),
        ({"peer": "::ffff:10.0.0.1"}, 403),
        ({"peer": ""}, 403),
        ({"peer": "localhost"}, 403),
        ({"peer": "127.0.0.1"}, 200),
        ({"peer": "::1"}, 200),
        ({"headers": {}}, 403),
        ({"headers": {"host": "evil.example"}}, 403),
        ({"headers": {"host": "127.0.0.1.evil.example"}}, 403),
        ({"headers": {"host": "[::1"}}, 403),
        ({"headers": {"host": "localhost:1"}}, 200),
        ({"headers": {"host": "[::1]:1"}}, 200),
        ({"headers": LOCAL | {"origin": "http://evil.example"}}, 403),
        ({"headers": LOCAL | {"origin": "null"}}, 403),
        ({"headers": LOCAL | {"origin": "http://localhost:3000"}}, 200),
    ],
)
def test_only_this_machine_comes_in(other: dict[str, Any], status: int) -> None:
    """By the peer's address, the Host and the Origin; who is refused changes nothing."""
    door = Door()
    assert door.call("POST", "/admin/faults", {"kind": "drop"}, **other)[0] == status
    assert len(door.faults.standing) == (status == 200)


def test_a_token_is_wanted_where_there_is_one() -> None:
    """As a bearer."""
    door = Door("open")
    for given in ("", "open", "Bearer ", "Bearer opem", "Bearer opén", "Basic open"):
        headers = LOCAL | {"authorization": given}
        assert door.call("GET", "/admin/faults", headers=headers)[0] == 401
    headers = LOCAL | {"authorization": "Bearer open"}
    assert door.call("GET", "/admin/faults", headers=headers)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/admin/nothing", None, 404),
        ("PATCH", "/admin/faults", None, 405),
        ("POST", "/admin/fired", None, 405),
        ("POST", "/admin/faults", None, 400),
        ("POST", "/admin/faults", [1], 400),
        ("POST", "/admin/faults", {"kind": "nothing"}, 400),
        ("POST", "/admin/faults", {"kind": "drop", "account": "other"}, 400),
        ("POST", "/admin/faults", {"kind": "drop", "on": "x" * BODY_MOST}, 413),
        ("DELETE", "/admin/faults/x", None, 400),
        ("DELETE", "/admin/faults/", None, 400),
        ("DELETE", "/admin/faults/9", None, 404),
    ],
)
def test_a_wrong_call_is_one_sentence(method: str, path: str, body: object, status: int) -> None:
    """And no fault."""
    door = Door()
    found, sentence = door.call(method, path, body)
    assert (found, door.faults.standing) == (status, [])
    assert sentence
    assert "\n" not in sentence
