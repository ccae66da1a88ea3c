"""Law 1, interpreted or compiled: the build of these sources makes the same runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from compiling.build import FOLDER, compiler, is_current
from tests.determinism.probe import tell
from tests.determinism.worlds import run_probe, write_candles

pytestmark = pytest.mark.skipif(
    not is_current(),
    reason="no build of these sources: "
    + ("make compiled makes one" if compiler() else "there is no C compiler here"),
)
ENVIRON = {"PYTHONPATH": str(FOLDER)}


def run(code: str) -> subprocess.CompletedProcess[str]:
    """A program in the folder of the build."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=FOLDER,
        env={**os.environ, **ENVIRON},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_build_runs_compiled_code() -> None:
    """And not the copy of the sources that lies beside it."""
    told = run("import engine.step, journal.pages; print(engine.step.__file__)")
    path = Path(told.stdout.strip())
    assert path.is_relative_to(FOLDER)
    assert path.suffix in (".so", ".pyd")


def test_a_run_has_the_same_digests_and_frames_interpreted_and_compiled(tmp_path: Path) -> None:
    candles = write_candles(tmp_path)["parquet"]
    told = tell(candles)
    assert told.trades > 50, "it is worth comparing"
    assert run_probe(candles, environ=ENVIRON, folder=FOLDER) == told


TESTS = """
import sys, pytest
code = pytest.main({rooms})
from engine import step
assert step.__file__.endswith((".so", ".pyd")), step.__file__
sys.exit(code)
"""


@pytest.mark.parametrize("room", ["tests/golden", "tests/properties"])
def test_golden_journals_and_laws_hold_in_the_build(room: str) -> None:
    told = run(TESTS.format(rooms=[room]))
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-2000:]


def test_the_server_says_that_it_is_not_for_the_build() -> None:
    told = run("import sys, cli; sys.argv[1:] = ['exchange', 'serve']; cli.main()")
    assert told.returncode == 2
    assert "run it without build/compiled" in told.stderr
    assert "Traceback" not in told.stderr
