"""Files of best bids and asks: a row for each change, or bars whose last quote is taken.

A row whose bid is above its ask is refused, since no market was ever so; a locked one (bid equals
ask) is taken as it is, and counted. Bars of bid and ask give their last quote at their close: what
they were inside is not known in order, and their sizes are those of the close.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import pyarrow as pa
from attrs import frozen

from adapters.history.arrow import compute
from adapters.history.recording import QUOTES
from adapters.history.tables import BATCH_ROWS, TIME_NAMES, Header, Table
from adapters.history.ticks.layout import STRETCH, Columns, TickFacts, needed, times_of
from adapters.history.ticks.numbers import Contract, Number, exact_array, exact_list, judged
from engine.errors import UserError
from engine.messages.market import MarketEvent, Quoted
from engine.money import render
from engine.timebase import Nanos

BID = ("bid_price", "best_bid_price")
BID_QUANTITY = ("bid_qty", "best_bid_qty", "bid_size", "bid_amount")
ASK = ("ask_price", "best_ask_price")
ASK_QUANTITY = ("ask_qty", "best_ask_qty", "ask_size", "ask_amount")
BAR = (("bid_close",), ("bid_size",), ("ask_close",), ("ask_size",))
UNQUOTED = "bar without a quote"


@frozen
class QuoteLayout:
    """Bid, its quantity, ask and its quantity, in that order; ``closes`` for bars."""

    numbers: tuple[Number, Number, Number, Number]
    closes: bool = False
    strict: bool = False
    kind: str = QUOTES
    rows: int = BATCH_ROWS
    stretch: int = STRETCH

    def kept(self, columns: Columns) -> tuple[pa.Array | None, Counter[str]]:
        """All rows, but of bars those that have a quote."""
        left_out: Counter[str] = Counter()
        if not self.closes:
            return None, left_out
        whole = compute("is_valid", columns[0])
        for column in columns[1:4]:
            whole = compute("or", whole, compute("is_valid", column))
        kept = compute("indices_nonzero", whole)
        if len(kept) == len(whole):
            return None, left_out
        left_out[UNQUOTED] = len(whole) - len(kept)
        return kept, left_out

    def exact(
        self, columns: Columns, contract: Contract, facts: TickFacts
    ) -> Sequence[pa.Array] | None:
        """Prices above 0, no negative quantity, no bid above its ask."""
        exact = [
            exact_array(column, number, contract)
            for column, number in zip(columns, self.numbers, strict=False)
        ]
        if any(each is None for each in exact):
            return None
        bid, _, ask, _ = exact
        if compute("any", compute("greater", bid, ask)).as_py():
            return None
        facts.locked += compute("sum", compute("equal", bid, ask)).as_py() or 0
        return exact

    def judge(self, place: str, row: Sequence[Any], contract: Contract, facts: TickFacts) -> None:
        """The same of one row, in a sentence."""
        bid, _, ask, _ = (
            judged(place, value, number, contract)
            for value, number in zip(row, self.numbers, strict=False)
        )
        refuse_crossed(place, bid, ask)
        facts.locked += bid == ask

    def fields(self, columns: Columns) -> list[list[Any]]:
        """Bids, their quantities, asks, their quantities."""
        return [exact_list(column) for column in columns[:4]]

    def events(
        self, symbol: str, venue: list[Nanos], fields: list[list[Any]]
    ) -> Iterator[MarketEvent]:
        """One ``Quoted`` a row."""
        return map(Quoted, repeat(symbol), venue, *fields)


def refuse_crossed(place: str, bid: int, ask: int) -> None:
    """A best bid above the best ask is no market: somebody could have had both."""
    if bid > ask:
        raise UserError(
            f"{place}the bid {render(bid)} is above the ask {render(ask)}; correct the row, or "
            "leave it out"
        )


def open_quotes(header: Header) -> tuple[Table, QuoteLayout]:
    """The columns of quotes of a file; ``UserError`` with what is missing."""
    received, sent = times_of(header, "tx_ms", "transaction_time", "event_ms")
    found = needed(header, BID, BID_QUANTITY, ASK, ASK_QUANTITY)
    return header.table([received, sent, *found], found), QuoteLayout(_numbers(found))


def open_quote_bars(header: Header) -> tuple[Table, QuoteLayout]:
    """The columns of bars of bid and ask."""
    (time, *found) = needed(header, TIME_NAMES, *BAR)
    return header.table([time, time, *found], found), QuoteLayout(_numbers(found), closes=True)


def _numbers(found: Sequence[str]) -> tuple[Number, Number, Number, Number]:
    bid, bid_quantity, ask, ask_quantity = found
    return (
        Number(bid, price=True),
        Number(bid_quantity, 0),
        Number(ask, price=True),
        Number(ask_quantity, 0),
    )
