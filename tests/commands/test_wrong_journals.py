"""A file that is no journal, or no longer the one that was written, is told apart by a sentence."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from journal.reader import JournalReader
from journal.store import SqliteJournal
from tests.commands.conftest import process, tell

Spoil = Callable[[Path], object]
COMMANDS = [
    ("verify",),
    ("replay",),
    ("explain", "--seq", "500"),
    ("incidents",),
    ("journal", "show"),
    ("journal", "tail"),
    ("journal", "export"),
]


def changed(*statements: str) -> Spoil:
    """The journal changed behind its back."""

    def spoil(path: Path) -> None:
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return spoil


def truncated(path: Path) -> None:
    """Only the first half is left."""
    os.truncate(path, path.stat().st_size // 2)


def text(path: Path) -> None:
    """Something else altogether."""
    path.write_text("ts_ms,open,high\n", encoding="utf-8")


def plain(path: Path) -> None:
    """A database, and no journal."""
    path.unlink()
    changed("CREATE TABLE a (b)")(path)


FILES: list[tuple[str, Spoil, int, str]] = [
    ("missing", Path.unlink, 2, "there is no such file"),
    ("empty", lambda path: os.truncate(path, 0), 2, "is empty"),
    ("text", text, 2, "is not a journal"),
    ("another database", plain, 2, "but not a journal"),
    ("newer", changed("PRAGMA user_version = 99"), 2, "newer tradefold (format 99)"),
    ("cut in its header", lambda path: os.truncate(path, 60), 1, "cut off"),
    ("cut in the middle", truncated, 1, "damaged"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(("what", "spoil", "code", "part"), FILES, ids=[case[0] for case in FILES])
def test_every_command_tells_a_file_that_it_cannot_read(
    journal: Path,
    tmp_path: Path,
    command: tuple[str, ...],
    what: str,
    spoil: Spoil,
    code: int,
    part: str,
) -> None:
    """With the exit code of its kind, and no traceback."""
    copy = tmp_path / "copy.db"
    shutil.copy(journal, copy)
    spoil(copy)
    name, *rest = command
    group = [name, rest.pop(0)] if name == "journal" else [name]
    told = tell(*group, copy, *rest)
    assert told.code == code, (what, told.err)
    assert part in told.err
    assert len(told.err.splitlines()) == 1


def flip_a_byte(path: Path, page: int) -> int:
    """Change one byte of a page as no trigger would allow; the page's first seq."""
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER pages_refuse_update")
    rows = connection.execute("SELECT first_seq, body FROM pages ORDER BY 1").fetchall()
    seq, body = rows[page]
    spoilt = bytearray(body if isinstance(body, bytes) else body.encode())
    spoilt[len(spoilt) // 2] ^= 1
    connection.execute("UPDATE pages SET body = ? WHERE first_seq = ?", (bytes(spoilt), seq))
    connection.commit()
    connection.close()
    return int(seq)


def test_a_changed_page_is_named_by_its_first_seq(journal: Path, tmp_path: Path) -> None:
    """By verify in its data, and by whatever else would have to read it."""
    copy = tmp_path / "copy.db"
    shutil.copy(journal, copy)
    seq = flip_a_byte(copy, 1)
    told = tell("verify", copy, "--json")
    assert told.code == 1
    assert told.envelope["error"]["code"] == "tampered"
    assert told.envelope["data"]["first_bad_seq"] == seq
    assert told.envelope["data"]["chain_sound"] is False
    assert tell("verify", copy, "--chain-only").code == 1
    for command in (("replay", copy), ("explain", copy, "--seq", seq)):
        refused = tell(*command)
        assert refused.code == 1
        assert f"seq {seq}" in refused.err


DROPPED = ("TABLE orders", "TABLE incidents", "TABLE trades", "VIEW decisions")


@pytest.mark.parametrize("what", DROPPED)
def test_a_journal_without_its_tables_says_so_and_gets_them_again(
    journal: Path, tmp_path: Path, what: str
) -> None:
    """Tables are disposable: the chain is whole, and they are folded anew from it."""
    copy = tmp_path / "copy.db"
    shutil.copy(journal, copy)
    changed(f"DROP {what}")(copy)
    table = what.split()[1]
    assert tell("verify", copy, "--chain-only").code == 0
    missing = tell("verify", copy, "--json")
    assert missing.code == 1
    assert missing.envelope["error"]["code"] == "tables_differ"
    assert f"its {what.lower()} is not there" in missing.err
    asking = {"orders": ("explain", copy, "--order", "1"), "incidents": ("incidents", copy)}
    if table in asking:
        told = tell(*asking[table])
        assert told.code == 1
        assert f"no such table: {table}" in told.err
    assert tell("journal", "rebuild", copy).code == 0
    assert tell("verify", copy).code == 0


CHANGES = [
    ("UPDATE orders SET average_price = average_price + 1 WHERE purpose = 'entry'", "orders"),
    ("UPDATE fills SET fee = 0 WHERE rowid = 2", "fills"),
    ("UPDATE trades SET pnl = -pnl WHERE trade = 3", "trades"),
    ("DELETE FROM equity WHERE rowid = 2", "equity"),
    ("UPDATE daily_pnl SET pnl = pnl + 1", "daily_pnl"),
    ("UPDATE other_decisions SET reason = 'none' WHERE rowid = 1", "other_decisions"),
    ("UPDATE virtual_accounts SET standing = 'killed'", "virtual_accounts"),
    ("INSERT INTO incidents (incident, kind, facts) VALUES (1, 'drift', '{}')", "incidents"),
    ("INSERT INTO governor_events (seq, n, account) VALUES (9, 1, 'va1')", "governor_events"),
    ("UPDATE projection_state SET state = '[]' WHERE id = 2", "projection_state"),
]


@pytest.mark.parametrize(("statement", "table"), CHANGES, ids=[case[1] for case in CHANGES])
def test_a_row_of_a_table_that_was_changed_is_found_and_named(
    journal: Path, tmp_path: Path, statement: str, table: str
) -> None:
    """People ask the tables; the chain alone says nothing of them, and says that it does not."""
    copy = tmp_path / "copy.db"
    shutil.copy(journal, copy)
    changed(statement)(copy)
    told = tell("verify", copy, "--json")
    assert told.code == 1
    assert told.envelope["error"]["code"] == "tables_differ"
    found = told.envelope["data"]
    assert (found["chain_sound"], found["redecided"], found["tables_compared"]) == (True,) * 3
    assert found["first_bad_table"] == table
    assert found["first_bad_row"]
    assert f"in {table}, the row of {found['first_bad_row']}" in told.err
    assert "journal rebuild" in told.err
    shown = tell("verify", copy)
    assert "not what the frames fold to" in shown.out
    alone = tell("verify", copy, "--chain-only")
    assert alone.code == 0
    assert "skipped: only the chain was asked" in alone.out
    rebuilt = tell("journal", "rebuild", copy, "--json").data
    with JournalReader(journal) as reader:
        assert rebuilt["frames"] == reader.head.last_seq
    assert tell("verify", copy).code == 0


@pytest.mark.parametrize(
    "text", ["'CREATE TABLE'", "'CREATE TABLE orders ('", "CAST(x'435245415445c1ff' AS TEXT)", "5"]
)
def test_a_schema_that_cannot_be_read_is_a_negative_answer(
    journal: Path, tmp_path: Path, text: str
) -> None:
    """Whatever SQLite says of it, in letters or not."""
    copy = tmp_path / "copy.db"
    shutil.copy(journal, copy)
    set_text = f"UPDATE sqlite_master SET sql = {text} WHERE name = 'orders'"
    changed("PRAGMA writable_schema = 1", set_text)(copy)
    told = tell("verify", copy)
    assert told.code == 1
    assert "damaged" in told.err
    assert len(told.err.splitlines()) == 1


def test_a_damaged_page_of_a_table_is_a_verdict(journal: Path, tmp_path: Path) -> None:
    """And not trouble with the disk; the frames are whole."""
    copy = tmp_path / "copy.db"
    shutil.copy(journal, copy)
    connection = sqlite3.connect(copy)
    query = "SELECT rootpage FROM sqlite_master WHERE name = 'trades'"
    (root,) = connection.execute(query).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with copy.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    told = tell("verify", copy, "--json")
    assert told.code == 1
    assert told.envelope["error"]["code"] == "tables_differ"
    assert "its pages are whole" in told.err
    assert tell("journal", "export", copy, "--out", tmp_path / "frames.jsonl").code == 0


def test_a_journal_that_is_being_written_is_read_and_not_replaced(
    journal: Path, settings: Path, tmp_path: Path
) -> None:
    """Readers are never blocked; a second writer is refused with the holder's process id."""
    path = tmp_path / "live.db"
    with JournalReader(journal) as reader:
        (first, decisions), *rest = reader.frames(1, 5000)
    writing = SqliteJournal.create(path, first, decisions)
    for frame in rest:
        writing.append(*frame)
    writing.flush()
    assert tell("verify", path, "--json").data["sealed"] is False
    words = ("backtest", settings, "--data", "synthetic:7", "--journal", path, "--replace")
    told = process(*words, cwd=tmp_path)
    assert told.code == 2
    assert f"process {os.getpid()}" in told.err
    writing.close()
    assert tell("verify", path).code == 0
