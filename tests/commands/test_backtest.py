"""``tradefold backtest``: from a configuration and candles to a sealed journal and a summary."""

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from journal.reader import JournalReader
from replays.reproduce import refold
from tests.commands.conftest import HOUSE, MARKET, command_line, process, tell

HALTING = """
import engine.strategies as tf

@tf.define
class Fails:
    seen: int = tf.state(lambda self: 0)

    def observe(self, candle):
        self.seen += 1
        if self.seen == 30:
            raise KeyError("boom")

    def propose(self, view):
        return ()
"""


def test_the_summary_shows_what_went_in_and_what_came_out(settings: Path, tmp_path: Path) -> None:
    """Candles, assumptions, results, equity, events, digest, journal, and what to type next."""
    journal = tmp_path / "run.db"
    told = tell("backtest", settings, "--data", MARKET, "--journal", journal)
    assert told.code == 0
    for part in ("candles", "assumptions", "results", "equity", "events", "run", "next"):
        assert f"\n{part}" in told.out, part
    for fact in ("864", "taker 0.055 %", "worst first", "ambiguous bars", "max drawdown", "sealed"):
        assert fact in told.out, fact
    assert f"tradefold verify {journal}" in told.out
    assert told.err == ""


def test_an_account_of_many_symbols_leaves_room_for_what_the_figures_are(
    tmp_path: Path,
) -> None:
    """Fifty names in a cell pushed the first column out of every screen."""
    names = '["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT"]'
    config = tmp_path / "five.toml"
    config.write_text(
        f'[accounts.va1]\nsymbols = {names}\nstrategy = "volatility_breakout"\n', encoding="utf-8"
    )
    told = tell("backtest", config, "--data", MARKET, "--journal", tmp_path / "five.db")
    assert told.code == 0, told.err
    assert re.search(r"\n  symbols +5 symbols 5m\n", told.out)
    assert "\n  max drawdown, trade ends " in told.out


def test_the_commands_that_it_shows_next_work_when_they_are_typed(
    settings: Path, tmp_path: Path
) -> None:
    """A hint that fails is worse than none."""
    journal = tmp_path / "a run's.db"
    told = tell("backtest", settings, "--data", MARKET, "--journal", journal, "--json")
    for line in told.data["next"]:
        shown = subprocess.run(
            ["/bin/sh", "-c", line.replace("tradefold", " ".join(command_line()), 1)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(HOUSE)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown.returncode == 0, line + shown.stderr


def test_the_figures_of_the_summary_are_those_of_the_state(settings: Path, tmp_path: Path) -> None:
    """The summary is reckoned from recorded fills, the state by the engine: they agree."""
    journal = tmp_path / "run.db"
    told = tell("backtest", settings, "--data", MARKET, "--journal", journal, "--json").data
    with JournalReader(journal) as reader:
        state = refold(reader)
        assert told["digest"] == reader.head.state_digest
        assert told["chain"] == reader.head.digest
        assert told["events"] == reader.head.last_seq
    for account in told["accounts"]:
        known = state.accounts[account["name"]]
        assert round(float(account["equity"]) * 1e8) == known.equity
        assert account["trades"] == known.trades
    assert round(float(told["total"]["equity"]) * 1e8) == state.real_equity
    assert round(float(told["total"]["wallet"]) * 1e8) == state.ledger.wallet
    assert round(float(told["total"]["fees"]) * 1e8) == state.ledger.fees


def test_without_a_name_the_journal_is_called_after_configuration_and_run(
    settings: Path, tmp_path: Path
) -> None:
    """In the working folder; the same run again is refused, another one has another name."""
    words = ("backtest", settings, "--data", MARKET, "--json")
    first = process(*words, cwd=tmp_path)
    assert first.code == 0, first.err
    assert first.data["journal"] == f"two-{first.data['run'][:8]}.db"
    again = process(*words, cwd=tmp_path)
    assert again.code == 2
    assert "exists already" in again.err
    assert "--replace" in again.err
    other = process(*words, "--set", "run.seed=8", cwd=tmp_path)
    assert other.code == 0
    assert len(list(tmp_path.iterdir())) == 2


def test_the_same_run_from_another_folder_has_the_same_name_and_digest(
    settings: Path, journal: Path, tmp_path: Path
) -> None:
    """Where files lie is provenance: it is in the manifest and decides nothing."""
    moved = tmp_path / "moved.toml"
    moved.write_text(settings.read_text(encoding="utf-8"), encoding="utf-8")
    told = tell("backtest", moved, "--data", MARKET, "--journal", tmp_path / "b.db", "--json").data
    assert told["provenance"]["config"] == str(moved)
    for name in ("code_version", "python", "platform", "candles BTCUSDT sha256", "mode"):
        assert told["provenance"][name]
    with JournalReader(journal) as reader:
        assert (told["run"], told["digest"]) == (reader.head.run, reader.head.state_digest)
        assert dict(reader.started.provenance)["config"] != str(moved)


def test_a_span_is_half_open_and_on_the_opening_of_candles(settings: Path, tmp_path: Path) -> None:
    """--from is the first candle that opens, --to the first that does not."""
    span = ("--from", "2025-01-02", "--to", "2025-01-02T01:00")
    words = ("backtest", settings, "--data", MARKET, *span)
    tell(*words, "--journal", tmp_path / "span.db")
    exported = tell("journal", "export", tmp_path / "span.db", "--kind", "BarOpened", "--json")
    opened = [each["input"]["open_at"] for each in exported.data["frames"]]
    assert opened[0] == "2025-01-02T00:00:00Z"
    assert opened[-1] == "2025-01-02T00:55:00Z"
    assert len(opened) == 24


def test_a_strategy_that_fails_is_halted_and_the_run_goes_on(
    settings: Path, tmp_path: Path
) -> None:
    """The exit code stays 0, the summary says so, and stderr warns."""
    (tmp_path / "mine.py").write_text(HALTING, encoding="utf-8")
    own = ("--strategy", f"{tmp_path / 'mine.py'}:Fails", "--set", "accounts.va1.strategy=Fails")
    words = ("backtest", settings, "--data", MARKET, *own, "--journal", tmp_path / "run.db")
    told = tell(*words)
    assert told.code == 0
    assert told.err == "warning: the strategy of va1 at BTCUSDT was halted: observe: KeyError: " + (
        "'boom'\n"
    )
    assert "strategy halted" in told.out
    assert tell(*words, "--replace", "--json").data["halted"][0]["account"] == "va1"


def test_an_older_journal_is_replaced_only_when_the_new_one_is_whole(
    settings: Path, tmp_path: Path
) -> None:
    """And a file that is no journal never."""
    journal = tmp_path / "run.db"
    words = ("backtest", settings, "--data", MARKET, "--journal", journal, "--json")
    before = tell(*words).data["run"]
    assert tell(*words, "--set", "run.seed=9").code == 2
    after = tell(*words, "--set", "run.seed=9", "--replace").data["run"]
    assert before != after
    assert tell("journal", "show", journal, "--json").data["run"] == after
    journal.write_text("my notes", encoding="utf-8")
    refused = tell(*words, "--replace")
    assert refused.code == 2
    assert "is no journal" in refused.err
    assert journal.read_text(encoding="utf-8") == "my notes"


def test_a_terminal_gets_a_progress_bar_and_a_pipe_does_not(settings: Path, tmp_path: Path) -> None:
    """On stderr, so that stdout stays the answer's."""
    ours, theirs = pty.openpty()
    words = command_line("backtest", settings, "--data", MARKET, "--journal", tmp_path / "a.db")
    with os.fdopen(theirs, "wb") as terminal:
        running = subprocess.Popen(
            [*words, "--json"],
            env={**os.environ, "PYTHONPATH": str(HOUSE), "TERM": "xterm"},
            stdout=subprocess.PIPE,
            stderr=terminal,
        )
    out, _ = running.communicate(timeout=60)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert running.returncode == 0, shown
    assert "backtest" in shown
    assert "%" in shown
    assert json.loads(out)["ok"] is True
    piped = process(*words[3:], "--replace", cwd=tmp_path)
    assert (piped.code, piped.err) == (0, "")


def stop_after_first_frame(words: list[str], folder: Path, journal: Path) -> tuple[int, str, str]:
    """Start a long run, press Ctrl-C once its journal is growing, and wait for its end."""
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    pipe = subprocess.PIPE
    running = subprocess.Popen(
        words, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True
    )
    while running.poll() is None and not _grows(folder, journal):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    return running.returncode, out, err


def _grows(folder: Path, journal: Path) -> bool:
    names = (journal.name, f".{journal.name}.building")
    return any((folder / f"{name}-wal").exists() for name in names)


@pytest.mark.parametrize("older", [False, True])
def test_ctrl_c_leaves_a_journal_that_verifies_or_the_one_that_was_there(
    settings: Path, journal: Path, tmp_path: Path, older: bool
) -> None:
    """Exit code 130, and one sentence about what is on the disk now."""
    mine = tmp_path / "run.db"
    if older:
        mine.write_bytes(journal.read_bytes())
    words = command_line(
        "backtest", settings, "--data", "synthetic:7,days=2000", "--journal", mine, "--replace"
    )
    code, out, err = stop_after_first_frame(words, tmp_path, mine)
    assert code == 130, err
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Ctrl-C" in err
    found = tell("verify", mine, "--json").data
    assert found["redecided"] is True
    assert found["sealed"] is older
    assert [path.name for path in tmp_path.iterdir()] == ["run.db"]
    assert ("is still the old one" in err) is older


def test_a_wallet_below_what_the_accounts_believe_to_have_is_warned_about(
    settings: Path, tmp_path: Path
) -> None:
    """It is allowed: the venue then refuses what it cannot pay, and equity is below the sum."""
    words = ("backtest", settings, "--data", MARKET, "--journal")
    told = tell(*words, tmp_path / "a.db", "--set", "venue.wallet=14999.5", "--json")
    (warning,) = told.data["warnings"]
    assert warning.startswith("venue.wallet = 14999.5 is less than the 15000 ")
    assert warning in told.err
    enough = tell(*words, tmp_path / "b.db", "--set", "venue.wallet=15000", "--json")
    assert enough.data["warnings"] == []
    assert enough.err == ""
