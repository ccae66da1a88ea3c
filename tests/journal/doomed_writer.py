"""A writer that is killed: ``python -m tests.journal.doomed_writer FOLDER MOMENT``."""

import os
import signal
import sys
from pathlib import Path

from journal import store
from tests.journal.samples import first_frame, quiet_frames


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: str, moment: str) -> None:
    """Write a journal until ``moment``, then die without a word."""
    path = Path(folder) / "run.journal"
    if moment == "lock":
        setattr(store, "build_file", _die)  # noqa: B010
    if moment == "build":
        setattr(os, "rename", _die)  # noqa: B010
    replace = moment in ("replace", "swap")
    journal = store.SqliteJournal.create(path, first_frame(), replace=replace)
    if moment == "for ever":
        print("begun", flush=True)
        for n, (stamped, decisions) in enumerate(quiet_frames(2, 200_000)):
            journal.append(stamped, decisions)
            if n % 50 == 0:
                journal.flush()
    for stamped, decisions in quiet_frames(2, 3):
        journal.append(stamped, decisions)
    if moment == "swap":
        setattr(os, "replace", _die)  # noqa: B010
        journal.append(*quiet_frames(8, 1)[0])
        journal.seal("state", "strategy")
    if moment != "append":
        journal.flush()
    _die()


if __name__ == "__main__":
    main(*sys.argv[1:])
