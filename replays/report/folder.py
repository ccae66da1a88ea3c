"""A report as a folder that is there whole or not at all."""

import shutil
from pathlib import Path

from journal.reader import JournalReader
from replays.report.artifacts import curve_file, write_artifacts
from replays.report.contents import Report, read_report
from replays.report.page import write_page
from replays.report.place import PAGE, check_folder


def write_report(journal: JournalReader, folder: Path, replace: bool = False) -> Report:
    """Write the page and all files of ``journal`` into ``folder``.

    They are made in a folder beside it, which takes the name once all are complete; stopped in
    between, nothing is left of it.
    """
    check_folder(folder, replace)
    making = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        with curve_file(making) as sink:
            report = read_report(journal, sink)
        write_artifacts(making, journal, report)
        write_page(making / PAGE, report)
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return report
