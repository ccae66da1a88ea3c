"""A user's own strategy does what it should not: the answer stays one, and names its fault."""

import json
from pathlib import Path

import pytest

from journal.reader import JournalReader
from tests.commands.conftest import MARKET, Told, tell

SOURCE = """
import engine.strategies as tf

print("loaded")

@tf.define
class Own:
    level: float = tf.state(lambda self: 0.0)
    rows: list[float] = tf.state(lambda self: [])

    def __attrs_post_init__(self):
        print("built")

    def observe(self, candle):
        {observe}

    def propose(self, view):
        {propose}
"""


def run_own(
    folder: Path, settings: Path, observe: str = "pass", propose: str = "return ()"
) -> tuple[tuple[str, str], Path, Told]:
    """A backtest of a strategy with these two functions: the option, the journal, the answer."""
    (folder / "own.py").write_text(
        SOURCE.format(observe=observe, propose=propose), encoding="utf-8"
    )
    own = ("--strategy", f"{folder / 'own.py'}:Own")
    journal = folder / "own.db"
    words = ("--data", MARKET, *own, "--set", "accounts.va1.strategy=Own", "--journal", journal)
    return own, journal, tell("backtest", settings, *words, "--json")


def test_what_a_strategy_prints_goes_to_stderr_and_the_answer_stays_one(
    tmp_path: Path, settings: Path
) -> None:
    own, journal, told = run_own(
        tmp_path, settings, "print('observed')", "print('asked'); return ()"
    )
    assert told.data["sealed"]
    for word in ("loaded", "built", "observed", "asked"):
        assert word in told.err
    for words in (
        ("verify", journal),
        ("replay", journal),
        ("explain", journal, "--at", "2035-01-01", "--symbol", "BTCUSDT"),
    ):
        again = tell(*words, *own, "--json")
        assert "observed" in again.err
        assert json.loads(again.out)["ok"], again.err


def test_a_nan_in_what_a_strategy_keeps_is_told_as_its_fault(
    tmp_path: Path, settings: Path
) -> None:
    """The frames until then are there, readable and not sealed."""
    observe = "self.rows = [0.0, float('nan')]"
    own, journal, told = run_own(tmp_path, settings, observe)
    assert told.code == 2
    message = told.envelope["error"]["message"]
    assert "strategy Own of va1 at BTCUSDT: rows[1] is a NaN" in message
    assert "warm flag" in message
    with JournalReader(journal) as reader:
        assert not reader.head.sealed
        assert reader.head.last_seq > 1
    assert tell("verify", journal).code == 0
    assert tell("journal", "show", journal).code == 0
    assert "rows[1] is a NaN" in tell("verify", journal, *own).err


@pytest.mark.parametrize(
    ("observe", "propose", "reason"),
    [
        ("pass", "return iter(lambda: tf.Exit(), None)", "propose gave more than 64 intents"),
        ("raise SystemExit(0)", "return ()", "SystemExit"),
    ],
)
def test_a_strategy_that_floods_or_leaves_is_halted_and_the_run_goes_on(
    tmp_path: Path, settings: Path, observe: str, propose: str, reason: str
) -> None:
    own, journal, told = run_own(tmp_path, settings, observe, propose)
    assert told.data["sealed"]
    assert reason in told.err
    assert tell("verify", journal, *own).code == 0
