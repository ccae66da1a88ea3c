"""Tables are held against what the frames fold to: any row, any column, and how they are made."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.messages.decisions import OrderUnknown
from engine.messages.inputs import Stamped
from engine.timebase import DAY, Nanos
from journal.frame import Frame
from journal.projections.compare import TablesReport, compare_tables
from journal.projections.rebuild import rebuild
from journal.projections.tables import TABLES
from journal.reader import JournalReader
from journal.store import SqliteJournal
from tests.journal.projected import TICK, rows_of, write
from tests.journal.samples import START, UNIT, Story, fill, first_frame, funding, order, round_trip


def _story() -> list[Frame]:
    """A round trip, and an order half filled, funded and silent: no table is empty."""
    story = Story(8).tell(TICK, order("a", 1, UNIT), after=2 * DAY)
    story.tell(fill("a", "x", 1, 90_000 * UNIT, UNIT // 2)).tell(funding("f", UNIT))
    unknown = OrderUnknown(order("a", 1, UNIT).key, order("a", 1, UNIT).client_id, "silence", START)
    return [*round_trip(), *story.tell(TICK, unknown).frames]


@pytest.fixture(params=["open", "sealed"])
def journal(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    frames = _story()
    path = write(tmp_path / "run.journal", frames[:3], frames[3:8], frames[8:])
    if request.param == "sealed":
        SqliteJournal.resume(path, "0123456789abcdef").seal("a", "b")
    return path


def _report(path: Path) -> TablesReport:
    with JournalReader(path) as reader:
        return compare_tables(reader)


def _change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _spoilt(path: Path, table: str) -> Iterator[tuple[str, str]]:
    """Statements that change the last row of a table in each column, and that mend it again."""
    columns = TABLES[table][0] if table in TABLES else {"id": int, "state": str}
    last = f"rowid = (SELECT max(rowid) FROM {table})"
    (row,) = rows_of(path, f"SELECT rowid AS place, * FROM {table} WHERE {last}")
    for column, kind in columns.items():
        value = row[column]
        now = "NULL" if value is not None and kind is not str else "'changed'"
        if kind is int and value is not None:
            now = f"{column} + 1000"
        is_rowid = column in ("trade", "incident", "id") or (table, column) == (
            "venue_daily_pnl",
            "seq",
        )
        place = f"rowid = {row['place'] + 1000 * is_rowid}"
        old = "NULL" if value is None else f"'{value}'" if kind is str else repr(value)
        yield (
            f"UPDATE {table} SET {column} = {now} WHERE {last}",
            f"UPDATE {table} SET {column} = {old} WHERE {place}",
        )


@pytest.mark.parametrize("table", [*TABLES, "projection_state"])
def test_a_changed_value_in_any_column_of_any_table_is_found(journal: Path, table: str) -> None:
    whole = _report(journal)
    assert whole.fault == ""
    assert whole.rows > len(TABLES)
    for spoil, mend in _spoilt(journal, table):
        _change(journal, spoil)
        report = _report(journal)
        assert report.table == table, spoil
        assert report.row, spoil
        assert f"in {table}, the row of {report.row}" in report.fault
        assert "journal rebuild" in report.fault
        _change(journal, mend)
        assert _report(journal) == whole, mend


def test_the_first_row_that_differs_is_named_with_both_values(journal: Path) -> None:
    _change(journal, "UPDATE trades SET pnl = 102 WHERE trade = 1")
    report = _report(journal)
    assert (report.table, report.row) == ("trades", "trade 1")
    assert "has 102.0 as its pnl, the frames -102.0" in report.fault


@pytest.mark.parametrize("table", [*TABLES, "projection_state"])
@pytest.mark.parametrize("which", ["min", "max"])
def test_a_row_that_is_gone_is_found_and_one_too_many_is_too(
    journal: Path, table: str, which: str
) -> None:
    with closing(sqlite3.connect(journal)) as connection:
        row = connection.execute(
            f"SELECT * FROM {table} WHERE rowid = (SELECT {which}(rowid) FROM {table})"
        ).fetchone()
    _change(journal, f"DELETE FROM {table} WHERE rowid = (SELECT {which}(rowid) FROM {table})")
    gone = _report(journal)
    assert gone.table == table
    rebuild(journal)
    assert _report(journal).fault == ""
    names = list(TABLES[table][0]) if table in TABLES else ["id", "state"]
    other = "seq" if table in ("venue_daily_pnl", "other_order_changes") else names[0]
    another = [value if name != other else 99_999 for name, value in zip(names, row, strict=True)]
    if table == "positions":
        another[names.index("symbol")] = "ETHUSDT"
    with closing(sqlite3.connect(journal)) as connection:
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(another))})", another)
        connection.commit()
    more = _report(journal)
    assert more.table == table
    assert "no frame tells of" in more.fault
    assert "99999" in more.row or table == "daily_pnl"


SCHEMA = [
    ("DROP TABLE orders", "its table orders is not there", True),
    ("DROP VIEW decisions", "its view decisions is not there", True),
    ("DROP INDEX one_owner_per_position", "its index one_owner_per_position is not there", True),
    ("DROP TRIGGER pages_refuse_update", "trigger pages_refuse_update is not there", False),
    ("ALTER TABLE fills ADD COLUMN note TEXT", "its table fills is not made as", True),
    ("CREATE INDEX mine ON fills (at)", "it has the index mine, which no run makes", True),
    ("CREATE TABLE mine (a)", "it has the table mine, which no run makes; drop the table", False),
    (
        "CREATE TRIGGER mine AFTER INSERT ON orders BEGIN DELETE FROM fills; END",
        "it has the trigger mine",
        True,
    ),
    (
        "CREATE TRIGGER mine AFTER INSERT ON pages BEGIN DELETE FROM fills; END",
        "it has the trigger mine, which no run makes; drop the trigger",
        False,
    ),
]


@pytest.mark.parametrize(("statement", "says", "mended"), SCHEMA, ids=[c[0] for c in SCHEMA])
def test_what_a_file_is_made_of_is_what_a_run_makes(
    journal: Path, statement: str, says: str, mended: bool
) -> None:
    _change(journal, statement)
    report = _report(journal)
    assert says in report.fault
    assert ("journal rebuild" in report.fault) == mended
    rebuild(journal)
    assert (_report(journal).fault == "") == mended


def test_a_view_that_leaves_rows_out_is_found(journal: Path) -> None:
    with closing(sqlite3.connect(journal)) as connection:
        (text,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'decisions'"
        ).fetchone()
        connection.execute("DROP VIEW decisions")
        connection.execute(f"{text} WHERE 0")
        connection.commit()
    assert "its view decisions is not made as a run makes it" in _report(journal).fault


def test_names_may_be_quoted_as_any_version_of_the_library_does(journal: Path) -> None:
    _change(
        journal,
        "PRAGMA writable_schema = 1",
        "UPDATE sqlite_master SET sql = replace(replace(replace(sql, '\"seq\"', '[seq]'), "
        "' REAL', ' FLOAT'), '   ', ' ') WHERE type = 'table' AND name IN ('fills', 'equity')",
    )
    assert _report(journal).fault == ""


def test_a_compacted_file_and_its_statistics_are_sound(journal: Path) -> None:
    """VACUUM numbers rows anew and keeps their order; ANALYZE adds SQLite's own tables."""
    _change(journal, "ANALYZE")
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        connection.execute("VACUUM")
    assert _report(journal).fault == ""


@pytest.mark.parametrize(
    "name",
    [*TABLES, "projection_state", "sqlite_autoindex_orders_1", "one_owner_per_position"],
)
def test_a_damaged_page_of_a_table_is_told_and_not_raised(journal: Path, name: str) -> None:
    with closing(sqlite3.connect(journal)) as connection:
        query = "SELECT rootpage, tbl_name FROM sqlite_master WHERE name = ?"
        root, table = connection.execute(query, (name,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with journal.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    report = _report(journal)
    assert table in report.fault or "malformed" in report.fault
    assert "its pages are whole" in report.fault


def test_a_table_whose_index_tells_another_key_is_found(journal: Path) -> None:
    """A query may read either; changed in the bytes of the table alone, they differ."""
    content = journal.read_bytes()
    key = b"entry-1"
    with closing(sqlite3.connect(journal)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_orders_1'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    place = content.index(key, (root - 1) * size)
    assert place < root * size
    journal.write_bytes(content[:place] + b"entry-0" + content[place + len(key) :])
    assert "its table orders is damaged" in _report(journal).fault


def test_a_journal_that_is_being_written_is_compared_and_not_held_up(tmp_path: Path) -> None:
    path, frames = tmp_path / "run.journal", _story()
    with SqliteJournal.create(path, first_frame()) as writing, JournalReader(path) as reader:
        for stamped, decisions in frames:
            writing.append(stamped, decisions)
            writing.flush()
            assert compare_tables(reader).fault == ""
        _change(path, "UPDATE fills SET fee = 0")
        assert compare_tables(reader).table == "fills"
        assert not reader.connection.in_transaction
        at = Nanos(frames[-1][0].at + 1)
        writing.append(Stamped(frames[-1][0].seq + 1, at, TICK), ())
