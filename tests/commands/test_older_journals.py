"""Journals of older programs are proven as far as they can be, and what mends the rest is told."""

import shutil
from pathlib import Path

import pytest

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


def test_a_report_of_older_tables_says_how_to_bring_them_up(tmp_path: Path) -> None:
    old = tmp_path / "old.journal"
    shutil.copy(GOLDEN / "semantics-1.journal", old)
    told = tell("report", old, "--out", tmp_path / "page")
    assert told.code == 1
    assert "older version" in told.err
    assert "journal rebuild" in told.err
    assert not (tmp_path / "page").exists()


@pytest.mark.parametrize("name", ["format-1.journal", "format-2.journal"])
def test_frames_that_no_run_can_have_are_told_as_such(tmp_path: Path, name: str) -> None:
    """The golden files of formats hold one frame of every kind: pages are whole, no run is."""
    odd = tmp_path / name
    shutil.copy(GOLDEN / name, odd)
    told = tell("verify", odd)
    assert told.code == 1
    assert "the frames cannot be folded" in told.err
    assert tell("verify", odd, "--chain-only").code == 0
