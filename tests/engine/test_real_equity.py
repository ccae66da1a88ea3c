"""Real equity is the wallet and what every position is worth, also one that nobody owns (S0-26)."""

from engine.domain.candle import Candle
from engine.ids import NO_CLIENT_ID, PositionKey
from engine.messages.inputs import Input, Stamped
from engine.messages.runs import RunStarted
from engine.messages.venue import OrderFilled
from engine.money import parse
from engine.state import EngineState
from engine.step import step
from tests.spec.run_terms import BAR, BTC, START, terms

KEY = PositionKey("main", BTC, 0)
FILL = OrderFilled(
    KEY,
    NO_CLIENT_ID,
    "venue-1",
    "execution-1",
    "order",
    1,
    parse("100"),
    parse("2"),
    parse("0.1"),
    "USDT",
    False,
    START,
)


def take(state: EngineState, seq: int, at: int, input_: Input) -> None:
    """One step."""
    step(state, Stamped(seq, at, input_))


def test_an_external_position_counts_at_its_mark() -> None:
    """Two are held from 100 that no account asked for; at 103 they have gained 6."""
    state = EngineState()
    take(state, 1, START, RunStarted("run", terms(), ()))
    take(state, 2, START, FILL)
    close = parse("103")
    bar = Candle(BTC, START, START + BAR, parse("100"), close, parse("100"), close, parse("9"))
    take(state, 3, START + BAR, bar)
    assert state.positions[KEY].account == ""
    assert state.real_equity == state.terms.venue.wallet - parse("0.1") + parse("6")
