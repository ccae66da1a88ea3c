"""``python -m bench.peers``: the same work through this engine and through others, in one run.

The others live in environments of their own (``$PEERS_VENVS``, else ``~/.cache/peers``), their
scripts beside the checkout (``$PEERS_SCRIPTS``, else ``../shared/bench/peers``); whichever are
there are measured, one after the other, in turn with ours. Rules of the work (W1): flat and close
above the highest high of the 20 bars before: long, stop at the close less the mean range of those
bars, target at 1.8 times that; mirrored for shorts; 0.06 % fee a side; the stop wins a bar that
touches both. None of the others writes a journal; ours does, chained and sealed.
"""

import argparse
import ast
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from bench.workload import FOLDER, HOUSE, W1

VENVS = Path(os.environ.get("PEERS_VENVS") or Path.home() / ".cache/peers")
SCRIPTS = Path(os.environ.get("PEERS_SCRIPTS") or HOUSE / "../shared/bench/peers")
DATA = Path(os.environ.get("PEERS_DATA") or VENVS / "data")
PEERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("core", "w1_reference.py", ("python",)),
    ("core", "w1_floor_journal.py", ("page", "chain")),
    ("backtesting", "w1_backtesting.py", ()),
    ("vectorbt", "w1_vectorbt.py", ()),
    ("pyalgotrade", "w1_pyalgotrade.py", ()),
    ("bt", "w1_bt.py", ()),
    ("jesse", "w1_jesse.py", ()),
    ("nautilus", "w1_nautilus.py", ("netting",)),
    ("nautilus312", "w1_nautilus.py", ("netting",)),
    ("backtrader", "w1_backtrader.py", ()),
    ("freqtrade", "w1_freqtrade.py", ()),
    ("zipline", "w1_zipline.py", ()),
)
"""Environment, script, and what comes after the number of bars."""

PATIENCE = 600
"""Seconds that one engine may take."""

_SETS = (
    "accounts.va1.sizing.fixed_qty=0.1",
    "accounts.va1.virtual_equity=10000000",
    "venue.wallet=10000000",
)
"""The peers' quantity and cash; the rest of ``w1.toml`` is the work already."""


@attrs.frozen
class Measured:
    """One engine over the bars: ``rate`` in bars a second, ``seconds`` of the whole process."""

    name: str
    rate: float
    seconds: float
    trades: int
    memory_mb: float


def main() -> None:
    """Measure what is there and print a table, the fastest first."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--bars", default="100000", help="which file of bars: 100000 or 500000")
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="for programs")
    asked = parser.parse_args()
    bars = DATA / f"bars_{asked.bars}.npy"
    if not bars.exists():
        parser.error(f"there is no {bars}; gen_data.py beside the peers' scripts makes it")
    runs: dict[str, list[Measured]] = {}
    candles = as_parquet(bars)
    for _ in range(asked.reps):
        for each in (ours(candles), *others(asked.bars)):
            runs.setdefault(each.name, []).append(each)
    found = sorted((_middle(each) for each in runs.values()), key=lambda one: -one.rate)
    if asked.json:
        print(json.dumps([attrs.asdict(each) for each in found], indent=1))
    else:
        _show(found, asked.bars, asked.reps)


def ours(candles: Path) -> Measured:
    """``tradefold backtest`` as a process of its own, journal, chain and sealing included."""
    words = [sys.executable, "-m", "cli", "backtest", str(W1), "--data", f"BTCUSDT={candles}"]
    for each in _SETS:
        words += ["--set", each]
    journal = FOLDER / "peers.db"
    words += ["--journal", str(journal), "--replace", "--json"]
    told, memory, seconds = _process(words, HOUSE)
    data = json.loads(told)["data"]
    journal.unlink()
    count = pq.read_metadata(candles).num_rows
    trades = data["total"]["trades"]
    return Measured("tradefold", count / data["seconds"], seconds, trades, memory)


def others(bars: str) -> Iterator[Measured]:
    """Every peer whose environment and script are there; one that fails is told and left out."""
    for venv, script, rest in PEERS:
        python = VENVS / venv / "bin/python"
        if not python.exists() or not (SCRIPTS / script).exists():
            continue
        try:
            told, memory, seconds = _process([str(python), script, bars, *rest], SCRIPTS)
            row: dict[str, Any] = json.loads(told.splitlines()[-1])
        except subprocess.TimeoutExpired:
            print(f"{venv} {script}: left out, it took longer than {PATIENCE} s", file=sys.stderr)
            continue
        except subprocess.CalledProcessError as error:
            why = (error.stderr.strip().splitlines() or ["it said nothing"])[-1]
            print(f"{venv} {script}: left out, it failed ({why})", file=sys.stderr)
            continue
        except (ValueError, IndexError):
            print(f"{venv} {script}: left out, it did not end with a figure", file=sys.stderr)
            continue
        name = f"{row['peer']} {' '.join(rest)}".strip()
        yield Measured(name, row["rate"], seconds, row["trades"] or 0, memory)


def _process(words: list[str], folder: Path) -> tuple[str, float, float]:
    """What a process printed, its peak memory in MiB, and how long it took by the clock."""
    timing = (
        "import resource, subprocess, sys, time; start = time.perf_counter(); "
        "done = subprocess.run(sys.argv[1:], capture_output=True); "
        "sys.stdout.buffer.write(done.stdout); sys.stderr.buffer.write(done.stderr); "
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024; "
        "print(f'{time.perf_counter() - start} {peak}'); sys.exit(done.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", timing, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    told, _, last = done.stdout.rstrip("\n").rpartition("\n")
    seconds, memory = map(float, last.split())
    return told, memory, seconds


def as_parquet(bars: Path) -> Path:
    """The peers' bars as a candle file of ours; made once."""
    path = FOLDER / f"{bars.stem}.parquet"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    columns = read_bars(bars)
    names = ("ts_ms", "open", "high", "low", "close", "volume")
    table = pa.table(dict(zip(names, columns, strict=True)))
    unfinished = path.with_suffix(".part")
    pq.write_table(table, unfinished)
    unfinished.rename(path)
    return path


def read_bars(path: Path) -> list[list[float]]:
    """The columns t, o, h, l, c, v of a structured ``.npy`` file (NumPy format 1.0 and 2.0)."""
    raw = path.read_bytes()
    assert raw[:6] == b"\x93NUMPY", f"{path} is an .npy file"
    wide = raw[6] >= 2
    length = struct.unpack_from("<I" if wide else "<H", raw, 8)[0]
    start = (12 if wide else 10) + length
    described = ast.literal_eval(raw[start - length : start].decode("latin-1"))
    kinds = {"<i8": "q", "<f8": "d"}
    form = "<" + "".join(kinds[kind] for _, kind in described["descr"])
    rows = struct.iter_unpack(form, raw[start:])
    return [list(column) for column in zip(*rows, strict=True)]


def _middle(runs: list[Measured]) -> Measured:
    """The run of the middle rate, with the middle of all times."""
    by_rate = sorted(runs, key=lambda one: one.rate)
    seconds = median(one.seconds for one in runs)
    return attrs.evolve(by_rate[len(by_rate) // 2], seconds=seconds)


def _show(found: list[Measured], bars: str, reps: int) -> None:
    table = Table(title=f"W1 over {bars} bars, middle of {reps}", title_justify="left")
    table.add_column("engine")
    for name in ("bars/s", "whole process s", "trades", "peak MiB"):
        table.add_column(name, justify="right")
    for each in found:
        table.add_row(
            each.name,
            f"{each.rate:,.0f}",
            f"{each.seconds:.2f}",
            f"{each.trades:,}",
            f"{each.memory_mb:,.0f}",
        )
    Console(width=None if sys.stdout.isatty() else 100).print(table)


if __name__ == "__main__":
    main()
