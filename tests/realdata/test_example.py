"""The shipped example does something on the candles it was made for."""

from journal.memory import MemoryJournal
from replays.session import run_session
from tests.realdata.places import HOUSE, candles_of
from tests.realdata.runs import plan_of

EXAMPLE = HOUSE / "examples/volatility_breakout.toml"


def test_the_example_trades_all_the_way() -> None:
    """Sixteen months of BTCUSDT give 300 trades or more, the last of them near the end."""
    plan = plan_of(EXAMPLE, [str(candles_of("BTCUSDT"))])
    outcome = run_session(plan.session(), MemoryJournal)
    account = outcome.state.accounts["va1"]
    assert account.trades >= 300
    assert 0 < account.wins < account.trades
    assert not account.killed, "its limits let it run on to the last candle"
