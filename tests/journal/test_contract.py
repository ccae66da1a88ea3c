"""What every journal does, in a file or in memory, while it is written and when it is read."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvariantError, NegativeAnswerError, WorldError
from engine.messages.decisions import Approved, OrderRequested, TradeClosed
from engine.messages.inputs import Stamped
from engine.messages.market import DepthChanged
from engine.money import Price, Quantity
from engine.ports import Frames
from engine.timebase import Nanos
from journal.frame import PAGE_LEVELS, Frame, FrameSource
from journal.memory import MemoryJournal
from journal.reader import JournalReader
from journal.store import SqliteJournal
from journal.verify import verify_chain
from tests.journal.samples import START, first_frame, quiet_frames, round_trip

Journal = MemoryJournal | SqliteJournal
Make = Callable[..., Journal]


def _in_memory(folder: Path, first: Stamped | None = None) -> MemoryJournal:
    del folder
    return MemoryJournal(first or first_frame())


def _in_a_file(folder: Path, first: Stamped | None = None) -> SqliteJournal:
    return SqliteJournal.create(folder / "run.journal", first or first_frame())


@contextmanager
def _read(journal: Journal) -> Iterator[FrameSource]:
    if isinstance(journal, MemoryJournal):
        yield journal
    else:
        with JournalReader(journal.path) as reader:
            yield reader


every_journal = pytest.mark.parametrize("make", [_in_memory, _in_a_file])


def _fill(journal: Frames, frames: list[Frame]) -> None:
    for stamped, decisions in frames:
        journal.append(stamped, decisions)


@every_journal
def test_a_page_is_full_of_frames_or_of_levels_of_books(make: Make, tmp_path: Path) -> None:
    levels = tuple((Price(n), Quantity(1)) for n in range(PAGE_LEVELS // 8))
    book = DepthChanged("X", Nanos(1), True, levels, levels)
    journal = make(tmp_path)
    _fill(journal, [(Stamped(seq, Nanos(10**18), book), ()) for seq in range(2, 12)])
    journal.close()
    with _read(journal) as source:
        assert [(page.first_seq, page.last_seq) for page in source.pages()] == [
            (1, 1),
            (2, 5),
            (6, 9),
            (10, 11),
        ]


@every_journal
def test_what_was_appended_is_read_back_in_order(make: Make, tmp_path: Path) -> None:
    frames = [*round_trip(), *quiet_frames(8, 40)]
    with_first = [(first_frame(), ()), *frames]
    journal = make(tmp_path)
    _fill(journal, frames)
    journal.close()
    with _read(journal) as source:
        assert list(source.frames()) == with_first
        assert source.started == first_frame().input


@every_journal
def test_any_stretch_of_frames_can_be_read(make: Make, tmp_path: Path) -> None:
    journal = make(tmp_path)
    for start in range(2, 62, 20):
        _fill(journal, quiet_frames(start, 10))
        journal.flush()
    journal.close()
    with _read(journal) as source:
        everything = list(source.frames())
        assert len(everything) == 61
        for first, last in [(1, 1), (1, 61), (2, 21), (22, 22), (21, 42), (60, 61), (30, 29)]:
            assert list(source.frames(first, last)) == everything[first - 1 : last]
        assert list(source.frames(45)) == everything[44:]
        assert list(source.frames(62)) == []
        assert list(source.frames(50, 1000)) == everything[49:]


@every_journal
def test_turns_are_the_frames_page_by_page(make: Make, tmp_path: Path) -> None:
    journal = make(tmp_path)
    for start in (2, 5002):
        _fill(journal, quiet_frames(start, 2500))
        journal.flush()
    _fill(journal, [(attrs.evolve(s, seq=s.seq + 10_000), d) for s, d in round_trip()])
    journal.close()
    with _read(journal) as source:
        frames = list(source.frames())
        assert len(frames) == 10_007
        for last in (None, 0, 1, 2, 4097, 4098, 10_001, 10_004, 10_007, 20_000):
            told = [
                (seq, *turn)
                for first, turns in source.turns(last)
                for seq, turn in enumerate(turns, first)
            ]
            assert told == [(s.seq, s.at, s.input, d) for s, d in frames[:last]]


def test_turns_leave_out_the_decisions_that_nobody_wants(tmp_path: Path) -> None:
    journal = _in_a_file(tmp_path)
    _fill(journal, round_trip())
    journal.close()
    with JournalReader(journal.path) as reader:
        frames = list(reader.frames())
        for unwanted in ([Approved], [OrderRequested, TradeClosed]):
            left = [tuple(one for one in d if type(one) not in unwanted) for _, d in frames]
            told = [d for _, turns in reader.turns(None, unwanted) for _, _, d in turns]
            assert told == left
            assert left != [d for _, d in frames]


def test_turns_of_a_changed_page_are_not_told(tmp_path: Path) -> None:
    journal = _in_a_file(tmp_path)
    _fill(journal, quiet_frames(2, 30))
    journal.close()
    connection = sqlite3.connect(journal.path)
    connection.execute("DROP TRIGGER pages_refuse_update")
    connection.execute("UPDATE pages SET last_at = last_at + 1 WHERE first_seq = 2")
    connection.commit()
    connection.close()
    with JournalReader(journal.path) as reader:
        turns = reader.turns()
        assert next(turns)[0] == 1
        with pytest.raises(NegativeAnswerError, match="from seq 2 was changed"):
            next(turns)


@every_journal
def test_the_head_tells_the_run_and_the_last_frame(make: Make, tmp_path: Path) -> None:
    journal = make(tmp_path)
    assert (journal.last_seq, journal.last_at) == (1, START)
    frames = quiet_frames(2, 3)
    _fill(journal, frames)
    assert (journal.last_seq, journal.last_at) == (7, frames[-1][0].at)
    journal.seal("state", "strategy")
    with _read(journal) as source:
        head = source.head
    assert head.run == "0123456789abcdef"
    assert (head.last_seq, head.last_at, head.sealed) == (7, frames[-1][0].at, 1)
    assert (head.state_digest, head.strategy_digest) == ("state", "strategy")


@every_journal
def test_an_open_journal_verifies_and_so_does_a_sealed_one(make: Make, tmp_path: Path) -> None:
    journal = make(tmp_path)
    _fill(journal, quiet_frames(2, 30))
    journal.flush()
    with _read(journal) as source:
        report = verify_chain(source)
        assert (report.sound, report.frames, report.sealed) == (True, 61, False)
    journal.seal("state", "strategy")
    with _read(journal) as source:
        again = verify_chain(source, expect=report.digest)
        assert (again.sound, again.frames, again.sealed) == (True, 61, True)
        assert not verify_chain(source, expect="f" * 64).sound


@every_journal
def test_a_frame_out_of_line_is_refused_at_the_latest_when_flushed(
    make: Make, tmp_path: Path
) -> None:
    journal = make(tmp_path)
    stamped, decisions = quiet_frames(3, 1)[0]
    journal.append(stamped, decisions)
    with pytest.raises(InvariantError):
        journal.flush()


@every_journal
def test_nothing_follows_the_seal(make: Make, tmp_path: Path) -> None:
    journal = make(tmp_path)
    journal.seal("state", "strategy")
    journal.append(*quiet_frames(2, 1)[0])
    with pytest.raises((InvariantError, WorldError), match="sealed"):
        journal.flush()
    journal.close()


@every_journal
def test_a_journal_begins_with_a_manifest(make: Make, tmp_path: Path) -> None:
    stamped = quiet_frames(1, 1)[0][0]
    for first in (stamped, Stamped(2, START, first_frame().input)):
        with pytest.raises(InvariantError, match="begins with RunStarted"):
            make(tmp_path, first)


@every_journal
def test_pages_are_full_in_a_backtest(make: Make, tmp_path: Path) -> None:
    journal = make(tmp_path)
    _fill(journal, quiet_frames(2, 4100))
    journal.close()
    with _read(journal) as source:
        sizes = [page.last_seq - page.first_seq + 1 for page in source.pages()]
    assert sizes == [1, 4096, 4096, 8]


@settings(max_examples=25)
@given(st.lists(st.integers(1, 9), max_size=6), st.booleans())
def test_law_a_file_and_its_twin_in_memory_tell_the_same(
    tmp_path_factory: pytest.TempPathFactory, turns: list[int], durable: bool
) -> None:
    file = _in_a_file(tmp_path_factory.mktemp("law"))
    twin = MemoryJournal(first_frame())
    seq = 2
    for frames in turns:
        for stamped, decisions in quiet_frames(seq, frames):
            file.append(stamped, decisions)
            twin.append(stamped, decisions)
        seq += 2 * frames
        file.flush(durable)
        twin.flush(durable)
    file.seal("a", "b")
    twin.seal("a", "b")
    with JournalReader(file.path) as reader:
        assert list(reader.frames()) == list(twin.frames())
        assert reader.head._replace(digest="") == twin.head._replace(digest="")
        assert verify_chain(reader).frames == verify_chain(twin).frames == seq - 1
