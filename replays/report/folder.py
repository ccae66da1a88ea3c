"""A report as a folder that is there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import WorldError
from journal.reader import JournalReader
from replays.curve import Watch
from replays.difference import Difference
from replays.report.artifacts import curve_file, write_artifacts
from replays.report.contents import Report, read_report
from replays.report.page import write_page
from replays.report.place import PAGE, check_folder
from replays.report.versus import write_facts, write_versus


def write_report(
    journal: JournalReader,
    folder: Path,
    replace: bool = False,
    begun: Watch | None = None,
    with_events: bool = True,
) -> Report:
    """Write the page and all files of ``journal`` into ``folder``.

    ``begun`` is given the live state once, to show progress from. Raises ``WorldError`` that names
    the file for which there was no room.
    """
    with _whole(folder, replace) as making:
        with curve_file(making) as sink:
            report = read_report(journal, sink, begun)
        write_artifacts(making, journal, report, with_events)
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
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        place = folder / Path(error.filename).name if error.filename else folder
        raise WorldError(
            f"report {place}: cannot be written ({error.strerror or error}); nothing of the report "
            "is left; make room or choose another place, and ask again"
        ) from error
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
