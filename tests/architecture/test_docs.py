"""Plates, docstrings, links and commands: documentation is checked."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import rules_docs as rules
from tests.architecture.rules_docs import Shown
from tests.architecture.sources import HOUSE, Violation, judge, write

Rule = Callable[[Path], Iterable[Violation]]
RULES = [rules.missing_plates, rules.missing_docstrings, rules.dead_links]
GOOD_PLATE = (
    "What lives here: a. What never lives here: b. Who may import it: c. Where to start: d.\n"
)
LIST_COMMANDS = """
import json, click, cli
def walk(command, context, name):
    if command.hidden:
        return
    if name:
        is_group = isinstance(command, click.Group)
        shown.append([name, (command.help or "") + (command.epilog or ""), is_group])
    if isinstance(command, click.Group):
        for part in command.list_commands(context):
            inner = command.get_command(context, part)
            below = click.Context(inner, info_name=part, parent=context)
            walk(inner, below, (name + " " + part).strip())
shown = []
main = next(each for each in vars(cli).values() if isinstance(each, click.Group))
walk(main, click.Context(main, info_name="tradefold", terminal_width=200), "")
print(json.dumps(shown))
"""

OFFENCES: list[tuple[Rule, str, str]] = [
    (rules.missing_plates, "engine/a.py", ""),
    (rules.missing_docstrings, "engine/a.py", "a = 1\n"),
    (rules.missing_docstrings, "engine/a.py", '"""A."""\ndef a():\n    pass\n'),
    (
        rules.missing_docstrings,
        "cli.py",
        '"""A."""\nclass A:\n    """A."""\n    def b(self): ...\n',
    ),
    (rules.dead_links, "engine/README.md", "Start in `state.py`.\n"),
    (rules.dead_links, "engine/README.md", "Start in `domain/`.\n"),
    (rules.dead_links, "README.md", "See [the engine](engine/README.md#start).\n"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule) -> None:
    """Each rule of documents holds for every room."""
    judge(rule(HOUSE))


@pytest.mark.parametrize(("rule", "path", "text"), OFFENCES)
def test_the_rule_catches(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    """A rule that cannot fail holds nothing."""
    write(tmp_path, path, text)
    with pytest.raises(AssertionError, match=r":\d+: .* Mend: "):
        judge(rule(tmp_path))


@pytest.mark.parametrize("part", ["What lives here", "never", "Who may import", "Where to start"])
def test_a_plate_has_four_parts(part: str, tmp_path: Path) -> None:
    """A plate without one of them is told, a whole one is not."""
    write(tmp_path, "engine/a.py", "")
    write(tmp_path, "engine/README.md", GOOD_PLATE)
    judge(rules.missing_plates(tmp_path))
    write(tmp_path, "engine/README.md", GOOD_PLATE.replace(part, "-"))
    assert len(list(rules.missing_plates(tmp_path))) == 1


def test_a_name_that_leads_somewhere_is_fine(tmp_path: Path) -> None:
    """Names are read from the plate's own folder and from the top."""
    write(tmp_path, "engine/state.py", "")
    write(tmp_path, "engine/README.md", "See `state.py`, `engine/state.py`, [it](state.py).\n")
    judge(rules.dead_links(tmp_path))


def commands() -> list[Shown]:
    """Every command of the program, asked of the program itself in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", LIST_COMMANDS],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, f"cli.py cannot list its commands:\n{told.stderr}"
    return [Shown(*entry) for entry in json.loads(told.stdout)]


def test_the_program_has_a_front_page() -> None:
    """The top README is there: what this is, how to start, every command."""
    assert (HOUSE / "README.md").is_file(), "README.md:1: there is none. Mend: write it."


def test_every_command_has_help_and_stands_in_the_top_readme() -> None:
    """And the README shows no command that is not there."""
    if not (HOUSE / "cli.py").exists():
        pytest.skip("cli.py is not there yet, so there is no command to document")
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    shown = commands()
    assert shown, "cli.py:1: there is no command. Mend: compose the groups."
    judge([*rules.unwritten_commands(readme, shown), *rules.invented_commands(readme, shown)])


@pytest.mark.parametrize(
    ("readme", "command", "sentence"),
    [
        ("", Shown("demo", "Show it. tradefold demo", False), "is not in the README"),
        ("tradefold demolish", Shown("demo", "tradefold demo", False), "is not in the README"),
        ("tradefold demo", Shown("demo", "", False), "has no help"),
        ("tradefold demo", Shown("demo", "Show it.", False), "has no example"),
    ],
)
def test_a_command_without_a_document_is_told(readme: str, command: Shown, sentence: str) -> None:
    """A command is documented twice: where it is asked for and on the front page."""
    told = [violation.sentence for violation in rules.unwritten_commands(readme, [command])]
    assert any(sentence in each for each in told)


@pytest.mark.parametrize("readme", ["```\ntradefold bogus x\n```", "Use `tradefold bogus`."])
def test_an_invented_command_is_told(readme: str) -> None:
    """A reader can type what the README shows."""
    known = [Shown("demo", "tradefold demo", False)]
    assert len(list(rules.invented_commands(readme, known))) == 1
    assert not list(rules.invented_commands("`tradefold demo`", known))
