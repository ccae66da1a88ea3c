"""The same trades on 1-minute candles and on 5-minute candles built from them.

What could differ besides ambiguous bars is switched off here and named: a share of the last closed
bar's volume (the last closed bar is another one), report latency (a fill late in a bar is told
after its close, and how late it is hangs on the path), quantities from equity, and limits that
count losses or minutes. Entries are market orders at the open of a bar, which both feeds share.
"""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.messages.venue import OrderFilled
from engine.timebase import MINUTE
from tests.realdata.laws import Laws
from tests.realdata.places import HOUSE, recorded
from tests.realdata.runs import Played, plan_of, play

EXAMPLE = HOUSE / "examples" / "volatility_breakout.toml"
SPAN = ("2025-05-30", "2025-06-29")
FIVE = 5 * MINUTE
SETS = (
    "accounts.va1.timeframe=5m",
    "accounts.va1.parameters.sl_range_mult=1.0",
    "accounts.va1.risk.ladder=off",
    "accounts.va1.risk.max_daily_loss=0",
    "accounts.va1.risk.max_drawdown=0",
    "accounts.va1.risk.max_trades_per_day=0",
    "accounts.va1.risk.max_leverage=0",
    "limits.max_symbol_exposure=0",
    "limits.breach_cooldown=0",
    "simulation.volume_share=0",
    "simulation.report_latency=1ns",
)
QUANTITY = {"BTCUSDT": "0.01", "ETHUSDT": "0.1"}


@attrs.frozen
class Exit:
    """The end of a position at the venue: in which bar of five minutes, why, and for how much."""

    bar: int
    cause: str
    side: int
    price: int
    is_ambiguous: bool


def five_of_one(path: Path, folder: Path) -> Path:
    """The 5-minute candles of a file of 1-minute ones; only bars of which all minutes are there."""
    columns = ("ts_ms", "open", "high", "low", "close", "volume")
    rows = zip(*(pq.read_table(path)[name].to_pylist() for name in columns), strict=True)
    bars: dict[int, list[tuple[float, ...]]] = {}
    for row in rows:
        bars.setdefault(row[0] // 300_000 * 300_000, []).append(row)
    whole = [(ts, minutes) for ts, minutes in sorted(bars.items()) if len(minutes) == 5]
    built = folder / path.name.replace("1m", "5m")
    table = {
        "ts_ms": [ts for ts, _ in whole],
        "open": [minutes[0][1] for _, minutes in whole],
        "high": [max(one[2] for one in minutes) for _, minutes in whole],
        "low": [min(one[3] for one in minutes) for _, minutes in whole],
        "close": [minutes[-1][4] for _, minutes in whole],
        "volume": [round(sum(one[5] for one in minutes), 6) for _, minutes in whole],
    }
    pq.write_table(pa.table(table), built)
    return built


def fills_of(played: Played) -> tuple[list[tuple[int, ...]], list[Exit]]:
    """Entries with time, side, price and quantity, and how each of them ended."""
    entries, exits = [], []
    for stamped, _ in played.journal.frames():
        fill = stamped.input
        if isinstance(fill, OrderFilled):
            if fill.cause == "order":
                entries.append((fill.venue_ns, fill.side, fill.price, fill.quantity))
            else:
                bar = -(-stamped.at // FIVE)
                ended = Exit(bar, fill.cause, fill.side, fill.price, fill.is_ambiguous)
                exits.append(ended)
    return entries, exits


def both(symbol: str, folder: Path) -> Iterator[tuple[list[tuple[int, ...]], list[Exit]]]:
    """The run on minutes, then the one on five of them."""
    minutes = recorded(f"candles/bybit_linear/1m/{symbol}_1m.parquet")
    sets = (
        *SETS,
        f'accounts.va1.symbols=["{symbol}"]',
        f"accounts.va1.sizing.fixed_qty={QUANTITY[symbol]}",
    )
    for path in (minutes, five_of_one(minutes, folder)):
        plan = plan_of(EXAMPLE, [str(path)], sets, *SPAN)
        yield fills_of(play(plan.session(), Laws()))


@pytest.mark.parametrize("symbol", QUANTITY)
def test_they_differ_only_where_a_bar_was_counted_as_ambiguous(symbol: str, tmp_path: Path) -> None:
    """Entries are the same to the unit; an exit differs only in a bar that touched both levels,
    and there the five minutes took the stop and the minutes knew that the target was first.
    """
    (entries, exits), (same_entries, other_exits) = both(symbol, tmp_path)
    assert entries == same_entries
    assert len(exits) == len(other_exits) > 300
    ambiguous = differ = 0
    for fine, coarse in zip(exits, other_exits, strict=True):
        ambiguous += coarse.is_ambiguous
        if attrs.evolve(fine, is_ambiguous=coarse.is_ambiguous) == coarse:
            continue
        differ += 1
        assert coarse.is_ambiguous, f"{fine} and {coarse}"
        assert (fine.cause, coarse.cause) == ("take_profit", "stop_loss")
        assert (fine.bar, fine.side) == (coarse.bar, coarse.side)
    print(f"{symbol}: {len(exits)} trades, {ambiguous} ambiguous bars, {differ} decided otherwise")
    assert ambiguous, "a month without an ambiguous bar proves nothing"
