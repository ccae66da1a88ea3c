"""Whether a journal is what was written: every page, every link, and the head.

What this proves by itself is that nothing was changed by accident or by hand. Somebody who writes
a whole new chain is caught by an anchor from outside: a digest noted earlier (``expect``).
"""

from typing import NamedTuple

from engine.errors import InvariantError, NegativeAnswerError
from journal.chain import GENESIS, Page, linked
from journal.codec import RUNS
from journal.frame import FrameSource, Head
from journal.pages import check_frames, decode_page, encode_body, page_format, plain_body
from journal.upcast import FORMAT
from journal.vocabulary import Vocabulary


class ChainReport(NamedTuple):
    """What was found. ``fault`` is empty for a sound journal, else one sentence."""

    pages: int
    """Sound pages before the first bad one."""
    frames: int
    """Frames in them: the journal can be trusted up to this seq."""
    digest: str
    """Digest of the last sound page."""
    sealed: bool
    bad_seq: int
    """First seq of the first bad page; 0 for none, or when the head alone is bad."""
    fault: str

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.fault


def page_fault(
    page: Page, previous: str, last_seq: int, last_at: int, words: Vocabulary = RUNS
) -> str:
    """What is wrong with a page that follows ``last_seq`` at ``last_at``; empty for nothing."""
    if not linked(previous, page):
        return "was changed after it was written, or does not belong here"
    if page.first_seq != last_seq + 1:
        return f"does not follow seq {last_seq}"
    try:
        frames = decode_page(page, words=words)
        body = plain_body(page)
        again = encode_body(frames, words) if page_format(page) == FORMAT else body
        check_frames(frames, words)
    except (ValueError, InvariantError) as error:
        return str(error)
    if again != body:
        return "is not in canonical form"
    times = [stamped.at for stamped, _ in frames]
    if not times or page.last_seq - page.first_seq + 1 != len(times):
        return f"holds {len(times)} frames, not what its seqs say"
    if (page.first_at, page.last_at) != (times[0], times[-1]):
        return "has other times than its frames"
    if last_at > times[0] or times != sorted(times):
        return "goes back in time"
    return ""


def verify_chain(source: FrameSource, expect: str = "", words: Vocabulary = RUNS) -> ChainReport:
    """Check every page of a journal, its links, its head, and an anchor from outside.

    ``expect`` is the digest that the journal had at an earlier time, or its last one now: some
    page has to have it. A journal may be written meanwhile: a page and the head that pins it come
    together, so no page lies beyond a head that is read later.
    """
    before, head_fault = _head(source)
    report, digests = _walk(source, {expect, before.digest} if before else {expect}, words)
    if report.fault:
        return report
    after, after_fault = _head(source)
    if before is None or after is None:
        return report._replace(fault=head_fault or after_fault)
    report = report._replace(sealed=bool(before.sealed))
    if report.frames < before.last_seq:
        fault = f"the pages end at seq {report.frames}, the head is of seq {before.last_seq}"
        return report._replace(fault=fault, bad_seq=report.frames + 1)
    if report.frames > after.last_seq:
        fault = f"the pages go on to seq {report.frames}, the head is of seq {after.last_seq}"
        return report._replace(fault=fault)
    if digests.get(before.digest) != (before.last_seq, before.last_at):
        return report._replace(fault="the head does not fit the page that it names")
    if expect and expect not in digests:
        return report._replace(fault=f"no page has the digest {expect}")
    return report


def _head(source: FrameSource) -> tuple[Head | None, str]:
    try:
        return source.head, ""
    except NegativeAnswerError as error:
        return None, str(error)


def _walk(
    source: FrameSource, wanted: set[str], words: Vocabulary
) -> tuple[ChainReport, dict[str, tuple[int, int]]]:
    """The report on the pages alone, and where those with a ``wanted`` digest end."""
    pages, last_seq, last_at, digest = 0, 0, 0, GENESIS
    found: dict[str, tuple[int, int]] = {}
    fault = ""
    try:
        for page in source.pages():
            before = last_at if pages else page.first_at
            fault = page_fault(page, digest, last_seq, before, words)
            if fault:
                fault = f"the page from seq {last_seq + 1} {fault}"
                break
            pages += 1
            last_seq, last_at, digest = page.last_seq, page.last_at, page.digest
            if digest in wanted:
                found[digest] = (last_seq, last_at)
    except NegativeAnswerError as error:
        fault = str(error)
    return ChainReport(pages, last_seq, digest, False, last_seq + 1 if fault else 0, fault), found
