"""A report says the same of the same journal for ever, wherever the journal lies.

When a test here fails, a figure or a line of every report is another one than before. If that is
meant, ``python -m tests.golden.make_report`` makes the data again: read the difference first.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.money import SCALE
from journal.reader import JournalReader
from replays.curve import ALL, fold_curves
from tests.golden.make_report import JOURNALS, POINTS, golden_of, report_data

EACH = pytest.mark.parametrize("path", JOURNALS, ids=lambda path: path.stem)


def golden(path: Path) -> dict[str, Any]:
    """The data as they were made."""
    found: dict[str, Any] = json.loads(golden_of(path).read_text(encoding="utf-8"))
    return found


@EACH
def test_the_report_of_a_golden_run_says_and_draws_what_it_always_did(path: Path) -> None:
    expected, found = golden(path), report_data(path)
    assert found["figures"] == expected["figures"]
    assert found["charts"] == expected["charts"]


@EACH
def test_a_golden_run_that_lies_elsewhere_has_the_same_report(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "of another name.db"
    shutil.copy(path, copy)
    assert report_data(copy) == golden(path)


@EACH
def test_the_golden_data_agree_with_themselves(path: Path) -> None:
    """Else they would guard a mistake: figures against lines, lines against trades."""
    data = golden(path)
    figures, charts = data["figures"], data["charts"]
    total, accounts = figures["total"], figures["accounts"]
    whole = charts["equity"][0]["points"]
    ends = [float(each["equity"]) for each in accounts.values()]
    assert whole[-1][1] / 1e8 == pytest.approx(sum(ends))
    assert -min(fall for _, fall in charts["drawdown"][0]["points"]) / 1e8 == pytest.approx(
        total["max_drawdown"], abs=1e-8
    )
    marked = sum(len(price["trades"]) for price in charts["prices"])
    assert marked == total["trades"] > 10
    assert sum(each["trades"] for each in accounts.values()) == total["trades"]
    assert charts["thinned_from"] > len(whole) > 40, "else nothing would be thinned"


@EACH
def test_what_was_traded_is_told_once_and_of_its_account_alone(path: Path) -> None:
    """The fills of the tables over the mean equity; a fill may overtake the one it closes."""
    with JournalReader(path) as reader:
        found = fold_curves(reader, POINTS).curves
        told = dict(reader.connection.execute("SELECT account, sum(value) FROM fills GROUP BY 1"))
    for name, value in told.items():
        assert found[name].traded / SCALE == pytest.approx(value), name
    assert found[ALL].traded / SCALE == pytest.approx(sum(told.values()))
