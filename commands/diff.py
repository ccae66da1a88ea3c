"""``tradefold diff``: where two runs part, and what that came to."""

from pathlib import Path

import click

from commands.difference_view import difference_data, show_difference
from commands.envelope import Answer, give
from commands.options import EXISTING, json_option, most_option, open_journal, report_option
from commands.screen import heading, lines, screen
from replays.difference import compare
from replays.report.folder import write_comparison
from replays.report.place import PAGE, check_folder


@click.command("diff")
@click.argument("a", type=EXISTING)
@click.argument("b", type=EXISTING)
@most_option
@report_option
@click.option("--replace", is_flag=True, help="Replace that report.")
@json_option
def command(a: Path, b: Path, most: int, report: Path | None, replace: bool, as_json: bool) -> int:
    """Compare the journals A and B: the settings that differ, the first decision and the first
    input that are not the same with both sides, and what became of results and trades.

    Ids of orders are compared without the name of their run. Like diff(1) it exits with 1 when
    the runs differ, and with 0 when both decided the same upon the same inputs.

    \b
    Examples:
      tradefold diff monday.db tuesday.db
      tradefold diff a.db b.db --json --most 100
      tradefold diff a.db b.db --report both
    """
    if report is not None:
        check_folder(report, replace)
    names = ("A", "B") if a.name == b.name else (a.name, b.name)
    with open_journal(a) as ours, open_journal(b) as theirs:
        difference = compare(ours, theirs)
        if report is not None:
            write_comparison(difference, (ours, theirs), names, report, replace)

    def show() -> None:
        console = screen()
        show_difference(console, difference, names, most)
        if report is not None:
            heading(console, "report")
            lines(console, [str(report / PAGE)])

    journals = {"a": str(a), "b": str(b)}
    shown = str(report) if report is not None else None
    return give(
        Answer(
            {"journals": journals, "report": shown, **difference_data(difference, most)},
            show,
            "" if difference.identical else f"{a} and {b} differ",
            "different",
        ),
        as_json,
    )
