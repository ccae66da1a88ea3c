"""Frames as lines for people and programs: names, decimals as text, ISO times."""

import json
from itertools import islice

from journal.export import export_frames, export_lines, frame_facts
from journal.memory import MemoryJournal
from tests.journal.samples import Story, every_decision, every_input, first_frame, round_trip


def _lines(first: int = 1, last: int | None = None) -> list[dict[str, object]]:
    journal = MemoryJournal(first_frame())
    for stamped, decisions in round_trip():
        journal.append(stamped, decisions)
    return [json.loads(line) for line in export_lines(export_frames(journal, first, last))]


def test_a_frame_is_one_line_with_its_input_and_its_decisions() -> None:
    (line,) = _lines(6, 6)
    assert (line["seq"], line["at"]) == (6, "2025-01-01T00:05:00Z")
    assert line["input"] == {
        "kind": "OrderFilled",
        "venue_account": "unified",
        "symbol": "BTCUSDT",
        "position_index": 0,
        "client_id": "",
        "venue_order_id": "venue-",
        "execution_id": "x1-2",
        "cause": "stop_loss",
        "side": "sell",
        "price": "89000",
        "quantity": "0.1",
        "fee": "1",
        "fee_asset": "USDT",
        "is_maker": False,
        "venue_at": "2025-01-01T00:00:00Z",
        "is_ambiguous": False,
    }
    decisions = line["decisions"]
    assert isinstance(decisions, list)
    assert [one["kind"] for one in decisions] == ["TradeClosed", "GovernorActed", "IncidentOpened"]
    assert decisions[0]["pnl"] == "-102"
    assert decisions[0]["r_multiple"] == "-1.02"
    assert decisions[1]["until_at"] is None
    assert (decisions[2]["incident_kind"], decisions[2]["facts"]) == (
        "drift",
        {"expected": "0", "found": "1"},
    )


def test_spans_in_the_terms_of_a_run_are_text() -> None:
    (line,) = _lines(1, 1)
    manifest = line["input"]
    assert isinstance(manifest, dict)
    alpha = manifest["terms"]["accounts"][0]
    assert (alpha["name"], alpha["timeframe"], alpha["virtual_equity"]) == ("alpha", "5m", "1000")


def test_a_stretch_can_be_exported() -> None:
    assert [line["seq"] for line in _lines(3, 5)] == [3, 4, 5]


def test_frames_can_be_chosen_by_the_kind_of_their_messages() -> None:
    journal = MemoryJournal(first_frame())
    for stamped, decisions in round_trip():
        journal.append(stamped, decisions)
    for kinds, seqs in (({"OrderFilled"}, [4, 6]), ({"TradeClosed", "TimerFired"}, [6, 7])):
        assert [each["seq"] for each in export_frames(journal, kinds=frozenset(kinds))] == seqs


def test_lines_come_one_by_one() -> None:
    journal = MemoryJournal(first_frame())
    for stamped, decisions in round_trip():
        journal.append(stamped, decisions)
    lines = export_lines(export_frames(journal))
    assert len(list(islice(lines, 2))) == 2
    assert json.loads(next(lines))["seq"] == 3


def test_every_message_there_is_can_be_exported_without_a_float() -> None:
    story = Story()
    for one in every_input():
        story.tell(one, *every_decision())
    for frame in story.frames:
        json.loads(json.dumps(frame_facts(frame)), parse_float=_no_float)


def _no_float(text: str) -> float:
    raise AssertionError(f"{text} is a float")
