"""Files of order-book snapshots: lists of levels in four columns, or four columns for each level.

Each row is a whole book. Bids fall and asks rise from the best on; a row that does not is refused,
as is a crossed one (best bid above best ask). A locked book is taken as it is, and counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from operator import gt, lt
from typing import Any

import pyarrow as pa
from attrs import frozen

from adapters.history.arrow import cast
from adapters.history.exact import exact_number, integers
from adapters.history.recording import DEPTH
from adapters.history.tables import Header, Table
from adapters.history.ticks.layout import Columns, TickFacts, needed, times_of
from adapters.history.ticks.numbers import Contract, Number, exact_list, judged
from adapters.history.ticks.quotes import refuse_crossed
from engine.errors import UserError
from engine.messages.market import DepthChanged, MarketEvent
from engine.money import Price, Quantity, render
from engine.timebase import Nanos

LISTS = (
    ("bids_px", "bid_prices"),
    ("bids_qty", "bid_quantities"),
    ("asks_px", "ask_prices"),
    ("asks_qty", "ask_quantities"),
)
FLAT = ("bid_price_{}", "bid_size_{}", "ask_price_{}", "ask_size_{}")
_ROWS = 256
"""A row may have thousands of levels."""
_LEVELS = 65_536
_BOOKS = 16
_MISSING = (None, "")

Side = Sequence[int]
Book = tuple[Side, Side, Side, Side]
"""Prices and quantities of the bids, then of the asks, e8, best first."""


@frozen
class DepthLayout:
    """``names`` are bid price, bid quantity, ask price, ask quantity: four columns of lists, or
    ``levels`` times four columns of numbers."""

    names: tuple[str, ...]
    levels: int = 0
    kind: str = DEPTH
    rows: int = _ROWS
    stretch: int = _BOOKS
    strict: bool = False
    closes: bool = False

    def kept(self, columns: Columns) -> tuple[pa.Array | None, Counter[str]]:
        """Every row is a book."""
        del columns
        return None, Counter()

    def exact(
        self, columns: Columns, contract: Contract, facts: TickFacts
    ) -> Sequence[pa.Array] | None:
        """Levels in order, above 0 and on the tick, and no crossed book."""
        locked = 0
        try:
            for bids, bid_quantities, asks, ask_quantities in self._books(columns):
                if not (
                    _in_order(bids, bid_quantities, gt, contract.tick)
                    and _in_order(asks, ask_quantities, lt, contract.tick)
                ):
                    return None
                if bids and asks:
                    if bids[0] > asks[0]:
                        return None
                    locked += bids[0] == asks[0]
        except ValueError:
            return None
        facts.locked += locked
        return ()

    def judge(self, place: str, row: Sequence[Any], contract: Contract, facts: TickFacts) -> None:
        """The same of one row, in a sentence."""
        bests = []
        for side, compare in ((0, gt), (2, lt)):
            levels = list(self._levels(row, side))
            prices = []
            for price_name, price, quantity_name, quantity in levels:
                prices.append(judged(place, price, Number(price_name, price=True), contract))
                judged(place, quantity, Number(quantity_name), contract)
            for (better, worse), level in zip(pairwise(prices), levels[1:], strict=True):
                if not compare(better, worse):
                    raise UserError(
                        f"{place}{level[0]} = {render(worse)} is not worse than "
                        f"{render(better)} before it; sort the levels from the best on"
                    )
            bests.append(prices[0] if prices else 0)
        bid, ask = bests
        if bid and ask:
            refuse_crossed(place, bid, ask)
            facts.locked += bid == ask

    def fields(self, columns: Columns) -> list[list[Any]]:
        """Whole books."""
        return [list(self._books(columns))]

    def events(
        self, symbol: str, venue: list[Nanos], fields: list[list[Any]]
    ) -> Iterator[MarketEvent]:
        """One snapshot a row."""
        for at, (bids, bid_sizes, asks, ask_sizes) in zip(venue, fields[0], strict=True):
            yield DepthChanged(symbol, at, True, _levels(bids, bid_sizes), _levels(asks, ask_sizes))

    def _books(self, columns: Columns) -> Iterator[Book]:
        """The rows as integers; ``ValueError`` when there is none for one of their numbers."""
        if not self.levels:
            yield from zip(*(_lists(column) for column in columns[:4]), strict=True)
            return
        sides: list[list[Any]] = []
        for field in range(4):
            found = columns[field : 4 * self.levels : 4]
            try:
                sides.append(list(zip(*map(exact_list, found), strict=True)))
            except ValueError:
                rows = zip(*(column.to_pylist() for column in found), strict=True)
                sides.append([_there(row) for row in rows])
        yield from zip(*sides, strict=True)

    def _levels(self, row: Sequence[Any], side: int) -> Iterator[tuple[str, Any, str, Any]]:
        """Name and value of price and quantity of one side's levels, as the file has them."""
        if self.levels:
            for at in range(side, 4 * self.levels, 4):
                if row[at] not in _MISSING or row[at + 1] not in _MISSING:
                    yield self.names[at], row[at], self.names[at + 1], row[at + 1]
            return
        prices, quantities = row[side] or (), row[side + 1] or ()
        name, other = self.names[side], self.names[side + 1]
        for n in range(max(len(prices), len(quantities))):
            price = prices[n] if n < len(prices) else None
            quantity = quantities[n] if n < len(quantities) else None
            yield f"{name}[{n}]", price, f"{other}[{n}]", quantity


def _there(row: Iterable[Any]) -> list[int]:
    """The numbers of the levels that a row has."""
    return [exact_number(value) for value in row if value not in _MISSING]


def _lists(column: pa.Array) -> list[list[int]]:
    """The rows of a column of lists as integers."""
    numbers = exact_list(column.flatten())
    places = integers(cast(column.offsets, pa.int64()))
    first = places[0]
    return [numbers[begin - first : end - first] for begin, end in pairwise(places)]


def _in_order(
    prices: Side, quantities: Side, compare: Callable[[int, int], bool], tick: int
) -> bool:
    if len(prices) != len(quantities):
        return False
    return not prices or (
        min(prices) > 0
        and min(quantities) > 0
        and all(map(compare, prices, prices[1:]))
        and not (tick and any(price % tick for price in prices))
    )


def _levels(prices: Side, quantities: Side) -> tuple[tuple[Price, Quantity], ...]:
    levels: Any = zip(prices, quantities, strict=True)
    return tuple(levels)


def open_depth_lists(header: Header) -> tuple[Table, DepthLayout]:
    """The columns of a file of snapshots with lists of levels."""
    received, sent = times_of(header)
    found = needed(header, *LISTS)
    table = header.table([received, sent, *found], found, lists=True)
    return table, DepthLayout(tuple(found))


def open_depth_levels(header: Header) -> tuple[Table, DepthLayout]:
    """The columns of a file of snapshots with a column for each number of each level."""
    received, sent = times_of(header)
    found: list[str] = []
    levels = 0
    while not levels or header.find(FLAT[0].format(levels), FLAT[2].format(levels)):
        found += needed(header, *((name.format(levels),) for name in FLAT))
        levels += 1
    return header.table([received, sent, *found], found), DepthLayout(
        tuple(found), levels, rows=max(1, _LEVELS // levels)
    )
