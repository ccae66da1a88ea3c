"""Frames of any journal for people and programs: the last ones, and lines into a file."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from commands.envelope import Answer, envelope, give
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


def give_lines(chosen: Iterable[dict[str, Any]], out: Path | None, as_json: bool) -> int:
    """The facts of frames where they are wanted: a file, one envelope, or a line each."""
    if out is not None:
        count = write_lines(out, chosen)
        data = {"frames": count, "file": str(out)}
        return give(Answer(data, lambda: click.echo(f"{count} frames in {out}")), as_json)
    if as_json:
        click.echo(envelope({"frames": list(chosen)}, None))
        return 0
    sys.stdout.flush()
    for line in export_lines(chosen):
        sys.stdout.buffer.write(line)
    return 0


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
