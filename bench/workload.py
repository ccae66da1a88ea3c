"""The candles and the plans that are measured."""

import os
import tempfile
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import define

from adapters.strategy_source import StrategyShelf, StrategySource
from adapters.synthetic.market import Recipe, open_synthetic
from adapters.wiring import BACKTEST
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.intent import Intent
from engine.money import SCALE, Money, Price, Quantity, Rate
from engine.strategies.strategy import View
from engine.strategies.volatility_breakout import VolatilityBreakout
from engine.timebase import DAY, MILLISECOND, MINUTE
from replays.plan import Plan, Wanted, plan_run

HOUSE = Path(__file__).resolve().parents[1]
W1 = Path(__file__).with_name("w1.toml")
FOLDER = Path(tempfile.gettempdir()) / "tradefold-bench"
"""Made candles are kept here from run to run; journals are written here and removed."""

DATA = Path(os.environ.get("TRADEFOLD_DATA") or HOUSE / "../shared/data")
RECORDED = DATA / "candles/bybit_linear/5m/BTCUSDT_5m.parquet"
_SEED = 7
_LOOP_BARS = 20_000
_BARS_A_DAY = DAY // (5 * MINUTE)
_COLUMNS = ("open", "high", "low", "close", "volume")
_BTC = Instrument(
    symbol="BTCUSDT",
    settle_asset="USDT",
    tick=Price(SCALE // 10),
    lot=Quantity(SCALE // 1000),
    min_quantity=Quantity(SCALE // 1000),
    max_limit_quantity=Quantity(1000 * SCALE),
    max_market_quantity=Quantity(100 * SCALE),
    min_notional=Money(5 * SCALE),
    min_price=Price(SCALE // 10),
    max_price=Price(2_000_000 * SCALE),
    max_leverage=Rate(100 * SCALE),
    maintenance_rate=Rate(SCALE // 200),
)


@define
class Silent(VolatilityBreakout):
    """Watches like the breakout does, with the same indicators, and never wants anything."""

    def propose(self, view: View) -> tuple[Intent, ...]:
        """The two comparisons of a quiet candle."""
        close = view.candle.close
        if self.lowest <= close <= self.highest:
            return ()
        return ()


def made_candles(count: int) -> Path:
    """A file of ``count`` made 5-minute candles of BTCUSDT; made once on a machine."""
    path = FOLDER / f"BTCUSDT_5m_{_SEED}_{count}.parquet"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    recipe = Recipe(_SEED, -(-count // _BARS_A_DAY))
    (series,) = open_synthetic(recipe, (_BTC,))
    names = ("ts_ms", *_COLUMNS)
    columns: dict[str, list[float]] = {name: [] for name in names}
    for bar, _ in zip(series.bars(), range(count), strict=False):
        columns["ts_ms"].append(bar.open_ns // MILLISECOND)
        for name in _COLUMNS:
            columns[name].append(getattr(bar, name) / SCALE)
    unfinished = path.with_suffix(".part")
    pq.write_table(pa.table(columns), unfinished)
    unfinished.rename(path)
    return path


def plan_w1(candles: Path) -> Plan:
    """The work that counts: the breakout with everything switched on that has to be."""
    return plan_run(_wanted(candles, ()), BACKTEST, {}, StrategyShelf())


def plan_quiet(candles: Path) -> Plan:
    """The same run with a strategy that never acts: what a quiet candle costs."""
    shelf = StrategyShelf((StrategySource("silent", Silent, "silent"),))
    return plan_run(_wanted(candles, ("accounts.va1.strategy=silent",)), BACKTEST, {}, shelf)


def _wanted(candles: Path, sets: tuple[str, ...]) -> Wanted:
    return Wanted(W1, (f"BTCUSDT={candles}",), sets)


def bars_of(plan: Plan) -> list[Candle]:
    """The first candles of a plan: enough for a steady bare loop over them."""
    return list(islice(plan.series[0].bars(plan.start_ns, plan.end_ns), _LOOP_BARS))


def scratch(name: str) -> Path:
    """Where a journal of a benchmark goes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER / f"{name}-{os.getpid()}.db"
