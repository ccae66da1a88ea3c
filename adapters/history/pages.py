"""Rows in the order that candles need: files from new to old turned round, repeats dropped.

Venues answer in pages with the newest bar first, and the last row of one page is often the first
of the next. A file from new to old is held whole while it is read, so it has a limit.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from adapters.history.arrow import compute

TURNED_ROWS = 1_000_000
"""The longest file that is turned round."""

Batch = tuple[int, list[pa.Array]]
"""Number of the first row (from 0), and its columns in the order of the table's names."""


def turned(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same rows from the last to the first, numbered anew."""
    held = list(batches)
    row = 0
    while held:
        _, columns = held.pop()
        rows = len(columns[0])
        order = pa.array(range(rows - 1, -1, -1), pa.int64())
        yield row, [compute("take", column, order) for column in columns]
        row += rows


def without_repeats(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Without rows that say the same as the row before them. The others keep their numbers; an
    empty batch at the end tells how many rows there were."""
    before: list[Any] | None = None
    for row, columns in batches:
        rows = len(columns[0])
        if not rows:
            continue
        begin = 0
        for place in _repeats(columns, before):
            if place > begin:
                yield row + begin, [column[begin:place] for column in columns]
            begin = place + 1
        yield row + begin, [column[begin:] for column in columns]
        before = _row(columns, rows - 1)


def _repeats(columns: list[pa.Array], before: list[Any] | None) -> list[int]:
    """Places of the rows that equal the one before; times are compared by columns first."""
    times = columns[0]
    found = [0] if before is not None and _row(columns, 0) == before else []
    if len(times) < 2:
        return found
    same = compute("indices_nonzero", compute("equal", times[1:], times[:-1])).to_pylist()
    return found + [n + 1 for n in same if _row(columns, n) == _row(columns, n + 1)]


def _row(columns: list[pa.Array], place: int) -> list[Any]:
    return [column[place].as_py() for column in columns]
