"""``tradefold config``: what holds for a run, and where it was written."""

import os
from pathlib import Path

import click
from rich.text import Text

from adapters.config.explained import DEFAULT
from adapters.config.resolve import resolve
from commands.envelope import Answer, give
from commands.options import json_option, shelf_of, strategy_option
from commands.screen import QUIET, columns, heading, screen


@click.command("explain")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change a setting.")
@click.option("--changed", is_flag=True, help="Only what is not the default.")
@strategy_option
@json_option
def explain(
    config: Path, sets: tuple[str, ...], changed: bool, strategies: tuple[str, ...], as_json: bool
) -> int:
    """Every setting that CONFIG comes to, its value, and where that value was written.

    --set wins over the environment, the environment over the file, the file over the defaults. A
    profile wins where it is named: over weaker places, not over what is written beside it.

    \b
    Examples:
      tradefold config explain my.toml
      tradefold config explain my.toml --set accounts.va1.risk.max_drawdown=0.2 --changed
    """
    shelf = shelf_of(strategies)
    resolved = resolve(config, os.environ, sets, shelf.parameters_of)
    rows = [each for each in resolved.origins if not (changed and each.origin.startswith(DEFAULT))]
    data = {
        "settings": [{"key": row.key, "value": row.value, "origin": row.origin} for row in rows]
    }

    def show() -> None:
        console = screen()
        heading(console, "settings", str(config))
        told = [(row.key, row.value, Text(row.origin, style=QUIET)) for row in rows]
        columns(console, ("setting", "value", "from"), told)

    return give(Answer(data, show), as_json)
