"""A wrong tick file is refused before the first frame, with place, value and mend."""

from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from tests.history.files import csv, lines, parquet
from tests.history.tick_files import SYMBOL, messages, ms, ns, opened, quotes, trades

TRADES = "recv_ns,exch_ms,price,qty,side"
QUOTES = "recv_ns,tx_ms,bid_price,bid_qty,ask_price,ask_qty"
LEVELS = [f"bid_price_{n},bid_size_{n},ask_price_{n},ask_size_{n}" for n in range(2)]
BOOKS = ",".join(["exch_ms", *LEVELS])
FUNDING = "ts_ms,funding_rate"
T = [f"{ns(n)},{ms(n)}" for n in range(4)]

WRONG = [
    (
        "unsorted",
        TRADES,
        [f"{T[1]},100,1,buy", f"{T[0]},100,1,buy"],
        "T00:00:00Z comes after 2025-01-01T00:00:01Z; sort the file by recv_ns",
    ),
    ("zero price", TRADES, [f"{T[0]},0,1,buy"], "line 2: price = 0 is not above 0; correct it"),
    ("no quantity", TRADES, [f"{T[0]},100,0,buy"], "line 2: qty = 0 is not above 0"),
    (
        "NaN",
        TRADES,
        [f"{T[0]},100,1,buy", f"{T[1]},NaN,1,buy"],
        "line 3: price = NaN is not a finite number",
    ),
    ("huge", TRADES, [f"{T[0]},1e300,1,buy"], "line 2: price = 1e300 is too large for a market"),
    ("endless", TRADES, [f"{T[0]},100,1e99999999,buy"], "qty = 1e99999999 is"),
    ("empty", TRADES, [f"{T[0]},100,,buy"], "line 2: qty = (nothing) is empty"),
    (
        "too fine",
        TRADES,
        [f"{T[0]},100,0.123456789,buy"],
        "line 2: qty = 0.123456789 is finer than",
    ),
    (
        "off the tick",
        TRADES,
        [f"{T[0]},100,1,buy", f"{T[1]},100.05,1,buy"],
        "line 3: price = 100.05 is no multiple of BTCUSDT's tick 0.1; give a recording of this",
    ),
    ("no side", TRADES, [f"{T[0]},100,1,up"], "line 2: side = up is not buy or sell; correct it"),
    (
        "no time",
        TRADES,
        [f"{T[0]},100,1,buy", f"{ns(1)},soon,100,1,buy"],
        "line 3: exch_ms = soon is not a number",
    ),
    (
        "other unit",
        TRADES,
        [f"{T[0]},100,1,buy", f"{ms(1)},{ms(1)},100,1,buy"],
        "line 3: recv_ns = 1735689601000 is not in nanoseconds since 1970 like",
    ),
    ("no rows", TRADES, [], "holds no trades; give a file with some"),
    (
        "crossed",
        QUOTES,
        [f"{T[0]},100.2,1,100.1,1"],
        "line 2: the bid 100.2 is above the ask 100.1; correct the row",
    ),
    ("negative", QUOTES, [f"{T[0]},100,-1,100.1,1"], "line 2: bid_qty = -1 is negative"),
    (
        "quote off the tick",
        QUOTES,
        [f"{T[0]},100,1,100.15,1"],
        "line 2: ask_price = 100.15 is no multiple of BTCUSDT's",
    ),
    (
        "bids rise",
        BOOKS,
        [f"{ms(0)},100,1,101,1,100.1,1,102,1"],
        "line 2: bid_price_1 = 100.1 is not worse than 100 before it; sort the levels",
    ),
    (
        "asks twice",
        BOOKS,
        [f"{ms(0)},100,1,101,1,99,1,101,1"],
        "line 2: ask_price_1 = 101 is not worse than 101",
    ),
    (
        "crossed book",
        BOOKS,
        [f"{ms(0)},100,1,99.9,1,99,1,101,1"],
        "line 2: the bid 100 is above the ask 99.9",
    ),
    (
        "no size",
        BOOKS,
        [f"{ms(0)},100,1,101,1,99,,102,1"],
        "line 2: bid_size_1 = (nothing) is empty",
    ),
    (
        "empty level",
        BOOKS,
        [f"{ms(0)},100,0,101,1,99,1,102,1"],
        "line 2: bid_size_0 = 0 is not above 0",
    ),
    (
        "percent",
        FUNDING,
        [f"{ms(0)},0.0001", f"{ms(1)},0.25"],
        "line 3: funding_rate = 0.25 is no rate of one interval; rates are fractions",
    ),
    (
        "settled twice",
        FUNDING,
        [f"{ms(0)},0.0001", f"{ms(0)},0.0001"],
        "line 3: ts_ms = 2025-01-01T00:00:00Z is there twice; remove one",
    ),
]


def refusal(*arguments: Path | str, symbols: tuple[str, ...] = (SYMBOL,)) -> str:
    with pytest.raises(UserError) as refused:
        opened(*arguments, symbols=symbols)
    text = str(refused.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("header", "body", "sentence"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_a_wrong_row_is_named(tmp_path: Path, header: str, body: list[str], sentence: str) -> None:
    path = csv(tmp_path / "BTCUSDT.csv", body, header)
    text = refusal(path)
    assert text.startswith(str(path))
    assert sentence in text


@pytest.mark.parametrize("fault_at", [0, 16_383, 16_384, 33_000])
def test_a_fault_is_found_at_its_row_wherever_the_batches_end(
    tmp_path: Path, fault_at: int
) -> None:
    rows = [(n / 100, "100", "100.1") for n in range(33_001)]
    rows[fault_at] = (fault_at / 100, "100.3", "100.1")
    path = quotes(tmp_path / "BTCUSDT.parquet", rows)
    assert f"{path}: row {fault_at + 1}: the bid 100.3 is above" in refusal(path)


@pytest.mark.parametrize("back_at", [16_383, 16_384, 16_385])
def test_order_is_checked_across_batches(tmp_path: Path, back_at: int) -> None:
    rows = [(n / 100, "100", "100.1") for n in range(17_000)]
    rows[back_at] = (0.0, "100", "100.1")
    path = quotes(tmp_path / "BTCUSDT.parquet", rows)
    assert f"row {back_at + 1}: recv_ns = 2025-01-01T00:00:00.000000001Z comes" in refusal(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bids_px": [[100.0, None]]}, "row 1: bids_px[1] = (nothing) is empty"),
        ({"bids_qty": [[1.0]]}, "row 1: bids_qty[1] = (nothing) is empty"),
        ({"bids_qty": [[1.0, 1.0, 1.0]]}, "row 1: bids_px[2] = (nothing) is empty"),
        ({"asks_px": [[100.1, 100.15]]}, "row 1: asks_px[1] = 100.15 is no multiple of"),
        ({"asks_px": [100.1]}, "column asks_px of type double; store a list of levels"),
        ({"asks_px": [["many"]]}, "row 1: asks_px[0] = many is not a number"),
        ({"asks_px": [[True]]}, "has column asks_px of type bool, which holds no exact numbers"),
    ],
)
def test_a_wrong_list_of_levels_is_named(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    columns = {
        "exch_ms": [ms(0)],
        "bids_px": [[100.0, 99.9]],
        "bids_qty": [[1.0, 1.0]],
        "asks_px": [[100.1, 100.2]],
        "asks_qty": [[1.0, 1.0]],
    }
    assert sentence in refusal(parquet(tmp_path / "BTCUSDT.parquet", {**columns, **change}))


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("price,qty", "missing a time (exch_ns, exch_us, exch_ms, ts_ms, open_time"),
        ("ts_ms,bid_price,ask_price", "missing bid_qty (or best_bid_qty, bid_size, bid_amount), a"),
        ("ts_ms,bid_price_0,bid_size_0", "missing ask_price_0, ask_size_0; found ts_ms"),
        ("ts_ms,funding_rate,funding_rate", "has two columns called funding_rate"),
        ("ts_ms,bid_close,ask_close", "missing bid_size, ask_size; found"),
        ("ts_ms,value", "missing open, high, low, close and volume (candles), price and qty ("),
    ],
)
def test_a_wrong_header_tells_what_is_missing(tmp_path: Path, header: str, sentence: str) -> None:
    path = csv(tmp_path / "BTCUSDT.csv", [",".join("1" for _ in header.split(","))], header)
    assert sentence in refusal(path)


def test_candles_without_a_volume_are_marks_and_that_is_told(tmp_path: Path) -> None:
    body = [line.rpartition(",")[0] for line in lines(range(3))]
    path = csv(tmp_path / "BTCUSDT.csv", body, "ts_ms,open,high,low,close")
    sentence = f"there are no candles of BTCUSDT: {path} has no column volume, so it was taken for"
    assert sentence in refusal(path)


def test_each_kind_of_a_symbol_comes_from_one_file(tmp_path: Path) -> None:
    rows = [(1.0, "100", "1", "buy")]
    one, other = trades(tmp_path / "BTCUSDT_1.parquet", rows), tmp_path / "BTCUSDT_2.parquet"
    trades(other, rows)
    assert f"{one} and {other} both tell trades of BTCUSDT; give one of them" in refusal(one, other)


def test_ticks_that_nobody_trades_are_refused(tmp_path: Path) -> None:
    path = trades(tmp_path / "ETHUSDT.parquet", [(1.0, "100", "1", "buy")])
    assert "holds ETHUSDT, which no account trades" in refusal(path)
    table = csv(tmp_path / "all.csv", [f"XRPUSDT,{ms(0)},1,1"], "symbol,ts_ms,price,qty")
    assert "holds trades of no symbol that an account trades; it has XRPUSDT" in refusal(table)
    text = refusal(f"BTCUSDT:trades={table}")
    assert "has no rows of BTCUSDT in its symbol column; it has XRPUSDT" in text


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    nowhere = tmp_path / "BTCUSDT.parquet"
    assert "cannot be read (No such file" in refusal(f"BTCUSDT:trades={nowhere}")
    assert "is a folder" in refusal(tmp_path)


ENVELOPE = {"recv_ns": ns(1)}
TRADE = {
    "stream": "x",
    "data": {"e": "trade", "T": ms(1), "s": SYMBOL, "p": "100", "q": "1", "m": True},
}
UPDATE = {"e": "depthUpdate", "s": SYMBOL, "E": ms(1), "T": ms(1), "U": 1, "u": 1, "pu": 0}

WRONG_LINES = [
    ('{"recv_ns": 1', "line 2 is no JSON (Input data was truncated); remove the line"),
    ("[1]", "line 2 is no message but list; remove the line"),
    ({"msg": {}}, "line 2 has a msg but none of recv_ns, recv_us, recv_ms, recv_s; write when"),
    ({"recv_ns": "now", "msg": {}}, "line 2: recv_ns = now is no time; correct it"),
    ({"recv_s": "1735689601.0000000001", "msg": {}}, "1.0000000001 is no time in nanosec"),
    ({**ENVELOPE, "msg": 5}, "line 2 has a msg that is no message; remove the line"),
    ({**ENVELOPE, "msg": {"stream": "x"}}, "line 2: the message is not understood ('data' is mis"),
    (
        {**ENVELOPE, "msg": {**TRADE, "data": {**TRADE["data"], "p": "cheap"}}},
        "line 2: the message is not understood (cheap is not a number); correct it",
    ),
    (
        {**ENVELOPE, "msg": {**TRADE, "data": {**TRADE["data"], "p": "100.05"}}},
        "line 2: a trade's price 100.05 is no multiple of BTCUSDT's tick 0.1; give a recording",
    ),
    (
        {**ENVELOPE, "msg": {**TRADE, "data": {**TRADE["data"], "q": "0"}}},
        "line 2: a trade's quantity 0 is not above 0; correct it, or remove the line",
    ),
    (
        {**ENVELOPE, "msg": {**TRADE, "data": {**TRADE["data"], "T": 10**30}}},
        "line 2: the message is not understood (a time is not between 2000 and 2200",
    ),
    ({"recv_ns": 10**40, "msg": TRADE}, "is no time between 2000 and 2200 in ns"),
    ({"recv_s": "inf", "msg": TRADE}, "line 2: recv_s = inf is no time between 2000 and 2200"),
    ({"recv_s": "nan", "msg": TRADE}, "line 2: recv_s = nan is no time"),
    (
        {**ENVELOPE, "msg": {"stream": "x", "data": {**UPDATE, "b": [["100"]], "a": []}}},
        "line 2: the message is not understood",
    ),
    ({"recv_ns": ns(0), "msg": TRADE}, "comes after one of 2025-01-01T00:00:01Z; sort the file"),
]


@pytest.mark.parametrize(("line", "sentence"), WRONG_LINES)
def test_a_wrong_message_is_named(tmp_path: Path, line: Any, sentence: str) -> None:
    path = messages(tmp_path / "x.jsonl", [{**ENVELOPE, "msg": TRADE}, line])
    text = refusal(path)
    assert text.startswith(str(path))
    assert sentence in text


def test_a_line_too_deep_to_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    messages(path, [{**ENVELOPE, "msg": TRADE}])
    path.write_text(path.read_text() + "[" * 100_000 + "\n")
    assert "line 2 is no JSON" in refusal(path)


def test_a_cut_recording_is_refused(tmp_path: Path) -> None:
    path = messages(tmp_path / "x.jsonl.gz", [{**ENVELOPE, "msg": TRADE}] * 5_000)
    path.write_bytes(path.read_bytes()[:-20])
    assert "fetch the file again" in refusal(path)


def test_messages_of_others_are_refused(tmp_path: Path) -> None:
    path = messages(tmp_path / "x.jsonl", [{**ENVELOPE, "msg": TRADE}])
    text = refusal(path, symbols=("ETHUSDT",))
    assert "tells nothing of ETHUSDT (symbols found: BTCUSDT)" in text
    assert "messages tell no funding; choose one of trades" in refusal(f"BTCUSDT:funding={path}")
