"""Numbers pass from a file to the engine without losing or gaining a digit."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.history.exact import (
    exact_column,
    exact_number,
    integers,
    off_step,
    on_step_column,
)
from engine.money import parse, render
from tests.history.files import csv, milliseconds, open_series, parquet

FIFTEEN_DIGITS = 10**15 - 1


def through(column: pa.Array) -> list[int]:
    """The fast way where it is proven, else value by value."""
    exact = exact_column(column)
    if exact is None:
        return [exact_number(value) for value in column.to_pylist()]
    return integers(exact)


@given(st.lists(st.integers(-FIFTEEN_DIGITS, FIFTEEN_DIGITS), min_size=1, max_size=30))
def test_every_e8_number_of_fifteen_digits_survives_as_a_float(units: list[int]) -> None:
    floats = pa.array([float(Decimal(each) / 10**8) for each in units])
    assert exact_column(floats) is not None, "the fast way takes them all"
    assert through(floats) == units


@given(
    st.lists(
        st.floats(-1e15, 1e15, allow_nan=False)
        # Here two decimals of eight places may mean one float: only the shorter one is right.
        | st.integers(68 * 10**14, 9 * 10**15).map(lambda units: units / 1e8)
        | st.integers(-(10**15), 10**15).map(float)
        | st.integers(-(10**18), 10**18).map(lambda units: units / 1e8),
        min_size=1,
        max_size=10,
    )
)
def test_a_float_means_its_shortest_decimal(floats: list[float]) -> None:
    expected = []
    for each in floats:
        scaled = Decimal(repr(each)) * 10**8
        if scaled != int(scaled):
            assert exact_column(pa.array(floats)) is None, "what is finer is never rounded"
            return
        expected.append(int(scaled))
    assert through(pa.array(floats)) == expected


@given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=30))
def test_every_e8_number_survives_as_text_and_as_decimal(units: list[int]) -> None:
    texts = [render(each) for each in units]
    assert through(pa.array(texts)) == units
    decimals = pa.array([Decimal(text) for text in texts], pa.decimal128(38, 8))
    assert through(decimals) == units
    assert through(decimals[len(units) // 2 :]) == units[len(units) // 2 :]


def test_integers_count_whole_units() -> None:
    assert through(pa.array([1, 60_000, 0])) == [10**8, 60_000 * 10**8, 0]


@pytest.mark.parametrize(
    "texts",
    [
        ["1e-5", "2E3", ".5", "5.", "+1", "0.10000000"],
        ["123456789012345678.12345678", "1"],
        [" 1.5 ", "2"],
    ],
)
def test_unusual_spellings_and_sizes_of_numbers_are_read_too(texts: list[str]) -> None:
    assert through(pa.array(texts)) == [parse(text) for text in texts]


def test_large_volumes_are_exact(tmp_path: Path) -> None:
    volumes = ["123456789.1", "98765432101.25", "922337203685477.5"]
    for name, table in (
        ("floats", pa.array([float(text) for text in volumes])),
        ("texts", pa.array(volumes)),
    ):
        ones = [1.0, 1.0, 1.0]
        path = parquet(
            tmp_path / f"{name}.parquet",
            {
                "ts_ms": [milliseconds(n) for n in range(3)],
                **dict.fromkeys(("open", "high", "low", "close"), ones),
                "volume": table,
            },
        )
        (series,) = open_series([str(path)], ("BTCUSDT",), {})
        assert [bar.volume for bar in series.bars()] == [parse(text) for text in volumes]


@given(st.lists(st.integers(1, 10**14), min_size=4, max_size=4), st.integers(0, 10**15))
def test_csv_text_arrives_as_written(
    tmp_path_factory: pytest.TempPathFactory, prices: list[int], volume: int
) -> None:
    low, opened, closed, high = sorted(prices)
    numbers = (opened, high, low, closed, volume)
    line = ",".join(render(each) for each in numbers)
    body = [f"{milliseconds(n)},{line}" for n in range(2)]
    path = csv(tmp_path_factory.mktemp("exact") / "BTCUSDT.csv", body)
    (series,) = open_series([str(path)], ("BTCUSDT",), {})
    for bar in series.bars():
        assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == numbers


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=20),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_prices_on_a_tick_are_told_by_their_conversion(
    counts: list[int], own: int, asked: int
) -> None:
    """It answers with the same integers as the longer way, or not at all."""
    units = [count * 10**own for count in counts]
    floats = pa.array([float(Decimal(each) / 10**8) for each in units])
    step = 10**asked
    found = on_step_column(floats, step)
    if any(each % step for each in units) or asked == 9:
        assert found is None
    elif max(units) // step < FIFTEEN_DIGITS:
        assert found is not None
        assert integers(found) == units


@given(st.lists(st.integers(0, 10**12), min_size=1), st.integers(1, 10**9))
def test_values_off_a_step_are_counted(values: list[int], step: int) -> None:
    assert off_step(pa.array(values), step) == sum(value % step != 0 for value in values)
