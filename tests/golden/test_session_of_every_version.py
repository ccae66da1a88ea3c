"""The journal of a served session is readable for ever: its file was written once."""

from msgspec import json

from adapters.bybit_wire.refolding import opened_of
from adapters.bybit_wire.session_messages import WORDS
from engine.money import parse
from journal.pages import plain_body
from journal.reader import JournalReader
from journal.verify import verify_chain
from tests.golden.make_session import SESSION

MESSAGES = {
    *("SessionOpened", "SessionPaused", "SessionContinued", "RequestTaken"),
    *("Answered", "Told", "Traded", "DepthChanged", "CandleClosed", "BarOpened"),
}


def test_it_reads_and_every_value_is_where_it_was() -> None:
    """Chain, tags and fields: what is decoded is encoded to the very rows that are stored."""
    with JournalReader(SESSION, WORDS) as reader:
        assert verify_chain(reader, words=WORDS).sound
        stored = [row for page in reader.pages() for row in json.decode(plain_body(page))]
        frames = list(reader.frames())
    tags = set()
    for (at, *rows), (stamped, led_to) in zip(stored, frames, strict=True):
        assert stamped.at == at
        rows = [rows[0], *(rows[1] if len(rows) > 1 else [])]
        for row, message in zip(rows, (stamped.input, *led_to), strict=True):
            assert json.decode(json.encode(WORDS.checked[type(message)](message))) == row
            tags.add(row[0])
    assert tags == MESSAGES


def test_it_means_what_it_meant() -> None:
    """The manifest's facts, as they were given to the session."""
    with JournalReader(SESSION, WORDS) as reader:
        opened = opened_of(reader)
    assert [each.symbol for each in opened.instruments] == ["BTCUSDT"]
    assert [(each.uid, each.wallet) for each in opened.accounts] == [
        (1, parse(10_000)),
        (2, parse(10_000)),
    ]
    assert (opened.accounts[1].position_mode, len(opened.history)) == ("hedge", 5)
