"""Candles a second from the file to the sealed journal; also a program, for peak memory.

``python -m bench.backtest COUNT`` runs ``w1.toml`` over that many made candles and prints the
peak memory of its process, in bytes.
"""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from adapters.wiring import BACKTEST
from bench.measure import Figure, Timed, timed
from bench.workload import HOUSE, RECORDED, W1, bars_of, made_candles, plan_quiet, plan_w1, scratch
from journal.places import remove_database
from replays.plan import Plan
from replays.running import Kept, Ran, run_to_file

PART = "backtest"
MEGABYTE = 1 << 20


def figures(full: bool) -> Iterator[Figure]:
    """All of this part; the large sizes only when asked for."""
    size = 500_000 if full else 100_000
    for count in (10_000, 100_000, 1_000_000) if full else (10_000,):
        yield from _trading(plan_w1(made_candles(count)), f"{count:,} made candles")
    yield from _compared(made_candles(size), f"{size:,} made candles")
    if RECORDED.exists():
        yield from _compared(RECORDED, "recorded BTCUSDT")
    else:
        yield Figure(PART, f"recorded BTCUSDT: not there ({RECORDED})", 0, "candles")
    for count in (50_000, 500_000) if full else (20_000, 100_000):
        yield Figure(PART, f"peak memory at {count:,} candles", _peak(count) / MEGABYTE, "MB")
    yield from _from_the_shell(100_000)


def _compared(candles: Path, name: str) -> Iterator[Figure]:
    """A quiet run and a trading one over the same candles; the rest is what trades cost."""
    plan = plan_quiet(candles)
    took, ran = run(plan, "quiet")
    count = plan.series[0].facts.rows
    loop = took.loop_seconds
    yield Figure(PART, f"{name}: bare loop", loop * 1e6, "µs a candle", 1.0)
    cpu = took.cpu_seconds / count
    yield Figure(PART, f"{name}: quiet", cpu * 1e6, "µs a candle", cpu / loop)
    yield Figure(PART, f"{name}: quiet", count / took.seconds, "candles/s", took.loops(count))
    yield Figure(PART, f"{name}: quiet, pages", _page_bytes(ran.path) / count, "bytes a candle")
    remove_database(ran.path)
    yield from _trading(plan_w1(candles), name, took)


def _trading(plan: Plan, name: str, quiet: Timed | None = None) -> Iterator[Figure]:
    """A run of ``w1.toml``, and what is in it beyond the quiet one over the same candles."""
    took, ran = run(plan, "w1")
    count = plan.series[0].facts.rows
    trades = ran.outcome.state.trade_count
    what = f"{name}: w1, {trades:,} trades"
    yield Figure(PART, what, count / took.seconds, "candles/s", took.loops(count))
    if quiet is not None and trades:
        extra = (took.cpu_seconds - quiet.cpu_seconds) / trades
        loops = extra / took.loop_seconds
        yield Figure(PART, f"{name}: w1, beyond quiet", extra * 1e6, "µs a trade", loops)
        yield Figure(PART, f"{name}: w1, pages", _page_bytes(ran.path) / count, "bytes a candle")
        size = ran.path.stat().st_size
        yield Figure(PART, f"{name}: w1, whole file", size / count, "bytes a candle")
    remove_database(ran.path)


def run(plan: Plan, name: str) -> tuple[Timed, Ran]:
    """A plan into a journal file, timed as a user's run is."""
    bars = bars_of(plan)
    path = scratch(name)
    remove_database(path)
    return timed(bars, lambda: run_to_file(plan, BACKTEST, path, False, Kept()))


def _page_bytes(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        (size,) = connection.execute("SELECT sum(length(body)) FROM pages").fetchone()
    finally:
        connection.close()
    return int(size)


def _peak(count: int) -> int:
    """Peak memory of a process of its own that runs so many candles."""
    made_candles(count)
    command = [sys.executable, "-m", "bench.backtest", str(count)]
    told = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    return int(told.stdout)


def own_peak() -> int:
    """Peak memory of this process, in bytes.

    Where the kernel tells it for the program alone, that is taken: ``ru_maxrss`` also remembers
    the larger process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _from_the_shell(count: int) -> Iterator[Figure]:
    """The whole command, with the start of the process and the summary at its end."""
    candles, path = made_candles(count), scratch("shell")
    remove_database(path)
    words = ["backtest", str(W1), "--data", f"BTCUSDT={candles}", "--journal", str(path)]
    start = perf_counter()
    told = subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - start
    remove_database(path)
    what = f"{count:,} made candles from the shell"
    if told.returncode:
        reason = (told.stderr.strip().splitlines() or ["no word"])[-1]
        yield Figure(PART, f"{what}: failed ({reason})", 0, "candles/s")
        return
    yield Figure(PART, what, count / seconds, "candles/s")
    yield Figure(PART, what, seconds, "s")


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    only = scratch(f"memory-{wanted}")
    remove_database(only)
    run_to_file(plan_w1(made_candles(wanted)), BACKTEST, only, False, Kept())
    remove_database(only)
    print(own_peak())
