"""A report as a folder that is there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journal.reader import JournalReader
from replays.curve import Watch
from replays.difference import Difference
from replays.report.artifacts import curve_file, write_artifacts
from replays.report.contents import Report, read_report
from replays.report.page import write_page
from replays.report.place import PAGE, check_folder
from replays.report.versus import write_facts, write_versus


def write_report(
    journal: JournalReader, folder: Path, replace: bool = False, begun: Watch | None = None
) -> Report:
    """Write the page and all files of ``journal`` into ``folder``.

    ``begun`` is given the live state once, to show progress from.
    """
    with _whole(folder, replace) as making:
        with curve_file(making) as sink:
            report = read_report(journal, sink, begun)
        write_artifacts(making, journal, report)
        write_page(making / PAGE, report)
    return report


def write_comparison(
    difference: Difference,
    journals: tuple[JournalReader, JournalReader],
    names: tuple[str, str],
    folder: Path,
    replace: bool = False,
) -> None:
    """Write the page of two runs side by side, and their figures, into ``folder``."""
    with _whole(folder, replace) as making:
        a, b = (read_report(journal) for journal in journals)
        write_versus(making / PAGE, difference, a, b, names)
        write_facts(making / "result.json", a, b, names)


@contextmanager
def _whole(folder: Path, replace: bool) -> Iterator[Path]:
    """A folder beside ``folder``, which takes its name once all in it is complete.

    Stopped in between, nothing is left of it.
    """
    check_folder(folder, replace)
    making = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        yield making
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
