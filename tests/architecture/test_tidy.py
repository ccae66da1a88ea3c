"""Sizes, names, words, faults and modes: the house obeys, and each rule catches."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import rules_faults, rules_tidy, rules_words
from tests.architecture.sources import HOUSE, Violation, judge, write

Rule = Callable[[Path], Iterable[Violation]]

RULES: list[Rule] = [
    rules_tidy.long_files,
    rules_tidy.long_functions,
    rules_tidy.long_lines,
    rules_tidy.file_endings,
    rules_tidy.empty_names,
    rules_tidy.prints,
    rules_tidy.screens,
    rules_words.promises,
    rules_words.machine_paths,
    rules_faults.swallowed_exceptions,
    rules_faults.code_from_text,
    rules_faults.compared_modes,
]

CATCH_ALL = "try:\n    a()\nexcept {}:\n    {}\n"

OFFENCES: list[tuple[Rule, str, str]] = [
    (rules_tidy.long_files, "engine/a.py", "a = 1\n" * 301),
    (rules_tidy.long_functions, "tests/test_a.py", "def a():\n" + "    b()\n" * 60),
    (rules_tidy.long_lines, "engine/a.py", f"a = '{'x' * 96}'\n"),
    (rules_tidy.file_endings, "engine/a.py", "a = 1"),
    (rules_tidy.file_endings, "engine/a.py", "if a:\n\tb()\n"),
    (rules_tidy.file_endings, "engine/README.md", "# engine"),
    (rules_tidy.empty_names, "engine/utils.py", ""),
    (rules_tidy.empty_names, "adapters/common/a.py", ""),
    (rules_tidy.empty_names, "tests/data/a.py", ""),
    (rules_tidy.empty_names, "engine/a.py", "class OrderManager:\n    pass\n"),
    (rules_tidy.prints, "adapters/a.py", "print('a')\n"),
    (rules_tidy.screens, "journal/a.py", "import click\n"),
    (rules_tidy.screens, "adapters/a.py", "from rich.table import Table\n"),
    (rules_words.promises, "engine/a.py", "a = 1  # TODO: think\n"),
    (rules_words.promises, "README.md", "This is enough for now.\n"),
    (rules_words.promises, "tests/test_a.py", "# fixme\n"),
    (rules_words.machine_paths, "engine/a.py", "A = '/work/main'\n"),
    (rules_words.machine_paths, "README.md", "See ../shared/design.md\n"),
    (rules_words.machine_paths, "Makefile", "run:\n\t/home/me/python\n"),
    (rules_faults.swallowed_exceptions, "engine/a.py", CATCH_ALL.format("Exception", "pass")),
    (rules_faults.swallowed_exceptions, "cli.py", CATCH_ALL.format("(KeyError, Exception)", "b()")),
    (rules_faults.swallowed_exceptions, "cli.py", "try:\n    a()\nexcept:\n    b()\n"),
    (
        rules_faults.swallowed_exceptions,
        "adapters/a.py",
        CATCH_ALL.format("BaseException as e", "if e: raise"),
    ),
    (rules_faults.swallowed_exceptions, "journal/a.py", "with suppress(Exception):\n    a()\n"),
    (rules_faults.code_from_text, "journal/a.py", "import pickle\n"),
    (rules_faults.code_from_text, "adapters/a.py", "from marshal import loads\n"),
    (rules_faults.code_from_text, "engine/a.py", "a = eval('1')\n"),
    (rules_faults.code_from_text, "adapters/a.py", "exec(text)\n"),
    (rules_faults.code_from_text, "adapters/strategy_source.py", "eval(text)\n"),
    (rules_faults.code_from_text, "adapters/a.py", "a = yaml.load(text)\n"),
    (rules_faults.code_from_text, "adapters/a.py", "spec_from_file_location('a', path)\n"),
    (rules_faults.code_from_text, "replays/a.py", "runpy.run_path(path)\n"),
    (rules_faults.compared_modes, "engine/a.py", "if mode == 'live':\n    a()\n"),
    (rules_faults.compared_modes, "cli.py", "if mode in ('backtest', 'paper'):\n    a()\n"),
    (
        rules_faults.compared_modes,
        "replays/a.py",
        "match mode:\n    case 'rehearsal':\n        a()\n",
    ),
]

INNOCENT: list[tuple[Rule, str, str]] = [
    (rules_tidy.long_files, "engine/a.py", "a = 1\n" * 300),
    (rules_tidy.long_functions, "engine/a.py", "@x\n@y\ndef a():\n" + "    b()\n" * 59),
    (rules_tidy.long_lines, "engine/a.py", f"a = '{'x' * 94}'\n"),
    (rules_tidy.empty_names, "engine/a.py", "class DataGap:\n    pass\n"),
    (rules_tidy.screens, "commands/a.py", "import click\n"),
    (rules_tidy.prints, "bench/a.py", "print('a')\n"),
    (rules_words.promises, "engine/a.py", "# waits for nowhere\n"),
    (rules_words.machine_paths, "tests/test_a.py", "A = '../shared/data'\n"),
    (rules_words.machine_paths, "engine/a.py", "# the frame/working set\n"),
    (rules_faults.swallowed_exceptions, "cli.py", CATCH_ALL.format("Exception", "raise")),
    (rules_faults.swallowed_exceptions, "engine/a.py", CATCH_ALL.format("KeyError", "pass")),
    (rules_faults.code_from_text, "engine/a.py", "pattern = re.compile('a')\n"),
    (rules_faults.code_from_text, "adapters/strategy_source.py", "exec(compile(a, b, 'exec'))\n"),
    (rules_faults.compared_modes, "adapters/wiring.py", "if mode == 'live':\n    a()\n"),
    (rules_faults.compared_modes, "cli.py", "MODES = ('paper', 'live')\n"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule) -> None:
    """Each rule holds for every file."""
    judge(rule(HOUSE))


@pytest.mark.parametrize(("rule", "path", "text"), OFFENCES)
def test_the_rule_catches(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    """A rule that cannot fail holds nothing."""
    write(tmp_path, path, text)
    with pytest.raises(AssertionError, match=rf"{path}:\d+: .* Mend: "):
        judge(rule(tmp_path))


@pytest.mark.parametrize(("rule", "path", "text"), INNOCENT)
def test_the_rule_lets_pass(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    """What is in order is not told."""
    write(tmp_path, path, text)
    judge(rule(tmp_path))


@pytest.mark.parametrize("path", rules_faults.MAY_CATCH_ALL | rules_faults.LOADS_STRATEGY_FILES)
def test_each_exception_to_a_rule_is_a_room_that_exists(path: str) -> None:
    """A door that is left open for nobody is closed."""
    assert (HOUSE / path).exists(), f"{path} is excepted from a rule and not there: take it out"
