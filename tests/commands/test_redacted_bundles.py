"""A redacted bundle tells no path, host, person or key, wherever the journal had one."""

import json
import sqlite3
import zipfile
from pathlib import Path

import attrs
import pytest

from engine.messages.commands import PauseAccount
from engine.messages.decisions import CommandRefused, StrategyHalted
from engine.messages.inputs import Stamped
from journal.export import export_lines, frame_facts
from journal.reader import JournalReader
from journal.store import SqliteJournal
from replays.redaction import REDACTED, Redaction
from tests.commands.conftest import MARKET, Told, tell

CANARIES = (
    *("/home/canary", "canary@desk", "desk.canary.corp", "10.9.8.7", "Kcanary1Z2Y3X4W5V"),
    *("canarysecret", r"C:\Canary", "https://canary"),
)
TEXT = (
    "no '/home/canary/my model.bin' canary@desk desk.canary.corp 10.9.8.7 Kcanary1Z2Y3X4W5V "
    r"api_key=canarysecret C:\Canary\x.py https://canary.example"
)
HALTING = """import engine.strategies as tf


@tf.define
class Halting:
    bars: int = 0

    def observe(self, candle):
        self.bars = self.bars + 1

    def propose(self, view):
        if self.bars > 20:
            raise ValueError(TOLD)
        return ()
"""


@pytest.fixture
def halted(tmp_path: Path) -> Path:
    """A run whose strategy says all that must not be told, of a configuration with such a path."""
    home = tmp_path / "home" / "canary"
    home.mkdir(parents=True)
    text = HALTING.replace("TOLD", f"{TEXT!r}")
    (home / "mine.py").write_text(text, encoding="utf-8")
    (home / "own.toml").write_text(
        '[accounts.va1]\nsymbols = ["BTCUSDT"]\nstrategy = "Halting"\n', encoding="utf-8"
    )
    run = tmp_path / "run.db"
    strategy = ("--strategy", home / "mine.py:Halting")
    told = tell("backtest", home / "own.toml", "--data", MARKET, *strategy, "--journal", run)
    assert told.code == 0, told.err
    return run


def bundled(journal: Path, *more: object) -> tuple[Told, Path, dict[str, str]]:
    """The answer, the bundled journal, and every text of the archive by where it stands."""
    archive = journal.with_name("given.zip")
    told = tell("journal", "bundle", journal, "--redact", "--out", archive, "--json", *more)
    assert told.code == 0, told.err
    folder = journal.with_name("elsewhere")
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(folder)
    texts = {each.name: each.read_text("utf-8", "replace") for each in folder.iterdir()}
    with JournalReader(folder / "journal.db") as reader:
        frames = export_lines(frame_facts(each) for each in reader.frames())
        texts["frames"] = b"".join(frames).decode()
    connection = sqlite3.connect(folder / "journal.db")
    texts["tables"] = "\n".join(connection.iterdump())
    connection.close()
    return told, folder / "journal.db", texts


def test_no_canary_is_in_any_part_of_the_archive(halted: Path) -> None:
    with JournalReader(halted) as reader:
        before = b"".join(export_lines(frame_facts(each) for each in reader.frames())).decode()
    assert "canary" in before, "the journal itself has them"
    _, _, texts = bundled(halted)
    assert set(texts) >= {"journal.db", "manifest.json", "README.txt", "frames", "tables"}
    for place, text in texts.items():
        for canary in ("canary", "Canary", *CANARIES):
            assert canary not in text, f"{canary} is in {place}"


def test_where_a_text_that_the_state_keeps_went_the_other_digest_is_told(halted: Path) -> None:
    """The bundle proves itself by its own digest, and says which frames are not as they were."""
    told, copy, texts = bundled(halted)
    original = tell("verify", halted, "--chain-only", "--json").data["digest"]
    manifest = json.loads(texts["manifest.json"])
    assert manifest["digest_of_the_original"] == original != manifest["digest"]
    assert "redacted" in manifest["digest_differs_because"]
    assert len(manifest["redacted_frames"]) == 1
    assert f"{original} before" in told.err
    proof = tell("verify", copy, "--json").data
    assert proof["digest"] == manifest["digest"]
    assert not proof["redecided"], "the source of the strategy is not at hand"


def test_a_strategy_is_packed_as_it_is_and_its_lines_are_told(halted: Path) -> None:
    """Its source decides: changed, it would be another strategy. So one looks at it before."""
    own = halted.parent / "home" / "canary" / "mine.py"
    told, _, texts = bundled(halted, "--strategy", f"{own}:Halting")
    assert "/home/canary" in texts["mine.py"]
    assert f"{own} is packed as it is; look at line 13 before you give it" in told.err
    assert "verify will say of the bundle: at seq" in told.err


def test_a_failure_tells_no_path_from_the_beginning(halted: Path) -> None:
    """Another machine has other folders, and has to decide the same."""
    with JournalReader(halted) as reader:
        frames = list(reader.frames())
    halts = [each for _, made in frames for each in made if isinstance(each, StrategyHalted)]
    assert [each.reason.startswith("propose: ValueError: no '(path)'") for each in halts]
    assert "/home" not in halts[0].reason


def test_what_a_person_typed_is_redacted_and_what_follows_from_it(
    journal: Path, tmp_path: Path
) -> None:
    """The reason of a command, in the input and in the decision that repeats it."""
    asked = tmp_path / "asked.db"
    with JournalReader(journal) as reader:
        (first, *_), *frames = list(reader.frames())
        last = frames[-1][0]
        written = SqliteJournal.create(asked, first, ())
        for frame in frames:
            written.append(*frame)
        pause = PauseAccount("va9", "see /home/canary/notes.txt")
        stamped = Stamped(last.seq + 1, last.at, pause)
        written.append(stamped, (CommandRefused("no /home/canary/va9"),))
        written.append(Stamped(last.seq + 2, last.at, first.input), ())
        written.close()
    told, copy, texts = bundled(asked)
    assert told.data["changed"] == [last.seq + 1]
    assert "canary" not in texts["frames"]
    assert "two.toml" not in texts["frames"], "a session that goes on has a provenance of its own"
    with JournalReader(copy) as reader:
        *_, (stamped, decisions), _ = reader.frames()
    assert stamped.input == attrs.evolve(pause, reason=f"see {REDACTED}")
    assert decisions == (CommandRefused(f"no {REDACTED}"),)


def test_a_name_that_decides_is_refused_and_nothing_is_written(
    settings: Path, tmp_path: Path
) -> None:
    """A parameter cannot be replaced without another run."""
    run, archive = tmp_path / "run.db", tmp_path / "given.zip"
    change = "accounts.va1.parameters.risk_tag=/home/canary/tag"
    told = tell("backtest", settings, "--data", MARKET, "--set", change, "--journal", run)
    assert told.code == 0, told.err
    told = tell("journal", "bundle", run, "--redact", "--out", archive)
    assert told.code == 1
    assert "accounts.va1.strategy.parameters.risk_tag tells a path" in told.err
    assert "canary" not in told.err
    assert not archive.exists()
    assert tell("journal", "bundle", run, "--out", archive).code == 0


@pytest.mark.parametrize(
    "text",
    [
        *("signal", "vol_breakout_1h_closed", "83d511a6-va1-BTCUSDT-458", "1000000BABYDOGEUSDT"),
        *("3 losses in a row", "BTC/USDT", "2025-01-01T22:00:00.05Z", "no answer", "1.5 > 0.5"),
        *("stop 59229, target 57952.9", "propose: KeyError: '(path)'", "insufficient balance"),
    ],
)
def test_words_of_the_trade_are_left_alone(text: str) -> None:
    assert Redaction(("alice", "desk7")).told(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("/etc/x", "~/notes", r"D:\run\x.db", r"\\host\share\x", "./mine/own/x.py", "x (/a/b)"),
        *("'/my home/a b.csv'", "me@desk-7", "::1:2:3:4", "fe80:0:0:1:2", "192.168.0.1:8080"),
        *("ws://x:1/y", "desk.example.com", "password: x", "Alice did", "on desk7", "f" * 64),
    ],
)
def test_what_names_a_machine_or_a_person_is_not_left(text: str) -> None:
    assert REDACTED in Redaction(("alice", "desk7")).told(text)
