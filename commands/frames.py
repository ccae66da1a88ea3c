"""Frames of any journal for people and programs: the last ones, and lines into a file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.errors import UserError
from journal.export import export_lines
from journal.frame import Frame
from journal.reader import JournalReader

BATCH = 4096


def last_frames(reader: JournalReader, count: int, decided: bool) -> list[Frame]:
    """The last ``count`` frames; with ``decided`` of those upon which something was decided."""
    found: list[Frame] = []
    last = reader.head.last_seq
    while last > 0 and len(found) < count:
        first = max(1, last - BATCH + 1)
        frames = [each for each in reader.frames(first, last) if each[1] or not decided]
        found = frames[-(count - len(found)) :] + found
        last = first - 1
    return found


def write_lines(out: Path, chosen: Iterable[dict[str, Any]]) -> int:
    """The lines into a new file; a file that is not finished does not stay. Returns how many."""
    count = 0
    try:
        file = out.open("xb")
    except FileExistsError:
        raise UserError(f"--out {out}: exists already; choose another name") from None
    try:
        with file:
            for line in export_lines(chosen):
                file.write(line)
                count += 1
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    return count
