"""What a page draws is exact where it is thinned, and its axes are ones that people count in."""

import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.money import SCALE
from engine.timebase import DAY, HOUR, MINUTE, parse_time
from replays.curve import Curve, Fall
from replays.report.charts import Charts, Drawn, PriceChart
from replays.report.contents import ReportTrade
from replays.report.picture import UNITS, pictures_of
from replays.report.scale import nice_step, time_axis, value_axis
from replays.report.selection import EXTREMES, LATEST, LISTED, listed, marked, spread
from replays.thinning import Line

EQUITIES = st.lists(st.integers(1, 200), min_size=2, max_size=200)
START = parse_time("2025-03-01T00:00:00")


def trade(number: int, pnl: int) -> ReportTrade:
    """A trade that lasted an hour."""
    return ReportTrade(
        number=number,
        account="va1",
        symbol="BTCUSDT",
        side="buy" if number % 2 else "sell",
        opened_at="2025-03-01T12:00:00Z",
        closed_at="2025-03-01T18:00:00Z",
        quantity=SCALE,
        entry_price=100 * SCALE,
        exit_price=(100 + pnl) * SCALE,
        fees=0,
        funding=0,
        pnl=pnl * SCALE,
        r_multiple=0,
        exit_reason="take_profit",
        tag="",
        entry_order=f"run-va1-BTCUSDT-{number}",
        first_stop=95 * SCALE,
    )


@given(EQUITIES, st.integers(1, 20))
def test_a_thinned_drawdown_is_measured_from_the_true_peak(
    equities: list[int], stretches: int
) -> None:
    """Every point that is drawn is what all points give, and the deepest one is drawn."""
    made = Curve(
        equities[0],
        Line(0, len(equities), stretches),
        Line(0, len(equities), stretches),
        fall=Fall(highest=equities[0]),
    )
    true = []
    for at, equity in enumerate(equities):
        made.take(at, 0, equity, exposed=False)
        peak = max(equities[: at + 1])
        true.append(-((peak - equity) * SCALE // peak))
    assert made.falls is not None
    points = made.falls.points()
    assert all(value == true[at] for at, value in points)
    assert min(value for _, value in points) == min(true) == -made.fall.depth


@given(st.floats(1e-6, 1e9))
def test_a_step_is_one_two_or_five_of_its_power_and_never_too_small(rough: float) -> None:
    step = nice_step(rough)
    assert rough <= step * (1 + 1e-6)
    assert step <= rough * 2.5 * (1 + 1e-6)
    assert f"{step:.0e}"[0] in "125"


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_of_values_are_few_apart_and_on_the_axis(low: float, more: float) -> None:
    axis = value_axis(low, low + more)
    assert axis.low < axis.high
    places = [tick.place for tick in axis.ticks]
    assert 1 <= len(places) <= 8
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 10, ["0", "2", "4", "6", "8", "10"]),
        (-0.3, 0.25, ["-0.3", "-0.2", "-0.1", "0.0", "0.1", "0.2"]),
        (97_500, 101_000, ["97,500", "98,000", "98,500", "99,000", "99,500", "100,000"]),
        (100, 100, ["99.0", "99.5", "100.0", "100.5", "101.0"]),
    ],
)
def test_ticks_of_values_are_spelt_as_finely_as_they_step(
    low: float, high: float, words: list[str]
) -> None:
    told = [tick.words for tick in value_axis(low, high).ticks]
    assert told[: len(words)] == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2025-03-01T00:00:00", "2025-03-01T01:00:00", ["03-01", "00:10", "00:20"]),
        ("2025-03-01T21:00:00", "2025-03-02T06:00:00", ["22:00", "03-02", "02:00", "04:00"]),
        ("2025-03-01T00:00:00", "2025-03-09T00:00:00", ["03-01", "03-02", "03-03"]),
        ("2025-01-20T00:00:00", "2025-12-10T00:00:00", ["2025-03", "2025-05", "2025-07"]),
        ("2019-06-01T00:00:00", "2026-06-01T00:00:00", ["2020", "2021", "2022"]),
        ("2025-03-01T00:00:00", "2025-03-01T00:00:00", ["00:00:00"]),
    ],
)
def test_ticks_of_times_stand_at_round_moments(first: str, last: str, words: list[str]) -> None:
    told = [tick.words for tick in time_axis(parse_time(first), parse_time(last)).ticks]
    assert told[: len(words)] == words


@given(st.integers(0, 60_000 * DAY // HOUR), st.integers(1, 400_000))
def test_ticks_of_times_are_few_and_in_order(hours: int, minutes: int) -> None:
    axis = time_axis(hours * HOUR, hours * HOUR + minutes * MINUTE)
    places = [tick.place for tick in axis.ticks]
    assert len(places) <= 9
    assert places == sorted(set(places))
    assert all(0 <= place <= 100 for place in places)


def charts(trades: tuple[ReportTrade, ...] = (), left_out: int = 0) -> Charts:
    """A day with two equities, a fall of a fifth, and three bars."""
    times = [START + n * 12 * HOUR for n in range(3)]
    bars = tuple(
        (at, *(value * SCALE for value in bar))
        for at, bar in zip(times, ((100, 110, 90, 105), (105, 106, 80, 85)), strict=False)
    )
    lines = tuple(
        Drawn(name, tuple((at, value * SCALE) for at, value in zip(times, values, strict=True)))
        for name, values in (("all accounts", (100, 80, 100)), ("va1", (50, 40, 50)))
    )
    falls = Drawn("drawdown", ((times[0], 0), (times[1], -SCALE // 5), (times[2], 0)))
    price = PriceChart("BTCUSDT", bars, len(bars), trades, left_out)
    return Charts(times[0], times[-1], lines, (falls,), (price,), 0)


def numbers(path: str) -> list[int]:
    """The coordinates of a path."""
    return [int(each) for each in re.findall(r"-?\d+", path)]


def test_the_shapes_of_a_line_lie_where_their_values_are() -> None:
    equity, drawdown, _ = pictures_of(charts())
    whole, part = equity.shapes
    places = numbers(whole.path)
    assert places[0::2] == [0, UNITS // 2, UNITS]
    room = (100 - 40) * 0.05
    for y, value in zip(
        places[1::2] + numbers(part.path)[1::2], (100, 80, 100, 50, 40, 50), strict=True
    ):
        expected = UNITS - (value - (40 - room)) / (60 + 2 * room) * UNITS
        assert y == pytest.approx(expected, abs=1)
    line = drawdown.shapes[-1]
    assert numbers(line.path)[1::2] == [0, pytest.approx(UNITS / 1.05, abs=1), 0]
    assert {tick.words for tick in drawdown.values.ticks} >= {"0 %", "-20 %"}


def test_a_bar_is_drawn_from_high_to_low_and_open_to_close() -> None:
    picture = pictures_of(charts())[2]
    rising, falling = (shape for shape in picture.shapes if shape.kind == "bars")
    assert (rising.tone, falling.tone) == ("rising", "falling")
    low, room = 80, (110 - 80) * 0.05
    x, high, bottom, left, opened, right, close, back = numbers(rising.path)
    values = [low - room + (1 - y / UNITS) * (30 + 2 * room) for y in (opened, high, bottom, close)]
    assert values == pytest.approx([100, 110, 90, 105], abs=1e-3)
    assert left == back < x < right
    assert x == UNITS // 4, "amid its time"


def test_trades_are_marked_at_entry_and_exit_with_their_words_and_their_stop() -> None:
    picture = pictures_of(charts((trade(1, 5), trade(2, -5))))[2]
    assert [(mark.sign, mark.tone, mark.x) for mark in picture.marks] == [
        ("up", "gain", 50.0),
        ("cross", "gain", 75.0),
        ("down", "loss", 50.0),
        ("cross", "loss", 75.0),
    ]
    first = picture.marks[0].words
    assert first == "trade 1, va1, long: entry at 100, 2025-03-01 12:00:00 UTC; net 5.00"
    (stops,) = (shape for shape in picture.shapes if shape.kind == "stops")
    x, y, end = numbers(stops.path)[:3]
    assert (x, end) == (UNITS // 2, UNITS * 3 // 4)
    assert 78.5 + (1 - y / UNITS) * 33 == pytest.approx(95, abs=1e-3)


def test_what_is_left_out_is_said() -> None:
    assert all(not picture.notes for picture in pictures_of(charts()))
    thinned = attrs.evolve(charts((trade(1, 5),), left_out=9), thinned_from=1_000_000)
    equity, _, price = pictures_of(thinned)
    assert equity.notes[0].startswith("1,000,000 candles, drawn with 3 points")
    assert price.notes == (
        "1 of 10 trades are marked: the best, the worst, and others spread over the run.",
    )
    fewer = attrs.evolve(thinned.prices[0], candles=500, left_out=0)
    notes = pictures_of(attrs.evolve(thinned, prices=(fewer,)))[2].notes
    assert [note.split(",")[0] for note in notes] == ["500 candles drawn as 2 bars"]


def test_a_run_without_a_candle_still_has_its_pictures() -> None:
    prices = (PriceChart("BTCUSDT", (), 0, (), 0),)
    empty = Charts(START, START, (Drawn("va1", ()),), (Drawn("drawdown", ()),), prices, 0)
    names = [picture.name for picture in pictures_of(empty)]
    assert names == ["equity", "drawdown", "price-BTCUSDT"]


def test_few_trades_are_listed_all_and_of_many_those_that_say_most() -> None:
    trades = [trade(n, (n * 7919) % 1009 - 500) for n in range(1, 1001)]
    (whole,) = listed(trades[:LISTED])
    assert [each.number for each in whole.trades] == list(range(LISTED, 0, -1))
    worst, best, latest = listed(trades)
    results = sorted(SCALE * ((n * 7919) % 1009 - 500) for n in range(1, 1001))
    assert [each.pnl for each in worst.trades] == results[:EXTREMES]
    assert [each.pnl for each in best.trades] == results[: -EXTREMES - 1 : -1]
    assert [each.number for each in latest.trades] == list(range(1000, 1000 - LATEST, -1))


@given(st.lists(st.integers(-90, 90), min_size=0, max_size=120), st.integers(4, 60))
def test_marked_trades_have_the_extremes_and_both_ends_in_order(
    results: list[int], most: int
) -> None:
    trades = [trade(n, pnl) for n, pnl in enumerate(results, start=1)]
    some = marked(trades, most)
    assert len(some) <= max(most, 0)
    assert [each.number for each in some] == sorted({each.number for each in some})
    if trades:
        assert (some[0], some[-1]) == (trades[0], trades[-1])
        kept = [each.pnl for each in some]
        everything = [each.pnl for each in trades]
        assert (min(kept), max(kept)) == (min(everything), max(everything))


def test_thinned_trades_are_spread_over_the_run() -> None:
    trades = [trade(n, 0) for n in range(1, 102)]
    assert [each.number for each in spread(trades, 11)] == list(range(1, 102, 10))
    assert spread(trades, 10_000) is trades
