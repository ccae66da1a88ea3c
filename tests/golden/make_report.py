"""Makes the golden data of reports: ``python -m tests.golden.make_report``.

What a report says and draws of the golden runs, as data and never as HTML: how a page looks may
change from day to day, what it says of a recorded run may not. To be made again only where a figure
is meant to be another one; the difference is then read line by line, and told in the changelog.
"""

import json
from pathlib import Path
from typing import Any

import attrs

from journal.reader import JournalReader
from replays.report.charts import charts_of
from replays.report.contents import read_report
from replays.report.figures import report_facts
from tests.golden.make_run import FOLDER

JOURNALS = (FOLDER / "semantics-1.journal", FOLDER / "deeper-1-format-2.journal")
"""Both older than the engine: a report tells of what was recorded, whatever decides today."""
POINTS = 40
"""Few stretches for a drawn line, so that lines are thinned and the file can be read."""


def golden_of(journal: Path) -> Path:
    """Where the data of a golden run's report are."""
    return journal.with_suffix(".report.json")


def report_data(path: Path) -> dict[str, Any]:
    """What the report of a journal says and draws; times in nanoseconds, numbers e8."""
    with JournalReader(path) as reader:
        report = read_report(reader, points=POINTS)
    data = {"figures": report_facts(report), "charts": attrs.asdict(charts_of(report))}
    found: dict[str, Any] = json.loads(json.dumps(data))
    return found


if __name__ == "__main__":
    for golden in JOURNALS:
        text = json.dumps(report_data(golden), indent=1) + "\n"
        golden_of(golden).write_text(text, encoding="utf-8")
