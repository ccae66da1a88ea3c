"""What many commands take: a journal, ``--json``, ``--strategy``; and how they are opened."""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, TextIO

import click

from adapters.strategy_source import StrategyShelf, load_strategy
from journal.doorstep import SESSION_ID, mark_of
from journal.reader import JournalReader

Decorated = Callable[..., Any]

EXISTING = click.Path(path_type=Path)


def json_option(function: Decorated) -> Decorated:
    """``--json``: the one envelope instead of words."""
    return click.option("--json", "as_json", is_flag=True, help="Answer with one JSON envelope.")(
        function
    )


def most_option(function: Decorated) -> Decorated:
    """``--most N``: how many rows of a long list are shown."""
    return click.option(
        "--most",
        default=10,
        show_default=True,
        type=click.IntRange(0),
        help="How many trades to show.",
    )(function)


def report_option(function: Decorated) -> Decorated:
    """``--report DIR`` of commands that compare two runs."""
    return click.option(
        "--report",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Also make a page of both runs side by side, in the folder DIR.",
    )(function)


def strategy_option(function: Decorated) -> Decorated:
    """``--strategy path.py:Name``, repeatable. Paths named in a journal are never executed."""
    return click.option(
        "--strategy",
        "strategies",
        multiple=True,
        metavar="PATH.py:NAME",
        help="A strategy of your own; may be given more than once.",
    )(function)


def journal_argument(function: Decorated) -> Decorated:
    """The journal's path."""
    return click.argument("journal", type=EXISTING)(function)


def open_journal(path: Path) -> JournalReader:
    """A journal to read from; the one who asks closes it."""
    return JournalReader(path)


def of_session(journal: Path, command: str, **given: Any) -> int | None:
    """What a command answers where the journal is that of a served session; None for a run's.

    ``cli.py`` hands in the commands of sessions, which load only here.
    """
    if mark_of(journal) != SESSION_ID:
        return None
    found: Callable[..., int] = click.get_current_context().find_root().obj(command)
    return found(journal, **given)


def aside() -> redirect_stdout[TextIO]:
    """While a user's code may run: what it prints goes to stderr, stdout is for the answer."""
    return redirect_stdout(sys.stderr)


def shelf_of(strategies: tuple[str, ...]) -> StrategyShelf:
    """The shipped strategies and the user's own."""
    with aside():
        return StrategyShelf(tuple(load_strategy(text) for text in strategies))
