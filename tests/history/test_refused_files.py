"""A wrong file is refused before the first frame, with place, value and mend in one sentence."""

from pathlib import Path

import pyarrow as pa
import pytest

from engine.errors import UserError
from tests.history.files import HEADER, columns, csv, lines, milliseconds, open_series, parquet

T0, T1, T2 = (milliseconds(n) for n in range(3))
GOOD = lines(range(4))
SYMBOL_HEADER = f"symbol,{HEADER}"

WRONG = [
    (
        "unsorted",
        [GOOD[0], GOOD[2], GOOD[1]],
        "line 4: the bar of 2025-01-01T00:05:00Z comes",
    ),
    (
        "twice",
        [GOOD[0], GOOD[1], GOOD[1]],
        "line 4: the bar of 2025-01-01T00:05:00Z is there",
    ),
    ("high below low", [f"{T0},5,4,6,5,1"], "line 2: high = 4 is below low = 6; swap the two"),
    ("open outside", [f"{T0},7,6,4,5,1"], "line 2: open = 7 lies outside low = 4 to high = 6"),
    ("close outside", [GOOD[0], f"{T1},5,6,4,3.5,1"], "line 3: close = 3.5 lies outside low = 4"),
    ("zero price", [f"{T0},0,6,0,5,1"], "line 2: open = 0 is no price"),
    ("negative price", [f"{T0},5,6,-4,5,1"], "line 2: low = -4 is no price"),
    ("negative volume", [f"{T0},5,6,4,5,-1"], "line 2: volume = -1 is negative"),
    ("NaN", [GOOD[0], f"{T1},NaN,6,4,5,1"], "line 3: open = NaN is not a finite number"),
    ("infinite", [f"{T0},5,inf,4,5,1"], "line 2: high = inf is not a finite number"),
    ("huge", [GOOD[0], f"{T1},5,1e300,4,5,1"], "line 3: high = 1e300 is too large for a market"),
    ("huge volume", [f"{T0},5,6,4,5,9e40"], "line 2: volume = 9e40 is too large for a market"),
    ("empty cell", [f"{T0},5,6,4,,1"], "line 2: close = (nothing) is empty"),
    ("no number", [f"{T0},5,6,four,5,1"], "line 2: low = four is not a number"),
    ("too fine", [f"{T0},5,6,4,4.123456789,1"], "line 2: close = 4.123456789 is finer than"),
    ("bad time", [GOOD[0], "soon,5,6,4,5,1"], "line 3: ts_ms = soon is not a number"),
    ("empty time", [GOOD[0], ",5,6,4,5,1"], "line 3: ts_ms = (nothing) is empty"),
    ("other unit", [GOOD[0], f"{T1 // 1000},5,6,4,5,1"], "is not in milliseconds since 1970 like"),
    ("not a time", ["20250101,5,6,4,5,1"], "line 2: ts_ms = 20250101 is no time between 2000"),
    ("bad ISO", ["1 Jan 2025,5,6,4,5,1"], "ts_ms = 1 Jan 2025 is not an ISO time such as"),
    ("off the grid", [*GOOD, f"{T2 + 500_000},5,6,4,5,1"], "is off the 5m grid of the others"),
    ("one bar", [GOOD[0]], "holds a single candle, so its interval cannot be told"),
    ("no bars", [], "holds no candles"),
    ("short line", [GOOD[0], f"{T1},5,6", GOOD[2]], "line 3 has 3 columns instead of 6"),
]


def refusal(path: Path, argument: str = "{}", symbols: tuple[str, ...] = ("BTCUSDT",)) -> str:
    with pytest.raises(UserError) as refused:
        open_series([argument.format(path)], symbols, {})
    text = str(refused.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize(("body", "sentence"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_row_is_named(tmp_path: Path, body: list[str], sentence: str) -> None:
    path = csv(tmp_path / "BTCUSDT.csv", body)
    text = refusal(path)
    assert text.startswith(str(path))
    assert sentence in text


@pytest.mark.parametrize("fault_at", [0, 16_383, 16_384, 40_000])
def test_a_fault_is_found_at_its_row_wherever_the_batches_end(
    tmp_path: Path, fault_at: int
) -> None:
    table = columns(range(40_001))
    table["high"][fault_at] = 0.5
    path = parquet(tmp_path / "BTCUSDT.parquet", table)
    assert f"{path}: row {fault_at + 1}: high = 0.5 is below low" in refusal(path)


@pytest.mark.parametrize("short_at", [3, 60_000])
def test_a_short_line_is_found_wherever_the_blocks_end(tmp_path: Path, short_at: int) -> None:
    body = lines(range(60_002))
    body[short_at - 2] = "1,2,3"
    path = csv(tmp_path / "BTCUSDT.csv", body)
    assert f"{path}: line {short_at} has 3 columns instead of 6" in refusal(path)


@pytest.mark.parametrize("fault_at", [16_384, 16_385])
def test_order_is_checked_across_batches(tmp_path: Path, fault_at: int) -> None:
    table = columns(range(20_000))
    table["ts_ms"][fault_at] = table["ts_ms"][fault_at - 1]
    path = parquet(tmp_path / "BTCUSDT.parquet", table)
    assert f"row {fault_at + 1}: the bar of" in refusal(path)


@pytest.mark.parametrize(
    ("name", "column", "sentence"),
    [
        ("open", pa.array([1.0, float("nan"), 1.0]), "row 2: open = nan is not a finite number"),
        ("open", pa.array([1.0, None, 1.0]), "row 2: open = (nothing) is empty"),
        ("open", pa.array([0.1 + 0.2, 1.0, 1.0]), "row 1: open = 0.30000000000000004 is finer"),
        ("open", pa.array([1, 2, 3], pa.float32()), "has column open of type float"),
        ("open", pa.array([True, False, True]), "has column open of type bool"),
        ("open", pa.array([[1], [2], [3]]), "has column open of type list"),
        ("ts_ms", pa.array([T0, None, T2]), "row 2: ts_ms = (nothing) is empty"),
        ("ts_ms", pa.array([True, False, True]), "is not an ISO time"),
    ],
)
def test_a_wrong_column_of_a_parquet_file_is_named(
    tmp_path: Path, name: str, column: pa.Array, sentence: str
) -> None:
    flat = columns(range(3), [("1", "1", "1", "1", "1")])
    assert sentence in refusal(parquet(tmp_path / "BTCUSDT.parquet", {**flat, name: column}))


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("ts_ms,open,high,close,volume", "missing low; found ts_ms, open, high, close, volume"),
        ("when,open,high,low,close,volume", "missing a time (ts_ms, open_time, timestamp"),
        ("a,b,c,d,e,f", "missing open, high, low, close and volume (candles), price and qty"),
        ("ts_ms,open,high,low,close,volume,close", "has two columns called close"),
        ("1735689600000,1,1,1,1,1", "name the columns in the first line"),
    ],
)
def test_a_wrong_header_tells_what_is_missing_and_what_was_found(
    tmp_path: Path, header: str, sentence: str
) -> None:
    body = [",".join(["1"] * header.count(",")) + ",1"]
    assert sentence in refusal(csv(tmp_path / "BTCUSDT.csv", body, header))


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("BTCUSDT.csv", b"", "is empty; give a file of candles"),
        ("BTCUSDT.parquet", b"", "is empty; give a file of candles"),
        ("BTCUSDT.parquet", b"ts_ms,open\n1,2\n", "is not a Parquet file"),
        ("BTCUSDT.csv", b"PAR1 and then nothing", "is not a Parquet file"),
        ("BTCUSDT.csv.gz", b"no gzip at all", "is not a CSV file"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path, name: str, body: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    assert sentence in refusal(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in refusal(tmp_path / "BTCUSDT.csv")
    assert "is a folder" in refusal(tmp_path)


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "BTCUSDT.parquet", columns(range(5_000)))
    body = bytearray(path.read_bytes())
    body[20:4_000] = b"\xff" * 3_980
    path.write_bytes(bytes(body))
    assert "fetch the file again" in refusal(path)


def test_a_cut_gzip_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path / "BTCUSDT.csv.gz", lines(range(50_000)))
    path.write_bytes(path.read_bytes()[:-400])
    assert str(path) in refusal(path)


def test_a_row_without_a_symbol_is_refused(tmp_path: Path) -> None:
    body = [f"BTCUSDT,{GOOD[0]}", f",{GOOD[1]}"]
    text = refusal(csv(tmp_path / "all.csv", body, SYMBOL_HEADER))
    assert "line 3: symbol is empty" in text


def test_a_fault_of_one_symbol_in_a_long_table_is_found_at_its_row(tmp_path: Path) -> None:
    body = [f"{symbol},{line}" for line in GOOD for symbol in ("BTCUSDT", "ETHUSDT")]
    body[5] = f"ETHUSDT,{T2},5,4,6,5,1"
    text = refusal(csv(tmp_path / "all.csv", body, SYMBOL_HEADER))
    assert "line 7: high = 4 is below low = 6" in text


def test_what_no_account_trades_or_nobody_can_name_is_refused(tmp_path: Path) -> None:
    good = csv(tmp_path / "ETHUSDT_5m.csv", GOOD)
    assert "holds ETHUSDT, which no account trades" in refusal(good)
    odd = csv(tmp_path / "candles.csv", GOOD)
    text = refusal(odd, symbols=("BTCUSDT", "ETHUSDT"))
    assert f"write --data SYMBOL={odd}" in text
    text = refusal(good, symbols=("BTCUSDT", "ETHUSDT"))
    assert "no candles of BTCUSDT (found: ETHUSDT); add --data BTCUSDT=PATH" in text
    table = csv(tmp_path / "all.csv", [f"BTCUSDT,{line}" for line in GOOD], SYMBOL_HEADER)
    text = refusal(table, "XRPUSDT={}", ("XRPUSDT",))
    assert "has no rows of XRPUSDT in its symbol column; it has BTCUSDT" in text


def test_one_symbol_comes_from_one_file(tmp_path: Path) -> None:
    path = csv(tmp_path / "BTCUSDT.csv", GOOD)
    with pytest.raises(UserError, match="give one file for each symbol"):
        open_series([str(path), f"BTCUSDT={path}"], ("BTCUSDT",), {})


def test_files_of_different_intervals_or_grids_do_not_go_together(tmp_path: Path) -> None:
    five = csv(tmp_path / "BTCUSDT.csv", GOOD)
    ten = csv(tmp_path / "ETHUSDT.csv", lines(range(0, 8, 2)))
    with pytest.raises(UserError, match=r"candles of 5m and .* of 10m; give files of one interval"):
        open_series([str(five), str(ten)], ("BTCUSDT", "ETHUSDT"), {})
    body = [f"{milliseconds(n) + 60_000},1,1,1,1,1" for n in range(4)]
    shifted = csv(tmp_path / "XRPUSDT.csv", body)
    with pytest.raises(UserError, match="bars that open at different moments"):
        open_series([str(five), str(shifted)], ("BTCUSDT", "XRPUSDT"), {})
