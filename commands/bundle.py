"""``tradefold journal bundle``: one file to attach to an incident, which replays elsewhere."""

from pathlib import Path

import click
from attrs import asdict
from rich.console import Console

from commands.envelope import Answer, InterruptedRunError, give
from commands.options import (
    journal_argument,
    json_option,
    open_journal,
    shelf_of,
    strategy_option,
)
from commands.screen import facts, heading, lines, screen
from replays.bundle import Bundle, check_archive, pack
from replays.calm import calm_collector


@click.command("bundle")
@journal_argument
@click.option(
    "--out", type=click.Path(path_type=Path), help="The archive; else JOURNAL's name .zip."
)
@click.option("--redact", is_flag=True, help="Leave out paths and what names the machine.")
@strategy_option
@click.option("--replace", is_flag=True, help="Replace that archive.")
@json_option
def command(
    journal: Path,
    out: Path | None,
    redact: bool,
    strategies: tuple[str, ...],
    replace: bool,
    as_json: bool,
) -> int:
    """Pack JOURNAL into one archive that verifies, replays and explains itself elsewhere.

    --strategy adds the file of a strategy of your own, so that its decisions can be made again
    there. --redact hides paths and machine in the manifest; decisions, state and digests stay as
    they are, the chain is a new one. A journal that is being written is packed as it is now.

    \b
    Examples:
      tradefold journal bundle run.db
      tradefold journal bundle run.db --redact --strategy mine.py:EmaCross --out incident.zip
    """
    shelf_of(strategies)
    path = out or Path(f"{journal.stem}.zip")
    check_archive(path, replace)
    try:
        with open_journal(journal) as source, calm_collector():
            bundle = pack(source, path, strategies, redact)
    except KeyboardInterrupt as stop:
        raise InterruptedRunError("stopped by Ctrl-C; no bundle was written") from stop
    data = {**asdict(bundle), "path": str(path), "journal": str(journal)}
    return give(Answer(data, lambda: _show(screen(), bundle)), as_json)


def _show(console: Console, bundle: Bundle) -> None:
    heading(console, "bundle")
    lines(console, [str(bundle.path)])
    hidden = ", ".join(bundle.redacted) or "nothing"
    facts(
        console,
        [
            ("files", ", ".join(bundle.files)),
            ("frames", f"{bundle.frames:,}"),
            ("redacted", hidden),
            ("state digest", bundle.digest or "not sealed"),
            ("chain", bundle.chain),
        ],
    )
