"""``tradefold new``: a strategy of one's own, its test and its configuration, ready to be run."""

import keyword
import re
from importlib.util import find_spec
from pathlib import Path
from shlex import quote

import click
from rich.console import Console

from commands.envelope import Answer, give
from commands.options import json_option
from commands.screen import heading, lines, screen
from engine.errors import UserError, WorldError
from engine.strategies.catalog import CATALOG

_TEMPLATES = Path(__file__).with_name("templates")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PYTEST = "" if find_spec("pytest") is not None else "pip install pytest && "
"""What is typed before the test: runs need no pytest, so it may not be there."""


@click.command("new")
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Where the files go; else the working folder.",
)
@json_option
def command(name: str, folder: Path, as_json: bool) -> int:
    """Write NAME.py with a strategy of 20 lines, test_NAME.py that tries it on made markets, and
    NAME.toml that runs it. Nothing that exists is written over.

    \b
    Example:
      tradefold new my_breakout && pytest test_my_breakout.py
    """
    class_name = class_of(name)
    if not folder.is_dir():
        raise UserError(f"--folder {folder}: there is no such folder; make it first")
    texts = written(name, class_name)
    for file in texts:
        if (folder / file).exists():
            raise UserError(f"{folder / file}: exists already; choose another name")
    _write(folder, texts)
    config, source = quote(str(folder / f"{name}.toml")), quote(str(folder / f"{name}.py"))
    commands = [
        f"tradefold backtest {config} --data synthetic:7 --strategy {source}:{class_name}",
        f"{_PYTEST}pytest {quote(str(folder / f'test_{name}.py'))}",
    ]
    files = [str(folder / file) for file in texts]
    data = {"class": class_name, "files": files, "next": commands}
    return give(Answer(data, lambda: _show(screen(), files, commands)), as_json)


def class_of(name: str) -> str:
    """``MyBreakout`` for ``my_breakout``. Raises ``UserError`` for what no file can be called."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UserError(
            f"{name!r} is no name for a strategy; take small letters, digits and _ such as my_cross"
        )
    if name in CATALOG:
        raise UserError(f"{name!r} is a shipped strategy; choose another name")
    if find_spec(name) is not None:
        # Its file would come first wherever pytest or Python looks for the module of that name.
        raise UserError(f"{name!r} is a module that Python knows already; choose another name")
    return "".join(part.capitalize() for part in name.split("_"))


def written(name: str, class_name: str) -> dict[str, str]:
    """The files by their names."""
    templates = {
        f"{name}.py": "strategy.py.txt",
        f"test_{name}.py": "test_strategy.py.txt",
        f"{name}.toml": "config.toml",
    }
    return {
        file: (_TEMPLATES / template)
        .read_text(encoding="utf-8")
        .replace("CLASS", class_name)
        .replace("NAME", name)
        for file, template in templates.items()
    }


def _write(folder: Path, texts: dict[str, str]) -> None:
    """All files, or none: what was written before a refusal of the disk is taken back."""
    made: list[Path] = []
    try:
        for file, text in texts.items():
            with (folder / file).open("x", encoding="utf-8") as handle:
                made.append(folder / file)
                handle.write(text)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        raise WorldError(
            f"{error.filename or folder}: {error.strerror or error}; check the folder"
        ) from error


def _show(console: Console, files: list[str], commands: list[str]) -> None:
    heading(console, "new strategy")
    lines(console, files)
    heading(console, "next")
    lines(console, commands)
