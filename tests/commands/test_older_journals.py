"""Journals of older programs are proven as far as they can be, and what mends the rest is told."""

import shutil
from pathlib import Path

import pytest

from engine.messages.runs import ENGINE_SEMANTICS
from tests.commands.conftest import tell

GOLDEN = Path(__file__).parents[1] / "golden"


def test_tables_of_an_older_version_are_no_fault_and_what_mends_them_is_told(
    tmp_path: Path,
) -> None:
    """The frames are what counts: verify says yes, reads the tables not, and rebuild ends it."""
    old = tmp_path / "old.journal"
    shutil.copy(GOLDEN / "semantics-1.journal", old)
    told = tell("verify", old)
    assert told.code == 0, told.err
    assert "older" in told.out
    assert "journal rebuild" in told.out
    data = tell("verify", old, "--json").data
    assert (data["tables_compared"], data["fault"]) == (False, None)
    assert tell("journal", "rebuild", old).code == 0
    assert tell("verify", old, "--json").data["tables_compared"] is True


def test_decisions_of_older_semantics_are_not_made_again_and_why_is_told(tmp_path: Path) -> None:
    """It is sound all the same: chain and refold hold for ever, decisions as long as the rules."""
    old = tmp_path / "old.journal"
    shutil.copy(GOLDEN / "semantics-1.journal", old)
    told = tell("verify", old)
    assert told.code == 0
    assert f"the journal has engine semantics 1, this is {ENGINE_SEMANTICS}" in told.out
    data = tell("verify", old, "--json").data
    assert (data["redecided"], data["divergence"]) == (False, None)


ASKED = [
    ("report", "--out", "{page}"),
    ("incidents",),
    ("journal", "show"),
    ("explain", "--seq", "1"),
    ("diff", "{self}"),
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked[0])
def test_older_tables_are_folded_anew_for_whoever_asks_them(
    tmp_path: Path, asked: tuple[str, ...]
) -> None:
    """The answer is that of a rebuilt journal, and the file stays as it is."""
    old, page = tmp_path / "old.journal", tmp_path / "page"
    shutil.copy(GOLDEN / "semantics-1.journal", old)
    before = old.read_bytes()
    words = [asked[0], *asked[1:]] if asked[0] == "journal" else [asked[0]]
    more = [each.format(page=page, self=old) for each in asked[len(words) :]]

    def answer() -> object:
        told = tell(*words, old, *more, "--json")
        assert told.code == 0, told.err
        shutil.rmtree(page, ignore_errors=True)
        return {key: each for key, each in told.data.items() if key != "bytes"}

    of_older = answer()
    assert old.read_bytes() == before
    assert tell("journal", "rebuild", old).code == 0
    assert answer() == of_older


@pytest.mark.parametrize("name", ["format-1.journal", "format-2.journal"])
def test_frames_that_no_run_can_have_are_told_as_such(tmp_path: Path, name: str) -> None:
    """The golden files of formats hold one frame of every kind: pages are whole, no run is."""
    odd = tmp_path / name
    shutil.copy(GOLDEN / name, odd)
    told = tell("verify", odd)
    assert told.code == 1
    assert "the frames cannot be folded" in told.err
    assert tell("verify", odd, "--chain-only").code == 0


FOLDING = [
    ("replay", "{}", "--to", "3"),
    ("report", "{}", "--out", "page"),
    ("journal", "bundle", "{}", "--out", "given.zip"),
]


@pytest.mark.parametrize("asked", FOLDING, ids=lambda asked: asked[-4])
def test_whoever_folds_such_frames_says_so_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...]
) -> None:
    """It is an answer about the journal, as verify gives it, and no fault of the program."""
    monkeypatch.chdir(tmp_path)
    odd = tmp_path / "odd.journal"
    shutil.copy(GOLDEN / "format-1.journal", odd)
    told = tell(*(each.format(odd) for each in asked), "--json")
    assert told.code == 1
    assert told.envelope["error"]["code"] == "negative_answer"
    assert "the frames cannot be folded" in told.envelope["error"]["message"]
    assert not (tmp_path / "given.zip").exists()
