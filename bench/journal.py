"""Frames a second into the journal, and what encoding, compressing and inserting take of that."""

from collections.abc import Callable, Iterator, Sequence
from time import process_time

from bench.measure import REPEATS, Figure, timed
from bench.workload import bars_of, made_candles, plan_quiet, plan_w1, scratch
from engine.messages.decisions import Decision
from engine.messages.inputs import Stamped
from journal.chain import GENESIS, page_digest
from journal.frame import PAGE_FRAMES, Frame
from journal.memory import MemoryJournal
from journal.pages import encode_body, make_page
from journal.places import remove_database
from journal.store import SqliteJournal
from replays.plan import Plan
from replays.session import run_session

PART = "journal"


def figures(full: bool) -> Iterator[Figure]:
    """The frames of a quiet run, and those of one that trades."""
    candles = made_candles(100_000 if full else 50_000)
    for name, plan in (("quiet", plan_quiet(candles)), ("w1", plan_w1(candles))):
        yield from _written(name, plan)


def _written(name: str, plan: Plan) -> Iterator[Figure]:
    frames = frames_of(plan)
    bars = bars_of(plan)
    runs = [timed(bars, lambda: _append(frames)) for _ in range(REPEATS)]
    took, size = min(runs, key=lambda run: run[0].cpu_seconds)
    count = len(frames)
    yield Figure(PART, f"{name}: appended", count / took.seconds, "frames/s", took.loops(count))
    chunks = [frames[n : n + PAGE_FRAMES] for n in range(1, count, PAGE_FRAMES)]
    encoding = _seconds(lambda: [encode_body(chunk) for chunk in chunks])
    pages = _seconds(lambda: [make_page(chunk, GENESIS) for chunk in chunks])
    made = [make_page(chunk, GENESIS) for chunk in chunks]
    chaining = _seconds(lambda: [page_digest(GENESIS, *page[:6]) for page in made])
    compressing = pages - encoding - chaining
    rest = took.cpu_seconds - pages
    for what, seconds in (
        ("encoding", encoding),
        ("compressing", compressing),
        ("chaining", chaining),
        ("inserting, with projections", rest),
    ):
        yield Figure(PART, f"{name}: {what}", seconds / count * 1e6, "µs a frame")
    plain = sum(len(encode_body(chunk)) for chunk in chunks)
    packed = sum(len(page.body) for page in made)
    yield Figure(PART, f"{name}: as JSON", plain / count, "bytes a frame")
    yield Figure(PART, f"{name}: in pages", packed / count, "bytes a frame")
    yield Figure(PART, f"{name}: whole file", size / count, "bytes a frame")


def frames_of(plan: Plan) -> list[Frame]:
    """The frames of a run, in memory."""
    journals: list[MemoryJournal] = []

    def open_journal(first: Stamped, decisions: tuple[Decision, ...]) -> MemoryJournal:
        journals.append(MemoryJournal(first, decisions))
        return journals[0]

    run_session(plan.session(), open_journal)
    return list(journals[0].frames())


def _append(frames: Sequence[Frame]) -> int:
    """Write frames into a file and seal it; returns its size in bytes."""
    path = scratch("journal")
    remove_database(path)
    journal = SqliteJournal.create(path, *frames[0])
    append = journal.append
    for stamped, decisions in frames[1:]:
        append(stamped, decisions)
    journal.seal("", "")
    size = path.stat().st_size
    remove_database(path)
    return size


def _seconds(work: Callable[[], object]) -> float:
    """Processor seconds: the best of some, so that their differences mean something."""
    best = float("inf")
    for _ in range(REPEATS):
        start = process_time()
        work()
        best = min(best, process_time() - start)
    return best
