"""How tables tell what the engine counts: times, the numbers of checks, and how accounts stand."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messages.checks import Check
from engine.messages.decisions import Approved, GovernorActed, IntentRefused
from engine.messages.inputs import Stamped
from engine.timebase import DAY, MINUTE, NEVER, Nanos, parse_time, render_time
from journal.frame import Frame
from journal.present import brief_moment, moment
from journal.projections.tables import TABLES
from tests.journal.projected import TICK, rows_of, write
from tests.journal.samples import START, UNIT, Story, every_decision, every_input, round_trip

DATE = "2025-01-01T00:"
CHECKS: list[tuple[Check, Any, Any]] = [
    (Check("killed", 0, 0, True), False, False),
    (Check("paused", START + 1, START + MINUTE, False), f"{DATE}00:00.000000001Z", f"{DATE}01:00"),
    (Check("cooldown", 0, START, True), None, f"{DATE}00:00"),
    (Check("paused", NEVER, START, False), None, f"{DATE}00:00"),
    (Check("daily_loss", 12_340_000_000, 100 * UNIT, False), 123.4, 100.0),
    (Check("drawdown", UNIT // 20, UNIT // 10, True), 0.05, 0.1),
    (Check("trades_per_day", 3, 3, False), 3, 3),
    (Check("quantity", 1, UNIT // 1000, False), 1e-08, 0.001),
    (Check("stop_distance", 250_000_000, 0, True), 2.5, 0.0),
    (Check("of a later version", 7, 8, True), 7, 8),
]


def test_the_checks_of_a_refusal_are_told_in_the_unit_of_their_rule(tmp_path: Path) -> None:
    (some,) = [one for one in every_decision() if isinstance(one, IntentRefused)]
    refused = attrs.evolve(some, checks=tuple(check for check, _, _ in CHECKS))
    path = write(tmp_path / "run.journal", Story().tell(TICK, refused).frames)
    (row,) = rows_of(path, "SELECT facts FROM decisions")
    for told, (check, value, threshold) in zip(
        json.loads(row["facts"])["checks"], CHECKS, strict=True
    ):
        whole = [_whole(value), _whole(threshold)]
        assert told == [check.name, *whole, check.passed]
        assert list(map(type, told[1:3])) == list(map(type, whole))


def _whole(value: object) -> object:
    """A time with all its digits."""
    return f"{value}.000000000Z" if isinstance(value, str) and value[-1] != "Z" else value


def test_refusals_are_told_with_their_checks_and_approvals_without(tmp_path: Path) -> None:
    """All checks of an approval passed; they are in the frame, and would be half of the file."""
    kinds = (Approved, IntentRefused)
    told: list[Any] = [one for one in every_decision() if isinstance(one, kinds)]
    path = write(tmp_path / "run.journal", Story().tell(TICK, *told).frames)
    approved, refused = rows_of(path, "SELECT kind, facts FROM decisions ORDER BY n")
    assert json.loads(refused["facts"])["checks"] == [list(check) for check in told[1].checks], (
        "the samples name no rule, so they are told as they are"
    )
    assert json.loads(approved["facts"])["quantity"] == told[0].quantity / UNIT
    assert "checks" not in json.loads(approved["facts"])


@given(st.integers(-(10**18), 1 << 62) | st.integers(0, 2**31).map(lambda s: s * 10**9))
def test_law_a_time_reads_as_the_engine_renders_it(at: int) -> None:
    assert brief_moment(at) == (render_time(at) if 0 < at < NEVER else None)
    text = moment(at)
    assert (text is None) == (brief_moment(at) is None)
    if text is not None:
        assert parse_time(text) == at // 1000 * 1000
        assert text[-11:] == f".{at % 1_000_000_000:09d}Z"


@given(st.integers(1, NEVER - 1), st.integers(1, NEVER - 1) | st.integers(-3, 3))
def test_law_times_of_tables_sort_as_text_and_sqlite_reads_them(at: int, other: int) -> None:
    """``…00.1Z`` is before ``…00Z`` as text: so the width is fixed."""
    later = other if other > 3 else max(1, min(NEVER - 1, at + other))
    one, two = moment(at), moment(later)
    assert one is not None
    assert two is not None
    assert (one < two) == (at < later)
    asked = "SELECT CAST(strftime('%s', ?) AS INTEGER), strftime('%Y-%m-%dT%H:%M:%S', ?)"
    with closing(sqlite3.connect(":memory:")) as connection:
        seconds, text = connection.execute(asked, (one, one)).fetchone()
        assert abs(seconds - at // 1_000_000_000) <= 1, "SQLite rounds to milliseconds"
        exact = moment(at // 1_000_000_000 * 1_000_000_000 + 250_000_000)
        assert exact is not None
        (read,) = connection.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f', ?)", (exact,)).fetchone()
    assert exact == f"{read}000000Z"
    assert len(text) == 19


def test_every_time_in_a_table_has_its_fixed_width(tmp_path: Path) -> None:
    story = Story()
    for one in every_input():
        story.tell(one)
    story.tell(TICK, *every_decision())
    path = write(tmp_path / "run.journal", round_trip(), _renumbered(story.frames, 8))
    written = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
    found = [
        text
        for name in TABLES
        for row in rows_of(path, f"SELECT * FROM {name}")
        for value in row.values()
        for text in written.findall(str(value))
    ]
    assert len(found) > 30
    assert {len(text) for text in found} == {len("2025-01-01T00:00:00.000000000Z")}


def _renumbered(frames: list[Frame], first: int) -> list[Frame]:
    """The frames told a day later and numbered from ``first``."""
    return [
        (Stamped(seq, Nanos(stamped.at + 2 * DAY), stamped.input), decisions)
        for seq, (stamped, decisions) in enumerate(frames, first)
    ]


@pytest.mark.parametrize(
    ("action", "until", "standing", "factor"),
    [
        ("size", 0, "active", 0.5),
        ("cooldown", START + 300 * MINUTE, "cooldown", 1.0),
        ("pause", NEVER, "paused", 1.0),
        ("kill", NEVER, "killed", 1.0),
        ("resume", 0, "active", 1.0),
    ],
)
def test_an_account_stands_as_the_governor_left_it(
    tmp_path: Path, action: Any, until: int, standing: str, factor: float
) -> None:
    acted = GovernorActed("alpha", action, "why", UNIT // 2, 2, Nanos(until))
    path = write(tmp_path / "run.journal", Story().tell(TICK, acted).frames)
    alpha, beta = rows_of(path, "SELECT * FROM virtual_accounts ORDER BY account")
    assert (alpha["standing"], alpha["size_factor"]) == (standing, factor)
    assert (beta["standing"], beta["size_factor"], beta["timeframe"]) == ("active", 1.0, "5m")
    (event,) = rows_of(path, "SELECT * FROM governor_events")
    assert event["value"] == (0.5 if action == "size" else UNIT / 2)


KILL = GovernorActed("alpha", "kill", "drawdown", 0, 0, NEVER)
PAUSE = GovernorActed("alpha", "pause", "daily_loss", 0, 0, NEVER)
REST_NOW = GovernorActed("alpha", "cooldown", "loss streak", 0, 0, Nanos(START + 2 * MINUTE))
EXPIRE = GovernorActed("alpha", "expire", "time is up", 0, 0, Nanos(0))
RESUME = GovernorActed("alpha", "resume", "a person", 0, 0, Nanos(0))
SIZE = GovernorActed("alpha", "size", "loss ladder", UNIT // 2, 2, Nanos(0))


@pytest.mark.parametrize(
    ("acts", "standing", "reason"),
    [
        ([KILL, EXPIRE], "killed", "drawdown"),
        ([KILL, PAUSE], "killed", "drawdown"),
        ([PAUSE, KILL, REST_NOW, EXPIRE], "killed", "drawdown"),
        ([PAUSE, REST_NOW], "paused", "daily_loss"),
        ([PAUSE, REST_NOW, EXPIRE], "paused", "daily_loss"),
        ([PAUSE, SIZE], "paused", "daily_loss"),
        ([REST_NOW, EXPIRE], "active", ""),
        ([KILL, RESUME], "active", ""),
        ([KILL, RESUME, PAUSE], "paused", "daily_loss"),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_what_holds_an_account_keeps_its_own_reason(
    tmp_path: Path, acts: list[GovernorActed], standing: str, reason: str, apart: bool
) -> None:
    """A killed account is not told as killed because time is up."""
    story = Story()
    for acted in acts:
        story.tell(TICK, acted)
    pages = [[frame] for frame in story.frames] if apart else [story.frames]
    path = write(tmp_path / "run.journal", *pages)
    query = "SELECT standing, standing_reason FROM virtual_accounts WHERE account = 'alpha'"
    assert [tuple(row.values()) for row in rows_of(path, query)] == [(standing, reason)]
