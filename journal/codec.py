"""Messages as rows: the tags, and one function each way for every message there is.

A row is ``[tag, field, ...]`` with the fields in their declared order. Functions are made from type
hints (``structural``), and written by hand for what a backtest is made of (``frequent``); tests
hold both equal.
"""

from collections.abc import Iterable
from typing import get_args

from engine.domain.candle import Candle
from engine.messages.decisions import Decision
from engine.messages.inputs import Input
from engine.messages.market import (
    BarOpened,
    DepthChanged,
    IndexPriced,
    MarkCandle,
    MarkPriced,
    Quoted,
    Traded,
)
from engine.messages.runs import RunStarted
from journal.doorstep import APPLICATION_ID
from journal.frequent import (
    CANDLE_TAG,
    FREQUENT_DECISION_DECODERS,
    FREQUENT_ENCODERS,
    FREQUENT_INPUT_DECODERS,
)
from journal.structural import Decode, Encode, fast_row_encoder, row_decoder, row_encoder
from journal.vocabulary import Manifest, Vocabulary

INPUT_TYPES: tuple[type, ...] = get_args(Input)
DECISION_TYPES: tuple[type, ...] = get_args(Decision)


def tag_of(cls: type) -> str:
    """The name a message is stored under: its class name, and ``CandleClosed`` for a candle."""
    return CANDLE_TAG if cls is Candle else cls.__name__


CHECKED: dict[type, Encode] = {
    cls: row_encoder(cls, tag_of(cls)) for cls in INPUT_TYPES + DECISION_TYPES
}
"""The encoder of every message that refuses a field of another type than is declared."""

ENCODERS: dict[type, Encode] = {
    **{cls: fast_row_encoder(cls, tag_of(cls)) for cls in INPUT_TYPES + DECISION_TYPES},
    **FREQUENT_ENCODERS,
}
"""The same rows, made without looking; whoever uses them looks at the page they made."""

INPUT_DECODERS: dict[str, Decode] = {
    **{tag_of(cls): row_decoder(cls, 1) for cls in INPUT_TYPES},
    **FREQUENT_INPUT_DECODERS,
}
"""From an input's tag to the function that makes a message of its row."""

DECISION_DECODERS: dict[str, Decode] = {
    **{tag_of(cls): row_decoder(cls, 1) for cls in DECISION_TYPES},
    **FREQUENT_DECISION_DECODERS,
}
"""The same for decisions."""

BARE: frozenset[type] = frozenset(
    {BarOpened, Candle, Quoted, Traded, DepthChanged, MarkPriced, IndexPriced, MarkCandle}
)
"""Inputs that concern no projection as long as nothing was decided upon them."""

BARE_TAGS = frozenset(tag_of(cls) for cls in BARE)

RUNS = Vocabulary(
    APPLICATION_ID,
    RunStarted,
    CHECKED,
    ENCODERS,
    INPUT_DECODERS,
    DECISION_DECODERS,
    BARE,
    BARE_TAGS,
    has_tables=True,
)
"""What the journals of runs hold."""


def vocabulary(
    mark: int, manifest: type[Manifest], inputs: Iterable[type], decisions: Iterable[type]
) -> Vocabulary:
    """Another kind of journal, without tables. What it shares with runs has the same rows."""
    takes, tells = tuple(inputs), tuple(decisions)
    quick = {cls: fast_row_encoder(cls, tag_of(cls)) for cls in takes + tells}
    decoders = {tag_of(cls): row_decoder(cls, 1) for cls in takes + tells}
    return Vocabulary(
        mark,
        manifest,
        {cls: row_encoder(cls, tag_of(cls)) for cls in takes + tells},
        {cls: FREQUENT_ENCODERS.get(cls, encode) for cls, encode in quick.items()},
        {
            tag_of(cls): FREQUENT_INPUT_DECODERS.get(tag_of(cls), decoders[tag_of(cls)])
            for cls in takes
        },
        {tag_of(cls): decoders[tag_of(cls)] for cls in tells},
        BARE,
        BARE_TAGS,
        has_tables=False,
    )
