"""A journal is readable for ever: the files here were written once, by the version they name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from engine.digest import STATE_SCHEMA
from engine.timebase import HOUR
from journal.codec import CHECKED
from journal.pages import plain_body
from journal.reader import JournalReader
from journal.upcast import FORMAT, STATE_SCHEMAS
from journal.verify import verify_chain
from tests.golden.make_journal import GOLDEN, STATE_DIGEST, STRATEGY_DIGEST, pages
from tests.journal.samples import first_frame

VERSIONS = range(1, FORMAT + 1)

ADDED: dict[int, dict[str, list[Any]]] = {
    1: {
        "RunStarted": [
            *("isolated", "one_way", "bybit", "sum", True),
            *("pessimistic", "candles", "through", "level", 0, True),
            *([], 0, 0, 8 * HOUR) * 2,
            *(0, 0),
        ],
        "InstrumentChanged": [[], 0, 0, 8 * HOUR],
        "OrderFilled": [False],
        "StopReported": [0],
        "OrderFound": [0, 0, 0],
        "TradeClosed": [0],
        "CancelRequested": [False],
    },
    2: {},
}
"""What each version's rows have got since, by tag, in the order in which they are met: the values
that mean what was before. The sample has two contracts and two accounts."""


def golden(version: int) -> Path:
    """The file of a version."""
    return GOLDEN.with_name(f"format-{version}.journal")


def rows(version: int) -> Iterator[tuple[Any, Any]]:
    """Each message of a golden journal as it was stored, and as it would be stored today."""
    with JournalReader(golden(version)) as reader:
        stored = [row for page in reader.pages() for row in json.decode(plain_body(page))]
        read = list(reader.frames())
    for (_, fact, *decided), (stamped, decisions) in zip(stored, read, strict=True):
        facts = [fact, *(decided[0] if decided else ())]
        for old, message in zip(facts, [stamped.input, *decisions], strict=True):
            yield old, json.decode(json.encode(CHECKED[type(message)](message)))


def added(old: Any, new: Any) -> list[Any]:
    """What stands behind the values of an old row in a new one, which has to begin with them."""
    if not isinstance(old, list):
        assert old == new
        return []
    found = [each for one, other in zip(old, new, strict=False) for each in added(one, other)]
    assert len(old) <= len(new)
    return found + new[len(old) :]


@pytest.mark.parametrize("version", VERSIONS)
def test_there_is_a_golden_journal_of_every_version(version: int) -> None:
    assert golden(version).is_file()
    assert STATE_SCHEMAS[FORMAT] == STATE_SCHEMA


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_golden_journal_tells_is_read_as_it_was_meant(version: int) -> None:
    """Every field is where it was, and what came since has the value that means what was before."""
    told = list(rows(version))
    assert len(told) > 60
    for old, new in told:
        assert added(old, new) == ADDED[version].get(old[0], []), old[0]


def test_the_newest_golden_journal_decodes_to_the_messages_it_was_made_of() -> None:
    told = [(first_frame(), ()), *(frame for page in pages() for frame in page)]
    with JournalReader(GOLDEN) as reader:
        assert list(reader.frames()) == told


@pytest.mark.parametrize("version", VERSIONS)
def test_a_golden_journal_still_verifies_and_has_its_digests(version: int) -> None:
    with JournalReader(golden(version)) as reader:
        noted = golden(version).with_suffix(".digest").read_text().strip()
        report = verify_chain(reader, expect=noted)
        assert report.sound
        assert report.digest == noted
        assert reader.head.format == version
        assert (reader.head.state_digest, reader.head.strategy_digest) == (
            STATE_DIGEST,
            STRATEGY_DIGEST,
        )
