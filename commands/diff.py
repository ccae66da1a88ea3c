"""``tradefold diff``: where two runs part, and what that came to."""

from pathlib import Path

import click

from commands.difference_view import difference_data, show_difference
from commands.envelope import Answer, give
from commands.options import EXISTING, json_option, most_option, open_journal
from commands.screen import screen
from replays.difference import compare


@click.command("diff")
@click.argument("a", type=EXISTING)
@click.argument("b", type=EXISTING)
@most_option
@json_option
def command(a: Path, b: Path, most: int, as_json: bool) -> int:
    """Compare the journals A and B: the settings that differ, the first decision and the first
    input that are not the same with both sides, and what became of results and trades.

    Ids of orders are compared without the name of their run. Like diff(1) it exits with 1 when
    the runs differ, and with 0 when both decided the same upon the same inputs.

    \b
    Examples:
      tradefold diff monday.db tuesday.db
      tradefold diff a.db b.db --json --most 100
    """
    with open_journal(a) as ours, open_journal(b) as theirs:
        difference = compare(ours, theirs)
    names = ("A", "B") if a.name == b.name else (a.name, b.name)
    return give(
        Answer(
            {"journals": {"a": str(a), "b": str(b)}, **difference_data(difference, most)},
            lambda: show_difference(screen(), difference, names, most),
            "" if difference.identical else f"{a} and {b} differ",
            "different",
        ),
        as_json,
    )
