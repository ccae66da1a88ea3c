"""Every answer has one form, and every way to fail has its exit code and one sentence."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
import pytest

from commands.envelope import Answer, InterruptedRunError, give, guard
from engine.errors import InvariantError, NegativeAnswerError, UserError, WorldError
from tests.commands.conftest import HOUSE, command_line, tell

FULL = Path("/dev/full")
ERRORS = [
    (UserError("a.toml: is wrong; mend it"), 2, "usage"),
    (click.UsageError("No such option"), 2, "usage"),
    (click.BadParameter("no number"), 2, "usage"),
    (NegativeAnswerError("it was changed"), 1, "negative_answer"),
    (WorldError("the disk is full"), 3, "world"),
    (PermissionError(13, "Permission denied", "x.db"), 3, "world"),
    (InvariantError("the ledger does not balance"), 4, "invariant"),
    (AssertionError("time never goes back"), 4, "invariant"),
    (KeyError("something nobody thought of"), 4, "invariant"),
    (InterruptedRunError("stopped; x.db holds 5 frames"), 130, "interrupted"),
    (KeyboardInterrupt(), 130, "interrupted"),
    (click.Abort(), 130, "interrupted"),
]


def raises(error: BaseException) -> Callable[[], NoReturn]:
    """Work that fails."""

    def work() -> NoReturn:
        raise error

    return work


def code_of(words: list[str], error: BaseException) -> int:
    """The exit code that an error ends with."""
    try:
        return guard(words, raises(error))
    except SystemExit as end:
        return int(str(end.code))


@pytest.mark.parametrize(("error", "code", "name"), ERRORS, ids=lambda each: repr(each)[:40])
def test_an_error_is_one_sentence_on_stderr_and_an_exit_code(
    error: BaseException, code: int, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, nothing on stdout."""
    assert code_of(["replay"], error) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
    assert name


@pytest.mark.parametrize(("error", "code", "name"), ERRORS, ids=lambda each: repr(each)[:40])
def test_with_json_the_same_error_is_an_envelope_on_stdout_too(
    error: BaseException, code: int, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Programs read stdout, people read stderr."""
    assert code_of(["replay", "--json"], error) == code
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["ok"] is False
    assert told["data"] is None
    assert told["error"]["code"] == name
    assert err == f"error: {told['error']['message']}\n"


def test_a_fault_of_the_program_can_be_traced_when_that_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRADEFOLD_DEBUG=1 shows the way to it."""
    monkeypatch.setenv("TRADEFOLD_DEBUG", "1")
    assert code_of([], KeyError("boom")) == 4
    assert "Traceback" in capsys.readouterr().err


def test_a_negative_answer_carries_its_data(capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks whether a journal is sound wants to know where it is not."""
    answer = Answer({"seq": 5}, lambda: None, "seq 5 was changed", "tampered")
    assert give(answer, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "ok": False,
        "data": {"seq": 5},
        "error": {"code": "tampered", "message": "seq 5 was changed"},
    }


def test_a_warning_goes_to_stderr_and_leaves_the_exit_code_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The envelope stays whole."""
    assert give(Answer({}, lambda: None, warnings=("look at this",)), as_json=True) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["ok"] is True
    assert err == "warning: look at this\n"


@pytest.mark.parametrize(
    "words",
    [
        ("backtest", "a.toml", "--bogus", "--json"),
        ("bogus", "--json"),
        ("explain", "--json"),
        ("journal", "export", "x.db", "--from", "no-number", "--json"),
        ("--json",),
    ],
)
def test_wrong_usage_is_told_in_the_envelope_too(words: tuple[str, ...]) -> None:
    """Also when the words cannot be parsed at all."""
    told = tell(*words)
    assert told.code == 2
    assert told.envelope["error"]["code"] == "usage"
    assert told.err.startswith("error: ")


def test_no_command_at_all_shows_the_help() -> None:
    """On stderr, because it is no answer."""
    told = tell()
    assert told.code == 2
    assert told.out == ""
    assert "Commands:" in told.err


@pytest.mark.skipif(not FULL.exists(), reason="this machine has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [("config", "explain"), ("config", "explain", "--json")])
def test_a_disk_that_is_full_behind_stdout_is_one_sentence(
    words: tuple[str, ...], unbuffered: str, settings: Path
) -> None:
    """Also with --json, whose envelope cannot be told either, and however Python buffers."""
    with FULL.open("w", encoding="utf-8") as nowhere:
        told = subprocess.run(
            command_line(*words, settings),
            stdout=nowhere,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=HOUSE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert told.returncode == 3
    assert told.stderr == "error: No space left on device; check the disk and its permissions\n"
