"""JSON of candles in pages, lines and objects: what programs that ask a venue leave behind."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from tests.history import layout_files as files
from tests.history.files import START, STEP, candles, open_series

NUMBERS = list(range(9))
UNTIL = (START + 20 * STEP) // 1_000_000


def page(numbers: Sequence[int], symbol: str = "BTCUSDT", until: int = UNTIL) -> dict[str, Any]:
    """One answer of V5: rows of the whole file's prices, the newest first."""
    wanted = {str(files.at(n)) for n in numbers}
    rows = [row for row in files.bybit_rows(NUMBERS) if row[0] in wanted]
    result = {"category": "linear", "symbol": symbol, "list": rows}
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": until}


def lines(path: Path, documents: Sequence[object]) -> Path:
    """A document a line."""
    text = "".join(f"{json.dumps(each)}\n" for each in documents)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def whole(path: Path, documents: Sequence[object]) -> Path:
    """All documents in one array, over many lines."""
    path.write_text(json.dumps(documents, indent=1))
    return path


PAGES = [page([6, 7, 8]), page([3, 4, 5, 6]), page([0, 1, 2, 3])]
ROWS = [[files.at(n), *map(float, files.cells(n))] for n in NUMBERS]
NAMED = [
    dict(zip(("timestamp", "open", "high", "low", "close", "volume"), row, strict=True))
    for row in ROWS
]
V5_NAMES = ("startTime", "openPrice", "highPrice", "lowPrice", "closePrice", "volume", "turnover")
V5_NAMED = [dict(zip(V5_NAMES, row, strict=True)) for row in files.bybit_rows(NUMBERS)]
Write = Callable[[Path, Sequence[object]], Path]


@pytest.mark.parametrize(
    ("write", "name", "documents", "layout"),
    [
        (lines, "pages.jsonl", PAGES, "Bybit klines"),
        (lines, "pages.json", PAGES[::-1], "Bybit klines"),
        (lines, "pages.jsonl.gz", PAGES, "Bybit klines"),
        (whole, "pages.json", PAGES, "Bybit klines"),
        (whole, "lists.json", [each["result"]["list"] for each in PAGES], "Bybit klines"),
        (lines, "lists.jsonl", [each["result"]["list"] for each in PAGES], "Bybit klines"),
        (lines, "rows.jsonl", files.bybit_rows(NUMBERS), "Bybit klines"),
        (lines, "rows.jsonl", ROWS, "ccxt or freqtrade arrays"),
        (lines, "named.jsonl", NAMED, "ccxt or freqtrade arrays"),
        (whole, "named.json", NAMED, "ccxt or freqtrade arrays"),
        (lines, "named.jsonl", V5_NAMED, "Bybit klines"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_however_rows_are_wrapped_the_candles_are_the_same(
    tmp_path: Path, write: Write, name: str, documents: Sequence[object], layout: str
) -> None:
    path = write(tmp_path / f"BTCUSDT_{name}", documents)
    (series,) = open_series([str(path)], ("BTCUSDT",), {})
    assert list(series.bars()) == candles(NUMBERS)
    assert series.facts.layout == layout


def test_pages_are_put_in_order_and_that_is_said(tmp_path: Path) -> None:
    path = lines(tmp_path / "any.jsonl", [PAGES[1], PAGES[0], PAGES[2]])
    (series,) = open_series([str(path)], ("BTCUSDT",), {})
    assert list(series.bars()) == candles(NUMBERS)
    assert f"{path}: 3 pages; they were put in the order of time" in series.facts.notes


def test_the_running_bar_of_the_newest_page_is_left_out(tmp_path: Path) -> None:
    """Whatever page comes last in the file, the newest one's own time tells it."""
    running = (START + 8 * STEP) // 1_000_000 + 60_000
    path = lines(tmp_path / "any.jsonl", [page([4, 5, 6, 7, 8], until=running), page([0, 1, 2, 3])])
    (series,) = open_series([str(path)], ("BTCUSDT",), {})
    assert list(series.bars()) == candles(NUMBERS)[:8]


def test_a_hole_between_pages_is_a_hole(tmp_path: Path) -> None:
    path = lines(tmp_path / "any.jsonl", [page([6, 7, 8]), page([0, 1, 2])])
    (series,) = open_series([str(path)], ("BTCUSDT",), {})
    assert len(series.facts.gaps) == 1


@pytest.mark.parametrize(
    ("documents", "sentence"),
    [
        ([page([0, 1]), page([2], "ETHUSDT")], "has answers of BTCUSDT, ETHUSDT; store those of"),
        ([page([]), page([])], "holds no candles; give a JSON array of arrays"),
        ([page([0]), {"retCode": 10006, "retMsg": "Too many visits"}], "(retCode 10006, Too many"),
        ([NAMED[0], {**NAMED[1], "more": 1}], "row 2 has other names than row 1, which has time"),
        ([NAMED[0], {"timestamp": 1}], "row 2 has other names than row 1"),
        ([ROWS[0], ROWS[1][:5]], "row 2 has 5 values instead of 6; complete it or remove it"),
        ([{**NAMED[0], "open": {"of": 1}}], "row 1: value 2 is dict and no number; correct it"),
    ],
)
def test_wrong_pages_are_named(tmp_path: Path, documents: Sequence[object], sentence: str) -> None:
    path = lines(tmp_path / "BTCUSDT.json", documents)
    with pytest.raises(UserError) as refused:
        open_series([f"BTCUSDT={path}"], ("BTCUSDT",), {})
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_pages_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    """The same bar with two closes: which one is true no one here can tell."""
    other = page([3, 4])
    other["result"]["list"][1][4] = other["result"]["list"][1][1]
    other["result"]["list"][1][5] = "77"
    path = lines(tmp_path / "BTCUSDT.json", [page([0, 1, 2, 3]), other])
    with pytest.raises(UserError, match=r"2025-01-01T00:15:00Z"):
        open_series([f"BTCUSDT={path}"], ("BTCUSDT",), {})


def test_a_line_that_is_cut_off_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.json"
    path.write_text(f"{json.dumps(PAGES[0])}\n{json.dumps(PAGES[1])[:40]}\n")
    with pytest.raises(UserError, match="is no JSON"):
        open_series([str(path)], ("BTCUSDT",), {})


def test_four_prices_are_marks_only_where_somebody_says_so(tmp_path: Path) -> None:
    """V5 answers with marks, an index and a premium in one form: nothing is guessed."""
    rows = [row[:5] for row in files.bybit_rows(NUMBERS)]
    path = files.written(tmp_path / "BTCUSDT_mark.json", {**PAGES[0], "result": {"list": rows}})
    with pytest.raises(UserError, match=r"give them as SYMBOL:marks="):
        open_series([str(path)], ("BTCUSDT",), {})
    candle = whole(tmp_path / "BTCUSDT.json", ROWS)
    marked = [f"BTCUSDT={candle}", f"BTCUSDT:marks={path}"]
    assert len(open_series(marked, ("BTCUSDT",), {})) == 1
