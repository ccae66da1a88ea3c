"""How every command answers: one envelope for programs, words for people, one exit code.

Nothing heavy is imported here, because ``tradefold --help`` comes through this module.
"""

import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import click

from engine.errors import NegativeAnswerError, UserError, WorldError

DONE, NO, USAGE, WORLD, BROKEN, INTERRUPTED = 0, 1, 2, 3, 4, 130
DEBUG = "TRADEFOLD_DEBUG"


class InterruptedRunError(Exception):
    """Ctrl-C during work: one sentence that says what is left on the disk. Exit code 130."""


@attrs.frozen
class Answer:
    """What a command found: ``data`` for programs, ``show`` prints it for people.

    ``refusal`` is the one sentence of a negative answer and ``code`` its name; the data are
    given nevertheless. ``warnings`` go to stderr and leave the exit code as it is.
    """

    data: dict[str, Any]
    show: Callable[[], None]
    refusal: str = ""
    code: str = "negative_answer"
    warnings: tuple[str, ...] = ()


def give(answer: Answer, as_json: bool) -> int:
    """Print an answer; its exit code."""
    error = {"code": answer.code, "message": answer.refusal} if answer.refusal else None
    if as_json:
        click.echo(envelope(answer.data, error))
    else:
        answer.show()
    for warning in answer.warnings:
        click.secho(f"warning: {warning}", err=True, fg="yellow")
    if answer.refusal:
        click.secho(f"no: {answer.refusal}", err=True, fg="red")
        return NO
    return DONE


def envelope(data: dict[str, Any] | None, error: dict[str, str] | None) -> str:
    """The JSON text that ``--json`` prints, always with the same three keys, in plain ASCII."""
    return json.dumps({"ok": error is None, "data": data, "error": error})


def guard(words: Sequence[str], work: Callable[[], object]) -> int:
    """Run the command; whatever it raises becomes one sentence and an exit code."""
    as_json = "--json" in words
    try:
        _take_every_letter()
        code = work()
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        if as_json:
            return _fail(as_json, USAGE, "usage", "a command is missing; see tradefold --help")
        click.echo(error.format_message(), err=True)
        return USAGE
    except click.UsageError as error:
        asked = f"; see {error.ctx.command_path} --help" if error.ctx is not None else ""
        return _fail(as_json, USAGE, "usage", f"{_sentence(error.format_message())}{asked}")
    except click.ClickException as error:
        return _fail(as_json, USAGE, "usage", _sentence(error.format_message()))
    except UserError as error:
        return _fail(as_json, USAGE, "usage", str(error))
    except NegativeAnswerError as error:
        return _fail(as_json, NO, "negative_answer", str(error))
    except WorldError as error:
        return _fail(as_json, WORLD, "world", str(error))
    except InterruptedRunError as error:
        return _fail(as_json, INTERRUPTED, "interrupted", str(error))
    except (click.Abort, KeyboardInterrupt):
        return _fail(as_json, INTERRUPTED, "interrupted", "stopped by Ctrl-C; nothing was written")
    except AssertionError as error:
        return _fail(as_json, BROKEN, "invariant", _broken(error))
    except BrokenPipeError:
        return leave_quietly()
    except OSError as error:
        return _fail(as_json, WORLD, "world", _of_the_world(error))
    except Exception as error:
        raise SystemExit(_fail(as_json, BROKEN, "invariant", _broken(error))) from error
    return code if isinstance(code, int) else DONE


def _take_every_letter() -> None:
    """A terminal that cannot show a letter gets a question mark, and no error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _fail(as_json: bool, code: int, name: str, message: str) -> int:
    message = " ".join(message.split())
    if as_json:
        _say(envelope(None, {"code": name, "message": message}), to_stderr=False)
    _say(click.style(f"error: {message}", fg="red"), to_stderr=True)
    _let_go_of_output()
    return code


def _let_go_of_output() -> None:
    """What stdout still holds back and cannot take must not fail once more when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        leave_quietly()


def _say(text: str, to_stderr: bool) -> None:
    """Say it where somebody listens: a reader that left, or a full disk, is no second error."""
    try:
        click.echo(text, err=to_stderr)
    except OSError:
        if not to_stderr:
            leave_quietly()


def leave_quietly() -> int:
    """Whoever read our output has seen enough: the rest goes nowhere, without a word."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return DONE


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def _of_the_world(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}; check the disk and its permissions"


def _broken(error: BaseException) -> str:
    """An invariant broke: what, where, and how to see the way there."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    told = str(error) or "an assertion does not hold"
    return (
        f"an invariant broke ({type(error).__name__} in {where}): {told}; this is a fault of the "
        f"program, {DEBUG}=1 shows the way there"
    )
