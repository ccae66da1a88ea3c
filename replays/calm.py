"""The garbage collector, kept out of long loops that make many records and few cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_COLLECT_AFTER = 200_000
"""Allocations between two collections: records are freed by counting, cycles are few."""


@contextmanager
def calm_collector() -> Iterator[None]:
    """Leave the objects of the program alone and look for cycles seldom; undone at the end.

    What is garbage already stays until then: to look for it would take as long as 5,000 candles.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
