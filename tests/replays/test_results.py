"""Figures of trades and lines of equity, against plain restatements and by hand."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.money import parse
from replays.results import Trade, added, largest_fall, results_of, sampled

MONEY = st.integers(-(10**14), 10**14)
TRADES = st.lists(st.builds(Trade, st.just("a"), MONEY, st.integers(0, 10**10), MONEY))
LINES = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10**13)), min_size=1).map(
    lambda line: sorted(line, key=lambda point: point[0])
)


def trades(*pnls: str) -> list[Trade]:
    """Trades of these results, each with a fee of 1 and one R for 10."""
    return [Trade("a", parse(pnl), parse("1"), parse(pnl) // 10) for pnl in pnls]


def test_three_winners_and_one_loser_by_hand() -> None:
    """10 + 20 + 30 - 40: half again as much won as lost, 5 a trade."""
    found = results_of(trades("10", "20", "30", "-40"))
    assert (found.trades, found.wins, found.losses) == (4, 3, 1)
    assert found.pnl == parse("20")
    assert found.fees == parse("4")
    assert found.win_rate == parse("0.75")
    assert found.profit_factor == parse("1.5")
    assert found.expectancy == parse("5")
    assert found.expectancy_r == parse("0.5")
    assert (found.best, found.worst) == (parse("30"), parse("-40"))


def test_no_trade_has_no_ratio() -> None:
    """A dash is shown, never a division by zero."""
    found = results_of([])
    assert (found.win_rate, found.profit_factor, found.expectancy) == (None, None, None)
    assert results_of(trades("5")).profit_factor is None


@given(TRADES)
def test_results_are_what_fractions_say(some: list[Trade]) -> None:
    """Integers, rounded down by less than a unit."""
    found = results_of(some)
    assert found.pnl == sum(trade.pnl for trade in some)
    if some:
        wins = sum(trade.pnl > 0 for trade in some)
        assert found.win_rate is not None
        assert 0 <= Fraction(wins, len(some)) - Fraction(found.win_rate, 10**8) < Fraction(1, 10**8)
        assert found.expectancy == found.pnl // len(some)


def test_the_largest_fall_is_from_the_highest_point_before_it() -> None:
    """100, 120, 90, 130, 100: a quarter of 120, less than a quarter of 130."""
    line = [(at, parse(text)) for at, text in enumerate(("100", "120", "90", "130", "100"))]
    assert largest_fall(line) == parse("0.25")
    assert largest_fall([]) == 0


@given(LINES)
def test_the_largest_fall_is_the_worst_of_all_pairs(line: list[tuple[int, int]]) -> None:
    """No later point lies deeper below an earlier one than it says."""
    worst = max(
        (before - after) * 10**8 // before
        for place, (_, before) in enumerate(line)
        for _, after in line[place:]
    )
    assert largest_fall(line) == max(0, worst)


@given(LINES, LINES)
def test_the_sum_of_two_lines_ends_where_both_end(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    """And has every moment of both once, in order."""
    total = added([one, other])
    moments = [at for at, _ in total]
    assert moments == sorted({at for at, _ in [*one, *other]})
    assert total[-1][1] == one[-1][1] + other[-1][1]


def test_a_sample_is_the_latest_value_by_then() -> None:
    """Four looks at a line that rises once, in its middle."""
    assert sampled([(0, 1), (50, 2), (100, 2)], 4) == [1, 2, 2, 2]
    assert sampled([(0, 1), (51, 2), (100, 3)], 4) == [1, 1, 2, 3]
    assert sampled([], 4) == []
