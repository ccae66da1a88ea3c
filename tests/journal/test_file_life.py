"""The life of a journal file: built, named, written, sealed, replaced; and what a crash leaves."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.errors import InvariantError, NegativeAnswerError, UserError, WorldError
from journal.places import building_path
from journal.reader import JournalReader
from journal.store import SqliteJournal
from journal.verify import verify_chain
from tests.journal.samples import first_frame, quiet_frames

HOUSE = Path(__file__).parents[2]


def _sealed(path: Path, candles: int = 3, *, replace: bool = False) -> SqliteJournal:
    journal = _open(path, candles, replace=replace)
    journal.seal("state", "strategy")
    return journal


def _open(path: Path, candles: int = 3, *, replace: bool = False) -> SqliteJournal:
    journal = SqliteJournal.create(path, first_frame(), replace=replace)
    for stamped, decisions in quiet_frames(2, candles):
        journal.append(stamped, decisions)
    journal.flush()
    return journal


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _last_seq(path: Path) -> int:
    with JournalReader(path) as reader:
        assert verify_chain(reader).sound
        return reader.head.last_seq


def test_sealing_leaves_one_file(tmp_path: Path) -> None:
    _sealed(tmp_path / "run.journal")
    assert _files(tmp_path) == ["run.journal"]


def test_closing_without_sealing_leaves_one_file_too(tmp_path: Path) -> None:
    _open(tmp_path / "run.journal").close()
    assert _files(tmp_path) == ["run.journal"]


def test_closing_keeps_what_was_appended_and_not_yet_flushed(tmp_path: Path) -> None:
    with SqliteJournal.create(tmp_path / "run.journal", first_frame()) as journal:
        journal.append(*quiet_frames(2, 1)[0])
    assert _last_seq(tmp_path / "run.journal") == 2


def test_a_reader_sees_what_was_flushed_while_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    journal = _open(path)
    with JournalReader(path) as reader:
        assert reader.head.last_seq == 7
        journal.append(*quiet_frames(8, 1)[0])
        assert reader.head.last_seq == 7
        journal.flush(durable=True)
        assert reader.head.last_seq == 8
        assert verify_chain(reader).sound
        journal.seal("a", "b")
        assert reader.head.sealed == 1
    assert _last_seq(path) == 8


def test_a_reader_in_the_midst_of_its_frames_does_not_hold_up_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    journal = _open(path)
    with JournalReader(path) as reader:
        frames = reader.frames()
        next(frames)
        started = time.monotonic()
        for stamped, decisions in quiet_frames(8, 5000):
            journal.append(stamped, decisions)
        journal.flush(durable=True)
        assert time.monotonic() - started < 5
        assert sum(1 for _ in frames) >= 6


def test_an_existing_name_is_refused_without_replace(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    _sealed(path)
    with pytest.raises(UserError, match=r"exists already.*--replace"):
        SqliteJournal.create(path, first_frame())
    assert _last_seq(path) == 7


def test_a_file_that_is_no_journal_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[venue]\n")
    with pytest.raises(UserError, match="no journal"):
        SqliteJournal.create(path, first_frame(), replace=True)
    assert path.read_text() == "[venue]\n"
    assert _files(tmp_path) == ["config.toml"]


def test_a_replaced_journal_stays_until_the_new_one_is_sealed(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    _sealed(path, candles=3)
    newer = _open(path, candles=5, replace=True)
    assert _last_seq(path) == 7
    newer.seal("state", "strategy")
    assert _last_seq(path) == 11
    assert _files(tmp_path) == ["run.journal"]


def test_an_unsealed_journal_is_replaced_together_with_its_log(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    _killed_after(tmp_path, "flush")
    assert path.with_name("run.journal-wal").stat().st_size > 0
    _sealed(path, candles=5, replace=True)
    assert _files(tmp_path) == ["run.journal"]
    assert _last_seq(path) == 11


def test_a_writer_killed_in_the_midst_of_replacing_leaves_the_old_journal_whole(
    tmp_path: Path,
) -> None:
    path = tmp_path / "run.journal"
    _killed_after(tmp_path, "flush")
    _killed_after(tmp_path, "swap")
    assert _last_seq(path) == 7
    assert _last_seq(building_path(path)) == 8


def test_a_replacing_run_that_was_killed_leaves_the_old_journal_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    _sealed(path)
    _killed_after(tmp_path, "replace")
    assert building_path(path).exists()
    assert _last_seq(path) == 7
    _sealed(path, candles=5, replace=True)
    assert _files(tmp_path) == ["run.journal"]


@pytest.mark.parametrize(
    ("moment", "frames"), [("lock", None), ("build", None), ("append", 1), ("flush", 7)]
)
def test_kill_9_leaves_nothing_or_a_journal_that_verifies(
    tmp_path: Path, moment: str, frames: int | None
) -> None:
    path = tmp_path / "run.journal"
    _killed_after(tmp_path, moment)
    if frames is None:
        assert not path.exists()
        _sealed(path)
    else:
        assert _last_seq(path) == frames
        resumed = SqliteJournal.resume(path, "0123456789abcdef")
        for stamped, decisions in quiet_frames(frames + 1, 2):
            resumed.append(stamped, decisions)
        resumed.close()
        assert _last_seq(path) == frames + 4
    assert _files(tmp_path) == ["run.journal"]


@pytest.mark.parametrize("pause", [0.0, 0.01, 0.03, 0.06])
def test_kill_9_at_any_moment_leaves_a_prefix(tmp_path: Path, pause: float) -> None:
    path = tmp_path / "run.journal"
    writer = _writer(tmp_path, "for ever")
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(pause)
    writer.kill()
    writer.wait()
    with JournalReader(path) as reader:
        report = verify_chain(reader)
        assert report.sound
        assert report.frames >= 1
        told = [first_frame(), *(stamped for stamped, _ in quiet_frames(2, 20_000))]
        for (stamped, _), expected in zip(reader.frames(), told, strict=False):
            assert stamped == expected
    SqliteJournal.resume(path, "0123456789abcdef").close()


def test_a_second_writer_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    journal = _open(path)
    refusal = f"being written by process {os.getpid()}"
    with pytest.raises(UserError, match=refusal):
        SqliteJournal.create(path, first_frame(), replace=True)
    with pytest.raises(UserError, match=refusal):
        SqliteJournal.resume(path, "0123456789abcdef")
    journal.close()
    SqliteJournal.resume(path, "0123456789abcdef").close()


def test_another_runs_journal_is_not_resumed_and_neither_is_a_sealed_one(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    _open(path).close()
    with pytest.raises(UserError, match="belongs to run 0123456789abcdef, not to other"):
        SqliteJournal.resume(path, "other")
    SqliteJournal.resume(path, "0123456789abcdef").seal("a", "b")
    with pytest.raises(UserError, match="sealed"):
        SqliteJournal.resume(path, "0123456789abcdef")


def test_a_journal_that_was_changed_is_not_resumed(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    _open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER pages_refuse_update")
    connection.execute("UPDATE pages SET last_at = last_at + 1 WHERE first_seq = 2")
    connection.commit()
    connection.close()
    with pytest.raises(NegativeAnswerError, match="page from seq 2 was changed"):
        SqliteJournal.resume(path, "0123456789abcdef")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pages SET last_at = 1",
        "DELETE FROM pages",
        "INSERT OR REPLACE INTO pages SELECT * FROM pages WHERE first_seq = 2",
        "INSERT INTO pages SELECT 100, 100, first_at, last_at, codec, body, digest FROM pages",
        "DELETE FROM head",
        "INSERT OR REPLACE INTO head SELECT * FROM head",
    ],
)
def test_the_file_itself_refuses_to_be_rewritten(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "run.journal"
    _open(path).close()
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|head row"):
        connection.execute(statement)
    connection.close()


def test_a_sealed_file_refuses_another_page_and_another_head(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    _sealed(path)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("INSERT INTO pages VALUES (8, 8, 1, 1, 'json-1', '[]', '')")
    with pytest.raises(sqlite3.IntegrityError, match="sealed"):
        connection.execute("UPDATE head SET last_seq = 1")
    connection.close()


def test_a_journal_that_is_deleted_while_it_is_written_ends_the_run(tmp_path: Path) -> None:
    journal = _open(tmp_path / "run.journal")
    (tmp_path / "run.journal").unlink()
    journal.append(*quiet_frames(8, 1)[0])
    with pytest.raises(WorldError, match="moved, deleted or exchanged"):
        journal.flush()


def test_a_head_that_somebody_else_has_moved_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    journal = _open(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE head SET last_seq = 5")
    connection.commit()
    connection.close()
    journal.append(*quiet_frames(8, 1)[0])
    with pytest.raises(InvariantError, match="head row"):
        journal.flush()


def _killed_after(folder: Path, moment: str) -> None:
    writer = _writer(folder, moment)
    assert writer.wait() == -signal.SIGKILL


def _writer(folder: Path, moment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.journal.doomed_writer", str(folder), moment]
    return subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)
