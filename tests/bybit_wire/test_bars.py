"""Bars are found by halving and a day is summed once; what comes out is what a walk would find."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.bybit_wire.bars import Bar, Bars, opening_of
from engine.domain.candle import Candle
from engine.money import Price, Quantity
from engine.timebase import DAY, HOUR, MINUTE, Nanos

STARTS = 20_000 * DAY
TRADES = st.lists(
    st.tuples(st.integers(1, 5 * HOUR // MINUTE), st.integers(90, 110), st.integers(0, 5)),
    min_size=1,
    max_size=12,
)


def filled(recorded: int, trades: list[tuple[int, int, int]]) -> tuple[Bars, int]:
    """Some recorded candles, then trades that are minutes apart; and the last moment."""
    bars, now = Bars(), STARTS
    for nth in range(recorded):
        price, ends = Price(100 + nth % 7), Nanos(now + MINUTE)
        bars.recorded(Candle("X", Nanos(now), ends, price, price, price, price, Quantity(1)))
        now = ends
    for minutes, price, quantity in trades:
        now += minutes * MINUTE // 2
        bars.trade(now, price, quantity)
        bars.day(now)
    return bars, now


@given(st.integers(0, 50), TRADES, st.integers(0, 3))
def test_the_day_is_the_sum_of_its_bars(
    recorded: int, trades: list[tuple[int, int, int]], later: int
) -> None:
    """However often it was asked for before."""
    bars, now = filled(recorded, trades)
    now += later * 9 * HOUR
    within = [bar for bar in bars._bars if bar.open_ns >= now - DAY]
    found = bars.day(now)
    if not within:
        assert found is None
        return
    assert found == Bar(
        within[0].open_ns,
        now,
        within[0].open,
        max(bar.high for bar in within),
        min(bar.low for bar in within),
        within[-1].close,
        sum(bar.volume for bar in within),
        sum(bar.turnover for bar in within),
    )


@given(st.integers(0, 50), TRADES, st.sampled_from([1, 5, 60, 1_440, 7 * 1_440]), st.data())
def test_bars_of_a_span_are_those_that_open_in_it(
    recorded: int, trades: list[tuple[int, int, int]], minutes: int, draw: st.DataObject
) -> None:
    """And the price before a moment is the close of the last bar that ended by then."""
    bars, now = filled(recorded, trades)
    start, end = sorted(draw.draw(st.tuples(*[st.integers(STARTS - DAY, now + HOUR)] * 2)))
    interval = minutes * MINUTE
    opens = sorted({opening_of(bar.open_ns, interval) for bar in bars._bars})
    found = [bar.open_ns for bar in bars.of(interval, start, end)]
    assert found == [each for each in opens if start <= each <= end]
    ended = [bar.close for bar in bars._bars if bar.close_ns <= start]
    assert bars.close_before(start) == (ended[-1] if ended else bars._bars[0].open)
