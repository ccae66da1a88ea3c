"""Pages: some thousand frames as one body of canonical JSON, compressed where that pays.

A body is an array of frame rows ``[at, input_row]`` or ``[at, input_row, [decision_row, ...]]``;
``seq`` is the page's first one plus the index. A short body stays plain text, readable with any
SQLite tool, a longer one is zstd. The codec names both this and the format version of the rows.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import zstandard

from engine.domain.candle import Candle
from engine.errors import InvariantError
from engine.messages.inputs import Stamped
from engine.messages.market import BarOpened
from journal.chain import Page, page_digest
from journal.codec import RUNS
from journal.frame import Frame, Turn
from journal.frame_row import FrameRow, decode_rows
from journal.frequent import Row
from journal.structural import Decode
from journal.upcast import FORMAT, UPCASTERS, Upcasters, upcast
from journal.vocabulary import Vocabulary

PLAIN_BYTES = 1024
"""Bodies up to this size are stored as plain text."""
MAX_BODY_BYTES = 1 << 28
"""No page is unpacked beyond this: a forged size must not fill the memory."""
_LEVEL = 1
"""Higher levels took longer and gave no smaller pages on five-minute candles."""

_encode_json = msgspec.json.Encoder().encode
_compress = zstandard.ZstdCompressor(level=_LEVEL).compress
_decompress = zstandard.ZstdDecompressor().decompress
_NO_MESSAGE = (KeyError, IndexError, TypeError, AttributeError, ValueError)
"""What decoding a row raises when it has another shape than its tag says."""


def encode_body(frames: Sequence[Frame], words: Vocabulary = RUNS) -> bytes:
    """The canonical JSON of frames. Raises ``InvariantError`` for what cannot be stored."""
    return _body(frames, words)[0]


def check_frames(frames: Sequence[Frame], words: Vocabulary = RUNS) -> None:
    """Raise ``InvariantError`` for a field of another type than is declared."""
    for stamped, decisions in frames:
        if type(stamped.at) is not int:
            raise InvariantError(f"a journal stores at as int, not {stamped.at!r}")
        words.checked[type(stamped.input)](stamped.input)
        led_to: tuple[Any, ...] = decisions
        for message in led_to:
            words.checked[type(message)](message)


def _body(frames: Sequence[Frame], words: Vocabulary) -> tuple[bytes, list[Frame]]:
    """The JSON of frames, and the loud ones among them."""
    try:
        rows, loud = _rows(frames, words)
        body = _encode_json(rows)
    except (KeyError, TypeError, AttributeError, UnicodeEncodeError) as error:
        raise InvariantError(f"a journal cannot store a frame: {error!r}") from error
    # A float shows as a point or (not a number) as a null. Texts may have points too; then, and
    # for the first frames of each page, every field is looked at. One letter is found ten times
    # as fast as a word, and quiet pages have no u.
    if b"." in body or (b"u" in body and b"null" in body):
        check_frames(frames, words)
    else:
        check_frames(frames[:2], words)
    return body, loud


def _rows(frames: Sequence[Frame], words: Vocabulary) -> tuple[list[Row], list[Frame]]:
    """A row for each frame, and the frames that projections look at. Two turns of it a candle."""
    encoders, bare = words.encoders, words.bare
    rows: list[Row] = []
    loud: list[Frame] = []
    add, candle, bar_opened = rows.append, encoders[Candle], encoders[BarOpened]
    first = frames[0][0].seq if frames else 0
    for seq, frame in enumerate(frames, first):
        stamped, decisions = frame
        if stamped.seq != seq:
            raise InvariantError(f"the frames after seq {first} are not numbered one by one")
        message = stamped.input
        kind = type(message)
        if decisions:
            # Of another kind of journal than a run's they are none of the engine's decisions.
            led_to: tuple[Any, ...] = decisions
            decided = [encoders[type(one)](one) for one in led_to]
            add((stamped.at, encoders[kind](message), decided))
            loud.append(frame)
        elif kind is Candle:
            add((stamped.at, candle(message)))
        elif kind is BarOpened:
            add((stamped.at, bar_opened(message)))
        else:
            add((stamped.at, encoders[kind](message)))
            if kind not in bare:
                loud.append(frame)
    return rows, loud


def make_page(frames: Sequence[Frame], previous: str) -> Page:
    """The page of ``frames`` (one at least, seqs in line) after one with digest ``previous``."""
    return page_of(frames, previous)[0]


def page_of(
    frames: Sequence[Frame], previous: str, words: Vocabulary = RUNS
) -> tuple[Page, list[Frame]]:
    """What ``make_page`` makes, and those of its frames that projections look at."""
    first, last = frames[0][0], frames[-1][0]
    body, loud = _body(frames, words)
    codec = f"json-{FORMAT}"
    if len(body) > PLAIN_BYTES:
        body, codec = _compress(body), f"zstd-{FORMAT}"
    digest = page_digest(previous, first.seq, last.seq, first.at, last.at, codec, body)
    return Page(first.seq, last.seq, first.at, last.at, codec, body, digest), loud


def page_format(page: Page) -> int:
    """The format version of a page's rows. ``ValueError`` when its codec is none we know."""
    packing, _, version = page.codec.partition("-")
    if packing not in ("json", "zstd") or not version.isdecimal():
        raise ValueError(f"has the unknown codec {page.codec!r}")
    return int(version)


def plain_body(page: Page) -> bytes:
    """The JSON of a page. ``ValueError`` when it cannot be unpacked."""
    if page.codec.startswith("json"):
        return page.body
    try:
        if zstandard.frame_content_size(page.body) > MAX_BODY_BYTES:
            raise ValueError("claims to be larger than any page is")
        return _decompress(page.body, max_output_size=MAX_BODY_BYTES)
    except zstandard.ZstdError as error:
        raise ValueError(f"cannot be unpacked ({error})") from error


def decode_page(
    page: Page, table: Upcasters = UPCASTERS, newest: int = FORMAT, words: Vocabulary = RUNS
) -> list[Frame]:
    """The frames of a page. ``ValueError`` with half a sentence on what is wrong with it.

    Digests are not looked at here: that is the chain's business.
    """
    inputs, decisions = words.inputs, words.decisions
    rows = _stored_rows(page, table, newest)
    try:
        return [
            (Stamped(seq, row.at, inputs[row.input[0]](row.input)), ())
            if not row.decisions
            else (
                Stamped(seq, row.at, inputs[row.input[0]](row.input)),
                _decided(decisions, row.decisions),
            )
            for seq, row in enumerate(rows, page.first_seq)
        ]
    except _NO_MESSAGE as error:
        raise ValueError(f"holds a row that is no frame ({error!r})") from error


def _decided(decoders: Mapping[str, Decode], rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """The messages that a frame led to, of whatever kind of journal."""
    return tuple([decoders[row[0]](row) for row in rows])


def decode_loud(page: Page) -> list[Frame]:
    """Those frames of a page that projections look at; no other message is made."""
    inputs, decisions = RUNS.inputs, RUNS.decisions
    rows = _stored_rows(page, UPCASTERS, FORMAT)
    try:
        return [
            (
                Stamped(seq, row.at, inputs[row.input[0]](row.input)),
                tuple([decisions[one[0]](one) for one in row.decisions]),
            )
            for seq, row in enumerate(rows, page.first_seq)
            if row.decisions or row.input[0] not in RUNS.bare_tags
        ]
    except _NO_MESSAGE as error:
        raise ValueError(f"holds a row that is no frame ({error!r})") from error


def decode_turns(page: Page, without: Collection[str] = ()) -> list[Turn]:
    """The frames of a page without their stamps, for whoever only folds them: a third cheaper.

    Decisions with a tag in ``without`` are left out.
    """
    inputs, decisions = RUNS.inputs, RUNS.decisions
    rows = _stored_rows(page, UPCASTERS, FORMAT)
    try:
        return [
            (row.at, inputs[row.input[0]](row.input), ())
            if not row.decisions
            else (
                row.at,
                inputs[row.input[0]](row.input),
                tuple([decisions[one[0]](one) for one in row.decisions if one[0] not in without]),
            )
            for row in rows
        ]
    except _NO_MESSAGE as error:
        raise ValueError(f"holds a row that is no frame ({error!r})") from error


def _stored_rows(page: Page, table: Upcasters, newest: int) -> list[FrameRow]:
    """The rows of a page as the newest version writes them."""
    version = page_format(page)
    if version > newest:
        raise ValueError(f"has format {version}, newer than {newest}")
    try:
        rows = decode_rows(plain_body(page))
    except msgspec.ValidationError as error:
        raise ValueError(f"holds a row that is no frame ({error})") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"is no JSON ({error})") from error
    if version < newest:
        tags = {tag for tag, _ in table}
        try:
            return [_upcast_row(row, version, newest, table, tags) for row in rows]
        except _NO_MESSAGE as error:
            raise ValueError(f"holds a row that is no frame ({error!r})") from error
    return rows


def _upcast_row(
    row: FrameRow, version: int, newest: int, table: Upcasters, tags: Collection[str]
) -> FrameRow:
    """The row with each of its messages brought up; most have the shape that they always had."""
    fact, decided = row.input, row.decisions
    if fact[0] in tags:
        fact = tuple(upcast(list(fact), version, newest, table))
    if any(decision[0] in tags for decision in decided):
        brought = [upcast(list(decision), version, newest, table) for decision in decided]
        decided = tuple([tuple(decision) for decision in brought])
    return FrameRow(row.at, fact, decided)
