"""Tapes of trades and quotes: the recorded ones, and made ones where the folder is missing."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

from bench.workload import DATA, FOLDER

RECORDED = (
    ("quotes", "quotes/binance_usdm_BTCUSDT_20240718T235700Z.parquet"),
    ("trades", "trades/binance_usdm_BTCUSDT_20240718T235700Z.parquet"),
)
LONG = (("trades", "trades/standx_BTC-USD_20260105T22_20260107T24Z.parquet"),)
_MADE_FIRST_MS = 1_700_000_000_000
_EVERY_MS = 10


@attrs.frozen
class Tape:
    """A file of ticks of one kind, ``quotes`` or ``trades``."""

    kind: str
    name: str
    path: Path


def tapes(full: bool) -> Iterator[Tape]:
    """What there is, made tapes of 100,000 ticks always among it: they are the same anywhere."""
    for kind in ("quotes", "trades"):
        count = 500_000 if full else 100_000
        yield Tape(kind, f"{count:,} made {kind}", made(kind, count))
    for kind, name in (*RECORDED, *LONG) if full else RECORDED:
        path = DATA / name
        if path.exists():
            yield Tape(kind, f"recorded {kind} {path.stem}", path)


def made(kind: str, count: int) -> Path:
    """A file of so many ticks: a price that goes up and down a tick; made once on a machine."""
    path = FOLDER / f"BTCUSDT_{kind}_{count}.parquet"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    price, state = 500_000, 7
    columns: dict[str, list[float]] = {"ts_ms": [], "price": [], "qty": []}
    for n in range(count):
        state = state * 1103515245 % 2**31 + 12345
        price += state // 65536 % 3 - 1
        columns["ts_ms"].append(_MADE_FIRST_MS + n * _EVERY_MS)
        columns["price"].append(price / 10)
        columns["qty"].append((1 + state // 1024 % 500) / 1000)
    if kind == "quotes":
        prices, quantities = columns.pop("price"), columns.pop("qty")
        columns |= {"bid_price": prices, "bid_qty": quantities}
        columns |= {"ask_price": [p + 0.1 for p in prices], "ask_qty": quantities}
        columns["ask_price"] = [round(p, 1) for p in columns["ask_price"]]
    unfinished = path.with_suffix(".part")
    pq.write_table(pa.table(columns), unfinished)
    unfinished.rename(path)
    return path
