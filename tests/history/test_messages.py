"""Raw messages become events: Binance, Bybit V5 and Bybit before it."""

from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from engine.messages.market import (
    DataGap,
    DepthChanged,
    IndexPriced,
    MarketEvent,
    MarkPriced,
    Quoted,
    Traded,
)
from tests.history.tick_files import (
    SYMBOL,
    messages,
    ms,
    ns,
    opened,
    p,
    played,
    q,
    received,
)

EMPTY: tuple[Any, ...] = ()


def combined(at: float, **told: Any) -> dict[str, Any]:
    """A message of a combined stream of Binance."""
    return received(at, {"stream": "btcusdt@x", "data": {"s": SYMBOL, "E": ms(at), **told}})


def change(at: float, first: int, last: int, before: int, bid: str = "100") -> dict[str, Any]:
    """A change of a Binance book, of one bid."""
    numbers = {"U": first, "u": last, "pu": before}
    return combined(at, e="depthUpdate", T=ms(at), **numbers, b=[[bid, "1"]], a=[])


def snapshot(at: float, last: int) -> dict[str, Any]:
    """What REST answers."""
    levels = {"bids": [["100.0", "1"], ["99.9", "2"]], "asks": [["100.1", "3"]]}
    return received(at, {"lastUpdateId": last, "E": ms(at), "T": ms(at), **levels})


def book(at: float, bids: Any = EMPTY, asks: Any = EMPTY, whole: bool = True) -> DepthChanged:
    """The event of a book; levels are pairs of texts."""
    return DepthChanged(
        SYMBOL,
        ns(at),
        whole,
        tuple((p(price), q(quantity)) for price, quantity in bids),
        tuple((p(price), q(quantity)) for price, quantity in asks),
    )


WHOLE = (("100", "1"), ("99.9", "2")), (("100.1", "3"),)


def bid(at: float, price: str = "100") -> DepthChanged:
    return book(at, ((price, "1"),), whole=False)


def told(path: Path, start: int = 0, end: int = 1 << 62) -> list[tuple[int, MarketEvent]]:
    return played(opened(path), start, end)


def test_streams_of_binance(tmp_path: Path) -> None:
    trade = {"e": "trade", "T": ms(3), "p": "100.10", "q": "0.002"}
    path = messages(
        tmp_path / "x.jsonl.gz",
        [
            combined(1, e="bookTicker", T=ms(0.9), b="100.0", B="1", a="100.1", A="0.5"),
            combined(2, **trade, X="MARKET", m=True),
            combined(3, **trade, X="MARKET", m=False),
            combined(4, **trade, X="INSURANCE_FUND", m=True),
            combined(5, e="markPriceUpdate", p="100.12345678", i="99.9", r="0.1", T=ms(9)),
            combined(6, e="kline"),
        ],
    )
    market = opened(path)
    assert played(market) == [
        (ns(1), Quoted(SYMBOL, ns(0.9), p("100"), q("1"), p("100.1"), q("0.5"))),
        (ns(2), Traded(SYMBOL, ns(3), p("100.1"), q("0.002"), -1)),
        (ns(3), Traded(SYMBOL, ns(3), p("100.1"), q("0.002"), 1)),
        (ns(5), MarkPriced(SYMBOL, p("100.12345678"))),
        (ns(5), IndexPriced(SYMBOL, p("99.9"))),
    ]
    facts = market.recordings[0].facts
    assert [kind for _, kind in facts.tells] == ["marks", "quotes", "trades"]
    assert facts.notes[0].endswith("left out: kline 1, trade INSURANCE_FUND 1")


def test_a_book_begins_with_its_snapshot_and_what_that_already_holds_is_left_out(
    tmp_path: Path,
) -> None:
    rows = [change(1, 5, 9, 4), change(2, 10, 12, 9, "99.8"), snapshot(3, 10)]
    rows += [change(4, 13, 14, 12), change(5, 15, 15, 14)]
    path = messages(tmp_path / "x.jsonl", rows)
    # The second change covers number 11 and waited for the snapshot; the first is older than it.
    assert told(path) == [
        (ns(3), book(3, *WHOLE)),
        (ns(3), bid(2, "99.8")),
        (ns(4), bid(4)),
        (ns(5), bid(5)),
    ]
    assert "without a snapshot before them 1" in opened(path).recordings[0].facts.notes[0]


def test_a_lost_change_is_a_gap_and_the_book_unknown_until_the_next_snapshot(
    tmp_path: Path,
) -> None:
    rows = [snapshot(1, 10), change(2, 11, 12, 10), change(3, 14, 15, 13), change(4, 16, 16, 15)]
    rows += [snapshot(5, 15), change(6, 17, 17, 16)]
    path = messages(tmp_path / "x.jsonl", rows)
    assert told(path) == [
        (ns(1), book(1, *WHOLE)),
        (ns(2), bid(2)),
        (ns(3), DataGap(SYMBOL, ns(2), ns(3))),
        (ns(3), book(3)),
        (ns(5), book(5, *WHOLE)),
        (ns(5), bid(4)),
        (ns(6), bid(6)),
    ]
    assert "1 times changes of the book are missing" in " ".join(
        opened(path).recordings[0].facts.notes
    )


def test_a_range_that_begins_inside_a_book_begins_with_what_the_book_was(tmp_path: Path) -> None:
    rows = [snapshot(1, 10), change(2, 11, 11, 10, "99.7"), change(3, 12, 12, 11, "99.6")]
    path = messages(tmp_path / "x.jsonl", rows)
    bids = (("100", "1"), ("99.9", "2"), ("99.7", "1"))
    assert told(path, ns(2) + 1) == [(ns(3), book(2, bids, WHOLE[1])), (ns(3), bid(3, "99.6"))]
    assert told(path, 0, ns(3)) == [(ns(1), book(1, *WHOLE)), (ns(2), bid(2, "99.7"))]


def orderbook(at: float, last: int, kind: str = "delta", depth: int = 500) -> dict[str, Any]:
    """A bare message of Bybit V5; a delta takes the bid at 100 away."""
    levels = {"b": [["99.9", "2"], ["100.0", "1"]], "a": [["100.1", "3"]]}
    if kind == "delta":
        levels = {"b": [["100.0", "0"]], "a": []}
    told = {"s": SYMBOL, "u": last, "seq": last * 7, **levels}
    topic = f"orderbook.{depth}.{SYMBOL}"
    return {"topic": topic, "type": kind, "ts": ms(at), "cts": ms(at - 0.001), "data": told}


def test_books_of_bybit(tmp_path: Path) -> None:
    rows = [orderbook(1, 5, "snapshot"), orderbook(1.5, 9, "snapshot", 50), orderbook(2, 6)]
    path = messages(tmp_path / "x.jsonl", [*rows, orderbook(3, 8), orderbook(4, 1, "snapshot")])
    assert told(path) == [
        (ns(1), book(0.999, *WHOLE)),
        (ns(2), book(1.999, (("100", "0"),), whole=False)),
        (ns(3), DataGap(SYMBOL, ns(2), ns(3))),
        (ns(3), book(2.999)),
        (ns(4), book(3.999, *WHOLE)),
    ]
    assert "orderbook.50.BTCUSDT 1" in " ".join(opened(path).recordings[0].facts.notes)


def test_trades_and_tickers_of_bybit(tmp_path: Path) -> None:
    trade = {"T": ms(1), "s": SYMBOL, "S": "Sell", "v": "0.5", "p": "100.1", "L": "ZeroPlusTick"}
    ticker = {"symbol": SYMBOL, "markPrice": "100.05", "indexPrice": "100.01", "lastPrice": "1"}
    path = messages(
        tmp_path / "x.jsonl",
        [
            received(1, {"topic": f"publicTrade.{SYMBOL}", "ts": ms(1), "data": [trade, trade]}),
            received(2, {"topic": f"tickers.{SYMBOL}", "ts": ms(2), "data": ticker}),
            received(3, {"topic": f"tickers.{SYMBOL}", "ts": ms(3), "data": {"symbol": SYMBOL}}),
            received(4, {"op": "pong"}),
        ],
    )
    sold = Traded(SYMBOL, ns(1), p("100.1"), q("0.5"), -1)
    assert told(path) == [
        (ns(1), sold),
        (ns(1), sold),
        (ns(2), MarkPriced(SYMBOL, p("100.05"))),
        (ns(2), IndexPriced(SYMBOL, p("100.01"))),
    ]


def row(price: str, side: str, size: float | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"price": price, "symbol": SYMBOL, "id": price, "side": side}
    return told if size is None else {**told, "size": size}


@pytest.mark.parametrize("linear", [True, False])
def test_books_of_bybit_before_v5(tmp_path: Path, linear: bool) -> None:
    def message(at: float, kind: str, number: int, told: Any) -> dict[str, Any]:
        stamps: tuple[Any, Any] = (number, ms(at) * 1000)
        seq, stamp = map(str, stamps) if linear else stamps
        body = {"type": kind, "data": told, "cross_seq": seq, "timestamp_e6": stamp}
        return received(at, {"topic": f"orderBookL2_25.{SYMBOL}", **body})

    rows = [row("99.9", "Buy", 2), row("100.0", "Buy", 1), row("100.10", "Sell", 3.0)]
    gone = {"delete": [row("99.9", "Buy")], "update": [row("100.1", "Sell", 1.5)], "insert": []}
    path = messages(
        tmp_path / "x.jsonl",
        [
            {"sent_s": 1.5, "url": "wss://x", "msg": {"op": "subscribe"}},
            received(1, {"success": True, "request": {}}),
            message(2, "delta", 3, gone),
            message(3, "snapshot", 4, {"order_book": rows} if linear else rows),
            message(4, "delta", 9, gone),
            message(5, "delta", 8, gone),
        ],
    )
    assert told(path) == [
        (ns(3), book(3, *WHOLE)),
        (ns(4), book(4, (("99.9", "0"),), (("100.1", "1.5"),), whole=False)),
        (ns(5), DataGap(SYMBOL, ns(4), ns(5))),
        (ns(5), book(5)),
    ]


def test_trades_of_bybit_before_v5(tmp_path: Path) -> None:
    trade = {"symbol": SYMBOL, "price": "100.1", "size": 0.14, "trade_time_ms": str(ms(1))}
    said = {"topic": f"trade.{SYMBOL}", "data": [{**trade, "side": "Buy"}]}
    path = messages(tmp_path / "x.jsonl", [{"recv_s": ns(2) / 10**9 + 0.799668, "msg": said}])
    assert told(path) == [(ns(2) + 799_668_000, Traded(SYMBOL, ns(1), p("100.1"), q("0.14"), 1))]


def test_one_kind_of_a_stream_can_be_taken_alone(tmp_path: Path) -> None:
    rows = [snapshot(1, 1), combined(2, e="trade", T=ms(2), p="100", q="1", m=True)]
    rows.append(combined(3, e="bookTicker", T=ms(3), b="100.0", B="1", a="100.1", A="0.5"))
    path = messages(tmp_path / "x.jsonl", rows)
    alone = opened(f"BTCUSDT:trades={path}")
    assert [type(event) for _, event in played(alone)] == [Traded]
    two = opened(f"BTCUSDT:trades={path}", f"BTCUSDT:depth={path}")
    assert {type(event) for _, event in played(two)} == {Traded, DepthChanged}


def test_a_snapshot_does_not_tell_its_symbol_so_a_recording_of_two_is_refused(
    tmp_path: Path,
) -> None:
    other = received(0, {"stream": "x", "data": {"e": "trade", "s": "ETHUSDT"}})
    path = messages(tmp_path / "x.jsonl", [snapshot(1, 1), change(2, 2, 2, 1), other])
    with pytest.raises(UserError, match="a depth snapshot tells no symbol, and the recording has"):
        opened(path)
