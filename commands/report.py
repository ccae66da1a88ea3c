"""``tradefold report``: a run as a page for people and as files for other programs."""

from pathlib import Path

import click
from rich.console import Console

from commands.envelope import Answer, InterruptedRunError, give
from commands.options import journal_argument, json_option, open_journal
from commands.progress import progress, seq_of
from commands.screen import facts, heading, lines, screen
from replays.calm import calm_collector
from replays.report.contents import Report
from replays.report.figures import report_facts
from replays.report.folder import write_report
from replays.report.place import PAGE, check_folder


@click.command("report")
@journal_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder to make; else JOURNAL's name and -report.",
)
@click.option("--replace", is_flag=True, help="Replace that report.")
@click.option("--no-events", is_flag=True, help="Without events.jsonl.gz, the largest file.")
@json_option
def command(journal: Path, out: Path | None, replace: bool, no_events: bool, as_json: bool) -> int:
    """Make a folder of JOURNAL: report.html, which opens in any browser and needs no network, and
    beside it every table, the account at every candle, the daily returns, the result and the
    manifest as CSV and JSON, and every decision and execution as JSON lines, packed.

    Of a long run the page draws and lists a part, and says so; the files have all of it. The
    events of a million candles with a hundred thousand trades take a minute or two: --no-events
    leaves them out, journal export tells them, too.

    All of it is folded from the journal alone, so a copy of it elsewhere gives the same.

    \b
    Examples:
      tradefold report run.db
      tradefold report run.db --out monday --replace --json
      tradefold report long.db --no-events
    """
    folder = out or Path(f"{journal.stem}-report")
    check_folder(folder, replace)
    report = perform(journal, folder, replace, not no_events)
    data = {"journal": str(journal), "folder": str(folder), **report_facts(report)}
    return give(Answer(data, lambda: show_report(screen(), folder, report)), as_json)


def perform(journal: Path, folder: Path, replace: bool, with_events: bool = True) -> Report:
    """Write the report of a journal; stopped by Ctrl-C, nothing of it is left."""
    try:
        with (
            open_journal(journal) as reader,
            calm_collector(),
            progress("report", 0, reader.head.last_seq, seq_of) as begun,
        ):
            return write_report(reader, folder, replace, begun, with_events)
    except KeyboardInterrupt as stop:
        raise InterruptedRunError(
            f"stopped by Ctrl-C; the journal is whole, {folder} was not written"
        ) from stop


def show_report(console: Console, folder: Path, report: Report) -> None:
    """Where the report is, and what a reader of it should be careful about."""
    files = sorted(folder.iterdir())
    size = sum(file.stat().st_size for file in files)
    heading(console, "report")
    lines(console, [str(folder / PAGE)])
    rows = [("files", f"{len(files)}, {size / 1e6:.1f} MB")]
    facts(console, rows + [("careful", warning) for warning in report.warnings])
