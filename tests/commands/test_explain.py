"""``tradefold explain``: why this order, and why not that one."""

from pathlib import Path

import pytest

from engine.messages.decisions import Approved, IntentRefused, OrderRequested, TradeClosed
from engine.money import render
from engine.risk.rules import RULES
from engine.timebase import render_time
from journal.frame import Frame
from journal.reader import JournalReader
from tests.commands.conftest import Told, tell


@pytest.fixture(scope="module")
def frames(journal: Path) -> list[Frame]:
    """All frames of the journal, as recorded."""
    with JournalReader(journal) as reader:
        return list(reader.frames())


def first_of(frames: list[Frame], kind: type) -> tuple[int, int, object]:
    """Seq, time and the first decision of a kind."""
    for stamped, decisions in frames:
        for decision in decisions:
            if isinstance(decision, kind):
                return stamped.seq, stamped.at, decision
    raise AssertionError(f"the journal has no {kind.__name__}")


def asked(journal: Path, *words: object) -> Told:
    """The answer of explain for programs."""
    return tell("explain", journal, *words, "--json")


def test_an_order_has_its_whole_story(journal: Path, frames: list[Frame]) -> None:
    """Bar, conditions, gate, size, reports, and the end of its trade."""
    seq, at, order = first_of(frames, OrderRequested)
    _, _, approved = first_of(frames, Approved)
    _, _, trade = first_of(frames, TradeClosed)
    assert isinstance(order, OrderRequested)
    assert isinstance(approved, Approved)
    assert isinstance(trade, TradeClosed)
    told = asked(journal, "--order", order.client_id).data
    assert told["order"]["client_id"] == order.client_id
    assert (told["led_by"]["seq"], told["led_by"]["at"]) == (seq, render_time(at))
    assert told["led_by"]["bar"]["to"] == render_time(at)
    assert [each["name"] for each in told["gate"]] == [each.name for each in approved.checks]
    assert all(each["passed"] for each in told["gate"])
    assert told["sizing"]["quantity"] == render(approved.quantity)
    broke = [each for each in told["conditions"] if each["name"].startswith("close_")]
    assert any(each["passed"] for each in broke)
    assert all(not each["name"].endswith("_e8") for each in told["conditions"])
    assert broke[0]["value"] == told["led_by"]["bar"]["close"]
    whats = " ".join(line["what"] for line in told["story"])
    for part in ("requests", "the venue has", "filled", "protects", "trade 1 of"):
        assert part in whats, part
    if trade.key == order.key:
        assert told["trade"]["pnl"] == render(trade.pnl)


def test_every_check_is_shown_with_its_meaning(
    journal: Path, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of the rule table, for people (on a wide terminal) and for programs."""
    monkeypatch.setenv("COLUMNS", "200")
    _, _, order = first_of(frames, OrderRequested)
    assert isinstance(order, OrderRequested)
    told = asked(journal, "--order", order.client_id).data
    assert {each["name"]: each["meaning"] for each in told["gate"]} == {
        each["name"]: RULES[each["name"]].meaning for each in told["gate"]
    }
    shown = tell("explain", journal, "--order", order.client_id).out
    for part in ("checks passed", "no cooldown runs", "budget", "what happened", "the end"):
        assert part in shown, part


@pytest.mark.parametrize("left_out", [0, len("12345678-")])
def test_an_id_is_enough_without_the_name_of_its_run(
    journal: Path, frames: list[Frame], left_out: int
) -> None:
    """It is the same for all orders of a journal."""
    _, _, order = first_of(frames, OrderRequested)
    assert isinstance(order, OrderRequested)
    told = asked(journal, "--order", order.client_id[left_out:]).data
    assert told["order"]["client_id"] == order.client_id


def test_an_id_that_fits_many_or_none_is_refused_with_examples(journal: Path) -> None:
    """So that one can copy a whole one."""
    many = tell("explain", journal, "--order", "va1")
    assert many.code == 2
    assert "write more of the id" in many.err
    none = tell("explain", journal, "--order", "zzz")
    assert none.code == 2
    assert "there is no such order" in none.err


def test_a_frame_shows_its_input_its_decisions_and_its_effects(
    journal: Path, frames: list[Frame]
) -> None:
    """An entry leaves as one request."""
    seq, _, order = first_of(frames, OrderRequested)
    assert isinstance(order, OrderRequested)
    told = asked(journal, "--seq", seq).data
    assert told["frame"]["seq"] == seq
    assert [each["kind"] for each in told["effects"]] == ["PlaceOrder"]
    assert told["effects"][0]["quantity"] == render(order.quantity)
    assert "PlaceOrder" in tell("explain", journal, "--seq", seq).out


def test_a_refusal_names_the_check_that_failed(journal: Path, frames: list[Frame]) -> None:
    """With its value, its threshold and its meaning."""
    _, at, refused = first_of(frames, IntentRefused)
    assert isinstance(refused, IntentRefused)
    words = ("--at", render_time(at), "--symbol", refused.key.symbol)
    told = asked(journal, *words).data["accounts"][0]
    failed = next(each for each in refused.checks if not each.passed)
    assert "the gate refused" in told["because"]
    assert RULES[failed.name].meaning in told["because"]
    shown = tell("explain", journal, *words, "--why-not").out
    assert failed.name in shown
    assert "no cooldown runs" not in shown


def test_a_quiet_candle_tells_which_condition_failed(journal: Path, frames: list[Frame]) -> None:
    """The one that ran is asked again, on the state of that moment."""
    bars = [
        stamped
        for stamped, decisions in frames
        if getattr(stamped.input, "symbol", "") == "ETHUSDT" and hasattr(stamped.input, "close")
        if not decisions and stamped.seq > 700
    ]
    at = render_time(bars[0].at)
    told = asked(journal, "--at", at, "--symbol", "ETHUSDT", "--why-not").data
    assert told["seq"] == bars[0].seq
    account = told["accounts"][0]
    failed = [each for each in account["conditions"] if not each["passed"]]
    assert failed
    for each in failed:
        assert f"{each['name']} {each['value']} is not {each['op']}" in account["because"]
    assert account["did"] == []


def test_between_two_bars_of_its_timeframe_an_account_was_not_asked(journal: Path) -> None:
    """And is told when it was."""
    told = asked(journal, "--at", "2025-01-02T00:07", "--symbol", "BTCUSDT").data
    assert told["at"] == "2025-01-02T00:05:00Z"
    because = told["accounts"][0]["because"]
    assert "no 15m candle closed here" in because
    assert "2025-01-02T00:15:00Z" in because


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((), "one of --order, --seq and --at"),
        (("--seq", "5", "--order", "x"), "one of --order, --seq and --at"),
        (("--seq", "0"), "frames 1 to"),
        (("--at", "2025-01-02"), "--symbol"),
        (("--at", "2025-01-02", "--symbol", "SOLUSDT"), "BTCUSDT, ETHUSDT"),
        (("--at", "2024-01-02", "--symbol", "BTCUSDT"), "choose a later time"),
        (("--at", "2025-01-02", "--symbol", "BTCUSDT", "--account", "va2"), "va1 do"),
    ],
)
def test_a_question_without_an_answer_is_refused(
    journal: Path, words: tuple[str, ...], part: str
) -> None:
    """With what may be asked."""
    told = tell("explain", journal, *words)
    assert told.code == 2
    assert part in told.err


def test_a_moment_after_the_end_is_told_as_such(journal: Path) -> None:
    """The last candle is an answer, but to another question."""
    asked = ("explain", journal, "--symbol", "BTCUSDT", "--at")
    late = tell(*asked, "2035-01-01")
    with JournalReader(journal) as reader:
        end = render_time(reader.head.last_at)
    shown = end.replace("T", " ").removesuffix("Z")[:23]
    line = f"asked for 2035-01-01 00:00:00, but the journal ends at {shown}: its last candle"
    assert line in " ".join(late.out.split())
    told = tell(*asked, "2035-01-01", "--json").data
    assert (told["after_the_end"], told["journal_ends"]) == (True, end)
    assert "the journal ends" not in tell(*asked, end).out
    assert tell(*asked, end, "--json").data["after_the_end"] is False
