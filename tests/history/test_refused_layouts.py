"""Wrong files of other sources are refused as the project's own are: place, value and mend."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pytest

from adapters.history import arrays
from engine.errors import UserError
from tests.history import layout_files as files
from tests.history.files import columns, csv, open_series

NUMBERS = list(range(7))
Rows = list[list[str]]


def refusal(path: Path, argument: str = "{}") -> str:
    with pytest.raises(UserError) as refused:
        open_series([argument.format(path)], ("BTCUSDT",), {})
    text = str(refused.value)
    assert "\n" not in text
    return text


def vision(path: Path, change: Callable[[Rows], object], header: str = files.VISION) -> Path:
    rows = files.vision_rows(NUMBERS)
    change(rows)
    return csv(path / "BTCUSDT.csv", [",".join(row) for row in rows], header)


def swap(rows: Rows) -> None:
    rows[2], rows[3] = rows[3], rows[2]


def differ(rows: Rows) -> None:
    rows[3] = [*rows[2]]
    rows[3][5] = "8"


def put(row: int, place: int, value: str) -> Callable[[Rows], object]:
    return lambda rows: rows[row].__setitem__(place, value)


WRONG: list[tuple[str, Callable[[Rows], object], str]] = [
    ("unsorted", swap, "line 5: the bar of 2025-01-01T00:10:00Z comes after that of"),
    ("two of one bar", differ, "line 5: the bar of 2025-01-01T00:10:00Z is there twice and says"),
    ("no price", put(4, 1, "n/a"), "line 6: open = n/a is not a number; correct it, or leave"),
    ("no unit at all", put(4, 0, "17357"), "line 6: open_time = 17357 is no time between 2000"),
    ("high below low", put(0, 2, "1"), "line 2: high = 1 is below low = 100"),
    ("no closing time", put(6, 6, "soon"), "line 8: the closing time is not a number; correct it"),
]


@pytest.mark.parametrize(("change", "sentence"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_row_of_binance_is_named(
    tmp_path: Path, change: Callable[[Rows], object], sentence: str
) -> None:
    assert sentence in refusal(vision(tmp_path, change))


def test_a_wrong_row_of_a_file_without_a_header_has_its_own_line(tmp_path: Path) -> None:
    rows = files.vision_rows(NUMBERS)
    rows[2][4] = "0"
    first, *rest = (",".join(row) for row in rows)
    path = csv(tmp_path / "BTCUSDT.csv", rest, first)
    assert f"{path}: line 3: close = 0 is no price" in refusal(path)


def test_a_wrong_row_of_a_turned_file_has_its_own_place(tmp_path: Path) -> None:
    page = files.bybit_rows(NUMBERS)
    page[1][2] = "1"
    path = files.written(tmp_path / "BTCUSDT.json", page)
    assert f"{path}: row 2: high = 1 is below low" in refusal(path)
    page = files.bybit_rows(NUMBERS)
    page[3], page[4] = page[4], page[3]
    text = refusal(files.written(path, page))
    assert "row 4: the bar of 2025-01-01T00:10:00Z stands before that of 2025-01-01T00:15:00Z" in (
        text
    )
    assert text.endswith("in a file that begins with the newest; sort the file by time")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([], "holds no candles; give a JSON array of arrays"),
        ([1, 2], "row 1 is no candle (2 values); give arrays of time, open, high"),
        ([{"open": 1}], "has a wrong header: missing a time"),
        ([[1, 2, 3]], "row 1 is no candle (3 values); give arrays"),
        ([[1, 2, 3, 4, 5, 6], [1, 2]], "row 2 has 2 values instead of 6; complete it or remove it"),
        ([[1, 2, 3, 4, 5, 6], 7], "row 2 has int instead of 6; complete it"),
        ([[1, 2, 3, True, 5, 6]], "row 1: value 4 is bool and no number; correct it"),
        ([[1735689600000, 2, 2, 2, 2, None]] * 2, "row 1: volume = (nothing) is empty"),
        ([["soon", 2, 2, 2, 2, 2]], "row 1: timestamp = soon is not an ISO time"),
        ({"retCode": 10001, "retMsg": "params error"}, "without candles (retCode 10001, params er"),
        ({"retCode": 0, "result": {"list": []}}, "holds no candles"),
    ],
)
def test_wrong_json_is_named(tmp_path: Path, value: object, sentence: str) -> None:
    path = files.written(tmp_path / "BTCUSDT.json", value)
    text = refusal(path)
    assert text.startswith(str(path))
    assert sentence in text


def test_json_that_is_cut_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.arrays(tmp_path, NUMBERS)
    whole = path.read_text()
    path.write_text(whole[:-20])
    assert f"{path} is no JSON (Input data was truncated); fetch the file again" in refusal(path)
    path.write_text(whole)
    monkeypatch.setattr(arrays, "LIMIT_BYTES", 100)
    assert "which is read whole; store its candles as Parquet or CSV" in refusal(path)


def test_an_answer_for_another_symbol_is_refused(tmp_path: Path) -> None:
    path = files.bybit_answer(tmp_path, NUMBERS)
    with pytest.raises(UserError, match="holds BTCUSDT, which no account trades"):
        open_series([str(path)], ("ETHUSDT",), {})


@pytest.mark.parametrize("layout", ["TradingView", "Binance", "freqtrade"])
def test_a_missing_volume_is_told_with_the_mend(tmp_path: Path, layout: str) -> None:
    rows = files.vision_rows(NUMBERS)
    header, body = "time,open,high,low,close,MA", [",".join((*r[:5], "")) for r in rows]
    if layout == "Binance":
        header, body = "open_time,open,high,low,close,close_time", [",".join(r[:6]) for r in rows]
    path = csv(tmp_path / "BTCUSDT.csv", body, header)
    if layout == "freqtrade":
        table = columns(NUMBERS)
        del table["volume"]
        path = tmp_path / "BTC_USDT-5m.feather"
        feather.write_feather(pa.table({"date": table.pop("ts_ms"), **table}), str(path))
    text = refusal(path)
    assert "has no column volume, so it was taken for marks; add the column" in text
    assert "has a wrong header: missing volume; found" in refusal(path, "BTCUSDT:candles={}")


def test_an_index_of_bybits_archive_is_no_candles(tmp_path: Path) -> None:
    body = [f"{files.at(n)},BTCUSDT,1,1,1,1,1" for n in NUMBERS]
    path = csv(tmp_path / "index.csv", body, "start_at,symbol,period,open,high,low,close")
    assert "holds bars of an index (Bybit's spot_index or premium_index: no volume)" in refusal(
        path
    )


def test_what_freqtrade_stores_beside_candles_is_not_taken_for_them(tmp_path: Path) -> None:
    """Rates come in the form of candles; prices in their place are no rates, nor is an index."""
    path = files.freqtrade(tmp_path, NUMBERS, "BTC_USDT_USDT-8h-funding_rate")
    assert "is no rate of one interval; rates are fractions" in refusal(path)
    path = files.freqtrade(tmp_path, NUMBERS, "BTC_USDT_USDT-8h-premiumIndex")
    assert "holds freqtrade's premiumIndex as open, high, low and close" in refusal(path)
    path = files.freqtrade(tmp_path, NUMBERS, "BTC_USDT_USDT-8h-mark")
    assert "is called freqtrade's mark, so it was taken for marks; add --data" in refusal(path)


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("BTCUSDT.feather", b"no feather", "is not a Feather file"),
        ("BTCUSDT.feather", b"ARROW1\0\0 and then nothing", "is not a Feather file"),
        ("BTCUSDT.feather", b"FEA1 from long ago", "is a Feather file of version 1; write it as"),
        ("BTCUSDT.csv", b"ARROW1\0\0 and then nothing", "is not a Feather file"),
    ],
)
def test_what_is_no_feather_file_is_refused(
    tmp_path: Path, name: str, body: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    assert sentence in refusal(path)


@pytest.mark.parametrize("cut", [8, 200, 1_000])
def test_a_cut_feather_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = files.own_feather(tmp_path, NUMBERS)
    path.write_bytes(path.read_bytes()[:-cut])
    assert str(path) in refusal(path)


def test_a_feather_column_of_the_wrong_type_is_named(tmp_path: Path) -> None:
    table = {**columns(NUMBERS), "open": pa.array(NUMBERS, pa.float32())}
    path = tmp_path / "BTCUSDT.feather"
    feather.write_feather(pa.table(table), str(path))
    assert "has column open of type float, which holds no exact numbers" in refusal(path)


SIX: Sequence[str] = ("1735689600000", "1", "1", "1", "1", "1")


def test_plain_columns_without_a_header_are_still_not_guessed(tmp_path: Path) -> None:
    path = csv(tmp_path / "BTCUSDT.csv", [",".join(SIX)], ",".join(SIX))
    assert "name the columns in the first line" in refusal(path)
