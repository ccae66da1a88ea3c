"""A journal is readable for ever: the files here were written once, by the version they name."""

from journal.reader import JournalReader
from journal.upcast import FORMAT
from journal.verify import verify_chain
from tests.golden.make_journal import GOLDEN, STATE_DIGEST, STRATEGY_DIGEST, pages
from tests.journal.samples import first_frame


def test_there_is_a_golden_journal_of_every_version() -> None:
    for version in range(1, FORMAT + 1):
        assert GOLDEN.with_name(f"format-{version}.journal").is_file()


def test_the_golden_journal_still_decodes_to_the_same_messages() -> None:
    told = [(first_frame(), ()), *(frame for page in pages() for frame in page)]
    with JournalReader(GOLDEN) as reader:
        assert list(reader.frames()) == told


def test_the_golden_journal_still_verifies_and_has_its_digests() -> None:
    with JournalReader(GOLDEN) as reader:
        noted = GOLDEN.with_suffix(".digest").read_text().strip()
        report = verify_chain(reader, expect=noted)
        assert report.sound
        assert report.digest == noted
        assert reader.head.format == 1
        assert (reader.head.state_digest, reader.head.strategy_digest) == (
            STATE_DIGEST,
            STRATEGY_DIGEST,
        )
