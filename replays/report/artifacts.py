"""The files beside a report: what the journal says, for spreadsheets and other programs.

S1-101 and S2-93 … S2-99. Numbers are plain decimals, times ISO 8601 in UTC.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, get_args

from engine.messages.market import MarketEvent
from engine.money import render
from engine.timebase import render_time
from journal.export import export_lines, frame_facts
from journal.reader import JournalReader
from replays.curve import ALL, AccountPoint, Curve, Sink
from replays.metrics import daily_returns
from replays.queries import rows_of
from replays.report.contents import Report
from replays.report.figures import report_facts
from replays.report.place import TABLES

_MARKET = frozenset(get_args(MarketEvent))

CURVE_COLUMNS = (
    "at",
    "account",
    "cash",
    "unrealised",
    "equity",
    "peak_equity",
    "exposure",
    "open_positions",
    "standing",
)


@contextmanager
def curve_file(folder: Path) -> Iterator[Sink]:
    """``account_curve.csv``: a sink that writes every account at every candle (S2-97)."""
    with _opened(folder / "account_curve.csv") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        write(CURVE_COLUMNS)

        def sink(point: AccountPoint) -> None:
            write(
                (
                    render_time(point.at),
                    point.account,
                    render(point.cash),
                    render(point.unrealised),
                    render(point.equity),
                    render(point.peak),
                    render(point.exposure),
                    point.open_positions,
                    point.standing,
                )
            )

        yield sink


def write_artifacts(folder: Path, journal: JournalReader, report: Report) -> None:
    """All files but the page and the curve."""
    for table in TABLES:
        _write_table(folder / f"{table}.csv", journal, table)
    _write_returns(folder / "returns.csv", report.curves.curves)
    _write_json(folder / "result.json", report_facts(report))
    _write_json(folder / "run_manifest.json", _manifest(journal, report))
    with (folder / "events.jsonl").open("wb") as lines:
        # S2-99 asks for equity, fills and stops: every frame upon which something was decided, and
        # every execution; the quiet candles are the feed's and stay in the journal.
        lines.writelines(export_lines(_events(journal)))


def _events(journal: JournalReader) -> Iterator[dict[str, Any]]:
    for frame in journal.frames():
        stamped, decisions = frame
        if decisions or type(stamped.input) not in _MARKET:
            yield frame_facts(frame)


def _write_table(path: Path, journal: JournalReader, table: str) -> None:
    columns = [row[1] for row in rows_of(journal, f"PRAGMA table_info({table})")]
    _write_rows(path, columns, rows_of(journal, f"SELECT * FROM {table}"))


def _write_returns(path: Path, curves: dict[str, Curve]) -> None:
    """Daily returns, one column an account: what quantstats and pyfolio read as a series."""
    names = list(curves)
    by_day: dict[int, dict[str, float]] = {}
    for name, curve in curves.items():
        for each in daily_returns(curve):
            by_day.setdefault(each.day_ns, {})[name] = each.value
    rows = (
        [render_time(day)[:10], *(f"{values.get(name, 0.0):.10f}" for name in names)]
        for day, values in sorted(by_day.items())
    )
    _write_rows(path, ["date", *("all" if name == ALL else name for name in names)], rows)


def _manifest(journal: JournalReader, report: Report) -> dict[str, Any]:
    started, head = journal.started, journal.head
    return {
        "run": started.run,
        "journal": report.journal,
        "frames": head.last_seq,
        "sealed": bool(head.sealed),
        "digest": head.state_digest,
        "chain": head.digest,
        "provenance": dict(started.provenance),
        "assumptions": {each.name: each.value for each in report.assumptions},
    }


def _write_json(path: Path, facts: dict[str, Any]) -> None:
    path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with _opened(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _opened(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="")
