"""The first five minutes of the README, typed as they stand there."""

import re
import shlex
from pathlib import Path

import pytest

from tests.commands.conftest import HOUSE, Told, tell

DAYS = 21
"""Of the made market here; the README has more of them, and what it asks about is in both."""


def typed() -> list[list[str]]:
    """Every tradefold command of the first block after `make demo`."""
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    block = next(each for each in blocks if "venv/bin/activate" in each)
    lines = [shlex.split(line) for line in block.splitlines()]
    return [words[1:] for words in lines if words[0] == "tradefold"]


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Told]:
    """What each command answered, in the folder of a stranger; `explain` by its last option."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(HOUSE / "examples")
    told = {}
    for words in typed():
        words = [re.sub(r"days=\d+", f"days={DAYS}", word) for word in words]
        name = f"{words[0]} {words[-1]}" if words[-1] == "--why-not" else words[0]
        told[name] = tell(*words)
    return told


def test_the_commands_of_the_readme_answer_what_it_says_they_do(
    answers: dict[str, Told], tmp_path: Path
) -> None:
    """What a run did, why and why not, what it cost, and how much of it is assumption."""
    codes = {name: told.code for name, told in answers.items()}
    assert codes.pop("diff") == 1, "the two runs differ"
    assert set(codes.values()) == {0}, [told.err for told in answers.values()]
    assert list(codes) == ["backtest", "verify", "explain", "explain --why-not", "what-if"]

    run = answers["backtest"].out
    assert run.index("assumptions") < run.index("results") < run.index("fees, open positions too")
    assert (tmp_path / "run-report" / "report.html").is_file()
    assert "sound" in answers["verify"].out
    assert "the gate" in answers["explain"].out
    assert "it asked for" in answers["explain --why-not"].out
    for name in ("what-if", "diff"):
        assert "simulation.slippage" in answers[name].out
        assert "net result of trades" in answers[name].out
    assert (tmp_path / "both" / "report.html").is_file()
