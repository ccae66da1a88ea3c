"""The files beside a report: what the journal says, for spreadsheets and other programs.

S1-101 and S2-93 … S2-99. Numbers are plain decimals, times ISO 8601 in UTC. All of them are written
as they are read: however long a run was, none of it is held in memory for a file.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from adapters.config.recorded import terms_layer
from engine.messages.market import MarketEvent
from engine.money import render
from engine.timebase import render_time
from journal.export import export_lines, frame_facts
from journal.reader import JournalReader
from replays.curve import ALL, AccountPoint, Curve, Sink
from replays.metrics import daily_returns
from replays.queries import each_row, rows_of
from replays.report.contents import Report
from replays.report.figures import report_facts
from replays.report.place import EVENTS, TABLES
from replays.report.writing import packed_file, text_file

_MARKET = frozenset(get_args(MarketEvent))
_OF_A_TRADE = (
    "SELECT t.*, coalesce(o.client_id, '') AS entry_order FROM trades t"
    " LEFT JOIN fills f ON f.seq = t.seq LEFT JOIN orders o ON o.client_id = f.entry_client_id"
    " ORDER BY t.trade"
)
"""``trades.csv`` also names the order to explain each trade by."""

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
    # On most candles little changes: what was written last is not spelt out again.
    spelt, moment = lru_cache(64)(render), lru_cache(1)(render_time)
    with text_file(folder / "account_curve.csv") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        write(CURVE_COLUMNS)

        def sink(point: AccountPoint) -> None:
            write(
                (
                    moment(point.at),
                    point.account,
                    spelt(point.cash),
                    spelt(point.unrealised),
                    spelt(point.equity),
                    spelt(point.peak_equity),
                    spelt(point.exposure),
                    point.open_positions,
                    point.standing,
                )
            )

        yield sink


def write_artifacts(
    folder: Path, journal: JournalReader, report: Report, with_events: bool = True
) -> None:
    """All files but the page and the curve; the largest, the events, only where they are wanted."""
    for table in TABLES:
        _write_table(folder / f"{table}.csv", journal, table)
    _write_returns(folder / "returns.csv", report.curves.curves)
    write_json(folder / "result.json", report_facts(report))
    write_json(folder / "run_manifest.json", _manifest(journal, report))
    if with_events:
        with packed_file(folder / EVENTS) as lines:
            lines.writelines(export_lines(_events(journal)))


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Facts as one JSON document that a person can read."""
    with text_file(path) as file:
        file.write(json.dumps(facts, indent=2) + "\n")


def _events(journal: JournalReader) -> Iterator[dict[str, Any]]:
    """S2-99 asks for equity, fills and stops: every frame upon which something was decided, and
    every execution; the quiet candles are the feed's and stay in the journal."""
    for frame in journal.frames():
        stamped, decisions = frame
        if decisions or type(stamped.input) not in _MARKET:
            yield frame_facts(frame)


def _write_table(path: Path, journal: JournalReader, table: str) -> None:
    columns = [row[1] for row in rows_of(journal, f"PRAGMA table_info({table})")]
    query = f"SELECT * FROM {table}"
    if table == "trades":
        columns, query = [*columns, "entry_order"], _OF_A_TRADE
    _write_rows(path, columns, each_row(journal, query))


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
    """S2-98: what ran, where it came from, and every setting as a configuration would say it."""
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
        "settings": terms_layer(started.terms).tree,
    }


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with text_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
