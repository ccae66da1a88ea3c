"""What is no journal, or cannot be read or written, is told in one sentence with its mend."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.errors import NegativeAnswerError, UserError, WorldError
from journal.places import building_path
from journal.reader import JournalReader
from journal.store import SqliteJournal
from journal.verify import verify_chain
from tests.journal.samples import first_frame, quiet_frames

HOUSE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("written") / "run.journal"
    with SqliteJournal.create(path, first_frame()) as writer:
        for stamped, decisions in quiet_frames(2, 3000):
            writer.append(stamped, decisions)
    return path.read_bytes()


@pytest.fixture
def journal(tmp_path: Path, written: bytes) -> Path:
    path = tmp_path / "run.journal"
    path.write_bytes(written)
    return path


def _missing(path: Path) -> None:
    path.unlink()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("[venue]\nprofile = 'bybit'\n" * 20)


def _short_text(path: Path) -> None:
    path.write_text("hello")


def _other_database(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE pages (first_seq INTEGER PRIMARY KEY)")
    connection.commit()
    connection.close()


def _newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()


def _stub(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


@pytest.mark.parametrize(
    ("spoil", "error", "says"),
    [
        (_missing, UserError, "there is no such file"),
        (_folder, UserError, "is a folder"),
        (_empty, UserError, "is empty"),
        (_text, UserError, "is not a journal"),
        (_short_text, UserError, "is not a journal"),
        (_other_database, UserError, "a SQLite database, but not a journal"),
        (
            _newer,
            UserError,
            r"was written by a newer tradefold \(format 7\); this one reads up to 2: upgrade",
        ),
        (_stub, NegativeAnswerError, "cut off after 60 bytes"),
    ],
)
def test_a_file_that_is_no_journal_of_ours_is_named_with_the_reason(
    journal: Path, spoil: Callable[[Path], None], error: type[Exception], says: str
) -> None:
    spoil(journal)
    with pytest.raises(error, match=says) as caught:
        JournalReader(journal)
    assert str(journal) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_part_of_the_path_that_is_a_file_is_told(journal: Path) -> None:
    with pytest.raises(UserError, match="part of the path is a file"):
        JournalReader(journal / "inner.journal")


@pytest.mark.parametrize("part", [0.01, 0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_damaged_and_never_read_as_if_whole(journal: Path, part: float) -> None:
    content = journal.read_bytes()
    journal.write_bytes(content[: max(200, int(len(content) * part))])
    with pytest.raises(NegativeAnswerError, match=r"run\.journal") as caught:
        _read_it(journal)
    assert "\n" not in str(caught.value)


def _read_it(journal: Path) -> None:
    with JournalReader(journal) as reader:
        assert not verify_chain(reader).sound
        list(reader.frames())


@pytest.mark.parametrize("offset", range(100, 24_000, 997))
def test_noise_in_the_file_itself_is_found_or_harms_nothing(journal: Path, offset: int) -> None:
    """Some bytes of a SQLite file are free space: then all frames are still as they were."""
    content = bytearray(journal.read_bytes())
    content[offset : offset + 16] = b"\xa5" * 16
    journal.write_bytes(bytes(content))
    try:
        with JournalReader(journal) as reader:
            if not verify_chain(reader).sound:
                return
            assert [s for s, _ in reader.frames(2)] == [s for s, _ in quiet_frames(2, 3000)]
    except (NegativeAnswerError, UserError):
        return


def test_a_missing_folder_and_a_folder_as_name_are_refused_to_a_writer(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder"):
        SqliteJournal.create(tmp_path / "absent" / "run.journal", first_frame())
    with pytest.raises(UserError, match="is a folder"):
        SqliteJournal.create(tmp_path, first_frame())
    assert list(tmp_path.iterdir()) == []


def test_a_missing_journal_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        SqliteJournal.resume(tmp_path / "run.journal", "run")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_ends_the_run_and_leaves_whole_pages(tmp_path: Path) -> None:
    """The limit stands in for the disk: SQLite answers with the same error (F52)."""
    path = tmp_path / "run.journal"
    journal = SqliteJournal.create(path, first_frame())
    connection = journal._writer.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 60}")
    with pytest.raises(WorldError, match=r"run\.journal: .*full.*free some space"):
        _write_on(journal)
    with pytest.raises(WorldError, match=r"could not be written \(.*disk is full\)"):
        journal.flush()
    journal.close()
    with JournalReader(path) as reader:
        report = verify_chain(reader)
    assert report.sound
    assert report.frames % 4096 == 1
    resumed = SqliteJournal.resume(path, "0123456789abcdef")
    resumed.append(*quiet_frames(report.frames + 1, 1)[0])
    resumed.close()


def _write_on(journal: SqliteJournal) -> None:
    for stamped, decisions in quiet_frames(2, 100_000):
        journal.append(stamped, decisions)


def test_a_full_disk_from_the_start_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        path = folder / "run.journal"
        with pytest.raises(WorldError, match=r"run\.journal: .*full"):
            SqliteJournal.create(path, first_frame())
        assert not path.exists()
        assert not building_path(path).exists()
    finally:
        subprocess.run(["umount", str(folder)], check=True)


_AS_NOBODY = """
import os, sys
from pathlib import Path
from journal.reader import JournalReader
from journal.store import SqliteJournal
from journal.verify import verify_chain
from tests.journal.samples import first_frame
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
path = Path(sys.argv[1])
try:
    if sys.argv[2] == "read":
        with JournalReader(path) as reader:
            print(verify_chain(reader).frames)
    else:
        SqliteJournal.create(path, first_frame())
except Exception as error:
    print(f"{type(error).__name__}: {error}")
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter; pytest closes its own whenever a run of it begins."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


def _as_nobody(path: Path, what: str) -> str:
    command = [sys.executable, "-c", _AS_NOBODY, str(path), what]
    told = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    return told.stdout.strip()


def test_a_reader_needs_no_permission_to_write(journal: Path, public: Path) -> None:
    mine = Path(shutil.copy(journal, public))
    mine.chmod(0o444)
    public.chmod(0o555)
    assert _as_nobody(mine, "read") == "6001"


def test_a_reader_without_permission_is_told_so(journal: Path, public: Path) -> None:
    mine = Path(shutil.copy(journal, public))
    mine.chmod(0o000)
    said = _as_nobody(mine, "read")
    assert said == f"UserError: journal {mine}: may not be read; give yourself permission"


def test_an_unsealed_journal_is_read_where_nothing_can_be_written(public: Path) -> None:
    path = public / "run.journal"
    writer = SqliteJournal.create(path, first_frame())
    writer.append(*quiet_frames(2, 1)[0])
    writer.flush()
    public.chmod(0o555)
    said = _as_nobody(path, "read")
    public.chmod(0o755)
    assert said == "2"
    writer.close()


def test_a_writer_in_a_folder_that_cannot_be_written_is_told_so(public: Path) -> None:
    public.chmod(0o555)
    said = _as_nobody(public / "run.journal", "write")
    assert said.startswith(f"WorldError: journal {public}/run.journal: Permission denied")
    assert list(public.iterdir()) == []
