"""Old rows for new code: what a stored message has to become before it can be read.

A tag and its fields are a storage format for ever. When a message changes its shape, the format
version is raised, and the row of the old shape gets a function here, under its tag and the last
version that wrote it so. Rows are brought up one version at a time, and never rewritten in place.
"""

from collections.abc import Callable, Mapping
from typing import Any

FORMAT = 1
"""The format version that this code writes, and the newest that it reads."""

Row = list[Any]
Upcast = Callable[[Row], Row]
Upcasters = Mapping[tuple[str, int], Upcast]

UPCASTERS: Upcasters = {}
"""(tag, version) to the function that makes a row of ``version + 1`` of it; it may change the tag.

Empty as long as there is one version.
"""


def upcast(row: Row, version: int, newest: int = FORMAT, table: Upcasters = UPCASTERS) -> Row:
    """A row as ``newest`` writes it, from one that ``version`` wrote."""
    for step in range(version, newest):
        change = table.get((row[0], step))
        if change is not None:
            row = change(row)
    return row
