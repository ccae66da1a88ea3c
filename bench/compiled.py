"""The compiled build beside the interpreter: the same work in turn, each in processes of its own.

``python -m bench.compiled`` prints, as JSON, what the code that it finds first takes on the
processor: microseconds a candle, frame, quote or order.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import process_time

from adapters.wiring import BACKTEST
from bench.backtest import run
from bench.exchange import Busy, plan_ticks
from bench.measure import REPEATS, Figure
from bench.ticks import tapes
from bench.workload import HOUSE, RECORDED, made_candles, plan_quiet, plan_w1, scratch
from journal.places import remove_database
from journal.reader import JournalReader
from replays.calm import calm_collector
from replays.plan import Plan
from replays.reproduce import redecide, refold
from replays.running import Kept, run_to_file

PART = "compiled"
BUILD = HOUSE / "build/compiled"
_ORDERS = 3_000


def figures(full: bool) -> Iterator[Figure]:
    """Both in turn, some times; the best of each, and how many times faster the build is."""
    if not (BUILD / "SOURCE").is_file():
        yield Figure(PART, "no build is there: make compiled makes one", 0, "x")
        return
    best: dict[str, dict[str, float]] = {"interpreted": {}, "compiled": {}}
    for _ in range(REPEATS if full else 1):
        for name, place in (("interpreted", HOUSE), ("compiled", BUILD)):
            for what, cost in _measured(place).items():
                best[name][what] = min(cost, best[name].get(what, cost))
    for what, cost in best["interpreted"].items():
        took = best["compiled"][what]
        yield Figure(PART, f"{what}, interpreted", 1e6 / cost, "a second")
        yield Figure(PART, f"{what}, compiled", 1e6 / took, "a second")
        yield Figure(PART, f"{what}, compiled", cost / took, "x the interpreter's speed")


def _measured(place: Path) -> dict[str, float]:
    environ = {**os.environ, "PYTHONPATH": str(place), "TRADEFOLD_DATA": str(RECORDED.parents[3])}
    told = subprocess.run(
        [sys.executable, "-m", "bench.compiled"],
        cwd=place,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def costs() -> dict[str, float]:
    """What the work takes here, µs of the processor, by its name."""
    candles = RECORDED if RECORDED.exists() else made_candles(100_000)
    found: dict[str, float] = {}
    for name, plan in (("quiet", plan_quiet(candles)), ("w1", plan_w1(candles))):
        found |= dict(_run_and_reproduced(name, plan))
    tape = next(each for each in tapes(False) if each.kind == "quotes")
    plan, path = plan_ticks(tape, True), scratch("quotes")
    remove_database(path)
    took = _seconds(lambda: run_to_file(plan, BACKTEST, path, False, Kept()))
    remove_database(path)
    found["quotes with orders: quotes"] = took * 1e6 / plan.market.recordings[0].facts.events
    busy = Busy(plan_w1(made_candles(10_000)).terms, 100)
    took = _seconds(lambda: [busy.come_and_go(n, False) for n in range(_ORDERS)])
    found["placed and cancelled, 100 others rest: orders"] = took * 1e6 / _ORDERS
    return found


def _run_and_reproduced(name: str, plan: Plan) -> Iterator[tuple[str, float]]:
    took, ran = run(plan, "compiled")
    state = ran.outcome.state
    yield f"{name}: candles", took.cpu_seconds * 1e6 / plan.series[0].facts.rows
    factory = plan.shelf.build_known
    with JournalReader(ran.path) as reader, calm_collector():
        for what, again in (("refolded", refold), ("decided again", redecide)):
            seconds = _seconds(partial(again, reader, factory))
            yield f"{name}: frames {what}", seconds * 1e6 / state.seq
    remove_database(ran.path)


def _seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


if __name__ == "__main__":
    print(json.dumps(costs()))
