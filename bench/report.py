"""The report of a long run: how long it takes, what it needs, and how soon a browser shows it.

``w1.toml`` over 100,000 made candles or, in full, a million, which are more than 100,000 trades.
What a browser needs stands beside the same for an empty page, most of which is its own start.
``python -m bench.report JOURNAL FOLDER COUNT`` makes one report in a process of its own and prints
what it took, as JSON.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.backtest import MEGABYTE, own_peak, run
from bench.browser import BROWSER, Look, opened
from bench.measure import Figure, timed
from bench.workload import HOUSE, bars_of, made_candles, plan_w1
from journal.places import remove_database
from journal.reader import JournalReader
from replays.calm import calm_collector
from replays.report.folder import write_report
from replays.report.place import EVENTS, PAGE

PART = "report"
_EMPTY = "<!doctype html><title>empty</title>"
_LOOKS = (
    ("a light window of 1280 px", Look()),
    ("a dark window", Look(is_dark=True)),
    ("400 px", Look(width=400)),
)


def figures(full: bool) -> Iterator[Figure]:
    """All of this part; the large size only when asked for."""
    count = 1_000_000 if full else 100_000
    took, ran = run(plan_w1(made_candles(count)), "report")
    trades = ran.outcome.state.trade_count
    name = f"{count:,} candles, {trades:,} trades"
    yield Figure(PART, f"{name}: backtest", took.seconds, "s", took.loops(count))
    with tempfile.TemporaryDirectory(prefix="tradefold-report-") as place:
        folder = Path(place) / "out"
        made = _made(ran.path, folder, count)
        yield Figure(PART, f"{name}: report", made["seconds"], "s", made["loops"])
        yield Figure(PART, f"{name}: report, peak memory", made["peak"] / MEGABYTE, "MB")
        sizes = {file.name: file.stat().st_size for file in folder.iterdir()}
        yield Figure(PART, f"{name}: its page", sizes[PAGE] / MEGABYTE, "MB")
        yield Figure(PART, f"{name}: its events", sizes[EVENTS] / MEGABYTE, "MB")
        yield Figure(PART, f"{name}: all its files", sum(sizes.values()) / MEGABYTE, "MB")
        yield from _seen(folder / PAGE)
    remove_database(ran.path)


def _made(journal: Path, folder: Path, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.report", str(journal), str(folder), str(count)]
    told = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def _seen(page: Path) -> Iterator[Figure]:
    """From the start of the browser until all is drawn, for nothing and for the page."""
    if not BROWSER:
        yield Figure(PART, "opened in a browser: no chromium here", 0, "s")
        return
    empty = page.with_name("empty.html")
    empty.write_text(_EMPTY, encoding="utf-8")
    opened(empty)  # The first start of the day reads the browser from the disk.
    yield Figure(PART, "an empty page, browser started and drawn", opened(empty).seconds, "s")
    for name, look in _LOOKS:
        found = opened(page, look)
        yield Figure(PART, f"the page, the same, {name}", found.seconds, "s")
        yield Figure(PART, f"the page alone, {name}", found.page_seconds, "s")


if __name__ == "__main__":
    source, out, size = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    bars = bars_of(plan_w1(made_candles(size)))
    with JournalReader(source) as reader, calm_collector():
        spent, _ = timed(bars, lambda: write_report(reader, out))
    facts = {"seconds": spent.seconds, "loops": spent.loops(size), "peak": own_peak()}
    print(json.dumps(facts))
