"""Messages become rows and come back as they were."""

import sqlite3
import typing
from itertools import count
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from engine.domain.candle import Candle
from engine.errors import InvariantError
from engine.ids import PositionKey
from engine.messages.checks import Check
from engine.messages.decisions import IntentRefused
from engine.messages.inputs import Stamped
from engine.messages.market import BarOpened, MarkPriced
from engine.money import Price, Quantity
from engine.timebase import Nanos
from journal.chain import GENESIS, Page
from journal.codec import BARE, CHECKED, DECISION_TYPES, ENCODERS, INPUT_TYPES, tag_of
from journal.frame import Frame
from journal.frequent import (
    FREQUENT_DECISION_DECODERS,
    FREQUENT_ENCODERS,
    FREQUENT_INPUT_DECODERS,
)
from journal.pages import decode_page, encode_body, make_page, plain_body
from journal.projections.fold import Projections
from journal.structural import row_decoder, row_encoder
from journal.upcast import FORMAT, upcast
from tests.journal.samples import KEY, every_decision, every_input, quiet_frames


def _again(frames: list[Frame]) -> list[Frame]:
    return decode_page(make_page(frames, GENESIS))


def _stamp(*inputs: Any) -> list[Frame]:
    return [(Stamped(n, Nanos(n), one), ()) for n, one in enumerate(inputs, 1)]


def test_every_message_there_is_comes_back_equal_and_of_the_same_type() -> None:
    frames = _stamp(*every_input())
    frames += [(Stamped(99, Nanos(99), every_input()[0]), tuple(every_decision()))]
    frames = [(attrs.evolve(s, seq=n), d) for n, (s, d) in enumerate(frames, 1)]
    again = _again(frames)
    assert again == frames
    assert [type(s.input) for s, _ in again] == [type(s.input) for s, _ in frames]
    assert [type(d) for d in again[-1][1]] == list(DECISION_TYPES)


@pytest.mark.parametrize("cls", INPUT_TYPES + DECISION_TYPES, ids=tag_of)
def test_no_two_messages_share_a_tag(cls: type) -> None:
    assert [tag_of(other) for other in INPUT_TYPES + DECISION_TYPES].count(tag_of(cls)) == 1


@pytest.mark.parametrize("cls", INPUT_TYPES + DECISION_TYPES, ids=tag_of)
def test_fast_rows_are_the_checked_ones(cls: type) -> None:
    message = next(one for one in [*every_input(), *every_decision()] if type(one) is cls)
    fast, checked = ENCODERS[cls](message), CHECKED[cls](message)
    assert json.encode(fast) == json.encode(checked)


@pytest.mark.parametrize("tag", [*FREQUENT_INPUT_DECODERS, *FREQUENT_DECISION_DECODERS])
def test_rows_are_read_by_hand_as_they_are_from_type_hints(tag: str) -> None:
    by_hand = {**FREQUENT_INPUT_DECODERS, **FREQUENT_DECISION_DECODERS}[tag]
    message = next(one for one in [*every_input(), *every_decision()] if tag_of(type(one)) == tag)
    row = json.decode(json.encode(CHECKED[type(message)](message)))
    assert by_hand(row) == row_decoder(type(message), 1)(row) == message


def test_what_is_written_by_hand_is_read_by_hand_but_for_approvals() -> None:
    """Only the gate makes an approval by its name, and a reader is no gate (law 7)."""
    read = {*FREQUENT_INPUT_DECODERS, *FREQUENT_DECISION_DECODERS}
    assert {tag_of(cls) for cls in FREQUENT_ENCODERS} == read | {"Approved"}


def test_what_projections_fold_is_never_left_out_of_what_they_are_shown() -> None:
    folded = set(Projections(sqlite3.connect(":memory:"))._inputs)
    assert folded
    assert not folded & BARE


def test_a_candle_is_stored_as_candle_closed() -> None:
    candle = Candle("X", Nanos(1), Nanos(2), Price(3), Price(4), Price(5), Price(6), Quantity(7))
    assert encode_body(_stamp(candle)) == b'[[1,["CandleClosed","X",1,2,3,4,5,6,7]]]'


def test_named_tuples_are_stored_as_arrays() -> None:
    refused = IntentRefused(KEY, "alpha", 1, "risk", (Check("risk", 3, 2, False),))
    row = b'["IntentRefused",["unified","BTCUSDT",0],"alpha",1,"risk",[["risk",3,2,false]]]'
    frame = (Stamped(1, Nanos(1), MarkPriced("X", Price(1))), (refused,))
    assert encode_body([frame]) == b'[[1,["MarkPriced","X",1],[' + row + b"]]]"


def test_a_position_key_is_one_object_however_often_it_is_stored() -> None:
    refused = IntentRefused(PositionKey("a", "X", 0), "alpha", 1, "risk", ())
    other = IntentRefused(PositionKey("a", "X", 0), "alpha", 1, "risk", ())
    frame = (Stamped(1, Nanos(1), MarkPriced("X", Price(1))), (refused, other))
    ((_, (first, second)),) = _again([frame])
    assert isinstance(first, IntentRefused)
    assert isinstance(second, IntentRefused)
    assert isinstance(first.key, PositionKey)
    assert first.key is second.key


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_integers_of_any_size_are_stored_exactly(number: int) -> None:
    frames = _stamp(MarkPriced("X", Price(number)))
    assert _again(frames) == frames


@pytest.mark.parametrize(
    ("cls", "price"),
    [
        (BarOpened, 1.5),
        (BarOpened, 1.0),
        (BarOpened, float("nan")),
        (BarOpened, None),
        (MarkPriced, 1.5),
        (MarkPriced, 1e17),
        (MarkPriced, "1"),
        (MarkPriced, True),
    ],
)
def test_a_field_of_another_type_is_refused_before_it_is_stored(cls: type, price: object) -> None:
    fields = {"symbol": "X", "open_ns": 1, "price": price}
    message = cls(**{name: fields[name] for name in typing.get_type_hints(cls)})
    with pytest.raises(InvariantError, match="price"):
        encode_body(_stamp(message))


@pytest.mark.parametrize("price", [1.5, float("nan"), float("inf"), None])
def test_a_float_is_refused_wherever_in_a_page_it_stands(price: Any) -> None:
    frames = _stamp(*(BarOpened("X", Nanos(n), Price(n)) for n in range(50)))
    frames[40][0].input = BarOpened("X", Nanos(40), price)  # type: ignore[misc]
    with pytest.raises(InvariantError, match=r"BarOpened\.price"):
        make_page(frames, GENESIS)


def test_a_float_for_a_time_is_refused() -> None:
    bar = BarOpened("X", Nanos(1), Price(1))
    with pytest.raises(InvariantError, match="at as int"):
        encode_body([(Stamped(1, 1.5, bar), ())])  # type: ignore[arg-type]


def test_a_float_in_a_nested_record_is_refused() -> None:
    half: Any = 0.5
    refused = IntentRefused(KEY, "alpha", 1, "risk", (Check("risk", half, 2, False),))
    with pytest.raises(InvariantError, match=r"Check\.value"):
        encode_body([(Stamped(1, Nanos(1), MarkPriced("X", Price(1))), (refused,))])


def test_a_stored_float_is_refused_when_it_is_read() -> None:
    page = Page(1, 1, 1, 1, "json-1", b'[[1,["MarkPriced","X",1e17]]]', "")
    with pytest.raises(ValueError, match="float 1e17"):
        decode_page(page)


def _refusal(check: bytes) -> bytes:
    row = b'["IntentRefused",["unified","BTCUSDT",0],"alpha",1,"risk",[' + check + b"]]"
    return b'[[1,["MarkPriced","X",1],[' + row + b"]]]"


@pytest.mark.parametrize(
    ("codec", "body", "says"),
    [
        ("json-1", b"[[1,", "no JSON"),
        ("json-1", b'[[1,["Nobody",1]]]', "no frame"),
        ("json-1", b'[[1,["MarkPriced","X"]]]', "no frame"),
        ("json-1", b"[1]", "no frame"),
        ("json-1", _refusal(b'["risk",1,2]'), "no frame.*Check"),
        ("json-1", _refusal(b'["risk",1,2,true,5]'), "no frame.*Check"),
        ("json-1", _refusal(b"1"), "no frame"),
        ("json-1", b'{"a":1}', "no frame"),
        ("zstd-1", b"no zstd", "unpacked"),
        ("lzma-1", b"[]", "unknown codec"),
        ("json-x", b"[]", "unknown codec"),
        (f"json-{FORMAT + 1}", b"[]", "newer"),
    ],
)
def test_a_page_that_cannot_be_read_says_why(codec: str, body: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        decode_page(Page(1, 1, 1, 1, codec, body, ""))


def test_short_pages_are_plain_text_and_long_ones_are_compressed() -> None:
    assert make_page(quiet_frames(1, 1), GENESIS).codec == f"json-{FORMAT}"
    page = make_page(quiet_frames(1, 200), GENESIS)
    assert page.codec == f"zstd-{FORMAT}"
    assert len(page.body) < len(plain_body(page)) / 4


def test_frames_that_are_not_numbered_one_by_one_make_no_page() -> None:
    frames = quiet_frames(1, 2)
    with pytest.raises(InvariantError, match="one by one"):
        make_page([frames[0], frames[2]], GENESIS)


def test_rows_of_an_older_version_are_brought_up_one_version_at_a_time() -> None:
    table = {
        ("MarkPriced", FORMAT): lambda row: ["MarkSeen", row[1], row[2] * 10],
        ("MarkSeen", FORMAT + 1): lambda row: ["MarkPriced", row[1], row[2] + 1],
    }
    newest = FORMAT + 2
    assert upcast(["MarkPriced", "X", 5], FORMAT, newest, table) == ["MarkPriced", "X", 51]
    assert upcast(["BarOpened", "X", 1, 5], FORMAT, newest, table) == ["BarOpened", "X", 1, 5]
    page = make_page(_stamp(MarkPriced("X", Price(5))), GENESIS)
    assert decode_page(page, table, newest=newest) == _stamp(MarkPriced("X", Price(51)))


def test_a_record_with_a_field_that_cannot_be_stored_is_refused_at_once() -> None:
    @attrs.define
    class Loose:
        price: float

    with pytest.raises(InvariantError, match="not a type"):
        row_encoder(Loose)
    with pytest.raises(InvariantError, match="not a type"):
        row_decoder(Loose)


def _of(hint: object) -> st.SearchStrategy[object]:
    while isinstance(hint, typing.NewType):
        hint = hint.__supertype__
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return st.sampled_from(parts)
    if origin is tuple:
        if parts[-1] is Ellipsis:
            return st.lists(_of(parts[0]), max_size=3).map(tuple)
        return st.tuples(*(_of(part) for part in parts))
    if hint is str:
        return st.text(st.characters(codec="utf-8"), max_size=12)
    if hint is int:
        return st.integers(-(2**70), 2**70)
    if hint is bool:
        return st.booleans()
    assert isinstance(hint, type)
    return st.builds(hint, **{n: _of(h) for n, h in typing.get_type_hints(hint).items()})


_INPUTS = st.one_of([_of(cls) for cls in INPUT_TYPES])
_DECISIONS = st.one_of([_of(cls) for cls in DECISION_TYPES])


@given(st.lists(st.tuples(_INPUTS, st.lists(_DECISIONS, max_size=2)), min_size=1, max_size=4))
def test_law_what_is_stored_is_what_is_read(drawn: list[tuple[object, list[object]]]) -> None:
    frames: list[Frame] = [
        (Stamped(seq, Nanos(seq), one), tuple(decisions))  # type: ignore[arg-type]
        for seq, (one, decisions) in zip(count(1), drawn, strict=False)
    ]
    page = make_page(frames, GENESIS)
    assert decode_page(page) == frames
    assert encode_body(decode_page(page)) == plain_body(page)
