"""Every recording of ticks, books, rates and marks is read whole, in order, to the last digit."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.history.market import Market
from adapters.history.opening import open_market
from engine.domain.candle import Candle
from engine.messages.market import (
    DataGap,
    DepthChanged,
    FundingRated,
    IndexPriced,
    MarkPriced,
    Quoted,
    Traded,
)
from engine.timebase import MINUTE
from tests.realdata.places import LONG, ROOT, recorded

TRADES = sorted((ROOT / "trades").glob("*.parquet"))
QUOTES = sorted((ROOT / "quotes").glob("binance*.parquet"))
BOOKS = sorted((ROOT / "orderbook").glob("*.parquet"))
FUNDING = sorted((ROOT / "funding").glob("*.parquet"))
MARKS = sorted((ROOT / "mark").glob("*.parquet"))
BINANCE = sorted((ROOT / "ws_raw" / "binance_usdm").glob("*.gz"))
LEGACY = sorted((ROOT / "ws_raw" / "bybit_legacy").glob("*.gz"))
LARGE = "standx_BTC-USD_depth20"
TICK_TYPES = {Traded, Quoted, DepthChanged, MarkPriced, IndexPriced}


def described(path: Path) -> tuple[int, str]:
    """Rows of a file, and the whole line on it, as the description beside the data has them."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if f"{path.parent.name}/{path.name}`" in line)
    return int(row.split("|")[3]), row


def fed(market: Market) -> Counter[type]:
    """Events by their type; each moment and phase comes once, and never goes back."""
    found: Counter[type] = Counter()
    last = (0, 0)
    for at, phase, events in market.groups(market.interval(MINUTE)):
        assert (at, phase) > last
        last = at, phase
        found.update(map(type, events))
    return found


def exact(value: float) -> int:
    """What a float of these files means, by another way than the reader's."""
    return int(Decimal(repr(value)) * 10**8)


def long_candles(folder: Path) -> Path:
    """Two candles of seven years, so that all rates and marks lie within the run."""
    path = folder / "long.parquet"
    numbers = {name: [1.0, 1.0] for name in ("open", "high", "low", "close", "volume")}
    pq.write_table(pa.table({"date": [date(2020, 1, 1), date(2027, 1, 1)], **numbers}), path)
    return path


def ticks_of(market: Market) -> Iterator[Any]:
    for recording in market.recordings:
        for _, events in recording.stretches():
            yield from events


@pytest.mark.parametrize("path", TRADES, ids=lambda path: path.stem)
def test_trades_are_read_whole_and_exactly(path: Path) -> None:
    market = open_market([f"XUSDT={path}"], ["XUSDT"], {})
    table = pq.read_table(path)
    ordinary = [row for row in table.to_pylist() if row.get("order_type", "MARKET") == "MARKET"]
    assert table.num_rows == described(path)[0]
    assert fed(market)[Traded] == len(ordinary) == market.recordings[0].facts.events
    told = list(ticks_of(market))
    for row, trade in list(zip(ordinary, told, strict=True))[::97]:
        assert (trade.price, trade.quantity) == (exact(row["price"]), exact(row["qty"]))
        maker = row.get("buyer_is_maker")
        side = {"buy": 1, "sell": -1, None: 0}[row.get("side")] if maker is None else 1 - 2 * maker
        assert trade.side == side


@pytest.mark.parametrize("path", QUOTES, ids=lambda path: path.stem)
def test_quotes_are_read_whole_and_exactly(path: Path) -> None:
    market = open_market([f"XUSDT={path}"], ["XUSDT"], {})
    rows = pq.read_table(path).to_pylist()
    assert fed(market)[Quoted] == len(rows) == described(path)[0]
    for row, quote in list(zip(rows, ticks_of(market), strict=True))[::97]:
        assert quote.venue_ns == row["tx_ms"] * 1_000_000
        assert (quote.bid, quote.bid_quantity) == (exact(row["bid_price"]), exact(row["bid_qty"]))
        assert (quote.ask, quote.ask_quantity) == (exact(row["ask_price"]), exact(row["ask_qty"]))


def test_bars_of_bid_and_ask_are_quotes_and_candles() -> None:
    path = recorded("quotes/bybit_linear_BTCUSDT_1m_bidask_20221213.parquet")
    rows = pq.read_table(path).to_pylist()
    quoted = [row for row in rows if row["bid_close"] is not None]
    market = open_market([f"BTCUSDT={path}", f"BTCUSDT:candles={path}"], ["BTCUSDT"], {})
    found = fed(market)
    assert (found[Quoted], found[Candle]) == (len(quoted), len(rows))
    assert len(rows) - len(quoted) == 261, "as the description beside the data says"
    last = list(ticks_of(market))[-1]
    assert last.venue_ns == (rows[-1]["ts_ms"] + 60_000) * 1_000_000


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_books_are_read_whole_and_in_order(path: Path) -> None:
    if path.stem.startswith(LARGE) and not LONG:
        pytest.skip("132,663 books take half a minute; set TRADEFOLD_LONG=1")
    rows, line = described(path)
    table = pq.read_table(path, columns=["symbol"]) if "top5" in path.name else None
    symbols = ["XUSDT"] if table is None else sorted(set(table["symbol"].to_pylist()))
    argument = str(path) if table is not None else f"XUSDT={path}"
    market = open_market([argument], symbols, {})
    assert sum(each.facts.events for each in market.recordings) == rows
    assert fed(market)[DepthChanged] == rows
    notes = " ".join(note for each in market.recordings for note in each.facts.notes)
    assert ("rows are locked" in notes) == ("locked share" in line)


@pytest.mark.parametrize("path", BINANCE, ids=lambda path: path.stem.partition(".")[0])
def test_binance_messages_are_read_whole_and_their_books_never_cross(path: Path) -> None:
    symbol = path.name.partition("_")[0]
    market = open_market([str(path)], [symbol], {})
    streams: Counter[str] = Counter()
    left_out = 0
    with gzip.open(path, "rt") as lines:
        for line in lines:
            message = json.loads(line)["msg"]
            stream = str(message.get("stream", "rest@snapshot")).partition("@")[2]
            streams[stream] += 1
            left_out += message.get("data", {}).get("X", "MARKET") != "MARKET"
    _, line = described(path)
    for stream in ("bookTicker", "trade", "depth@0ms"):
        assert f"'{stream}': {streams[stream]}" in line
    found = fed(market)
    assert found[Quoted] == streams["bookTicker"]
    assert found[Traded] == streams["trade"] - left_out
    assert found[MarkPriced] == found[IndexPriced] == streams["markPrice@1s"]
    assert found[DataGap] == 0, "the chain of numbers has no break"
    # Some changes came before the snapshot and were in it; the other files have five or six.
    assert 0 <= streams["depth@0ms"] + streams["snapshot"] - found[DepthChanged] <= 6
    best: dict[int, dict[int, int]] = {1: {}, -1: {}}
    for n, event in enumerate(ticks_of(market)):
        if type(event) is DepthChanged:
            for side, levels in ((1, event.bids), (-1, event.asks)):
                if event.snapshot:
                    best[side].clear()
                best[side].update(levels)
                for price in [price for price, quantity in levels if not quantity]:
                    del best[side][price]
            assert n % 20 or max(best[1]) < min(best[-1])


def test_a_book_of_bybit_v5_is_read_whole() -> None:
    path = recorded("ws_raw/bybit_linear/XRPUSDT_orderbook500_20241201.jsonl")
    market = open_market([str(path)], ["XRPUSDT"], {"XRPUSDT": 10_000})
    events = list(ticks_of(market))
    assert [event.snapshot for event in events] == [True] + [False] * 49
    assert (len(events[0].bids), len(events[0].asks)) == (500, 500)
    assert not market.recordings[0].facts.notes


@pytest.mark.parametrize("path", LEGACY, ids=lambda path: path.stem.partition(".")[0])
def test_messages_of_bybit_before_v5_are_read_whole(path: Path) -> None:
    books, trades, symbols = 0, 0, set()
    with gzip.open(path, "rt") as lines:
        for line in lines:
            topic, _, symbol = json.loads(line)["msg"].get("topic", "").partition(".")
            symbols.add(symbol)
            books += topic == "orderBookL2_25"
            trades += len(json.loads(line)["msg"]["data"]) if topic == "trade" else 0
    market = open_market([str(path)], sorted(symbols - {""}), {})
    assert sum(each.facts.events for each in market.recordings) == books + trades
    found = fed(market)
    assert (found[DepthChanged], found[Traded], found[DataGap]) == (books, trades, 0)


@pytest.mark.parametrize("path", FUNDING, ids=lambda path: path.stem)
def test_rates_are_read_whole_and_each_settles_at_its_time(path: Path, tmp_path: Path) -> None:
    rows = pq.read_table(path).to_pylist()
    assert len(rows) == described(path)[0]
    candles = long_candles(tmp_path)
    for symbol in sorted({row["symbol"] for row in rows}):
        market = open_market([f"{symbol}={candles}", str(path)], [symbol], {})
        mine = [row for row in rows if row["symbol"] == symbol]
        told = [
            (at, event)
            for ats, events in market.funding[0].stretches()
            for at, event in zip(ats, events, strict=True)
        ]
        assert told == [
            (at, FundingRated(symbol, at, exact(row["funding_rate"])))
            for row in mine
            for at in [row["ts_ms"] * 1_000_000]
        ]


@pytest.mark.parametrize("path", MARKS, ids=lambda path: path.stem)
def test_marks_are_read_whole(path: Path, tmp_path: Path) -> None:
    rows = pq.read_table(path, columns=["symbol"])["symbol"].to_pylist()
    assert len(rows) == described(path)[0]
    symbols = sorted(set(rows))
    candles = long_candles(tmp_path)
    counted = Counter(rows)
    for symbol in symbols:
        market = open_market([f"{symbol}={candles}", f"{symbol}:marks={path}"], [symbol], {})
        assert market.marks[0].facts.rows == counted[symbol]


def test_a_file_of_trades_and_the_messages_it_was_made_from_tell_the_same() -> None:
    name = "BTCUSDT_20240718T235700Z"
    raw = recorded(f"ws_raw/binance_usdm/{name}.jsonl.gz")
    for kind, type_ in (("trades", Traded), ("quotes", Quoted)):
        table = recorded(f"{kind}/binance_usdm_{name}.parquet")
        one = open_market([f"BTCUSDT={table}"], ["BTCUSDT"], {})
        other = open_market([f"BTCUSDT:{kind}={raw}"], ["BTCUSDT"], {})
        told = [
            [
                (at, event)
                for ats, events in market.recordings[0].stretches()
                for at, event in zip(ats, events, strict=True)
            ]
            for market in (one, other)
        ]
        assert told[0] == told[1]
        assert {type(event) for _, event in told[0]} == {type_}
