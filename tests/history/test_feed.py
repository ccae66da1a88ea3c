"""Candles become market events in the total order, of one symbol or of many."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapters.history.feed import CLOSES, OPENINGS, Group, base_interval, feed
from adapters.history.market import Market
from adapters.history.series import FileSeries, SeriesFacts
from engine.domain.candle import Candle
from engine.errors import UserError
from engine.messages.market import BarOpened, DataGap
from engine.timebase import Nanos
from tests.history.files import START, STEP, candles, columns, open_series, parquet


def series(folder: Path, **numbers: Sequence[int]) -> tuple[FileSeries, ...]:
    for symbol, each in numbers.items():
        parquet(folder / f"{symbol}.parquet", columns(each))
    paths = [str(folder / f"{symbol}.parquet") for symbol in numbers]
    return open_series(paths, tuple(numbers), {})


def at(n: int) -> Nanos:
    return Nanos(START + n * STEP)


def names(groups: Iterable[Group]) -> list[tuple[int, int, list[str]]]:
    return [
        (
            (moment - START) // STEP,
            phase,
            [f"{type(e).__name__} {getattr(e, 'symbol', '')}" for e in events],
        )
        for moment, phase, events in groups
    ]


def test_a_bar_is_an_opening_and_a_close_and_closes_come_first(tmp_path: Path) -> None:
    bars = candles(range(2))
    assert list(feed(series(tmp_path, BTCUSDT=range(2)))) == [
        (at(0), OPENINGS, (BarOpened("BTCUSDT", at(0), bars[0].open),)),
        (at(1), CLOSES, (bars[0],)),
        (at(1), OPENINGS, (BarOpened("BTCUSDT", at(1), bars[1].open),)),
        (at(2), CLOSES, (bars[1],)),
    ]


def test_a_hole_is_told_with_the_next_opening(tmp_path: Path) -> None:
    groups = list(feed(series(tmp_path, BTCUSDT=(0, 1, 4, 5))))
    assert groups[4][:2] == (at(4), OPENINGS)
    assert groups[4][2][0] == DataGap("BTCUSDT", at(2), at(4))
    assert isinstance(groups[4][2][1], BarOpened)
    assert sum(isinstance(e, DataGap) for _, _, events in groups for e in events) == 1


def test_a_hole_that_lies_before_the_range_is_not_told(tmp_path: Path) -> None:
    groups = list(feed(series(tmp_path, BTCUSDT=(0, 1, 4, 5)), at(3)))
    assert names(groups)[0] == (4, OPENINGS, ["BarOpened BTCUSDT"])


def test_symbols_are_merged_and_sorted_by_name_inside_a_group(tmp_path: Path) -> None:
    found = series(tmp_path, ETHUSDT=(0, 1, 2), BTCUSDT=(1, 2, 4), XRPUSDT=(2, 3, 4))
    assert names(feed(found)) == [
        (0, OPENINGS, ["BarOpened ETHUSDT"]),
        (1, CLOSES, ["Candle ETHUSDT"]),
        (1, OPENINGS, ["BarOpened BTCUSDT", "BarOpened ETHUSDT"]),
        (2, CLOSES, ["Candle BTCUSDT", "Candle ETHUSDT"]),
        (2, OPENINGS, ["BarOpened BTCUSDT", "BarOpened ETHUSDT", "BarOpened XRPUSDT"]),
        (3, CLOSES, ["Candle BTCUSDT", "Candle ETHUSDT", "Candle XRPUSDT"]),
        (3, OPENINGS, ["BarOpened XRPUSDT"]),
        (4, CLOSES, ["Candle XRPUSDT"]),
        (4, OPENINGS, ["DataGap BTCUSDT", "BarOpened BTCUSDT", "BarOpened XRPUSDT"]),
        (5, CLOSES, ["Candle BTCUSDT", "Candle XRPUSDT"]),
    ]


class Listed:
    """A series of candles that a test made up."""

    def __init__(self, one: FileSeries, symbol: str, numbers: Sequence[int]) -> None:
        self.facts: SeriesFacts = evolve(one.facts, symbol=symbol)
        self._candles = candles(numbers, symbol)

    def bars(self, start: int = 0, end: int = 1 << 62) -> Iterable[Candle]:
        return iter([bar for bar in self._candles if start <= bar.open_ns < end])


NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=8, unique=True).map(sorted)


@given(st.dictionaries(st.sampled_from("ABCD"), NUMBERS, min_size=1), st.integers(0, 12))
def test_the_order_is_total_nothing_is_lost_and_a_cut_changes_nothing_before_it(
    tmp_path_factory: pytest.TempPathFactory, numbers: dict[str, list[int]], cut: int
) -> None:
    (one,) = series(tmp_path_factory.mktemp("feed"), BTCUSDT=range(2))
    found: Any = [Listed(one, symbol, each) for symbol, each in numbers.items()]
    groups: list[tuple[int, int, tuple[Any, ...]]] = list(feed(found))
    keys = [(moment, phase) for moment, phase, _ in groups]
    assert keys == sorted(set(keys))
    for symbol, each in numbers.items():
        mine = [e for _, _, events in groups for e in events if e.symbol == symbol]
        assert [e for e in mine if isinstance(e, Candle)] == candles(each, symbol)
        holes = [(e.from_ns, e.to_ns) for e in mine if isinstance(e, DataGap)]
        assert holes == [(at(a + 1), at(b)) for a, b in pairwise(each) if b > a + 1]
    for moment, phase, events in groups:
        symbols = [e.symbol for e in events]
        assert symbols == sorted(symbols)
        for e in events:
            assert moment == (e.close_ns if phase == CLOSES else getattr(e, "open_ns", moment))
    before = [group for group in groups if group[0] <= at(cut)]
    again = [group for group in feed(found, 0, at(cut) + 1) if group[0] <= at(cut)]
    assert again == before


def test_the_interval_is_one_for_all(tmp_path: Path) -> None:
    assert base_interval(series(tmp_path, BTCUSDT=(0, 1), ETHUSDT=(5, 6))) == STEP


def test_a_range_without_candles_is_refused(tmp_path: Path) -> None:
    market = Market(("BTCUSDT", "ETHUSDT"), series(tmp_path, BTCUSDT=(0, 1), ETHUSDT=(5, 6)))
    market.check_range(at(1), at(2))
    market.check_range(at(6), at(60))
    with pytest.raises(UserError) as refusal:
        market.check_range(at(7), at(60))
    assert str(refusal.value) == (
        "no candle opens in the range asked for; there are candles from 2025-01-01T00:00:00Z to "
        "2025-01-01T00:30:00Z, so move --from or --to"
    )
