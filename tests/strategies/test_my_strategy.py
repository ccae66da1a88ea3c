"""The example that users copy: short, built like any strategy, and it trades."""

import io
import tokenize
from pathlib import Path

from engine.domain.intent import Enter, Exit
from engine.money import parse
from engine.strategies.catalog import build, parameters_of
from examples.my_strategy import EmaCross
from tests.strategies.worlds import BTC, candles, holding, view_of

SOURCE = Path(__file__).parents[2] / "examples" / "my_strategy.py"
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def test_it_takes_fewer_than_twenty_lines():
    text = SOURCE.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    lines = {
        token.start[0]
        for token in tokens
        if token.type not in NO_CODE and not token.string.startswith('"""')
    }
    assert len(lines) < 20


def test_it_enters_with_the_averages_and_leaves_when_they_cross():
    """given averages of 1 and 2 closes and a stop of 1 %"""
    texts = (("fast_candles", "1"), ("slow_candles", "2"), ("stop_fraction", "0.01"))
    strategy = build(EmaCross, texts, BTC)
    up, higher, down = candles(("100", "100", "100"), ("200", "200", "200"), ("50", "50", "50"))
    strategy.observe(up)
    assert strategy.propose(view_of(up)) == (), "it has not seen enough"
    strategy.observe(higher)
    assert strategy.propose(view_of(higher)) == (Enter(1, parse("198"), tag="ema_cross"),)
    assert strategy.propose(holding(higher, "1", "200", "198", "198")) == ()
    strategy.observe(down)
    assert strategy.propose(holding(down, "1", "200", "198", "198")) == (Exit("averages_crossed"),)
    assert strategy.propose(view_of(down)) == (Enter(-1, parse("50.5"), tag="ema_cross"),)


def test_its_parameters_are_written_as_decimals():
    assert parameters_of(EmaCross) == {
        "fast_candles": "9",
        "slow_candles": "21",
        "stop_fraction": "0.01",
    }
