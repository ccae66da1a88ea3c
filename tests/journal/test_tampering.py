"""Every byte of a journal counts: change any one, and ``verify`` says so, and where."""

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NegativeAnswerError
from journal.chain import GENESIS, page_digest
from journal.head import HEAD_COLUMNS, REPLACE_HEAD, head_row
from journal.reader import JournalReader
from journal.store import SqliteJournal
from journal.upcast import FORMAT
from journal.verify import ChainReport, verify_chain
from tests.journal.samples import first_frame, quiet_frames, round_trip

PAGE_COLUMNS = ("first_seq", "last_seq", "first_at", "last_at", "codec", "body", "digest")
BAD_PAGES = (1, 2, 8)
"""The first seqs of the small journal's pages: the manifest, a story, and a compressed one."""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "run.journal"
    writer = SqliteJournal.create(path, first_frame())
    for frames in (round_trip(), quiet_frames(2000, 8)):
        for (stamped, decisions), seq in zip(frames, range(writer.last_seq + 1, 99), strict=False):
            stamped.seq = seq  # type: ignore[misc]
            writer.append(stamped, decisions)
        writer.flush()
    writer.seal("5" * 64, "6" * 64)
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        connection.execute(f"DROP TRIGGER {name}")
    connection.commit()
    connection.close()
    return path


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _report(path: Path) -> ChainReport:
    with JournalReader(path) as reader:
        return verify_chain(reader)


def _flips(value: object) -> Iterator[object]:
    """``value`` with one bit of one of its bytes changed, for every byte."""
    if isinstance(value, int):
        for byte in range(8):
            flipped = value ^ 1 << 8 * byte
            yield flipped - (1 << 64) if flipped >= 1 << 63 else flipped
        return
    assert isinstance(value, str | bytes)
    stored = value.encode() if isinstance(value, str) else value
    for place in range(len(stored)):
        yield stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :]
        if isinstance(value, str) and stored[place] & 0x5F in range(65, 91):
            yield stored[:place] + bytes([stored[place] ^ 32]) + stored[place + 1 :]


def _put(connection: sqlite3.Connection, table: str, column: str, key: str, new: object) -> None:
    as_text = isinstance(new, bytes) and _was_text(connection, table, column, key)
    place = "CAST(? AS TEXT)" if as_text else "?"
    connection.execute(f"UPDATE {table} SET {column} = {place} WHERE {key}", (new,))


def _was_text(connection: sqlite3.Connection, table: str, column: str, key: str) -> bool:
    query = f"SELECT typeof({column}) FROM {table} WHERE {key}"
    return bool(connection.execute(query).fetchone()[0] == "text")


def test_an_untouched_journal_is_sound(journal: Path) -> None:
    report = _report(journal)
    assert report.sound
    assert (report.pages, report.frames, report.sealed) == (3, 23, True)


@pytest.mark.parametrize("first_seq", BAD_PAGES)
@pytest.mark.parametrize("column", PAGE_COLUMNS)
def test_any_changed_byte_of_a_page_is_found_and_the_page_is_named(
    journal: Path, first_seq: int, column: str
) -> None:
    connection = _connect(journal)
    query = f"SELECT {column} FROM pages WHERE first_seq = {first_seq}"
    (value,) = connection.execute(query).fetchone()
    tried = 0
    with JournalReader(journal) as reader:
        for flipped in _flips(value):
            now = flipped if column == "first_seq" else first_seq
            taken = connection.execute("SELECT 1 FROM pages WHERE first_seq = ?", (flipped,))
            if column == "first_seq" and taken.fetchone():
                continue
            _put(connection, "pages", column, f"first_seq = {first_seq}", flipped)
            report = verify_chain(reader)
            assert not report.sound, (column, flipped)
            assert report.bad_seq == first_seq, (column, flipped, report)
            _put(connection, "pages", column, f"first_seq = {now}", value)
            tried += 1
        assert tried >= min(6, len(list(_flips(value))) - 2)
        assert verify_chain(reader).sound
    connection.close()


@pytest.mark.parametrize("column", HEAD_COLUMNS)
def test_any_changed_byte_of_the_head_is_found(journal: Path, column: str) -> None:
    connection = _connect(journal)
    (value,) = connection.execute(f"SELECT {column} FROM head").fetchone()
    with JournalReader(journal) as reader:
        for flipped in _flips(value):
            _put(connection, "head", column, "1", flipped)
            report = verify_chain(reader)
            assert not report.sound, (column, flipped)
            assert report.bad_seq == 0
            assert "head" in report.fault
            _put(connection, "head", column, "1", value)
        assert verify_chain(reader).sound
    connection.close()


@pytest.mark.parametrize(
    ("statement", "bad_seq"),
    [
        ("DELETE FROM pages WHERE first_seq = 1", 1),
        ("DELETE FROM pages WHERE first_seq = 2", 2),
        ("DELETE FROM pages WHERE first_seq = 8", 8),
        ("DELETE FROM pages", 1),
        ("UPDATE pages SET body = NULL WHERE first_seq = 2", 2),
        ("UPDATE pages SET digest = 5 WHERE first_seq = 2", 2),
        ("UPDATE pages SET codec = NULL WHERE first_seq = 8", 8),
        ("UPDATE head SET run = NULL", 0),
        ("DELETE FROM head", 0),
        ("INSERT INTO head SELECT 2, format, run, 1, 1, digest, 1, '', '', '' FROM head", 0),
    ],
)
def test_rows_that_go_missing_or_turn_into_something_else_are_found(
    journal: Path, statement: str, bad_seq: int
) -> None:
    connection = _connect(journal)
    try:
        connection.execute(statement)
    except sqlite3.IntegrityError:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '')")
        connection.close()
        connection = _connect(journal)
        connection.execute(statement)
    connection.close()
    report = _report(journal)
    assert not report.sound
    assert report.bad_seq == bad_seq


def test_a_page_that_was_added_behind_the_head_is_found(journal: Path) -> None:
    connection = _connect(journal)
    (previous,) = connection.execute("SELECT digest FROM head").fetchone()
    (at,) = connection.execute("SELECT last_at FROM head").fetchone()
    body = f'[[{at},["TimerFired",{at}]]]'
    digest = page_digest(previous, 24, 24, at, at, f"json-{FORMAT}", body.encode())
    row = (24, 24, at, at, f"json-{FORMAT}", body, digest)
    connection.execute("INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()
    report = _report(journal)
    assert report.fault == "the pages go on to seq 24, the head is of seq 23"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'[[5, ["TimerFired",1]]]', "canonical"),
        (b'[[5,["TimerFired",1],[]]]', "canonical"),
        (b'[[5,["TimerFired",1],[],[]]]', "canonical"),
        (b'[[5,["TimerFired","1"]]]', "TimerFired.due_ns"),
        (b'[[5,["TimerFired",1]],[5,["TimerFired",1]]]', "holds 2 frames"),
        (b'[[6,["TimerFired",1]]]', "other times"),
        (b"[]", "holds 0 frames"),
    ],
)
def test_a_well_chained_page_with_a_wrong_body_is_found(
    tmp_path: Path, body: bytes, says: str
) -> None:
    report = _report(_forged(tmp_path, 2, 5, body))
    assert report.bad_seq == 2
    assert says in report.fault


def _forged(folder: Path, seq: int, at: int, body: bytes) -> Path:
    """A journal whose manifest, at 5, is followed by a well chained page of one frame."""
    path = folder / "forged.journal"
    first = first_frame()
    first.at = 5  # type: ignore[assignment,misc]
    SqliteJournal.create(path, first).close()
    connection = _connect(path)
    (previous,) = connection.execute("SELECT digest FROM head").fetchone()
    digest = page_digest(previous, seq, seq, at, at, f"json-{FORMAT}", body)
    row = (seq, seq, at, at, f"json-{FORMAT}", body.decode(), digest)
    connection.execute("DROP TRIGGER pages_refuse_other_insert")
    connection.execute("INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()
    return path


def test_a_page_that_skips_a_seq_is_found(tmp_path: Path) -> None:
    report = _report(_forged(tmp_path, 3, 5, b'[[5,["TimerFired",1]]]'))
    assert (report.bad_seq, report.fault) == (2, "the page from seq 2 does not follow seq 1")


def test_time_that_goes_back_is_found_between_pages_and_inside_one(tmp_path: Path) -> None:
    between = _report(_forged(tmp_path, 2, 4, b'[[4,["TimerFired",1]]]'))
    assert (between.bad_seq, between.fault) == (2, "the page from seq 2 goes back in time")
    path = tmp_path / "inside.journal"
    with SqliteJournal.create(path, first_frame()) as writer:
        for (stamped, _), seq in zip(reversed(quiet_frames(2, 2)), (2, 3, 4, 5), strict=True):
            stamped.seq = seq  # type: ignore[misc]
            writer.append(stamped, ())
    assert _report(path).fault == "the page from seq 2 goes back in time"


@pytest.mark.parametrize(
    "change", [{"digest": "a" * 64}, {"last_at": 5}, {"digest": "0" * 64, "last_seq": 7}]
)
def test_a_head_that_was_forged_with_its_checksum_is_found(
    journal: Path, change: dict[str, Any]
) -> None:
    with JournalReader(journal) as reader:
        head = reader.head
    connection = _connect(journal)
    row = head_row(head._replace(**change))
    connection.execute(REPLACE_HEAD, (*row, head.last_seq, head.digest))
    connection.close()
    report = _report(journal)
    assert "head" in report.fault


def test_a_changed_page_is_not_replayed(journal: Path) -> None:
    connection = _connect(journal)
    connection.execute("UPDATE pages SET last_at = last_at + 1 WHERE first_seq = 8")
    connection.close()
    with JournalReader(journal) as reader:
        frames = reader.frames()
        assert [next(frames)[0].seq for _ in range(7)] == list(range(1, 8))
        with pytest.raises(NegativeAnswerError, match="page from seq 8 was changed"):
            next(frames)


def test_a_journal_that_was_cut_short_is_not_replayed_as_if_whole(journal: Path) -> None:
    connection = _connect(journal)
    connection.execute("DELETE FROM pages WHERE first_seq = 8")
    connection.close()
    with (
        JournalReader(journal) as reader,
        pytest.raises(NegativeAnswerError, match="ends at seq 7"),
    ):
        list(reader.frames())


def test_the_digest_is_sha256_over_previous_header_and_body() -> None:
    chained = bytes(32) + b'[1,2,3,4,"json-1"]\n' + b"[]"
    assert page_digest(GENESIS, 1, 2, 3, 4, "json-1", b"[]") == sha256(chained).hexdigest()
