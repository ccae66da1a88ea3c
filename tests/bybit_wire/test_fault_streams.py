"""Faults of what the streams tell: gaps of the book, private messages lost, doubled, moved."""

import json
from typing import Any

import pytest

from adapters.bybit_wire.conversation import DELAY_MS, Kind
from adapters.bybit_wire.faults import KINDS, Faults, Rule
from adapters.bybit_wire.faulty_streams import Line, Told
from engine.money import SCALE
from engine.timebase import SECOND
from tests.bybit_wire.given import START, SYMBOL, WALL, desk
from tests.bybit_wire.test_streams import Talk


def test_a_books_messages_count_by_one() -> None:
    """However often the book moved in between, so that a gap can be seen; a topic that was left
    and is taken up again goes on higher."""
    there = desk(*(f"{60_000 + n}" for n in range(1, 8)))
    talk = Talk(there, "public")
    _, first = talk.replies(op="subscribe", args=["orderbook.50.BTCUSDT"])
    told = [first.message["data"]["u"]]
    for second in (3, 5, 6):
        there.advance(START + second * SECOND)
        ((_, delta),) = talk.streams.collect()
        told.append(delta["data"]["u"])
    assert told == [told[0] + n for n in range(4)]
    talk.replies(op="unsubscribe", args=["orderbook.50.BTCUSDT"])
    _, again = talk.replies(op="subscribe", args=["orderbook.50.BTCUSDT"])
    assert again.message["data"]["u"] > told[-1]


class Lined(Talk):
    """A connection in process whose messages meet a plan of faults."""

    def __init__(self, kind: Kind, *rules: Rule) -> None:
        super().__init__(desk(), kind)
        self.faults = Faults(7, rules, WALL)
        self.line = Line(self.faults, self.said)
        if kind != "public":
            assert self.login().message

    def told(self, *names: str) -> list[str]:
        """What is told of messages ``topic:text``; a cut is ``|``, a late one has its ms."""
        sent = [Told(name.partition(":")[0], name, ":d" in name) for name in names]
        return [
            "|" if each.ending == "cut" else each.text + (f"+{each.delay_ms}" * (each.delay_ms > 0))
            for each in self.line.tell(sent, WALL)
        ]

    def order(self, link: str) -> list[dict[str, Any] | str]:
        """What is answered to an order on the trade socket; text where it is no JSON, or a cut."""
        wish = {"category": "linear", "symbol": SYMBOL, "side": "Buy", "orderType": "Limit"}
        fields = {
            "reqId": link,
            "header": {"X-BAPI-TIMESTAMP": str(WALL)},
            "op": "order.create",
            "args": [wish | {"qty": "0.001", "price": "59000", "orderLinkId": link}],
        }
        found: list[dict[str, Any] | str] = []
        for each in self.line.hear(json.dumps(fields), WALL):
            if each.ending == "cut":
                found.append("|")
                continue
            try:
                found.append(json.loads(each.text))
            except ValueError:
                found.append(each.text)
        return found

    def lives(self) -> list[str]:
        """The link ids of the account's orders at the exchange."""
        account = self.said.account
        assert account is not None
        return [row.link_id for row in account.heard.open.values()]


BATCH = ("order:1", "execution:1", "order:2", "position:1", "wallet:1")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule("drop", on="execution"), ["order:1", "order:2", "position:1", "wallet:1"]),
        (Rule("delay", on="order", ms=40, times=1), ["order:1+40", *BATCH[1:]]),
        (Rule("duplicate", on="position"), [*BATCH[:4], "position:1", "wallet:1"]),
        (Rule("disconnect", on="position"), [*BATCH[:3], "|"]),
        (Rule("reorder", on="order", times=1), ["execution:1", "order:1", *BATCH[2:]]),
        (Rule("reorder", on="execution"), ["order:1", *BATCH[2:], "execution:1"]),
        (Rule("reorder", on="wallet"), list(BATCH)),
        (Rule("reorder", account="nobody"), list(BATCH)),
        (Rule("book_gap"), list(BATCH)),
    ],
)
def test_private_messages_are_lost_late_doubled_and_overtaken(rule: Rule, told: list[str]) -> None:
    """Never past another of its own topic; what nothing can overtake is not moved."""
    assert Lined("private", rule).told(*BATCH) == told


def test_a_move_that_cannot_be_is_no_fault() -> None:
    """It is not counted, and a rule for the next one waits."""
    line = Lined("private", Rule("reorder", times=1))
    assert line.told("order:1", "order:2") == ["order:1", "order:2"]
    assert line.faults.counts == {}
    assert line.told("order:3", "wallet:1") == ["wallet:1", "order:3"]
    assert line.faults.counts == {"reorder": 1}


def test_within_a_topic_the_order_is_kept_whatever_is_drawn() -> None:
    """Duplicates come together, nothing is invented, and nothing is lost but what was dropped."""
    rules = [Rule(kind, SCALE // 4) for kind in ("reorder", "duplicate", "drop", "delay")]
    line = Lined("private", *rules)
    for batch in range(200):
        sent = [f"{name.partition(':')[0]}:{batch}-{n}" for n, name in enumerate(BATCH)]
        told = [each.partition("+")[0] for each in line.told(*sent)]
        for topic in ("order", "execution", "position", "wallet"):
            own = [each for each in told if each.startswith(f"{topic}:")]
            assert own == sorted(own)
            assert set(own) <= set(sent)
        lost = [each for each in sent if each not in told]
        twice = [each for each in sent if told.count(each) == 2]
        assert len(told) == len(sent) - len(lost) + len(twice)
    assert set(line.faults.counts) == {"reorder", "duplicate", "drop", "delay"}


def test_a_gap_takes_deltas_of_books_alone() -> None:
    """Snapshots, trades and tickers pass."""
    names = ("orderbook.50.B:snapshot", "orderbook.50.B:d1", "tickers.B:d1", "orderbook.50.B:d2")
    assert Lined("public", Rule("book_gap")).told(*names) == [names[0], names[2]]


def test_each_connection_draws_by_itself() -> None:
    """Of two that listen to the same each loses what it loses, whoever else is there."""
    names = [f"publicTrade.B:{n}" for n in range(60)]
    alone = Lined("public", Rule("drop", SCALE // 2))
    first = alone.told(*names)
    again = Lined("public", Rule("drop", SCALE // 2))
    private = Line(again.faults, Talk(desk(), "private").said)
    assert private.tell([Told("order", "order:1", False)] * 30, WALL) is not None
    again.faults.replace(7, [Rule("drop", SCALE // 2)], WALL)
    assert again.told(*names) == first
    second = Line(again.faults, again.said)
    sent = [Told(name.partition(":")[0], name, False) for name in names]
    assert [each.text for each in second.tell(sent, WALL)] != first


@pytest.mark.parametrize(
    ("kind", "code", "lives"),
    [
        ("internal_error_before", 10016, False),
        ("internal_error_after", 10016, True),
        ("rate_limit", 10429, False),
        ("maintenance", 10019, False),
        ("timeout_before", None, False),
        ("timeout_after", None, True),
    ],
)
def test_orders_on_the_trade_socket_fail_too(kind: str, code: int | None, lives: bool) -> None:
    """The request's id comes back with the code, or nothing does (4.4)."""
    line = Lined("trade", Rule(kind, SCALE - 1))
    found = line.order("ws-1")
    assert [each["retCode"] for each in found if isinstance(each, dict)] == [code] * bool(code)
    assert all(each["reqId"] == "ws-1" for each in found if isinstance(each, dict))
    assert line.lives() == (["ws-1"] if lives else [])


def test_an_answer_on_the_trade_socket_breaks_off_is_late_or_cuts() -> None:
    """The order lives in each case."""
    line = Lined("trade", Rule("bad_json", times=1), Rule("disconnect", times=1))
    (broken,) = line.order("a")
    assert isinstance(broken, str)
    assert broken.startswith("{")
    assert line.order("b") == ["|"]
    line.faults.add(Rule("delay", times=1, ms=300), WALL)
    late = line.line.hear('{"op": "order.cancel", "reqId": "c"}', WALL)
    assert [each.delay_ms for each in late] == [DELAY_MS + 300]
    assert line.lives() == ["a", "b"]


def test_logins_subscriptions_and_pings_are_never_struck() -> None:
    """Every kind stands at the rate 1, and they are answered as ever."""
    rules = [Rule(kind) for kind in KINDS if kind != "maintenance"]
    for kind in ("public", "private", "trade"):
        line = Lined(kind, *rules)
        (pong,) = line.line.hear('{"op": "ping"}', WALL)
        assert "pong" in pong.text
        assert (pong.ending, pong.delay_ms) == ("whole", 0)
    line = Lined("public", *rules)
    told = line.line.hear('{"op":"subscribe","args":["orderbook.50.BTCUSDT"]}', WALL)
    assert [each.ending for each in told] == ["whole", "whole"]
    assert line.faults.counts == {}
