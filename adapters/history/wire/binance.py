"""Binance USD-M: combined streams, and the depth snapshot that REST gives.

``trade``, ``bookTicker``, ``depth`` and ``markPrice`` are understood. A depth snapshot does not
tell its symbol, so a recording with one holds a single symbol. Changes that came before it wait
for it, those that it already holds are left out (the venue's "How to manage a local order book
correctly": the first change covers the snapshot's number, each later one has ``pu`` equal to the
``u`` before).
"""

from collections import Counter
from typing import Any

from adapters.history.wire.book import Change, Sequence, ordered
from adapters.history.wire.speech import (
    NOTHING,
    Heard,
    levels,
    milliseconds,
    number,
    price,
    quantity,
)
from engine.messages.market import (
    DepthChanged,
    IndexPriced,
    MarketEvent,
    MarkPriced,
    Quoted,
    Traded,
)

_ORDINARY = "MARKET"


class Binance:
    """The translator. ``symbol`` is what a depth snapshot is taken to be of."""

    def __init__(self, symbol: str) -> None:
        self.left_out: Counter[str] = Counter()
        self._symbol = symbol
        self._books: dict[str, Sequence] = {}

    def understands(self, message: dict[str, Any]) -> bool:
        """Combined streams, and depth snapshots."""
        return "stream" in message or "lastUpdateId" in message

    def hear(self, message: dict[str, Any], received_ns: int) -> Heard:
        """The events of a message."""
        if "lastUpdateId" in message:
            return self._snapshot(message, received_ns)
        told = message["data"]
        kind = told["e"]
        if kind == "bookTicker":
            return self._quoted(told)
        if kind == "depthUpdate":
            return self._changed(told, received_ns)
        if kind == "trade":
            return self._traded(told)
        if kind == "markPriceUpdate":
            return self._marked(told)
        self.left_out[kind] += 1
        return NOTHING

    def _quoted(self, told: dict[str, Any]) -> Heard:
        at = milliseconds(told["T"])
        bid, ask = price(told["b"]), price(told["a"])
        event = Quoted(told["s"], at, bid, quantity(told["B"]), ask, quantity(told["A"]))
        return Heard(at, (event,))

    def _traded(self, told: dict[str, Any]) -> Heard:
        kind = told.get("X", _ORDINARY)
        if kind != _ORDINARY:
            self.left_out[f"trade {kind}"] += 1
            return NOTHING
        at = milliseconds(told["T"])
        side: Any = -1 if told["m"] else 1
        return Heard(at, (Traded(told["s"], at, price(told["p"]), quantity(told["q"]), side),))

    def _marked(self, told: dict[str, Any]) -> Heard:
        symbol = told["s"]
        events: list[MarketEvent] = [MarkPriced(symbol, price(told["p"]))]
        if number(told["i"]) > 0:
            events.append(IndexPriced(symbol, price(told["i"])))
        return Heard(milliseconds(told["E"]), events)

    def _changed(self, told: dict[str, Any], received_ns: int) -> Heard:
        at = milliseconds(told["T"])
        symbol = told["s"]
        event = DepthChanged(symbol, at, False, levels(told["b"]), levels(told["a"]))
        change = Change(told["U"], told["u"], told["pu"], event)
        return Heard(at, self._book(symbol).change(change, received_ns or at))

    def _snapshot(self, message: dict[str, Any], received_ns: int) -> Heard:
        if not self._symbol:
            raise ValueError("a depth snapshot tells no symbol, and the recording has several")
        at = milliseconds(message["T"])
        event = DepthChanged(
            self._symbol,
            at,
            True,
            ordered(levels(message["bids"]), falling=True),
            ordered(levels(message["asks"]), falling=False),
        )
        book = self._book(self._symbol)
        return Heard(at, book.snapshot(message["lastUpdateId"], event, received_ns or at))

    def _book(self, symbol: str) -> Sequence:
        book = self._books.get(symbol)
        if book is None:
            book = self._books[symbol] = Sequence(symbol, waits=True)
        return book

    @property
    def waiting(self) -> int:
        """Changes of books that gave no event: too old for their snapshot, or without one."""
        return sum(book.left_out for book in self._books.values())
