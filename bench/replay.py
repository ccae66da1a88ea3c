"""Frames a second when a journal is read, refolded and decided again, beside its own backtest."""

from collections.abc import Iterator

from bench.backtest import run
from bench.measure import Figure, timed
from bench.workload import bars_of, made_candles, plan_quiet, plan_w1
from journal.places import remove_database
from journal.reader import JournalReader
from replays.calm import calm_collector
from replays.plan import Plan
from replays.reproduce import digests, redecide, refold

PART = "replay"


def figures(full: bool) -> Iterator[Figure]:
    """A quiet journal, and one full of trades."""
    candles = made_candles(100_000 if full else 50_000)
    for name, plan in (("quiet", plan_quiet(candles)), ("w1", plan_w1(candles))):
        yield from _reproduced(name, plan)


def _reproduced(name: str, plan: Plan) -> Iterator[Figure]:
    bars = bars_of(plan)
    itself, ran = run(plan, "replay")
    state = ran.outcome.state
    count = state.seq
    what = f"{name}: the backtest itself"
    yield Figure(PART, what, count / itself.seconds, "frames/s", itself.loops(count))
    factory = plan.shelf.build_known
    with JournalReader(ran.path) as reader, calm_collector():
        reading, _ = timed(bars, lambda: sum(1 for _ in reader.frames()))
        folding, folded = timed(bars, lambda: refold(reader, factory))
        deciding, decided = timed(bars, lambda: redecide(reader, factory))
    remove_database(ran.path)
    assert digests(folded) == digests(state) == digests(decided.state), "a replay went wrong"
    for what, took in (("read", reading), ("refolded", folding), ("decided again", deciding)):
        yield Figure(PART, f"{name}: {what}", count / took.seconds, "frames/s", took.loops(count))
        faster = itself.cpu_seconds / took.cpu_seconds
        yield Figure(PART, f"{name}: {what}", faster, "x the backtest's speed")
