"""``tradefold replay`` and ``verify``: the state again, and the proof that it is the same."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.messages.decisions import OrderRequested
from engine.timebase import parse_time
from journal.reader import JournalReader
from journal.store import SqliteJournal
from replays.reproduce import digests, refold
from tests.commands.conftest import MARKET, tell

OWN = """
import engine.strategies as tf

@tf.define
class Crosses:
    candles: int = 10
    mean: tf.Ema = tf.state(lambda self: tf.Ema(self.candles))

    def observe(self, candle):
        self.mean.update(candle.close)

    def propose(self, view):
        up = view.check("close_above_mean", view.candle.close, ">", self.mean.value)
        if view.busy or view.side or not self.mean.ready or not up:
            return ()
        return (tf.Enter(tf.BUY, tf.percent_stop(view, tf.BUY, tf.rate("0.01"))),)
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, settings: Path) -> tuple[Path, Path]:
    """A strategy of the user's own and the journal of its run."""
    folder = tmp_path_factory.mktemp("own")
    source, journal = folder / "mine.py", folder / "own.db"
    source.write_text(OWN, encoding="utf-8")
    words = ("--strategy", f"{source}:Crosses", "--set", "accounts.va1.strategy=Crosses")
    told = tell("backtest", settings, "--data", MARKET, *words, "--journal", journal)
    assert told.code == 0, told.err
    return source, journal


def test_a_sealed_journal_replays_to_the_digest_it_was_sealed_with(journal: Path) -> None:
    """The answer has state, seq, time and both digests."""
    told = tell("replay", journal, "--json").data
    with JournalReader(journal) as reader:
        head = reader.head
    assert told["digest"] == head.state_digest
    assert told["strategy_digest"] == head.strategy_digest
    assert (told["seq"], told["whole"], told["sealed"]) == (head.last_seq, True, True)
    assert [each["name"] for each in told["state"]["accounts"]] == ["va1", "va2"]


@pytest.mark.parametrize("target", ["1", "700", "2025-01-02", "2025-01-02T00:00:00.05Z"])
def test_a_replay_stops_where_it_is_told_to(journal: Path, target: str) -> None:
    """At a frame or at a time, both included."""
    told = tell("replay", journal, "--to", target, "--json").data
    with JournalReader(journal) as reader:
        state = refold(reader, to_seq=told["seq"])
        following = next(iter(reader.frames(told["seq"] + 1, told["seq"] + 1)))[0]
    assert digests(state)[0] == told["digest"]
    if target.isdecimal():
        assert told["seq"] == int(target)
    else:
        assert state.at <= parse_time(target) < following.at


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("0", "frames 1 to"),
        ("99999999", "frames 1 to"),
        ("2001-01-01", "before the first frame"),
        ("x", "no time"),
    ],
)
def test_a_replay_to_nowhere_is_refused(journal: Path, target: str, part: str) -> None:
    """With the frames that there are."""
    told = tell("replay", journal, "--to", target)
    assert told.code == 2
    assert part in told.err


def test_another_digest_in_the_seal_is_a_negative_answer(journal: Path, tmp_path: Path) -> None:
    """Replay and verify say both digests and exit with 1."""
    copy = tmp_path / "sealed.db"
    with JournalReader(journal) as reader:
        (first, decisions), *rest = reader.frames()
        writing = SqliteJournal.create(copy, first, decisions)
        for frame in rest:
            writing.append(*frame)
        writing.seal("ab" * 32, reader.head.strategy_digest)
        true_digest = reader.head.state_digest
    for command in ("replay", "verify"):
        told = tell(command, copy, "--json")
        assert told.code == 1
        assert told.envelope["error"]["code"] == "diverged"
        assert told.envelope["data"]["digest"] == true_digest
        assert "ab" * 32 in told.err


def test_a_sound_journal_is_proven_in_three_steps(journal: Path) -> None:
    """Chain, refold, re-decide."""
    told = tell("verify", journal, "--json").data
    with JournalReader(journal) as reader:
        frames = list(reader.frames())
        head = reader.head
    assert told["frames"] == len(frames)
    assert told["decisions"] == sum(len(decisions) for _, decisions in frames)
    assert told["redecided"] is True
    assert (told["digest"], told["chain"]) == (head.state_digest, head.digest)
    shown = tell("verify", journal).out
    assert f"{len(frames):,} frames re-decided" in shown
    assert "sound" in shown


def test_chain_only_runs_nothing_again(journal: Path) -> None:
    """And says so; the digest is the sealed one."""
    told = tell("verify", journal, "--chain-only", "--json").data
    assert told["redecided"] is False
    assert told["redecide_skipped"]
    with JournalReader(journal) as reader:
        assert told["digest"] == reader.head.state_digest


def test_an_expected_digest_may_be_of_the_state_or_of_any_page(journal: Path) -> None:
    """An anchor noted earlier catches a journal that was written anew as a whole."""
    with JournalReader(journal) as reader:
        anchors = [reader.head.state_digest, *(page.digest for page in reader.pages())]
    for anchor in (anchors[0], anchors[1], anchors[-1], anchors[-1].upper()):
        assert tell("verify", journal, "--expect", anchor).code == 0
        assert tell("verify", journal, "--chain-only", "--expect", anchor).code == 0
    told = tell("verify", journal, "--expect", "0" * 64, "--json")
    assert told.code == 1
    assert told.envelope["error"]["code"] == "unexpected"
    assert tell("verify", journal, "--expect", "abc").code == 2


def test_without_the_source_re_deciding_is_skipped_and_not_claimed(own: tuple[Path, Path]) -> None:
    """With it, every decision is made again."""
    source, journal = own
    without = tell("verify", journal, "--json").data
    assert without["redecided"] is False
    assert "Crosses" in without["redecide_skipped"]
    assert without["strategy_digest"] == ""
    assert "skipped" in tell("verify", journal).out
    given = tell("verify", journal, "--strategy", f"{source}:Crosses", "--json").data
    assert given["redecided"] is True
    assert given["digest"] == without["digest"]


def test_a_changed_source_is_not_taken_for_the_one_that_ran(
    own: tuple[Path, Path], tmp_path: Path
) -> None:
    """Its digest is in the terms."""
    changed = tmp_path / "mine.py"
    changed.write_text(OWN.replace("0.01", "0.02"), encoding="utf-8")
    told = tell("verify", own[1], "--strategy", f"{changed}:Crosses", "--json").data
    assert told["redecided"] is False
    assert "not the source that ran" in told["redecide_skipped"]


def test_a_decision_that_was_forged_is_shown_with_both_sides(journal: Path, tmp_path: Path) -> None:
    """A whole new chain with another quantity in it passes the chain, and not the re-decision."""
    forged = tmp_path / "forged.db"
    seq = 0
    with JournalReader(journal) as reader:
        (first, decisions), *rest = reader.frames()
        writing = SqliteJournal.create(forged, first, decisions)
        for stamped, made in rest:
            if not seq and any(isinstance(each, OrderRequested) for each in made):
                seq = stamped.seq
                made = tuple(smaller(each) for each in made)
            if seq and stamped.seq > seq:
                break
            writing.append(stamped, made)
        writing.close()
    assert tell("verify", forged, "--chain-only").code == 0
    told = tell("verify", forged, "--json")
    assert told.code == 1
    found = told.envelope["data"]
    assert found["first_bad_seq"] == found["divergence"]["seq"] == seq
    recorded, decided = found["divergence"]["recorded"], found["divergence"]["decided"]
    assert [each["kind"] for each in recorded] == [each["kind"] for each in decided]
    assert float(decided[-1]["quantity"]) == 2 * float(recorded[-1]["quantity"])
    shown = tell("verify", forged).out
    assert "recorded" in shown
    assert f"differs at seq {seq}" in shown


def smaller(decision: object) -> object:
    """Half of the quantity of an order."""
    if isinstance(decision, OrderRequested):
        fields = {name: getattr(decision, name) for name in OrderRequested.__slots__}
        return OrderRequested(**{**fields, "quantity": decision.quantity // 2})
    return decision


def test_the_tables_hold_what_the_export_holds(journal: Path, tmp_path: Path) -> None:
    """A journal's trades as JSON lines are those of its table."""
    out = tmp_path / "trades.jsonl"
    assert tell("journal", "export", journal, "--kind", "TradeClosed", "--out", out).code == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    told = [each for line in lines for each in line["decisions"] if each["kind"] == "TradeClosed"]
    copy = tmp_path / "copy.db"
    shutil.copy(journal, copy)
    rows = sqlite3.connect(copy).execute("SELECT pnl FROM trades ORDER BY trade").fetchall()
    assert [float(each["pnl"]) for each in told] == [pnl for (pnl,) in rows]
    assert tell("journal", "export", journal, "--out", out).code == 2


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--kind", "TradeClose"), "'TradeClosed'"),
        (("--from", "9", "--to", "3"), "--from 9 is not before --to 3"),
    ],
)
def test_an_export_of_nothing_that_there_could_be_is_refused(
    journal: Path, words: tuple[str, ...], part: str
) -> None:
    """An empty answer to a misspelt question would look like a journal without trades."""
    told = tell("journal", "export", journal, *words)
    assert (told.code, told.out) == (2, "")
    assert part in told.err


def test_the_export_is_one_line_of_json_a_frame(journal: Path) -> None:
    """From and to are seqs, both included."""
    told = tell("journal", "export", journal, "--from", "3", "--to", "7")
    assert [json.loads(line)["seq"] for line in told.out.splitlines()] == [3, 4, 5, 6, 7]
    assert len(tell("journal", "export", journal, "--to", "4", "--json").data["frames"]) == 4


def test_the_tail_ends_with_the_last_frame(journal: Path) -> None:
    """In words, or as facts."""
    with JournalReader(journal) as reader:
        last = reader.head.last_seq
    frames = tell("journal", "tail", journal, "--count", "3", "--json").data["frames"]
    assert [each["seq"] for each in frames] == [last - 2, last - 1, last]
    decided = tell("journal", "tail", journal, "--count", "5", "--decided", "--json").data["frames"]
    assert len(decided) == 5
    assert all(each["decisions"] for each in decided)
    assert f"{last}" in tell("journal", "tail", journal).out


def test_show_tells_the_run_and_its_origin(journal: Path) -> None:
    """What it is, how far it goes, and where it came from."""
    told = tell("journal", "show", journal, "--json").data
    assert told["sealed"] is True
    assert told["provenance"]["candles BTCUSDT rows"] == "864"
    assert [each["name"] for each in told["accounts"]] == ["va1", "va2"]
    shown = tell("journal", "show", journal).out
    assert told["run"] in shown
    assert "volatility_breakout" in shown


def test_incidents_are_none_in_a_quiet_run(journal: Path) -> None:
    """And the answer is a list all the same."""
    assert tell("incidents", journal, "--json").data == {"incidents": []}
    assert "none" in tell("incidents", journal).out


def test_config_explain_names_the_origin_of_every_setting(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--set over the environment over the file over the defaults."""
    monkeypatch.setenv("TRADEFOLD__VENUE__WALLET", "77777")
    told = tell("config", "explain", settings, "--set", "run.seed=9", "--json").data["settings"]
    known = {each["key"]: (each["value"], each["origin"]) for each in told}
    assert known["run.seed"] == ("9", "--set")
    assert known["venue.wallet"] == ("77777", "environment TRADEFOLD__VENUE__WALLET")
    assert known["accounts.va1.timeframe"] == ("15m", str(settings))
    assert known["simulation.path"][1] == "default (profile pessimistic)"
    shown = tell("config", "explain", settings, "--changed").out
    assert "venue.wallet" in shown
    assert "simulation.path" not in shown
