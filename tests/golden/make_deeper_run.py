"""Makes the golden run of the deeper exchange: ``python -m tests.golden.make_deeper_run``.

Hedge mode, funding, marks that jump until they liquidate, entries that wait, are
changed and taken back, and every fault. To be made again until the format that it is written in
was released, and never after that.
"""

from pathlib import Path

from engine.messages.runs import ENGINE_SEMANTICS
from journal.store import SqliteJournal
from journal.upcast import FORMAT
from tests.properties.deeper_runs import DeepPlan
from tests.properties.made_runs import digests, play

FOLDER = Path(__file__).parent
DEEPER_RUN = FOLDER / f"deeper-{ENGINE_SEMANTICS}-format-{FORMAT}.journal"
PLAN = DeepPlan(
    seed=15,
    bars=160,
    faults=(2, 2, 2, 10, 10, 10, 5),
    commands=12,
    hedge=True,
    leverage=50,
    shocks=2,
)


def make(path: Path) -> None:
    """Play the plan and seal what it told."""
    played = play(PLAN)
    (first, decided), *frames = played.frames
    journal = SqliteJournal.create(path, first, decided)
    for stamped, decisions in frames:
        journal.append(stamped, decisions)
    journal.seal(*digests(played.state))


if __name__ == "__main__":
    DEEPER_RUN.unlink(missing_ok=True)
    make(DEEPER_RUN)
