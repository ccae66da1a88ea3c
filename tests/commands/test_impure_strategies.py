"""``propose`` writes nothing: a strategy that does so behind the check of its source, through
another name, is found out by the proof of its journal.
"""

from pathlib import Path

from engine.domain.candle import Candle
from engine.timebase import MINUTE
from journal.reader import JournalReader
from tests.commands.conftest import MARKET, tell

IMPURE = """
import engine.strategies as tf

@tf.define
class Counts:
    asked: list[int] = tf.state(lambda self: [])

    def observe(self, candle):
        pass

    def propose(self, view):
        asked = self.asked
        asked.append(1)
        return ()
"""


def test_a_strategy_that_changes_itself_in_propose_is_found_out(
    tmp_path: Path, settings: Path
) -> None:
    """It decides the same again and again, but folding, which asks nobody, leaves another state."""
    source, journal = tmp_path / "impure.py", tmp_path / "impure.db"
    source.write_text(IMPURE, encoding="utf-8")
    own = ("--strategy", f"{source}:Counts")
    words = (*own, "--set", "accounts.va1.strategy=Counts")
    told = tell("backtest", settings, "--data", MARKET, *words, "--journal", journal)
    assert told.code == 0, told.err
    verified = tell("verify", journal, *own, "--json")
    assert (verified.code, verified.envelope["error"]["code"]) == (1, "impure")
    assert "only observe may" in verified.err
    first = verified.envelope["data"]["first_bad_seq"]
    with JournalReader(journal) as reader:
        candles = [s for s, _ in reader.frames(1, first) if isinstance(s.input, Candle)]
    assert candles[-1].seq == first, "it is asked when a bar of its own has closed"
    assert candles[-1].at == candles[0].at + 10 * MINUTE, "three candles make the first bar"
    assert "leaves another state" in tell("verify", journal, *own).out
    replayed = tell("replay", journal, *own)
    assert replayed.code == 1
    assert "the strategies refold to" in replayed.err
