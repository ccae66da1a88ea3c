"""Bybit before V5: ``trade.SYMBOL`` and ``orderBookL2_25.SYMBOL``, linear and inverse.

A book's changes are not numbered one by one there: ``cross_seq`` only grows. So a change that was
lost cannot be told, but one that came late can. Sizes of inverse contracts are in USD, as sent.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from adapters.history.wire.book import Change, Sequence, ordered
from adapters.history.wire.speech import (
    NOTHING,
    Heard,
    microseconds,
    milliseconds,
    price,
    quantity,
    side_of,
)
from engine.messages.market import DepthChanged, Level, Traded
from engine.money import Quantity

_PREFIXES = ("trade.", "orderBookL2_25.")
_GONE = Quantity(0)


class BybitLegacy:
    """The translator."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self._books: dict[str, Sequence] = {}

    def understands(self, message: dict[str, Any]) -> bool:
        """Its topics, and the answers to a subscription."""
        return "success" in message or str(message.get("topic", "")).startswith(_PREFIXES)

    def hear(self, message: dict[str, Any], received_ns: int) -> Heard:
        """The events of a message."""
        if "success" in message:
            self.left_out["answers to a subscription"] += 1
            return NOTHING
        if message["topic"].startswith("trade."):
            trades = [self._trade(told) for told in message["data"]]
            return Heard(trades[0].venue_ns if trades else 0, trades)
        symbol = message["topic"].partition(".")[2]
        at = microseconds(message["timestamp_e6"])
        book = self._books.get(symbol)
        if book is None:
            book = self._books[symbol] = Sequence(symbol)
        last, told = int(message["cross_seq"]), message["data"]
        if message["type"] == "snapshot":
            rows = told["order_book"] if isinstance(told, dict) else told
            bids, asks = _sides(rows)
            event = DepthChanged(symbol, at, True, ordered(bids, True), ordered(asks, False))
            return Heard(at, book.snapshot(last, event, received_ns or at))
        bids, asks = _sides((*told["delete"], *told["update"], *told["insert"]))
        event = DepthChanged(symbol, at, False, bids, asks)
        before = book.last if last >= book.last else last
        return Heard(at, book.change(Change(last, last, before, event), received_ns or at))

    def _trade(self, told: dict[str, Any]) -> Traded:
        at = milliseconds(told["trade_time_ms"])
        cost, size = price(told["price"]), quantity(told["size"])
        return Traded(told["symbol"], at, cost, size, side_of(told["side"]))

    @property
    def waiting(self) -> int:
        """Changes of books that gave no event, as there was no snapshot to put them on."""
        return sum(book.left_out for book in self._books.values())


def _sides(rows: Iterable[dict[str, Any]]) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """Bids and asks; a row without a size is a level that is gone."""
    sides: dict[int, list[Level]] = {1: [], -1: []}
    for row in rows:
        size = quantity(row["size"]) if "size" in row else _GONE
        sides[side_of(row["side"])].append((price(row["price"]), size))
    return tuple(sides[1]), tuple(sides[-1])
