"""``new``: what it writes runs, tests itself, is short, and is written over nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import HOUSE, process, tell


def test_a_new_strategy_passes_its_own_test_and_runs(tmp_path: Path) -> None:
    told = tell("new", "my_cross", "--folder", tmp_path, "--json")
    assert told.code == 0, told.err
    assert told.data["class"] == "MyCross"
    names = {Path(file).name for file in told.data["files"]}
    assert names == {"my_cross.py", "test_my_cross.py", "my_cross.toml"}

    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_my_cross.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(HOUSE), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout
    assert "9 passed" in tested.stdout

    ran = process(
        "backtest",
        "my_cross.toml",
        "--data",
        "synthetic:7,days=3",
        "--strategy",
        "my_cross.py:MyCross",
        "--json",
        cwd=tmp_path,
    )
    assert ran.data["total"]["trades"] > 0


def test_a_new_strategy_is_twenty_lines(tmp_path: Path) -> None:
    tell("new", "my_cross", "--folder", tmp_path)
    source = (tmp_path / "my_cross.py").read_text(encoding="utf-8")
    body = source[source.index("import") :].splitlines()
    code = [line for line in body if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= 20
    ast.parse(source)


def test_the_files_tell_what_to_type_next(tmp_path: Path) -> None:
    told = tell("new", "my_cross", "--folder", tmp_path)
    assert f"--strategy {tmp_path}/my_cross.py:MyCross" in told.out


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("My-Cross", "is no name for a strategy"),
        ("class", "is no name for a strategy"),
        ("../up", "is no name for a strategy"),
        ("volatility_breakout", "is a shipped strategy"),
        ("random", "is a module that Python knows already"),
        ("hypothesis", "is a module that Python knows already"),
        ("engine", "is a module that Python knows already"),
    ],
)
def test_a_wrong_name_is_one_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    told = tell("new", name, "--folder", tmp_path)
    assert told.code == 2
    assert sentence in told.err
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "test_my_cross.py").write_text("precious", encoding="utf-8")
    told = tell("new", "my_cross", "--folder", tmp_path)
    assert told.code == 2
    assert "exists already" in told.err
    assert [file.name for file in tmp_path.iterdir()] == ["test_my_cross.py"]
    assert tell("new", "my_cross", "--folder", tmp_path / "no").code == 2
