"""kill -9 at any moment leaves nothing, or a journal that is the beginning of the whole run.

Six moments by default; TRADEFOLD_KILLS=50 tries fifty.
"""

import os
import random
import subprocess
from itertools import zip_longest
from pathlib import Path
from time import sleep

from journal.reader import JournalReader
from tests.commands.conftest import HOUSE, command_line, tell

KILLS = int(os.environ.get("TRADEFOLD_KILLS", "6"))
MARKET = "synthetic:7,days=120"


def start(settings: Path, journal: Path) -> subprocess.Popen[bytes]:
    """A backtest in a process of its own."""
    return subprocess.Popen(
        command_line("backtest", settings, "--data", MARKET, "--journal", journal, "--json"),
        cwd=journal.parent,
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(journal: Path, running: subprocess.Popen[bytes]) -> None:
    """Until the journal has its name, or the process its end."""
    while not journal.exists() and running.poll() is None:
        sleep(0.002)


def is_beginning_of(part: Path, whole: Path) -> int:
    """Frame by frame the same, as far as it goes; the number of frames.

    Only the origin of the two runs may differ: it is told by the first frame, and decides nothing.
    """
    count = 1
    with JournalReader(part) as one, JournalReader(whole) as other:
        last = one.head.last_seq
        assert (one.started.run, one.started.terms) == (other.started.run, other.started.terms)
        for mine, full in zip_longest(one.frames(2, last), other.frames(2, last)):
            assert mine == full
            count += 1
    return count


def test_a_run_killed_at_any_moment_leaves_nothing_or_a_sound_beginning(
    settings: Path, tmp_path: Path
) -> None:
    """And the same name can be used again at once."""
    whole = tmp_path / "whole.db"
    assert start(settings, whole).wait(timeout=300) == 0
    draw = random.Random(7)
    left = []
    for n in range(KILLS):
        journal = tmp_path / f"killed-{n}.db"
        running = start(settings, journal)
        if n % 6:
            wait_for(journal, running)
        sleep(draw.uniform(0, 1.2))
        running.kill()
        running.wait()
        if not journal.exists():
            continue
        told = tell("verify", journal, "--json")
        assert told.code == 0, told.err
        assert told.data["redecided"] is True
        left.append(is_beginning_of(journal, whole))
    print(f"{len(left)} of {KILLS} kills left a journal, of {min(left)} to {max(left)} frames")
    assert 2 * len(left) >= KILLS
    again = ("--data", "synthetic:7", "--journal", tmp_path / "killed-1.db", "--replace")
    assert tell("backtest", settings, *again).code == 0
