"""Messages as rows: the tags, and one function each way for every message there is.

A row is ``[tag, field, ...]`` with the fields in their declared order. Functions are made from type
hints (``structural``), and written by hand for what a backtest is made of (``frequent``); tests
hold both equal.
"""

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
from journal.frequent import (
    CANDLE_TAG,
    FREQUENT_DECISION_DECODERS,
    FREQUENT_ENCODERS,
    FREQUENT_INPUT_DECODERS,
)
from journal.structural import Decode, Encode, fast_row_encoder, row_decoder, row_encoder

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
