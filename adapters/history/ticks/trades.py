"""Files of trades: one row a trade, with the taker's side where it was recorded.

Rows that are no ordinary trades (an insurance fund's, auto-deleveraging) are left out and told:
nobody could have traded with them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import pyarrow as pa
from attrs import frozen

from adapters.history.arrow import cast, compute
from adapters.history.exact import integers
from adapters.history.recording import TRADES
from adapters.history.tables import BATCH_ROWS, Header, Table
from adapters.history.ticks.layout import STRETCH, Columns, TickFacts, needed, times_of
from adapters.history.ticks.numbers import (
    Contract,
    Number,
    exact_array,
    exact_list,
    judged,
    shown,
)
from engine.errors import UserError
from engine.messages.market import MarketEvent, Traded
from engine.timebase import Nanos

PRICE = ("price",)
QUANTITY = ("qty", "quantity", "size", "amount", "volume")
MAKER = ("buyer_is_maker", "is_buyer_maker")
_ORDINARY = "MARKET"
_SIDES = {"buy": 1, "sell": -1, "": 0}
_MAKERS = {"true": -1, "false": 1}
"""Where the buyer was the maker, the taker sold."""


@frozen
class TradeLayout:
    """``side`` and ``order_type`` are the places of those columns, 0 where there is none."""

    price: Number
    quantity: Number
    side: int
    side_name: str
    signs: dict[str, int]
    order_type: int
    kind: str = TRADES
    rows: int = BATCH_ROWS
    stretch: int = STRETCH
    strict: bool = False
    closes: bool = False

    def kept(self, columns: Columns) -> tuple[pa.Array | None, Counter[str]]:
        """All rows but those whose order type is that of no ordinary trade."""
        left_out: Counter[str] = Counter()
        if not self.order_type:
            return None, left_out
        types = cast(columns[self.order_type], pa.string())
        for found in compute("value_counts", types).to_pylist():
            if found["values"] != _ORDINARY:
                left_out[shown(found["values"])] += found["counts"]
        if not left_out:
            return None, left_out
        return compute("indices_nonzero", compute("equal", types, _ORDINARY)), left_out

    def exact(
        self, columns: Columns, contract: Contract, facts: TickFacts
    ) -> Sequence[pa.Array] | None:
        """Prices and quantities above 0, and every side known."""
        del facts
        prices = exact_array(columns[0], self.price, contract)
        quantities = exact_array(columns[1], self.quantity, contract)
        sides = self._signs(columns[self.side]) if self.side else [0] * len(columns[0])
        if prices is None or quantities is None or sides is None:
            return None
        return prices, quantities, pa.array(sides, pa.int64())

    def judge(self, place: str, row: Sequence[Any], contract: Contract, facts: TickFacts) -> None:
        """The same of one row, in a sentence."""
        del facts
        judged(place, row[0], self.price, contract)
        judged(place, row[1], self.quantity, contract)
        if self.side and _text(row[self.side]) not in self.signs:
            known = " or ".join(each for each in self.signs if each)
            raise UserError(
                f"{place}{self.side_name} = {shown(row[self.side])} is not {known}; correct it, "
                "or leave the column out"
            )

    def fields(self, columns: Columns) -> list[list[Any]]:
        """Prices, quantities and sides."""
        signs = self._signs(columns[self.side]) if self.side else [0] * len(columns[0])
        return [exact_list(columns[0]), exact_list(columns[1]), signs or []]

    def events(
        self, symbol: str, venue: list[Nanos], fields: list[list[Any]]
    ) -> Iterator[MarketEvent]:
        """One ``Traded`` a row."""
        return map(Traded, repeat(symbol), venue, *fields)

    def _signs(self, column: pa.Array) -> list[Any] | None:
        """The taker's side of each row; ``None`` when one of them is not known."""
        if pa.types.is_boolean(column.type) and not column.null_count:
            return integers(compute("if_else", column, pa.scalar(-1), pa.scalar(1)))
        coded = column.dictionary_encode()
        words = [_text(word) for word in coded.dictionary.to_pylist()]
        if column.null_count or any(word not in self.signs for word in words):
            texts = [_text(word) for word in column.to_pylist()]
            known = all(text in self.signs for text in texts)
            return [self.signs[text] for text in texts] if known else None
        signs = [self.signs[word] for word in words]
        return [signs[code] for code in integers(cast(coded.indices, pa.int64()))]


def _text(value: object) -> str:
    return "" if value is None else str(value).strip().lower()


def open_trades(header: Header) -> tuple[Table, TradeLayout]:
    """The columns of trades of a file; ``UserError`` with what is missing."""
    received, sent = times_of(header, "trade_ms", "transact_time")
    price, quantity = needed(header, PRICE, QUANTITY)
    side, maker = header.find("side"), header.find(*MAKER)
    order_type = header.find("order_type")
    names = [received, sent, price, quantity]
    if side or maker:
        names.append(side or maker)
    if order_type:
        names.append(order_type)
    layout = TradeLayout(
        Number(price, price=True),
        Number(quantity),
        2 if side or maker else 0,
        side or maker,
        _SIDES if side else _MAKERS,
        len(names) - 3 if order_type else 0,
    )
    return header.table(names, [price, quantity]), layout
