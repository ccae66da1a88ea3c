"""Makes the golden journal of a format version: ``python -m tests.golden.make_journal``.

To be run once for a new version, and never again after that version was released: the file is
what makes sure that a journal is readable for ever.
"""

from pathlib import Path

from journal.frame import Frame
from journal.store import SqliteJournal
from journal.upcast import FORMAT
from tests.journal.samples import (
    Story,
    every_decision,
    every_input,
    first_frame,
    quiet_frames,
    round_trip,
)

GOLDEN = Path(__file__).parent / f"format-{FORMAT}.journal"
STATE_DIGEST = "a" * 64
STRATEGY_DIGEST = "b" * 64


def pages() -> list[list[Frame]]:
    """A story, one of every message, and enough candles for a compressed page."""
    story = Story(first_seq=8)
    for one in every_input():
        story.tell(one)
    story.tell(every_input()[0], *every_decision())
    told = [(stamped, decisions) for stamped, decisions in story.frames]
    later = 1_000_000
    for stamped, _ in told:
        stamped.at = type(stamped.at)(stamped.at + later * 1_000_000_000)  # type: ignore[misc]
    quiet = quiet_frames(told[-1][0].seq + 1, 30)
    for stamped, _ in quiet:
        stamped.at = type(stamped.at)(stamped.at + 2 * later * 1_000_000_000)  # type: ignore[misc]
    return [round_trip(), told, quiet]


def main() -> None:
    """Write the file, and its last digest beside it."""
    GOLDEN.unlink(missing_ok=True)
    journal = SqliteJournal.create(GOLDEN, first_frame())
    for frames in pages():
        for stamped, decisions in frames:
            journal.append(stamped, decisions)
        journal.flush()
    journal.seal(STATE_DIGEST, STRATEGY_DIGEST)
    GOLDEN.with_suffix(".digest").write_text(journal.head.digest + "\n")


if __name__ == "__main__":
    main()
