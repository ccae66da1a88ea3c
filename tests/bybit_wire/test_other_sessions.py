"""Journals that a session is not taken up from: another's, held, changed, or no session at all."""

from pathlib import Path

import pytest

from adapters.bybit_wire.session_messages import WORDS
from engine.errors import NegativeAnswerError, UserError
from engine.money import parse
from journal.reader import JournalReader
from journal.store import SqliteJournal
from journal.verify import verify_chain
from tests.bybit_wire.given import Client, settings
from tests.bybit_wire.kept import CODE_NOW, HEDGED, asked, kept, play
from tests.journal.samples import first_frame

OTHERS = {
    "another market": asked(feed="synthetic:8"),
    "another wallet": asked(settings(wallet=parse(5_000))),
    "one account more": asked(settings(), HEDGED),
    "another history": asked(warm_up=61),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_journal_of_another_session_is_refused(tmp_path: Path, other: object) -> None:
    """In one sentence that says what is not the same; the file stays as it is."""
    path = tmp_path / "session.journal"
    kept(path).keeper.journal.close()
    before = path.read_bytes()
    with pytest.raises(UserError, match=r"another session, .* is not the same"):
        kept(path, other)  # type: ignore[arg-type]
    assert path.read_bytes() == before


def test_a_journal_that_is_written_now_is_refused(tmp_path: Path) -> None:
    """With the process that holds it."""
    path = tmp_path / "session.journal"
    session = kept(path)
    with pytest.raises(UserError, match="is being written by process"):
        kept(path)
    session.keeper.journal.close()


def test_what_is_no_session_is_refused(tmp_path: Path) -> None:
    """A run's journal, and a file that is none."""
    run, text = tmp_path / "run.journal", tmp_path / "notes.txt"
    SqliteJournal.create(run, first_frame()).close()
    text.write_text("nothing")
    with pytest.raises(UserError, match="is the journal of a run, not the journal of a session"):
        kept(run)
    with pytest.raises(UserError, match="is not a journal"):
        kept(text)


def test_a_page_that_was_changed_is_found(tmp_path: Path) -> None:
    """The session is not taken up, and verify would say where."""
    path = tmp_path / "session.journal"
    session = kept(path)
    session.keeper.flush(durable=False)
    Client(session.opened.desk).order("Buy", "0.01", orderLinkId="an-honest-name")
    session.keeper.journal.close()
    path.write_bytes(path.read_bytes().replace(b"an-honest-name", b"another-name!!"))
    with pytest.raises(NegativeAnswerError, match="was changed after it was written"):
        kept(path)
    with JournalReader(path, WORDS) as reader:
        fault = verify_chain(reader, words=WORDS)
    assert (fault.bad_seq, fault.pages) == (fault.frames + 1, 2)


def test_files_that_tell_something_else_than_before_are_refused(tmp_path: Path) -> None:
    """A session over recorded candles goes on where it stopped, if they are the same ones."""
    candles = tmp_path / "BTCUSDT.csv"
    lines = ["open_time,open,high,low,close,volume"]
    start = 1_735_689_600_000
    lines += [f"{start + n * 60_000},60000,6{n:04d},59000,60000,10" for n in range(1, 40)]
    candles.write_text("\n".join(lines))
    wanted = asked(feed=f"history:{candles}", warm_up=10)
    path = tmp_path / "session.journal"
    session = kept(path, wanted)
    play(session, 600)
    session.keeper.pause(0, CODE_NOW)
    session = kept(path, wanted)
    assert session.before is not None
    assert session.before.events > 200
    play(session, 60)
    session.keeper.pause(0, CODE_NOW)
    candles.write_text("\n".join(lines).replace(",60015,", ",60016,"))
    with pytest.raises(UserError, match="the feed does not tell what it told at seq"):
        kept(path, wanted)
