"""``tradefold demo``: from nothing to a proof, without keys and without a network."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.demo import MARKET, SETTINGS
from engine.messages.decisions import OrderUnknown
from engine.messages.venue import OutcomeUnknown
from journal.reader import JournalReader
from tests.commands.conftest import process, tell


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demonstration has run."""
    place = tmp_path_factory.mktemp("demo")
    told = process("demo", "--json", cwd=place)
    assert told.code == 0, told.err
    (place / "answer.json").write_text(told.out, encoding="utf-8")
    return place


@pytest.fixture
def answer(folder: Path) -> dict[str, Any]:
    """What it answered."""
    found: dict[str, Any] = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    data: dict[str, Any] = found["data"]
    return data


def test_an_answer_never_comes_and_an_order_gets_only_a_part(folder: Path) -> None:
    """The seed is chosen so that both surely happen."""
    with JournalReader(folder / "tradefold-demo" / "demo.db") as reader:
        unheard = [
            stamped
            for stamped, decisions in reader.frames()
            if isinstance(stamped.input, OutcomeUnknown) and stamped.input.request == "place"
            if any(isinstance(each, OrderUnknown) for each in decisions)
        ]
        query = (
            "SELECT count(*) FROM orders WHERE 0 < filled_quantity AND filled_quantity < quantity"
        )
        (partial,) = reader.connection.execute(query).fetchone()
    assert unheard
    assert partial


def test_it_is_proven_and_explained(answer: dict[str, Any]) -> None:
    """The proof is whole, and the two explanations are about what is worth one."""
    verified = answer["verify"]
    assert verified["redecided"] is True
    assert verified["digest"] == answer["digest"]
    assert any("unknown" in line["what"] for line in answer["order"]["story"])
    assert answer["order"]["trade"] is not None
    assert "the gate refused" in answer["refusal"]["accounts"][0]["because"]
    assert answer["demo_seconds"] < 30
    print(f"the demonstration took {answer['demo_seconds']} s")


def test_each_command_that_it_shows_works_and_says_the_same(
    folder: Path, answer: dict[str, Any]
) -> None:
    """Typed in the folder that it ran in."""
    words = [line.split()[1:] for line in answer["next"]]
    assert [each[0] for each in words] == ["backtest", "verify", "explain", "explain"]
    again = process(*words[0], "--json", cwd=folder).data
    assert again["digest"] == answer["digest"]
    assert process(*words[1], "--json", cwd=folder).data["chain"] == answer["verify"]["chain"]
    assert process(*words[2], "--json", cwd=folder).data == answer["order"]
    assert process(*words[3], "--json", cwd=folder).data == answer["refusal"]


def test_a_second_run_replaces_its_own(folder: Path, answer: dict[str, Any]) -> None:
    """With the same result, and it shows all its parts."""
    told = process("demo", cwd=folder)
    assert told.code == 0, told.err
    for line in answer["next"]:
        assert f"$ {line}" in told.out
    assert answer["digest"] in told.out
    assert "frames re-decided" in told.out
    assert "digest matches" in told.out
    names = sorted(path.name for path in (folder / "tradefold-demo").iterdir())
    assert names == ["demo.db", "demo.toml"]


def test_what_somebody_made_his_own_is_not_written_over(tmp_path: Path) -> None:
    """Neither a configuration nor a journal of another run."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "demo.toml").write_text("[run]\n", encoding="utf-8")
    told = tell("demo", "--keep", kept)
    assert told.code == 2
    assert "is not the demonstration's own" in told.err
    assert (kept / "demo.toml").read_text(encoding="utf-8") == "[run]\n"
    (kept / "demo.toml").unlink()
    (kept / "demo.db").write_text("notes", encoding="utf-8")
    assert tell("demo", "--keep", kept).code == 2
    assert (kept / "demo.db").read_text(encoding="utf-8") == "notes"
    other = kept / "other.db"
    words = ("backtest", SETTINGS, "--data", MARKET, "--set", "run.seed=1", "--journal", other)
    assert tell(*words).code == 0
    before = other.read_bytes()
    assert tell("demo", "--journal", other).code == 2
    assert other.read_bytes() == before
    assert tell("demo", "--journal", other, "--keep", kept).code == 2


def test_the_journal_may_have_a_name_of_its_own(tmp_path: Path) -> None:
    """Twice, since the second run knows its own."""
    for _ in range(2):
        assert tell("demo", "--journal", tmp_path / "mine.db").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.db", "mine.toml"]
