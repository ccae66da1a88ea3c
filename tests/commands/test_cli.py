"""The program starts quickly: help and version load no command."""

import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import click
import pytest

import cli
from tests.commands.conftest import HOUSE, command_line, process, tell

HEAVY = ("pyarrow", "pydantic", "sqlite_utils", "rich", "msgspec", "engine.state", "adapters")
ASK = "import sys\ntry:\n import cli\n cli.main({words!r})\nexcept SystemExit:\n pass\n"
TELL = """
there = [name for name in {heavy!r} if name in sys.modules]
print('loaded:' + '|'.join(there), file=sys.stderr)
"""


def loaded(*words: str) -> str:
    """Which heavy modules are there after a command, asked of a fresh process."""
    told = subprocess.run(
        [sys.executable, "-c", ASK.format(words=list(words)) + TELL.format(heavy=HEAVY)],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stderr.strip().splitlines()[-1].removeprefix("loaded:")


@pytest.mark.parametrize("words", [("--help",), ("journal", "--help"), ("config", "--help"), ()])
def test_help_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    """The one line of each command stands in a table."""
    assert loaded(*words) == ""


def test_a_command_that_is_invoked_does_load_its_module() -> None:
    """The test above can fail."""
    assert "rich" in loaded("verify", "--help")


def test_help_names_every_command_and_answers_quickly() -> None:
    """The time is printed and not held: machines differ."""
    begin = perf_counter()
    told = process("--help", cwd=HOUSE)
    print(f"tradefold --help: {perf_counter() - begin:.3f} s")
    assert told.code == 0
    for name, (_, line) in cli.COMMANDS.items():
        assert name in told.out
        assert line in told.out


def every_command() -> list[tuple[str, click.Command]]:
    """Each command with its full name."""
    found = []
    context = click.Context(cli.main, info_name="tradefold")
    for name in cli.COMMANDS:
        command = cli.main.get_command(context, name)
        assert command is not None
        if isinstance(command, cli.LazyGroup):
            for inner in command.table:
                below = command.get_command(context, inner)
                assert below is not None
                found.append((f"{name} {inner}", below))
        else:
            found.append((name, command))
    return found


@pytest.mark.parametrize(
    ("name", "command"), every_command(), ids=[name for name, _ in every_command()]
)
def test_every_command_has_an_example_json_and_its_name(name: str, command: click.Command) -> None:
    """So that nobody has to guess."""
    assert f"tradefold {name}" in (command.help or "")
    assert any("--json" in parameter.opts for parameter in command.params)
    assert command.name == name.split()[-1]


def test_the_version_is_told() -> None:
    """By the installed package."""
    told = tell("--version")
    assert (told.code, told.out) == (0, "tradefold 0.1.0\n")


@pytest.mark.parametrize("more", [("config", "explain"), ("journal", "export")])
def test_a_reader_that_has_seen_enough_is_no_error(
    more: tuple[str, str], settings: Path, journal: Path
) -> None:
    """As with ``| head``: nothing on stderr, and exit code 0."""
    what = settings if more[0] == "config" else journal
    with subprocess.Popen(
        command_line(*more, what),
        cwd=HOUSE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


def test_a_terminal_without_our_letters_still_gets_its_answer(
    settings: Path, tmp_path: Path
) -> None:
    """The line of equity turns into question marks, the numbers stay."""
    told = subprocess.run(
        command_line("backtest", settings, "--data", "synthetic:7", "--journal", tmp_path / "a.db"),
        cwd=HOUSE,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert b"equity at the end" in told.stdout


STOPPED_AT = """
import builtins, sys
taken = builtins.__import__

def stopped(name, *more):
    if name.split(".")[0] == {module!r}:
        raise KeyboardInterrupt
    return taken(name, *more)

builtins.__import__ = stopped
import cli
cli.main({words!r})
"""


@pytest.mark.parametrize("module", ["click", "commands", "rich"])
@pytest.mark.parametrize("words", [["verify", "--help"], ["verify", "--json"]])
def test_ctrl_c_while_the_program_still_loads_is_one_sentence(
    module: str, words: list[str]
) -> None:
    """At whatever import it comes: exit code 130 and no traceback."""
    told = subprocess.run(
        [sys.executable, "-c", STOPPED_AT.format(module=module, words=words), *words],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 130, told.stderr
    assert told.stderr.strip().endswith("stopped by Ctrl-C; nothing was written")
    assert len(told.stderr.strip().splitlines()) == 1
    if "--json" in words:
        assert json.loads(told.stdout)["error"]["code"] == "interrupted"
