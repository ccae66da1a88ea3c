"""Tables of trades, quotes, books and funding rates become events, in the forms they come in."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from adapters.history.recording import DEPTH, FUNDING, QUOTES, TRADES
from engine.errors import UserError
from engine.messages.market import DepthChanged, FundingRated, Quoted, Traded
from engine.money import Rate
from engine.timebase import HOUR, MINUTE, SECOND
from tests.history.files import csv, parquet
from tests.history.tick_files import (
    BEGIN,
    SYMBOL,
    ms,
    ns,
    opened,
    p,
    played,
    q,
    quotes,
    trades,
)

BOUGHT = Traded(SYMBOL, ns(1), p("100.1"), q("0.5"), 1)
SOLD = Traded(SYMBOL, ns(2), p("100"), q("2"), -1)


def test_a_trade_is_known_when_it_was_received_and_keeps_the_venues_time(tmp_path: Path) -> None:
    rows = [(1.0, "100.1", "0.5", "buy"), (2.0, "100", "2", "Sell")]
    market = opened(trades(tmp_path / "BTCUSDT.parquet", rows))
    assert played(market) == [(ns(1) + 1, BOUGHT), (ns(2) + 1, SOLD)]
    assert market.recordings[0].facts.tells == ((SYMBOL, TRADES),)


@pytest.mark.parametrize(
    ("columns", "side"),
    [
        ({"trade_ms": [ms(1)], "price": [100.1], "qty": [0.5], "buyer_is_maker": [False]}, 1),
        ({"trade_ms": [ms(1)], "price": [100.1], "qty": [0.5], "buyer_is_maker": [True]}, -1),
        ({"ts_ms": [ms(1)], "id": ["7"], "side": ["sell"], "price": [100.1], "qty": [0.5]}, -1),
        ({"exch_ms": [ms(1)], "price": [100.1], "qty": [0.5]}, 0),
        ({"exch_ms": [ms(1)], "price": [100.1], "qty": [0.5], "side": [None]}, 0),
        ({"timestamp": [ms(1) / 1000], "side": ["Buy"], "size": [0.5], "price": [100.1]}, 1),
        ({"recv_us": [ms(1) * 1000], "exch_ms": [ms(1)], "price": [100.1], "qty": [0.5]}, 0),
    ],
)
def test_recorders_name_columns_of_trades_in_many_ways(
    tmp_path: Path, columns: dict[str, Any], side: int
) -> None:
    market = opened(parquet(tmp_path / "BTCUSDT.parquet", columns))
    assert played(market) == [(ns(1), Traded(SYMBOL, ns(1), p("100.1"), q("0.5"), side))]


def test_csv_gives_what_parquet_gives(tmp_path: Path) -> None:
    header = "recv_ns,trade_ms,price,qty,is_buyer_maker"
    body = [f"{ns(1) + 1},{ms(1)},100.1,0.5,false", f"{ns(2) + 1},{ms(2)},100.0,2,True"]
    market = opened(csv(tmp_path / "BTCUSDT.csv.gz", body, header))
    assert played(market) == [(ns(1) + 1, BOUGHT), (ns(2) + 1, SOLD)]


@pytest.mark.parametrize("as_csv", [False, True])
def test_seconds_may_have_a_fraction(tmp_path: Path, as_csv: bool) -> None:
    begin = BEGIN // SECOND
    texts = [f"{begin + n}.{n:04d}" for n in range(0, 9_000, 7)]
    columns = {
        "timestamp": [float(text) for text in texts],
        "price": [100.0] * len(texts),
        "size": [1.0] * len(texts),
    }
    path = tmp_path / "BTCUSDT.parquet"
    if as_csv:
        path = csv(path.with_suffix(".csv"), [f"{text},100,1" for text in texts], ",".join(columns))
    else:
        parquet(path, columns)
    expected = [BEGIN + n * SECOND + n * SECOND // 10_000 for n in range(0, 9_000, 7)]
    found = played(opened(path))
    assert [at for at, _ in found] == [event.venue_ns for _, event in found] == expected


def test_rows_that_are_no_ordinary_trades_are_left_out_and_told(tmp_path: Path) -> None:
    columns = {
        "trade_ms": [ms(1), ms(1), ms(2), ms(2)],
        "price": [100.1, 0.0, 100.0, 99.95],
        "qty": [0.5, 0.0, 2.0, 1.0],
        "buyer_is_maker": [False, True, True, True],
        "order_type": ["MARKET", "NA", "MARKET", "INSURANCE_FUND"],
    }
    (recording,) = opened(parquet(tmp_path / "BTCUSDT.parquet", columns)).recordings
    assert [event for _, stretch in recording.stretches() for event in stretch] == [BOUGHT, SOLD]
    assert recording.facts.events == 2
    assert "no trades are left out (INSURANCE_FUND 1, NA 1)" in recording.facts.notes[0]


def test_a_quote_has_the_time_of_its_transaction(tmp_path: Path) -> None:
    market = opened(quotes(tmp_path / "BTCUSDT.parquet", [(1.0, "100", "100.1")]))
    best = Quoted(SYMBOL, ns(1), p("100"), q("1"), p("100.1"), q("2"))
    assert played(market) == [(ns(1) + 1, best)]


def test_a_locked_quote_is_taken_and_told(tmp_path: Path) -> None:
    rows = [(1.0, "100", "100.1"), (2.0, "100", "100"), (3.0, "100", "100")]
    (recording,) = opened(quotes(tmp_path / "BTCUSDT.parquet", rows)).recordings
    assert recording.facts.events == 3
    assert "2 of 3 rows are locked" in recording.facts.notes[0]


def test_bars_of_bid_and_ask_give_their_last_quote_at_their_close(tmp_path: Path) -> None:
    columns = {
        "ts_ms": [ms(60 * n) for n in range(4)],
        **{name: [100.0] * 4 for name in ("open", "high", "low", "close")},
        "volume": [1.0] * 4,
        "bid_close": [99.9, None, 99.8, 99.7],
        "bid_size": [1.0, None, 3.0, 1.0],
        "ask_close": [100.0, None, 99.9, 99.8],
        "ask_size": [2.0, None, 4.0, 1.0],
    }
    path = parquet(tmp_path / "BTCUSDT.parquet", columns)
    market = opened(path)
    assert played(market, 0, ns(200)) == [
        (ns(60), Quoted(SYMBOL, ns(60), p("99.9"), q("1"), p("100"), q("2"))),
        (ns(180), Quoted(SYMBOL, ns(180), p("99.8"), q("3"), p("99.9"), q("4"))),
    ]
    assert "bar without a quote 1" in market.recordings[0].facts.notes[0]
    both = opened(path, f"BTCUSDT:candles={path}")
    assert [len(both.series), both.series[0].facts.interval_ns] == [1, MINUTE]


def books() -> dict[str, Any]:
    return {
        "recv_ms": [ms(1), ms(2)],
        "exch_ms": [ms(1), ms(1.5)],
        "bids_px": [[100.0, 99.9], [100.1]],
        "bids_qty": [[1.0, 2.0], [0.5]],
        "asks_px": [[100.1, 100.3], [100.1, 100.2]],
        "asks_qty": [[3.0, 4.0], [5.0, 6.0]],
    }


BOOKS = [
    (
        ns(1),
        DepthChanged(
            SYMBOL,
            ns(1),
            True,
            ((p("100"), q("1")), (p("99.9"), q("2"))),
            ((p("100.1"), q("3")), (p("100.3"), q("4"))),
        ),
    ),
    (
        ns(2),
        DepthChanged(
            SYMBOL,
            ns(1.5),
            True,
            ((p("100.1"), q("0.5")),),
            ((p("100.1"), q("5")), (p("100.2"), q("6"))),
        ),
    ),
]


def test_lists_of_levels_are_whole_books(tmp_path: Path) -> None:
    market = opened(parquet(tmp_path / "BTCUSDT.parquet", books()))
    assert played(market) == BOOKS
    assert market.recordings[0].facts.tells == ((SYMBOL, DEPTH),)
    assert "1 of 2 rows are locked" in market.recordings[0].facts.notes[0]


def test_other_names_of_lists_are_known(tmp_path: Path) -> None:
    names = {
        "bids_px": "bid_prices",
        "bids_qty": "bid_quantities",
        "asks_px": "ask_prices",
        "asks_qty": "ask_quantities",
    }
    columns = {names.get(name, name): column for name, column in books().items()}
    assert played(opened(parquet(tmp_path / "BTCUSDT.parquet", columns))) == BOOKS


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_column_for_each_number_of_a_level_is_a_book_too_and_levels_may_be_missing(
    tmp_path: Path, as_csv: bool
) -> None:
    columns: dict[str, Any] = {"recv_ms": [ms(1), ms(2)], "exch_ms": [ms(1), ms(1.5)]}
    source = books()
    for n in range(2):
        for ours, theirs in (
            ("bid_price", "bids_px"),
            ("bid_size", "bids_qty"),
            ("ask_price", "asks_px"),
            ("ask_size", "asks_qty"),
        ):
            columns[f"{ours}_{n}"] = [row[n] if n < len(row) else None for row in source[theirs]]
    if as_csv:
        rows = zip(*columns.values(), strict=True)
        body = [",".join("" if value is None else str(value) for value in row) for row in rows]
        path = csv(tmp_path / "BTCUSDT.csv", body, ",".join(columns))
    else:
        path = parquet(tmp_path / "BTCUSDT.parquet", columns)
    assert played(opened(path)) == BOOKS


def test_a_long_table_gives_the_symbols_of_the_run(tmp_path: Path) -> None:
    columns = {
        "symbol": ["BTCUSDT", "ETHUSDT", "BTCUSDT", "XRPUSDT"],
        "ts_ms": [ms(1), ms(0), ms(2), ms(0)],
        "price": [100.0, 5.0, 100.1, 1.0],
        "qty": [1.0, 2.0, 3.0, 4.0],
    }
    path = parquet(tmp_path / "trades.parquet", columns)
    market = opened(path, symbols=("BTCUSDT", "ETHUSDT"), ticks={})
    found = {each.facts.symbols: each.facts.events for each in market.recordings}
    assert found == {("BTCUSDT",): 2, ("ETHUSDT",): 1}
    assert [event.symbol for _, event in played(market)] == ["BTCUSDT", "BTCUSDT", "ETHUSDT"]


def test_funding_settles_at_its_time(tmp_path: Path) -> None:
    columns = {
        "symbol": [SYMBOL] * 2 + ["ETHUSDT"],
        "ts_ms": [ms(0), ms(8 * 3600), ms(0)],
        "funding_rate": [0.0001, -0.00075, 0.5],
    }
    bars = parquet(
        tmp_path / "BTCUSDT_1h.parquet",
        {
            "ts_ms": [ms(3600 * n) for n in range(12)],
            **{name: [100.0] * 12 for name in ("open", "high", "low", "close", "volume")},
        },
    )
    columns["funding_rate"][2] = 0.0002
    market = opened(bars, parquet(tmp_path / "funding.parquet", columns))
    assert played(market) == [
        (BEGIN, FundingRated(SYMBOL, BEGIN, Rate(10_000))),
        (BEGIN + 8 * HOUR, FundingRated(SYMBOL, ns(8 * 3600), Rate(-75_000))),
    ]
    assert market.funding[0].facts.tells == ((SYMBOL, FUNDING),)


@pytest.mark.parametrize(("start", "end", "count"), [(0, 4, 4), (1, 3, 2), (2, 9, 2), (4, 9, 0)])
def test_a_range_is_half_open(tmp_path: Path, start: int, end: int, count: int) -> None:
    rows = [(float(n), "100", "100.1") for n in range(4)]
    market = opened(quotes(tmp_path / "BTCUSDT.parquet", rows))
    assert len(played(market, ns(start) + 1, ns(end) + 1)) == count


@pytest.mark.parametrize("rows", [700, 40_000, 200_001])
def test_what_is_held_and_what_is_read_again_is_the_same(tmp_path: Path, rows: int) -> None:
    columns: dict[str, Any] = {
        "recv_ns": pa.array([BEGIN + 7 * n for n in range(rows)]),
        "tx_ms": pa.array([ms(0)] * rows),
        "bid_price": pa.array([100 + n % 7 / 10 for n in range(rows)]),
        "bid_qty": pa.array([n / 1000 for n in range(rows)]),
        "ask_price": pa.array([101.0] * rows),
        "ask_qty": pa.array([1.0] * rows),
    }
    market = opened(parquet(tmp_path / "BTCUSDT.parquet", columns))
    (recording,) = market.recordings
    assert bool(recording.held) == (rows <= 200_000)
    found = played(market)
    assert [at for at, _ in found] == [BEGIN + 7 * n for n in range(rows)]
    last = rows - 1
    expected = Quoted(
        SYMBOL, ns(0), p(f"{100 + last % 7 / 10:.1f}"), q(f"{last / 1000:.3f}"), p("101"), q("1")
    )
    assert found[-1][1] == expected


def test_what_a_file_is_for_can_be_said(tmp_path: Path) -> None:
    columns = {
        "ts_ms": [ms(1)],
        "price": [100.0],
        "qty": [1.0],
        "bid_price": [99.9],
        "bid_qty": [1.0],
        "ask_price": [100.1],
        "ask_qty": [1.0],
    }
    path = parquet(tmp_path / "x.parquet", columns)
    for argument, kind in ((path, QUOTES), (f"BTCUSDT:trades={path}", TRADES)):
        assert opened(argument).recordings[0].facts.kind == kind
    with pytest.raises(UserError, match="there is no kind 'ticks'; write BTCUSDT:KIND=PATH with"):
        opened(f"BTCUSDT:ticks={path}")
