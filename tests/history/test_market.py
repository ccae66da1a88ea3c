"""All sources of a run come as one stream in the total order (design 2)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.history.feed import CLOSES, OPENINGS
from engine.domain.candle import Candle
from engine.errors import UserError
from engine.messages.market import (
    MarkCandle,
    MarkPriced,
)
from engine.money import Price, Quantity
from engine.timebase import MINUTE, SECOND, Nanos
from tests.history.files import parquet
from tests.history.tick_files import (
    SYMBOL,
    messages,
    ms,
    ns,
    opened,
    p,
    q,
    quotes,
    received,
    told,
    trades,
)


def bars(path: Path, minutes: int, first: int = 0, step: int = 1, volume: bool = True) -> Path:
    """Candles (or marks) of ``step`` minutes at 100, 101, ..."""
    count = minutes // step
    columns: dict[str, list[float]] = {
        "ts_ms": [ms(60 * (first + step * n)) for n in range(count)],
        **{name: [100.0 + n for n in range(count)] for name in ("open", "high", "low", "close")},
    }
    if volume:
        columns["volume"] = [5.0] * count
    return parquet(path, columns)


def rates(path: Path, minutes: Sequence[int]) -> Path:
    """Settlements at these minutes."""
    return parquet(
        path,
        {"ts_ms": [ms(60 * n) for n in minutes], "funding_rate": [0.0001 for _ in minutes]},
    )


def test_candles_marks_and_rates_of_one_symbol(tmp_path: Path) -> None:
    market = opened(
        bars(tmp_path / "BTCUSDT_1m.parquet", 4),
        bars(tmp_path / "BTCUSDT_mark.parquet", 4, step=2, volume=False),
        rates(tmp_path / "BTCUSDT_funding.parquet", [0, 2, 4, 7]),
    )
    assert told(market.groups(MINUTE)) == [
        (0, OPENINGS, ["FundingRated", "MarkPriced", "BarOpened"]),
        (60, CLOSES, ["Candle"]),
        (60, OPENINGS, ["BarOpened"]),
        (120, CLOSES, ["Candle", "MarkCandle"]),
        (120, OPENINGS, ["FundingRated", "MarkPriced", "BarOpened"]),
        (180, CLOSES, ["Candle"]),
        (180, OPENINGS, ["BarOpened"]),
        (240, CLOSES, ["Candle", "MarkCandle"]),
        (240, OPENINGS, ["FundingRated"]),
    ]


def test_a_bar_of_marks_is_its_first_price_at_its_opening_and_itself_at_its_close(
    tmp_path: Path,
) -> None:
    market = opened(
        bars(tmp_path / "BTCUSDT_1m.parquet", 4),
        bars(tmp_path / "BTCUSDT_mark.parquet", 4, step=2, volume=False),
    )
    events = [event for *_, group in market.groups(MINUTE) for event in group]
    second = (Price(p("101")),) * 4
    assert [event for event in events if isinstance(event, MarkPriced | MarkCandle)] == [
        MarkPriced(SYMBOL, p("100")),
        MarkCandle(SYMBOL, ns(0), ns(120), *(Price(p("100")),) * 4),
        MarkPriced(SYMBOL, p("101")),
        MarkCandle(SYMBOL, ns(120), ns(240), *second),
    ]


def test_marks_outside_of_the_span_are_left_out_and_a_file_of_only_such_is_told(
    tmp_path: Path,
) -> None:
    candles = bars(tmp_path / "BTCUSDT_1m.parquet", 4)
    around = bars(tmp_path / "BTCUSDT_around.parquet", 8, first=-2, step=2, volume=False)
    groups = told(opened(candles, around).groups(MINUTE))
    assert [at for at, _, names in groups if "MarkCandle" in names] == [120, 240]
    later = bars(tmp_path / "BTCUSDT_later.parquet", 4, first=90, step=2, volume=False)
    market = opened(candles, later)
    assert not market.marks
    assert market.unused == (f"{later} holds no marks of BTCUSDT within the run's data",)


def test_marks_and_rates_of_symbols_that_are_not_in_the_run_are_told(tmp_path: Path) -> None:
    candles = bars(tmp_path / "BTCUSDT_1m.parquet", 4)
    marks = bars(tmp_path / "ETHUSDT_mark.parquet", 4, volume=False)
    table = parquet(
        tmp_path / "funding.parquet",
        {"symbol": ["XRPUSDT"], "ts_ms": [ms(0)], "funding_rate": [0.0001]},
    )
    assert opened(candles, marks, table).unused == (
        f"{marks} holds marks of ETHUSDT, which no account trades",
        f"{table} holds funding of no symbol of this run: XRPUSDT",
    )


def test_candles_are_made_of_trades_where_no_file_has_them(tmp_path: Path) -> None:
    rows = [
        (30.0, "100.5", "9", "buy"),  # the first minute was not recorded from its beginning
        (61.0, "100", "1", "buy"),
        (62.0, "101", "2", "sell"),
        (119.5, "99", "3", "sell"),
        (250.0, "98", "4", "sell"),
        (299.0, "98.5", "1", "buy"),
    ]
    market = opened(trades(tmp_path / "BTCUSDT.parquet", rows))
    groups = list(market.groups(MINUTE))
    assert told(groups) == [
        (30.000000001, OPENINGS, ["Traded"]),
        (60, OPENINGS, ["BarOpened"]),
        (61.000000001, OPENINGS, ["Traded"]),
        (62.000000001, OPENINGS, ["Traded"]),
        (119.500000001, OPENINGS, ["Traded"]),
        (120, CLOSES, ["Candle"]),
        (120, OPENINGS, ["BarOpened"]),
        (180, CLOSES, ["Candle"]),
        (180, OPENINGS, ["BarOpened"]),
        (240, CLOSES, ["Candle"]),
        (240, OPENINGS, ["BarOpened"]),
        (250.000000001, OPENINGS, ["Traded"]),
        (299.000000001, OPENINGS, ["Traded"]),
    ]
    made = [event for *_, group in groups for event in group if isinstance(event, Candle)]
    assert made == [
        Candle(SYMBOL, ns(60), ns(120), p("100.5"), p("101"), p("99"), p("99"), q("6")),
        Candle(SYMBOL, ns(120), ns(180), *(p("99"),) * 4, Quantity(0)),
        Candle(SYMBOL, ns(180), ns(240), *(p("99"),) * 4, Quantity(0)),
    ]


def test_a_first_bar_that_was_recorded_whole_and_a_last_one_are_told(tmp_path: Path) -> None:
    rows = [(float(n), "100", "1", "buy") for n in range(0, 240, 20)]
    market = opened(trades(tmp_path / "BTCUSDT.parquet", rows))
    groups = told(market.groups(MINUTE, ns(60), ns(180)))
    # The trade of the first minute's last moments does not matter; 120 s to 180 s ends at --to.
    assert [each for each in groups if each[2] != ["Traded"]] == [
        (60.000000001, OPENINGS, ["BarOpened", "Traded"]),
        (120, CLOSES, ["Candle"]),
        (120, OPENINGS, ["BarOpened"]),
        (180, CLOSES, ["Candle"]),
    ]


def test_of_quotes_the_middle_makes_the_candle(tmp_path: Path) -> None:
    rows = [(0.0, "100", "100.1"), (30.0, "101", "101.1"), (59.0, "99", "99.1"), (61.0, "1", "2")]
    market = opened(quotes(tmp_path / "BTCUSDT.parquet", rows))
    made = [e for *_, group in market.groups(MINUTE) for e in group if isinstance(e, Candle)]
    assert made == []  # recording began one nanosecond into the minute
    groups = list(market.groups(Nanos(20 * SECOND)))
    made = [event for *_, group in groups for event in group if isinstance(event, Candle)]
    assert made == [
        Candle(SYMBOL, ns(20), ns(40), p("100.05"), p("101.05"), p("100.05"), p("101.05"), q("0")),
        Candle(SYMBOL, ns(40), ns(60), p("101.05"), p("101.05"), p("99.05"), p("99.05"), q("0")),
    ]


def test_changes_of_a_book_make_its_candles(tmp_path: Path) -> None:
    """A venue sends the whole book once: without its changes every candle would be flat."""

    def told(at: float, number: int, kind: str, bids: list[Any], asks: list[Any]) -> dict[str, Any]:
        levels = {"s": SYMBOL, "b": bids, "a": asks, "u": number, "seq": number}
        head = {"topic": f"orderbook.50.{SYMBOL}", "type": kind, "ts": ms(at), "cts": ms(at)}
        return received(at, {**head, "data": levels})

    rows = [
        told(0, 1, "snapshot", [["100", "1"], ["99", "1"]], [["101", "1"]]),
        told(70, 2, "delta", [["100", "0"]], []),
        told(80, 3, "delta", [], [["101", "0"]]),
        told(90, 4, "delta", [], [["103", "2"]]),
        told(130, 5, "delta", [["99.5", "1"]], []),
    ]
    groups = list(opened(messages(tmp_path / "x.jsonl", rows)).groups(MINUTE))
    made = [event for *_, group in groups for event in group if isinstance(event, Candle)]
    assert [(bar.open, bar.high, bar.low, bar.close) for bar in made] == [
        (p("100.5"),) * 4,
        (p("100.5"), p("101"), p("100"), p("101")),
    ]


def test_a_bar_ends_when_anything_of_its_recording_comes_later(tmp_path: Path) -> None:
    def trade(at: float) -> dict[str, object]:
        told = {"e": "trade", "s": SYMBOL, "T": ms(at), "p": "100", "q": "1", "m": True}
        return received(at, {"stream": "x", "data": told})

    def quote(at: float) -> dict[str, object]:
        best = {"b": "100.0", "B": "1", "a": "100.1", "A": "1"}
        told = {"e": "bookTicker", "s": SYMBOL, "T": ms(at), **best}
        return received(at, {"stream": "x", "data": told})

    rows = [trade(0), *(quote(n / 100) for n in range(1, 9_000)), trade(130)]
    groups = list(opened(messages(tmp_path / "x.jsonl", rows)).groups(MINUTE))
    assert [group[:2] for group in groups] == sorted({group[:2] for group in groups})
    closes = [group for group in told(groups) if group[1] == CLOSES]
    assert closes == [(60, CLOSES, ["Candle"]), (120, CLOSES, ["Candle"])]


def test_candles_are_made_of_trades_rather_than_of_quotes(tmp_path: Path) -> None:
    market = opened(
        quotes(tmp_path / "BTCUSDT_quotes.parquet", [(60.0, "100", "100.1")]),
        trades(tmp_path / "BTCUSDT_trades.parquet", [(60.0, "100", "1", "buy")]),
    )
    assert [kind for _, kind in market.built().values()] == ["trades"]


def test_candles_of_a_file_stand_beside_ticks(tmp_path: Path) -> None:
    market = opened(
        bars(tmp_path / "BTCUSDT_1m.parquet", 2),
        trades(tmp_path / "BTCUSDT_trades.parquet", [(60.0, "100", "1", "buy")]),
        quotes(tmp_path / "BTCUSDT_quotes.parquet", [(60.0, "100", "100.1")]),
    )
    assert told(market.groups(MINUTE)) == [
        (0, OPENINGS, ["BarOpened"]),
        (60, CLOSES, ["Candle"]),
        (60, OPENINGS, ["BarOpened"]),
        (60.000000001, OPENINGS, ["Traded", "Quoted"]),
        (120, CLOSES, ["Candle"]),
    ]


@pytest.mark.parametrize("ticks", [False, True])
def test_a_cut_of_the_feed_changes_nothing_before_it(tmp_path: Path, ticks: bool) -> None:
    rows = [(7.0 * n, str(100 + n % 5), "1", "buy") for n in range(80)]
    sources = [
        bars(tmp_path / "BTCUSDT_mark.parquet", 9, step=3, volume=False),
        rates(tmp_path / "BTCUSDT_funding.parquet", [0, 2, 4, 7]),
    ]
    if ticks:
        best = [(at, price, f"{price}.1") for at, price, *_ in rows]
        sources.append(trades(tmp_path / "BTCUSDT_trades.parquet", rows))
        sources.append(quotes(tmp_path / "BTCUSDT_quotes.parquet", best))
    else:
        sources.append(bars(tmp_path / "BTCUSDT_1m.parquet", 9))
    market = opened(*sources)
    groups = list(market.groups(MINUTE))
    for second in range(0, 560, 5):
        cut = ns(second)
        before = [group for group in groups if group[0] < cut]
        assert [group for group in market.groups(MINUTE, 0, cut) if group[0] < cut] == before


def test_what_orders_are_matched_on_must_be_there_for_each_symbol(tmp_path: Path) -> None:
    one = trades(tmp_path / "BTCUSDT.parquet", [(1.0, "100", "1", "buy")])
    other = quotes(tmp_path / "ETHUSDT.parquet", [(1.0, "100", "100.1")])
    market = opened(one, other, symbols=("BTCUSDT", "ETHUSDT"))
    market.check_needs("candles")
    with pytest.raises(UserError) as refused:
        market.check_needs("trades")
    assert str(refused.value) == (
        "simulation.matched_on = trades needs trades of ETHUSDT (found: quotes); add --data "
        "ETHUSDT:trades=PATH, or match on what there is"
    )
    with pytest.raises(UserError, match=r"needs depth of BTCUSDT \(found: trades\)"):
        market.check_needs("depth")
