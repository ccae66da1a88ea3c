"""No law is broken on recorded candles, with a venue that behaves and with one that does not."""

from pathlib import Path

import attrs
import pyarrow.parquet as pq
import pytest

from engine.messages.decisions import Decision, TradeClosed
from engine.messages.inputs import Stamped
from engine.money import Money
from engine.state import EngineState
from tests.realdata.campaign import FAULTS, HARSH, examine, plan_campaign, told
from tests.realdata.laws import Laws
from tests.realdata.places import LONG, UNIVERSE, candles_of, recorded
from tests.realdata.runs import play

SLICES = {
    "BTCUSDT": ("2025-10-01", "2025-10-31"),
    "ETHUSDT": ("2025-04-01", "2025-05-01"),
    "SOLUSDT": ("2025-08-01", "2025-10-05"),
    "BNBUSDT": ("2025-06-20", "2025-10-15"),
    "ADAUSDT": ("2025-06-15", "2025-10-15"),
    "AAVEUSDT": ("2025-10-01", "2025-10-31"),
    "XRPUSDT": ("2025-04-10", "2025-05-10"),
    "DOGEUSDT": ("2025-05-31", "2025-06-29"),
}
"""A month or so of each file: the crash of October 2025 is in it, and so is every hole."""

TOGETHER = 6
"""Symbols of the universe in one run: they compete for the same accounts."""
GROUPS = range(8) if LONG else ["BTCUSDT CHRUSDT TRXUSDT", "AAVEUSDT MKRUSDT SKLUSDT"]
UNIVERSE_SPAN = ("", "") if LONG else ("2024-05-10", "2024-05-18")
WHOLE = ("", "")


@pytest.mark.parametrize("symbol", SLICES)
def test_no_law_is_broken_on_one_symbol(symbol: str, tmp_path: Path) -> None:
    """Three accounts compete for one symbol; each hole of the file becomes a ``DataGap``."""
    start, end = WHOLE if LONG else SLICES[symbol]
    plan = plan_campaign(tmp_path, (symbol,), [candles_of(symbol)], (), start, end)
    print(symbol, told(*examine(plan)))


@pytest.mark.parametrize("group", GROUPS)
def test_no_law_is_broken_on_many_symbols(group: str | int, tmp_path: Path) -> None:
    """Coins from fractions of a cent to tens of thousands of dollars, side by side."""
    path = recorded(UNIVERSE)
    if isinstance(group, str):
        symbols = tuple(group.split())
    else:
        column = pq.read_table(path, columns=["symbol"])["symbol"]
        every = sorted(column.unique().to_pylist())
        symbols = tuple(every[group * TOGETHER : (group + 1) * TOGETHER])
    plan = plan_campaign(tmp_path, symbols, [path], (), *UNIVERSE_SPAN)
    print(*symbols, told(*examine(plan)))


@pytest.mark.parametrize("symbol", SLICES if LONG else ["DOGEUSDT", "AAVEUSDT"])
@pytest.mark.parametrize("seed", range(5) if LONG else [11])
@pytest.mark.parametrize("faults", [FAULTS, HARSH], ids=["usual", "harsh"])
def test_no_law_is_broken_when_the_venue_misbehaves(
    symbol: str, faults: tuple[str, ...], seed: int, tmp_path: Path
) -> None:
    """Refusals, silence, partial and doubled fills and refused stops, on real prices."""
    start, end = SLICES[symbol]
    sets = (*faults, f"run.seed={seed}")
    plan = plan_campaign(tmp_path, (symbol,), [candles_of(symbol)], sets, start, end)
    played, laws = examine(plan)
    assert laws.incidents, "the faults reached nobody"
    print(symbol, told(played, laws))


@pytest.mark.parametrize("symbol", ["LINKUSDT", "LTCUSDT"])
def test_no_law_is_broken_where_most_candles_are_missing(symbol: str, tmp_path: Path) -> None:
    """Two hundred one-minute candles, then half a day of nothing, hundreds of times."""
    path = recorded(f"candles/bybit_linear/1m_gappy/{symbol}_1m_gappy.parquet")
    span = WHOLE if LONG else ("2024-12-01", "2025-01-01")
    plan = plan_campaign(tmp_path, (symbol,), [path], (), *span)
    played, laws = examine(plan)
    assert len(laws.gaps) > 40, "a file without holes proves nothing here"
    print(symbol, told(played, laws))


@pytest.mark.parametrize("seed", range(5) if LONG else [1])
def test_no_law_is_broken_when_many_orders_go_wrong_at_once(seed: int, tmp_path: Path) -> None:
    """Several symbols and accounts at a venue that misbehaves: fills may even go through zero."""
    symbols = ("BTCUSDT", "CHRUSDT", "SOLUSDT", "TRXUSDT")
    sets = (*FAULTS, f"run.seed={seed}", "simulation.faults.late=0.3")
    span = ("2024-05-08", "2024-05-12")
    plan = plan_campaign(tmp_path, symbols, [recorded(UNIVERSE)], sets, *span)
    print(*symbols, told(*examine(plan)))


def test_what_comes_later_changes_nothing_before(tmp_path: Path) -> None:
    """Law 11: cut the candles at a time, and all decisions until then are the same."""
    candles = [candles_of("BTCUSDT")]
    cut = plan_campaign(tmp_path, ("BTCUSDT",), candles, (), "2025-10-01", "2025-10-09T07:35")
    whole = plan_campaign(tmp_path, ("BTCUSDT",), candles, (), "2025-10-01", "2025-10-12")
    short, long = play(cut.session(), Laws()), play(whole.session(), Laws())
    until = cut.last_ns
    before = [frame for frame in short.journal.frames() if frame[0].at <= until]
    assert before == list(long.journal.frames(1, len(before)))
    assert len(before) > 2 * 8 * 288, "eight days have two events for each candle"


def test_the_watcher_notices_a_profit_that_is_one_unit_off(tmp_path: Path) -> None:
    """A watcher that cannot fail would prove nothing."""
    candles = [candles_of("DOGEUSDT")]
    plan = plan_campaign(tmp_path, ("DOGEUSDT",), candles, (), "2025-06-01", "2025-06-04")
    laws = Laws()

    def watch(
        stamped: Stamped,
        decisions: tuple[Decision, ...],
        effects: tuple[object, ...],
        state: EngineState,
        exchange: object,
    ) -> None:
        bent = tuple(
            attrs.evolve(each, pnl=Money(each.pnl + 1)) if isinstance(each, TradeClosed) else each
            for each in decisions
        )
        laws(stamped, bent, effects, state, exchange)  # type: ignore[arg-type]

    with pytest.raises(AssertionError, match="a trade's profit is not the sum of its fills"):
        play(plan.session(), watch)


def test_the_watcher_notices_a_position_without_a_stop(tmp_path: Path) -> None:
    """The same for protection: the stop of an open position is forgotten, without a deadline."""
    candles = [candles_of("DOGEUSDT")]
    plan = plan_campaign(tmp_path, ("DOGEUSDT",), candles, (), "2025-06-01", "2025-06-04")
    laws = Laws()

    def watch(
        stamped: Stamped,
        decisions: tuple[Decision, ...],
        effects: tuple[object, ...],
        state: EngineState,
        exchange: object,
    ) -> None:
        for position in state.positions.values():
            if position.venue_stop:
                position.venue_stop = type(position.venue_stop)(0)
        laws(stamped, decisions, effects, state, exchange)  # type: ignore[arg-type]

    with pytest.raises(AssertionError, match="open without any protection"):
        play(plan.session(), watch)
