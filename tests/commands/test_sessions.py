"""The journal of a served session, as a person meets it: serve, verify, show, tail, export."""

import json
import shutil
import signal
import urllib.request
from pathlib import Path

import pytest

from adapters.bybit_wire.keeping import frame_of
from adapters.bybit_wire.session_messages import WORDS, SessionPaused
from commands.journal import KINDS, SESSION_KINDS
from journal.codec import RUNS
from journal.reader import JournalReader
from journal.store import SqliteJournal
from tests.bybit_wire.given import KEY, Client
from tests.bybit_wire.kept import CODE_NOW, kept, play
from tests.commands.conftest import tell
from tests.commands.test_exchange import ask, served


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two orders, one of them refused, and a minute of the market; stopped in order."""
    path = tmp_path_factory.mktemp("sessions") / "session.journal"
    found = kept(path)
    there = Client(found.opened.desk)
    there.order("Buy", "0.01", orderLinkId="first")
    play(found, 60)
    there.order("Buy", "0", orderLinkId="second")
    found.keeper.pause(0, CODE_NOW)
    return path


def test_verify_proves_a_session(session: Path) -> None:
    """Chain, and every answer and private message made again."""
    told = tell("verify", session, "--json").data
    assert (told["kind"], told["chain_sound"], told["requests"]) == ("session", True, 2)
    assert told["private_messages"] == 4
    assert told["market_events"] > 20
    assert len(told["digest"]) == 64
    words = tell("verify", session)
    assert words.code == 0
    assert "2 requests answered and 4 private messages told again" in words.out
    assert tell("verify", session, "--expect", told["digest"]).code == 0
    assert tell("verify", session, "--expect", told["chain"]).code == 0
    assert tell("verify", session, "--expect", "0" * 64).code == 1
    chain = tell("verify", session, "--chain-only", "--json").data
    assert (chain["requests"], chain["refold_skipped"]) == (None, "only the chain was asked")


def test_verify_names_the_first_frame_that_is_not_what_it_says(
    session: Path, tmp_path: Path
) -> None:
    """A changed byte breaks the chain; another outcome in a sound chain breaks the refold."""
    changed, wrong = tmp_path / "changed.journal", tmp_path / "wrong.journal"
    body = session.read_bytes()
    place = body.rindex(b'"SessionOpened"') if b'"SessionOpened"' in body else body.index(b"zstd-")
    changed.write_bytes(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
    assert tell("verify", changed).code == 1
    with JournalReader(session, WORDS) as reader:
        frames = list(reader.frames())
    last = frames[-1][0]
    frames[-1] = frame_of(last.seq, last.at, SessionPaused(0, CODE_NOW, "f" * 64), ())
    journal = SqliteJournal.create(wrong, frames[0][0], words=WORDS)
    for frame in frames[1:]:
        journal.append(*frame)
    journal.close()
    told = tell("verify", wrong, "--json")
    assert told.code == 1
    assert told.envelope["error"]["code"] == "diverged"
    assert told.envelope["data"]["first_bad_seq"] == last.seq
    assert tell("verify", wrong, "--chain-only").code == 0


def test_show_tells_what_is_served(session: Path) -> None:
    """What is played, from when, and the accounts by their numbers."""
    told = tell("journal", "show", session, "--json").data
    assert (told["kind"], told["symbols"]) == ("session", ["BTCUSDT"])
    account = {"uid": 1, "wallet": "10000", "margin_mode": "cross", "position_mode": "one_way"}
    assert told["accounts"] == [account]
    assert told["warm_up_candles"] == 60
    words = tell("journal", "show", session).out
    assert "synthetic:7" in words
    assert KEY not in words.replace(str(session), "")


def test_tail_tells_requests_and_answers(session: Path) -> None:
    """In words, the latest at the end; with --decided only what an account had to do with."""
    words = tell("journal", "tail", session, "--decided", "--count", 2).out
    assert words.index('"orderLinkId":"first"') < words.index('"orderLinkId":"second"')
    assert "answered 0 OK" in words
    assert "private messages to account 1" in words
    assert "the server is stopped" in tell("journal", "tail", session, "--count", 1).out


def test_export_gives_lines(session: Path, tmp_path: Path) -> None:
    """One frame a line; what was asked and answered as objects."""
    out = tmp_path / "lines.jsonl"
    assert tell("journal", "export", session, "--kind", "RequestTaken", "--out", out).code == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["input"]["fields"]["orderLinkId"] for line in lines] == ["first", "second"]
    assert lines[0]["outcomes"][0]["result"]["orderLinkId"] == "first"
    assert lines[1]["outcomes"][0]["code"] == 10001
    every = tell("journal", "export", session).out.splitlines()
    assert len(every) == tell("verify", session, "--json").data["frames"]
    assert tell("journal", "export", session, "--from", 1, "--to", 2, "--json").data["frames"]


def test_every_kind_of_a_session_can_be_asked_for() -> None:
    """The list of the command is that of the format."""
    tags = {*WORDS.inputs, *WORDS.decisions}
    assert tags <= set(KINDS)
    assert set(SESSION_KINDS) == tags - {*RUNS.inputs, *RUNS.decisions}


@pytest.mark.parametrize("command", [["replay"], ["report"], ["incidents"], ["journal", "rebuild"]])
def test_what_is_made_for_runs_says_what_the_file_is(session: Path, command: list[str]) -> None:
    """One sentence, and 2."""
    told = tell(*command, session)
    assert told.code == 2
    assert "is the journal of a session of the exchange's server" in told.err


def test_a_server_goes_on_with_its_session(tmp_path: Path) -> None:
    """Stopped by Ctrl-C and started again with the same options; with others it is refused."""
    path = tmp_path / "session.journal"
    options = ["--symbol", "BTCUSDT", "--speed", "600", "--warm-up", "30", "--journal", str(path)]
    with served(*options) as (process, _, url):
        before = ask(f"{url}/v5/market/time")["timeNano"]
        busy = tell("exchange", "serve", *options)
        assert (busy.code, "is being written by process" in busy.err) == (2, True)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stdout is not None
        assert "goes on with it" in process.stdout.read()
    other = tell("exchange", "serve", *options, "--symbol", "ETHUSDT")
    assert other.code == 2
    assert "is of another session" in other.err
    with served(*options) as (process, _, url):
        assert int(ask(f"{url}/v5/market/time")["timeNano"]) > int(before)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert "goes on after" in process.stderr.read()
    told = tell("verify", path, "--json").data
    assert told["taken_up"] == 1


def test_a_session_is_taken_up_from_what_it_is_alone(session: Path, tmp_path: Path) -> None:
    """Another kind of journal and no journal at all: 2; one that was changed: 1."""
    text, run = tmp_path / "notes.txt", tmp_path / "run.journal"
    text.write_text("nothing")
    assert tell("demo", "--journal", run).code == 0
    for path, words in ((text, "is not a journal"), (run, "is the journal of a run")):
        told = tell("exchange", "serve", "--journal", path)
        assert told.code == 2
        assert words in told.err
    cut = tmp_path / "cut.journal"
    shutil.copy(session, cut)
    cut.write_bytes(cut.read_bytes()[: len(session.read_bytes()) // 2])
    assert tell("exchange", "serve", "--journal", cut).code == 1


def test_lock_step_is_a_speed() -> None:
    """The screen says how to step."""
    with served("--symbol", "BTCUSDT", "--speed", "lockstep", "--warm-up", "30") as (_, said, url):
        assert "at a standstill until POST /admin/step" in said
        before = ask(f"{url}/v5/market/time")
        request = urllib.request.Request(f"{url}/admin/step", b"{}", method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["data"]["moments"] == 1
        assert ask(f"{url}/v5/market/time") != before
