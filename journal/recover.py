"""Before a journal is continued: whether its end is what its last writer left.

SQLite itself brings the file back to its last commit, so a writer that was killed leaves whole
pages and a head that fits them. What is checked here is that this is so. Nothing is ever
repaired by rewriting: a journal that fails is kept, copied and looked at with ``verify``.
"""

from pathlib import Path

from engine.errors import NegativeAnswerError
from journal.chain import GENESIS
from journal.codec import RUNS
from journal.frame import Head
from journal.reader import JournalReader
from journal.verify import page_fault
from journal.vocabulary import Vocabulary

TAIL_FRAMES = 4096
"""How far back the tail is checked, at least."""


def check_tail(path: Path, words: Vocabulary = RUNS) -> Head:
    """The head of a journal whose last pages hold together and fit it.

    Raises ``NegativeAnswerError`` when they do not, ``UserError`` when it is no journal.
    """
    with JournalReader(path, words) as reader:
        head = reader.head
        previous, last_seq, last_at = "", 0, 0
        for page in reader.pages_from(max(1, head.last_seq - TAIL_FRAMES)):
            if not previous:
                previous = reader.digest_before(page.first_seq)
                last_seq, last_at = page.first_seq - 1, page.first_at
            fault = page_fault(page, previous, last_seq, last_at, words)
            if fault:
                raise NegativeAnswerError(
                    f"journal {path}: the page from seq {page.first_seq} {fault}; run verify"
                )
            previous, last_seq, last_at = page.digest, page.last_seq, page.last_at
        if (last_seq, last_at, previous or GENESIS) != (head.last_seq, head.last_at, head.digest):
            raise NegativeAnswerError(
                f"journal {path}: ends at seq {last_seq}, but its head is of seq {head.last_seq}; "
                "run verify"
            )
        return head
