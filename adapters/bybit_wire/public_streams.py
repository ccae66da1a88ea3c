"""Public topics: a snapshot, then what changed (bybit-v5.md 4.2). Pure.

One state for each topic is shared by all who listen: it is what was told last. A new listener gets
that as its snapshot, so the next delta fits for everyone.
"""

from collections.abc import Callable

from attrs import define, field

from adapters.bybit_wire.answers import Fields
from adapters.bybit_wire.bars import INTERVALS, Bar
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.fields import SIDE_NAMES
from adapters.bybit_wire.market import Market, millis
from adapters.bybit_wire.rest_market import level_rows, trade_id
from engine.money import render
from engine.timebase import MILLISECOND, SECOND

DEPTHS = {"1": 1, "50": 50, "200": 200, "1000": 1_000}
TRADES_MOST = 1_024
OF_COIN = ("insurance", "adlAlert")
REPEATED_AFTER = 3 * SECOND
LIMITS_EVERY = 300 * MILLISECOND

Book = tuple[dict[int, int], dict[int, int]]


@define(eq=False)
class Topic:
    """One topic with listeners, and what it told last."""

    name: str
    kind: str
    detail: str
    market: Market
    listeners: int = 0
    book: Book = field(factory=lambda: ({}, {}))
    updates: int = 0
    """The market's count of book changes when this was told."""
    sequence: int = 0
    """``u``: one more with each message of the book, so that one that is missing is seen."""
    ticker: Fields = field(factory=dict)
    told_ns: int = 0
    """When a book of one level, or a price limit, was told last."""
    row: Fields = field(factory=dict)
    bar: Bar | None = None
    seen_ns: int = 0
    """When a candle topic was looked at last."""


class PublicStreams:
    """All public topics that somebody listens to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._topics: dict[str, Topic] = {}
        self._collectors: dict[str, Callable[[Topic], list[Fields]]] = {
            "publicTrade": self._trades,
            "orderbook": self._book,
            "tickers": self._ticker,
            "kline": self._bars,
            "priceLimit": self._limits,
            "allLiquidation": self._liquidations,
            "liquidation": self._old_liquidations,
            "insurance": self._insurance,
            "adlAlert": _never,
        }

    def refuse(self, name: str) -> str:
        """Why there is no such topic; empty where there is."""
        return "" if self._parsed(name) else f"error:handler not found,topic:{name}"

    def _parsed(self, name: str) -> Topic | None:
        kind, _, rest = name.partition(".")
        detail, symbol = "", rest
        if kind in ("orderbook", "kline"):
            detail, _, symbol = rest.partition(".")
            if detail not in (DEPTHS if kind == "orderbook" else INTERVALS):
                return None
        if kind in OF_COIN:
            detail, symbol = symbol, next(iter(self._desk.markets))
            if detail != self._desk.instruments[symbol].settle_asset:
                return None
        market = self._desk.markets.get(symbol)
        if market is None or kind not in self._collectors:
            return None
        return Topic(name, kind, detail, market)

    def join(self, name: str) -> list[Fields]:
        """One more listens; returns its first messages."""
        topic = self._topics.get(name)
        if topic is None:
            topic = self._parsed(name)
            assert topic is not None, "only topics that exist are joined"
            self._topics[name] = topic
            self._collectors[topic.kind](topic)
            topic.sequence = topic.updates  # never below what was told before: deltas are fewer
        topic.listeners += 1
        return self._snapshot(topic)

    def leave(self, name: str) -> None:
        """One less listens; a topic without listeners is forgotten."""
        topic = self._topics[name]
        topic.listeners -= 1
        if not topic.listeners:
            del self._topics[name]

    def collect(self) -> list[tuple[str, Fields]]:
        """What must be told now, and to the listeners of which topic."""
        found: list[tuple[str, Fields]] = []
        for topic in self._topics.values():
            found += [(topic.name, message) for message in self._collectors[topic.kind](topic)]
        for market in self._desk.markets.values():
            market.fresh.clear()
            market.busts.clear()
        return found

    def _message(self, topic: Topic, data: object, kind: str = "snapshot") -> Fields:
        return {"topic": topic.name, "type": kind, "ts": self._desk.market_ms, "data": data}

    def _snapshot(self, topic: Topic) -> list[Fields]:
        if topic.kind == "orderbook":
            return [self._book_message(topic, topic.book, "snapshot")]
        if topic.kind == "tickers":
            return [self._ticker_message(topic, topic.ticker, "snapshot")]
        if topic.kind == "kline" and topic.bar is not None:
            return [self._message(topic, [self._bar(topic, topic.bar)])]
        if topic.kind == "priceLimit":
            return [self._limit_message(topic)]
        return []

    def _trades(self, topic: Topic) -> list[Fields]:
        market = topic.market
        rows = [
            {
                "T": millis(each.at),
                "s": market.symbol,
                "S": SIDE_NAMES[each.side],
                "v": render(each.quantity),
                "p": render(each.price),
                "L": each.direction,
                "i": trade_id(market.symbol, each),
                "BT": False,
                "RPI": False,
                "seq": each.number,
            }
            for each in market.fresh
        ]
        return [
            self._message(topic, rows[start : start + TRADES_MOST])
            for start in range(0, len(rows), TRADES_MOST)
        ]

    def _book(self, topic: Topic) -> list[Fields]:
        """Depth 1 comes as snapshots alone, once more after three quiet seconds; deeper books come
        as what changed."""
        now = self._desk.now_ns
        if topic.market.updates == topic.updates:
            if topic.detail != "1" or now - topic.told_ns < REPEATED_AFTER:
                return []
            topic.told_ns = now
            return [self._book_message(topic, topic.book, "snapshot")]
        topic.told_ns = now
        bids, asks = map(dict, topic.market.book(DEPTHS[topic.detail]))
        told, topic.book = topic.book, (bids, asks)
        topic.updates = topic.market.updates
        changes = tuple(map(_changes, told, topic.book))
        if topic.detail != "1" and not any(changes):
            return []
        topic.sequence += 1
        if topic.detail == "1":
            return [self._book_message(topic, topic.book, "snapshot")]
        return [self._book_message(topic, (changes[0], changes[1]), "delta")]

    def _book_message(self, topic: Topic, book: Book, kind: str) -> Fields:
        bids, asks = (tuple(side.items()) for side in book)
        rows = {
            "s": topic.market.symbol,
            "b": level_rows(bids),
            "a": level_rows(asks),
            "u": topic.sequence,
            "seq": topic.updates,
        }
        return self._message(topic, rows, kind) | {"cts": millis(topic.market.changed_ns)}

    def _limits(self, topic: Topic) -> list[Fields]:
        """The price band where it changed, at most every 300 ms."""
        now = self._desk.now_ns
        if topic.row and now - topic.told_ns < LIMITS_EVERY:
            return []
        row = self._desk.price_limits(topic.market.symbol)
        if row == topic.row:
            return []
        topic.row, topic.told_ns = row, now
        return [self._limit_message(topic)]

    def _limit_message(self, topic: Topic) -> Fields:
        return {"topic": topic.name, "data": topic.row, "ts": self._desk.market_ms}

    def _liquidations(self, topic: Topic) -> list[Fields]:
        """Liquidations of the accounts here: nobody else's are known."""
        rows = [
            {
                "T": millis(each.at),
                "s": each.symbol,
                "S": SIDE_NAMES[each.side],
                "v": render(each.quantity),
                "p": render(each.price),
            }
            for each in topic.market.busts
        ]
        return [self._message(topic, rows)] if rows else []

    def _old_liquidations(self, topic: Topic) -> list[Fields]:
        """The deprecated form: one at a time."""
        rows = [
            {
                "updatedTime": millis(each.at),
                "symbol": each.symbol,
                "side": SIDE_NAMES[each.side],
                "size": render(each.quantity),
                "price": render(each.price),
            }
            for each in topic.market.busts
        ]
        return [self._message(topic, row) for row in rows]

    def _insurance(self, topic: Topic) -> list[Fields]:
        """What the fund has earned with the accounts here, whenever it changed."""
        row = self._desk.insurance_row()
        told, topic.row = topic.row, row
        if not told or told["balance"] == row["balance"]:
            return []
        fields = {name: row[name] for name in ("coin", "symbols", "balance")}
        data = [fields | {"updateTime": str(self._desk.market_ms)}]
        return [self._message(topic, data, "delta")]

    def _ticker(self, topic: Topic) -> list[Fields]:
        now = topic.market.ticker(self._desk.now_ns)
        now["tickDirection"] = topic.market.direction
        told, topic.ticker = topic.ticker, now
        changed = {name: value for name, value in now.items() if told.get(name) != value}
        if not changed:
            return []
        changed["symbol"] = topic.market.symbol
        return [self._ticker_message(topic, changed, "delta")]

    def _ticker_message(self, topic: Topic, data: Fields, kind: str) -> Fields:
        return self._message(topic, data, kind) | {"cs": topic.market.updates}

    def _bars(self, topic: Topic) -> list[Fields]:
        """Bars that ended since the last one that was told, each confirmed once, and the running
        one where it changed."""
        interval, told, now = INTERVALS[topic.detail], topic.bar, self._desk.now_ns
        seen, topic.seen_ns = topic.seen_ns, now
        first = told.open_ns if told is not None else now - interval
        rows: list[Fields] = []
        for bar in topic.market.bars.of(interval, first, now):
            was_confirmed = bar.close_ns <= seen
            if was_confirmed or (bar == told and bar.close_ns > now):
                continue
            rows.append(self._bar(topic, bar))
            topic.bar = bar
        return [self._message(topic, [row]) for row in rows]

    def _bar(self, topic: Topic, bar: Bar) -> Fields:
        return {
            "start": millis(bar.open_ns),
            "end": millis(bar.close_ns) - 1,
            "interval": topic.detail,
            "open": render(bar.open),
            "close": render(bar.close),
            "high": render(bar.high),
            "low": render(bar.low),
            "volume": render(bar.volume),
            "turnover": render(bar.turnover),
            "confirm": bar.close_ns <= self._desk.now_ns,
            "timestamp": millis(topic.market.changed_ns),
        }


def _changes(before: dict[int, int], after: dict[int, int]) -> dict[int, int]:
    """Levels that are new or other than before; quantity 0 for those that are gone."""
    gone = {price: 0 for price in before if price not in after}
    new = {price: size for price, size in after.items() if before.get(price) != size}
    return gone | new


def _never(topic: Topic) -> list[Fields]:
    """Nobody is ever deleveraged here."""
    del topic
    return []
