"""Runs from Python: what a notebook or a script needs, with the answers of the command line.

    from replays import backtest
    run = backtest("my.toml", "BTCUSDT_5m.parquet", sets=["risk.max_daily_loss=0"])
    run.figures["total"]["sharpe"]
    run.trades.to_pandas()                # or polars.DataFrame(run.trades), duckdb.sql(...)

Tables are pyarrow tables: pandas, polars, DuckDB and whatever knows the Arrow interface read them
without a copy and without another dependency.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from adapters.strategy_source import StrategyShelf, load_strategy
from adapters.wiring import BACKTEST
from engine.errors import UserError
from journal.places import check_name
from journal.projections.tables import TABLES
from journal.projections.views import VIEWS
from journal.reader import JournalReader
from replays.calm import calm_collector
from replays.curve import AccountPoint, fold_curves
from replays.plan import Wanted, plan_run
from replays.proof import Proof, prove
from replays.queries import rows_of
from replays.report.contents import read_report
from replays.report.figures import report_facts
from replays.running import Kept, run_to_file

PathLike = str | os.PathLike[str]
_ARROW: dict[type, pa.DataType] = {int: pa.int64(), float: pa.float64(), str: pa.string()}


class Run:
    """A journal to ask. Tables are read when they are asked for; nothing is ever written."""

    def __init__(self, path: PathLike, strategies: Sequence[str] = ()) -> None:
        """The journal at ``path``; ``strategies`` are ``path.py:Name``, for ``verify`` alone."""
        self.path = Path(path)
        self._shelf = StrategyShelf(tuple(load_strategy(text) for text in strategies))
        with JournalReader(self.path) as reader:
            self.run = reader.started.run

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def table(self, name: str) -> pa.Table:
        """A table of the journal: ``orders``, ``fills``, ``trades``, ``decisions`` …

        Raises ``UserError`` with the names that there are.
        """
        known = (*TABLES, *VIEWS)
        if name not in known:
            raise UserError(f"there is no table {name!r}; there are {', '.join(known)}")
        with JournalReader(self.path) as reader:
            info = rows_of(reader, f"PRAGMA table_info({name})")
            rows = rows_of(reader, f"SELECT * FROM {name}")
        kinds: dict[str, type] = TABLES[name][0] if name in TABLES else {}
        columns = list(zip(*rows, strict=True)) or [()] * len(info)
        arrays = {
            row[1]: pa.array(values, type=_ARROW.get(kinds.get(row[1], object)))
            for row, values in zip(info, columns, strict=True)
        }
        return pa.table(arrays)

    @property
    def trades(self) -> pa.Table:
        """Closed round trips."""
        return self.table("trades")

    @property
    def orders(self) -> pa.Table:
        """Every order and what became of it."""
        return self.table("orders")

    @property
    def fills(self) -> pa.Table:
        """Every execution."""
        return self.table("fills")

    @property
    def figures(self) -> dict[str, Any]:
        """The figures of the report: total, by account, symbol, month and tag, and warnings."""
        with JournalReader(self.path) as reader, calm_collector():
            return report_facts(read_report(reader))

    def curve(self) -> pa.Table:
        """Every account at every candle, in the columns of ``account_curve.csv``."""
        points: list[AccountPoint] = []
        with JournalReader(self.path) as reader, calm_collector():
            fold_curves(reader, 1, points.append)
        scale = 100_000_000
        columns: dict[str, Any] = {
            "at": pa.array([point.at for point in points], type=pa.timestamp("ns", tz="UTC")),
            "account": [point.account for point in points],
        }
        for name in ("cash", "unrealised", "equity", "peak_equity", "exposure"):
            columns[name] = [getattr(point, name) / scale for point in points]
        columns["open_positions"] = [point.open_positions for point in points]
        columns["standing"] = [point.standing for point in points]
        return pa.table(columns)

    def verify(self) -> Proof:
        """Prove the journal: chain, refold, decisions and tables; see ``fault`` of the answer."""
        with JournalReader(self.path) as reader, calm_collector():
            return prove(reader, self._shelf, chain_only=False)


def backtest(
    config: PathLike,
    data: PathLike | Sequence[PathLike] = (),
    *,
    sets: Sequence[str] = (),
    start: str = "",
    end: str = "",
    strategies: Sequence[str] = (),
    journal: PathLike | None = None,
    replace: bool = False,
) -> Run:
    """Run ``config`` over ``data``, as ``tradefold backtest`` does, and hand out the run.

    ``data`` are paths as ``--data`` takes them, or ``synthetic:7``; ``sets`` are ``KEY=VALUE``;
    ``strategies`` are ``path.py:Name``. Without ``journal`` a new file in the system's folder for
    temporary files is written. Raises ``UserError`` with one sentence for every mistake.
    """
    given = [data] if isinstance(data, str | os.PathLike) else list(data)
    shelf = StrategyShelf(tuple(load_strategy(text) for text in strategies))
    wanted = Wanted(Path(config), tuple(str(each) for each in given), tuple(sets), start, end)
    plan = plan_run(wanted, BACKTEST, os.environ, shelf)
    if journal is None:
        folder = Path(tempfile.mkdtemp(prefix="tradefold-"))
        path = folder / f"{Path(config).stem}-{plan.run[:8]}.db"
    else:
        path = Path(journal)
        check_name(path, replace)
    run_to_file(plan, BACKTEST, path, replace, Kept())
    return Run(path, strategies)
