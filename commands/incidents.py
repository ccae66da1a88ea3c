"""``tradefold incidents``: what needed a person's eye, and how it ended."""

import json
from pathlib import Path

import attrs
import click

from commands.envelope import Answer, give
from commands.options import journal_argument, json_option, open_journal
from commands.screen import columns, heading, lines, screen
from replays.summary import incidents_of
from replays.words import fact_words


@click.command("incidents")
@journal_argument
@click.option("--open", "open_only", is_flag=True, help="Only those that nobody has closed.")
@json_option
def command(journal: Path, open_only: bool, as_json: bool) -> int:
    """The incidents of JOURNAL: what happened, to whom, and how it was settled.

    \b
    Example:
      tradefold incidents run.db --open
    """
    with open_journal(journal) as reader:
        every = incidents_of(reader)
    found = [each for each in every if not open_only or each.closed_at is None]
    data = {
        "incidents": [{**attrs.asdict(each), "facts": json.loads(each.facts)} for each in found]
    }

    def show() -> None:
        console = screen()
        heading(console, "incidents", str(journal))
        if not found:
            lines(console, ["none is open" if open_only else "none"])
            return
        columns(
            console,
            ("", "kind", "account", "symbol", "opened", "seq", "facts", "ended"),
            [
                (
                    str(each.number),
                    each.kind,
                    each.account or "nobody's",
                    each.symbol,
                    each.opened_at.replace("T", " ")[:19],
                    str(each.opened_seq),
                    ", ".join(fact_words(*fact) for fact in json.loads(each.facts).items()),
                    "still open" if each.closed_at is None else str(each.resolution),
                )
                for each in found
            ],
            right=(0, 5),
        )

    return give(Answer(data, show), as_json)
