"""The declared pessimism is one: harsher assumptions never earn more on recorded candles."""

from pathlib import Path

import pytest

from journal.memory import MemoryJournal
from replays.session import run_session
from tests.realdata.places import HOUSE, LONG, candles_of
from tests.realdata.runs import plan_of
from tests.realdata.test_one_minute_and_five import QUANTITY, SETS

EXAMPLE = HOUSE / "examples" / "volatility_breakout.toml"
SPAN = ("", "") if LONG else ("2025-01-01", "2025-07-01")
PROFILES = ("pessimistic", "neutral", "optimistic")
PATHS = ("worst_first", "nearest_first", "best_first")
TIGHT = (*SETS, "accounts.va1.parameters.sl_range_mult=0.5", "simulation.queue=through")
"""Stops so near that many bars touch both them and the target; quantities are fixed."""


def earned(candles: Path, sets: tuple[str, ...]) -> tuple[int, int, int]:
    """Net profit, trades and ambiguous bars of a run."""
    plan = plan_of(EXAMPLE, [str(candles)], sets, *SPAN)
    outcome = run_session(plan.session(), MemoryJournal)
    account = outcome.state.accounts["va1"]
    return (
        account.equity - account.terms.virtual_equity,
        account.trades,
        (outcome.exchange.ambiguous_bars),
    )


def test_each_kinder_profile_earns_at_least_as_much_with_the_example() -> None:
    """The same signals, with less spread, slippage and latency and better targets."""
    runs = [earned(candles_of("BTCUSDT"), (f"simulation.profile={one}",)) for one in PROFILES]
    for name, (net, trades, ambiguous) in zip(PROFILES, runs, strict=True):
        print(f"{name}: {net / 10**8:.2f} in {trades} trades, {ambiguous} ambiguous bars")
    nets = [net for net, _, _ in runs]
    assert nets == sorted(nets)
    assert nets[0] < nets[2], "the profiles assume different things"


@pytest.mark.parametrize("symbol", QUANTITY)
def test_the_worst_path_earns_least_and_the_best_one_most(symbol: str) -> None:
    """Only the path differs, and so only what an ambiguous bar is worth."""
    sets = (
        *TIGHT,
        f'accounts.va1.symbols=["{symbol}"]',
        f"accounts.va1.sizing.fixed_qty={QUANTITY[symbol]}",
    )
    runs = [earned(candles_of(symbol), (*sets, f"simulation.path={one}")) for one in PATHS]
    for name, (net, trades, ambiguous) in zip(PATHS, runs, strict=True):
        print(f"{symbol} {name}: {net / 10**8:.2f} in {trades} trades, {ambiguous} ambiguous bars")
    nets = [net for net, _, _ in runs]
    assert nets == sorted(nets)
    assert nets[0] < nets[2], "without an ambiguous bar nothing was compared"
    assert len({trades for _, trades, _ in runs}) == 1, "the path changes no entry"
