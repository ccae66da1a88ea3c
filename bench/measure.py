"""Timing beside a bare loop, figures as rows, and how they are printed."""

import gc
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from time import perf_counter, process_time
from typing import TypeVar

import attrs
from rich.console import Console
from rich.table import Table

from engine.domain.candle import Candle

Result = TypeVar("Result")
REPEATS = 3


@attrs.frozen
class Figure:
    """One line of the table; ``loops`` is the ratio to the bare loop, 0 where there is none."""

    part: str
    what: str
    value: float
    unit: str
    loops: float = 0.0


@attrs.frozen
class Timed:
    """How long something took by the clock and on the processor, and a bare loop for a candle.

    ``loop_seconds`` is time on the processor, too.
    """

    seconds: float
    cpu_seconds: float
    loop_seconds: float

    def loops(self, count: int) -> float:
        """How many bare loops over ``count`` candles fit into it, both on the processor."""
        return self.cpu_seconds / (self.loop_seconds * count)


def bare_loop(candles: Sequence[Candle]) -> int:
    """What no engine written in Python can be faster than: reading the six numbers of a bar."""
    total = 0
    for bar in candles:
        if bar.high > bar.open or bar.low < bar.close:
            total += bar.high - bar.low + bar.volume
        total -= bar.open_ns
    return total


def loop_rate(candles: Sequence[Candle]) -> float:
    """Processor seconds of the bare loop for one candle: the best of some, as noise only adds."""
    best = float("inf")
    for _ in range(REPEATS):
        start = process_time()
        bare_loop(candles)
        best = min(best, process_time() - start)
    return best / len(candles)


def timed(candles: Sequence[Candle], work: Callable[[], Result]) -> tuple[Timed, Result]:
    """Do ``work`` once, with the bare loop before and after it."""
    before = loop_rate(candles)
    gc.collect()
    start, on_cpu = perf_counter(), process_time()
    result = work()
    seconds, cpu_seconds = perf_counter() - start, process_time() - on_cpu
    return Timed(seconds, cpu_seconds, (before + loop_rate(candles)) / 2), result


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def show(figures: Sequence[Figure], as_json: bool) -> None:
    """The figures to stdout: as a table, or as one JSON object."""
    if as_json:
        rows = [attrs.asdict(figure) for figure in figures]
        json.dump({"machine": machine(), "figures": rows}, sys.stdout, indent=1)
        print()
        return
    words = ", ".join(f"{name} {value}" for name, value in machine().items())
    table = Table(title=f"tradefold: {words}", title_justify="left")
    for name in ("part", "what"):
        table.add_column(name)
    for name in ("value", "x loop"):
        table.add_column(name, justify="right")
    part = ""
    for figure in figures:
        if part and figure.part != part:
            table.add_section()
        ratio = f"{figure.loops:,.0f}" if figure.loops else ""
        table.add_row(
            figure.part if figure.part != part else "",
            figure.what,
            f"{spelt(figure.value)} {figure.unit}",
            ratio,
        )
        part = figure.part
    Console(width=None if sys.stdout.isatty() else 100).print(table)


def spelt(value: float) -> str:
    """Three digits that count, and thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
