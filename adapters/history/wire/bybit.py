"""Bybit V5 public topics: ``orderbook.N``, ``publicTrade`` and ``tickers``.

Books of one symbol are taken from the first topic that tells of it; ``u`` of a change is one more
than that before (bybit-v5.md 4), else something is missing.
"""

from collections import Counter
from typing import Any

from adapters.history.wire.book import Change, Sequence, ordered
from adapters.history.wire.speech import (
    NOTHING,
    Heard,
    levels,
    milliseconds,
    price,
    quantity,
    side_of,
)
from engine.messages.market import (
    DepthChanged,
    IndexPriced,
    MarketEvent,
    MarkPriced,
    Traded,
)

_PREFIXES = ("orderbook.", "publicTrade.", "tickers.")


class Bybit:
    """The translator."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self._books: dict[str, Sequence] = {}
        self._topics: dict[str, str] = {}

    def understands(self, message: dict[str, Any]) -> bool:
        """Topics of V5 that tell prices."""
        return str(message.get("topic", "")).startswith(_PREFIXES)

    def hear(self, message: dict[str, Any], received_ns: int) -> Heard:
        """The events of a message."""
        topic: str = message["topic"]
        if topic.startswith("orderbook."):
            return self._book(topic, message, received_ns)
        at = milliseconds(message["ts"])
        if topic.startswith("publicTrade."):
            return Heard(at, [self._trade(told) for told in message["data"]])
        told = message["data"]
        symbol = told["symbol"]
        events: list[MarketEvent] = []
        if told.get("markPrice"):
            events.append(MarkPriced(symbol, price(told["markPrice"])))
        if told.get("indexPrice"):
            events.append(IndexPriced(symbol, price(told["indexPrice"])))
        return Heard(at, events)

    def _trade(self, told: dict[str, Any]) -> Traded:
        at = milliseconds(told["T"])
        return Traded(told["s"], at, price(told["p"]), quantity(told["v"]), side_of(told["S"]))

    def _book(self, topic: str, message: dict[str, Any], received_ns: int) -> Heard:
        told, at = message["data"], milliseconds(message["ts"])
        symbol, last = told["s"], told["u"]
        if self._topics.setdefault(symbol, topic) != topic:
            self.left_out[topic] += 1
            return NOTHING
        book = self._books.get(symbol)
        if book is None:
            book = self._books[symbol] = Sequence(symbol)
        venue_ns = milliseconds(message.get("cts", message["ts"]))
        bids, asks = levels(told["b"]), levels(told["a"])
        if message["type"] == "snapshot":
            event = DepthChanged(symbol, venue_ns, True, ordered(bids, True), ordered(asks, False))
            return Heard(at, book.snapshot(last, event, received_ns or at))
        event = DepthChanged(symbol, venue_ns, False, bids, asks)
        return Heard(at, book.change(Change(last, last, last - 1, event), received_ns or at))

    @property
    def waiting(self) -> int:
        """Changes of books that gave no event, as there was no snapshot to put them on."""
        return sum(book.left_out for book in self._books.values())
