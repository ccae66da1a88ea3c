"""``tradefold what-if``: a recorded market, played again under other settings."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import click

from adapters.wiring import BACKTEST
from commands.difference_view import difference_data, show_difference
from commands.envelope import Answer, InterruptedRunError, give
from commands.options import (
    aside,
    journal_argument,
    json_option,
    most_option,
    open_journal,
    report_option,
    shelf_of,
    strategy_option,
)
from commands.progress import at_of, progress
from commands.screen import facts, heading, lines, screen
from engine.errors import UserError
from journal.places import check_name, identity
from journal.reader import JournalReader
from replays.difference import Difference, compare
from replays.report.folder import write_comparison
from replays.report.place import PAGE, check_folder
from replays.running import Kept, run_to_file
from replays.whatif import Replay, replay_of


@click.command("what-if")
@journal_argument
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change a setting.")
@strategy_option
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Keep the changed run's journal here."
)
@report_option
@click.option("--replace", is_flag=True, help="Replace that journal and that report.")
@most_option
@json_option
def command(
    journal: Path,
    sets: tuple[str, ...],
    strategies: tuple[str, ...],
    keep: Path | None,
    report: Path | None,
    replace: bool,
    most: int,
    as_json: bool,
) -> int:
    """Play the market and the commands of JOURNAL again with other settings, and show what would
    have become of it.

    Orders, fills and timers come anew. What is compared with is the same market played again with
    the settings as they were, so that all of the difference is the change. Without --set that
    unchanged replay is held against what was recorded; of a backtest nothing differs.

    \b
    Examples:
      tradefold what-if run.db --set simulation.slippage=0.0005
      tradefold what-if run.db --set accounts.va1.sizing.risk_per_trade=0.005 --keep smaller.db
    """
    shelf = shelf_of(strategies)
    _check_keep(keep, journal, sets, replace)
    if report is not None:
        check_folder(report, replace)
    names = ("as it was", "changed") if sets else ("recorded", "played again")
    paper = _Paper(keep, report, replace, names)
    there = identity(keep) if keep is not None else None
    with open_journal(journal) as source, aside():
        unchanged = replay_of(source, shelf)
        changed = replay_of(source, shelf, sets) if sets else None
        try:
            difference = _held_together(source, unchanged, changed, paper)
        except KeyboardInterrupt as stop:
            stays = keep is not None and identity(keep) != there
            left = f"{keep} stays, as far as it came" if stays else "nothing was written"
            raise InterruptedRunError(f"stopped by Ctrl-C; {left}") from stop
    warnings = tuple(f"{note}; both sides are new runs" for note in unchanged.notes)

    def show() -> None:
        console = screen()
        heading(console, "what if", " ".join(sets) or "nothing had been changed")
        show_difference(console, difference, names, most)
        if keep is not None:
            facts(console, [("journal", str(keep))])
        if report is not None:
            heading(console, "report")
            lines(console, [str(report / PAGE)])

    data: dict[str, Any] = {
        "journal": str(journal),
        "set": list(sets),
        "sides": {"a": names[0], "b": names[1]},
        "kept": str(keep) if keep is not None else None,
        "report": str(report) if report is not None else None,
        **difference_data(difference, most),
        "warnings": list(warnings),
    }
    return give(Answer(data, show, warnings=warnings), as_json)


def _check_keep(keep: Path | None, journal: Path, sets: tuple[str, ...], replace: bool) -> None:
    """Refuse a name for the changed run's journal before any work is done for it."""
    if keep is None:
        return
    if not sets:
        raise UserError("--keep: there is no changed run without --set; leave it out")
    if keep.exists() and keep.samefile(journal):
        raise UserError(f"--keep {keep}: is the journal that is asked; choose another name")
    check_name(keep, replace)


@attrs.frozen
class _Paper:
    """What is to be left of the runs: a journal, a report, or neither."""

    keep: Path | None
    report: Path | None
    replace: bool
    names: tuple[str, str]

    def compare(self, a: JournalReader, b: JournalReader) -> Difference:
        """Hold two journals together, and write the report of both where it is wanted."""
        difference = compare(a, b)
        if self.report is not None:
            write_comparison(difference, (a, b), self.names, self.report, self.replace)
        return difference


def _held_together(
    source: JournalReader, unchanged: Replay, changed: Replay | None, paper: _Paper
) -> Difference:
    """Run what has to be run, and compare: changed with unchanged, or unchanged with recorded."""
    with TemporaryDirectory(prefix="tradefold-") as folder:
        before = Path(folder) / "unchanged.db"
        _run("as it was", unchanged, before, False, source)
        with JournalReader(before) as played:
            if changed is None:
                return paper.compare(source, played)
            after = paper.keep or Path(folder) / "changed.db"
            _run("changed", changed, after, paper.replace, source)
            with JournalReader(after) as other:
                return paper.compare(played, other)


def _run(title: str, replay: Replay, path: Path, replace: bool, source: JournalReader) -> None:
    """Play a market again, with a bar that shows how far it is."""
    first = next(iter(source.frames(1, 1)))[0].at
    with progress(title, first, source.head.last_at, at_of) as begun:
        run_to_file(replay, BACKTEST, path, replace, Kept(), begun)
