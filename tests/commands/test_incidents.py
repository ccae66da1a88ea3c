"""``tradefold incidents`` after a run at a venue that refuses stops."""

from pathlib import Path

import pytest

from engine.messages.decisions import IncidentClosed, IncidentOpened
from journal.reader import JournalReader
from tests.commands.conftest import SETTINGS, tell

FAULTS = "[simulation.faults]\nstop_reject = 0.3\npartial = 0.3\nreject = 0.2\n"


@pytest.fixture(scope="module")
def unwell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of such a run."""
    folder = tmp_path_factory.mktemp("unwell")
    (folder / "unwell.toml").write_text(FAULTS + SETTINGS, encoding="utf-8")
    words = ("--data", "synthetic:5,days=3", "--journal", folder / "unwell.db")
    assert tell("backtest", folder / "unwell.toml", *words).code == 0
    return folder / "unwell.db"


def test_each_incident_has_its_kind_its_facts_and_its_end(unwell: Path) -> None:
    """As the engine decided them, one by one."""
    with JournalReader(unwell) as reader:
        decided = [each for _, decisions in reader.frames() for each in decisions]
    opened = [each for each in decided if isinstance(each, IncidentOpened)]
    closed = {each.incident for each in decided if isinstance(each, IncidentClosed)}
    assert opened
    found = tell("incidents", unwell, "--json").data["incidents"]
    assert [each["number"] for each in found] == [each.incident for each in opened]
    assert [each["kind"] for each in found] == [each.kind for each in opened]
    assert [each["facts"] for each in found] == [dict(each.facts) for each in opened]
    assert {each["number"] for each in found if each["closed_at"]} == closed
    still = tell("incidents", unwell, "--open", "--json").data["incidents"]
    assert len(still) == len(opened) - len(closed)
    assert "stop rejected" in tell("incidents", unwell).out.replace("_", " ")


def test_the_summary_counts_them_and_points_to_them(unwell: Path, tmp_path: Path) -> None:
    """A run that had incidents names the command that shows them."""
    words = ("--data", "synthetic:5,days=3", "--journal", tmp_path / "again.db", "--json")
    told = tell("backtest", unwell.with_suffix(".toml"), *words).data
    assert told["incidents"] == len(tell("incidents", unwell, "--json").data["incidents"])
    assert told["next"][-1] == f"tradefold incidents {tmp_path / 'again.db'}"


def test_an_order_of_protection_explains_itself_without_a_signal(unwell: Path) -> None:
    """A panic close came from the engine: no candle, no condition, no gate."""
    with JournalReader(unwell) as reader:
        query = "SELECT client_id FROM orders WHERE purpose = 'panic' LIMIT 1"
        (client_id,) = reader.connection.execute(query).fetchone()
    told = tell("explain", unwell, "--order", client_id, "--json").data
    assert told["order"]["purpose"] == "panic"
    assert told["led_by"]["bar"] is None
    assert (told["conditions"], told["gate"], told["sizing"]) == ([], [], None)
    assert tell("explain", unwell, "--order", client_id).code == 0
