"""The volatility breakout (S0-01 … S0-12): entries, stops, targets, and the trailing stop."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.intent import Enter, MoveStop
from engine.money import parse, render
from engine.strategies.volatility_breakout import VolatilityBreakout
from tests.strategies.worlds import TICK, candles, holding, random_walk, shown, view_of

QUIET = ("102", "98", "100")
"""Three of these: a channel from 98 to 102 with a mean range of 4."""


def proposed(*bars, **parameters):
    """What a strategy over 3 candles proposes after ``bars``."""
    strategy = VolatilityBreakout(lookback_candles=3, **parameters)
    return tuple(strategy.propose(shown(strategy, candles(*bars))))


def entry(side, stop, target, tag="vol_breakout_5m_closed"):
    return (Enter(side, parse(stop), parse(target), tag=tag),)


@pytest.mark.parametrize(
    ("last", "then", "why"),
    [
        (("104", "100", "103"), entry(1, "99", "110.2"), "a close above all highs buys"),
        (("100", "96", "97"), entry(-1, "101", "89.8"), "a close below all lows sells"),
        (("110", "100", "102"), (), "a close on the highest high is not above it"),
        (("102", "90", "98"), (), "a close on the lowest low is not below it"),
        (("110", "90", "100"), (), "a high or low beyond the channel is no close beyond it"),
        (("200", "100", "103"), entry(1, "99", "110.2"), "the breakout candle is no part of it"),
    ],
)
def test_a_close_beyond_the_channel_enters(last, then, why):
    assert proposed(QUIET, QUIET, QUIET, last) == then, why


@pytest.mark.parametrize("count", [0, 1, 2])
def test_nothing_is_proposed_before_the_channel_is_complete(count):
    assert proposed(*[QUIET] * count, ("104", "100", "103")) == ()


@pytest.mark.parametrize(
    ("parameters", "then", "why"),
    [
        ({"sl_range_mult": parse("1.5")}, entry(1, "97", "113.8"), "1.5 mean ranges"),
        ({"fixed_tp_r": parse("3")}, entry(1, "99", "115"), "three times the stop distance"),
        ({"min_stop_distance": parse("10")}, entry(1, "93", "121"), "an absolute minimum"),
        ({"tp_mode": "trailing"}, entry(1, "99", "0"), "no target when trailing"),
        ({"risk_tag": "mine"}, entry(1, "99", "110.2", tag="mine"), "the tag goes along"),
        (
            {"sl_range_mult": parse("0.99")},
            entry(1, "99.1", "110.2"),
            "99.04 is rounded up to the tick, 110.128 is rounded up",
        ),
    ],
)
def test_parameters_shape_the_entry(parameters, then, why):
    assert proposed(QUIET, QUIET, QUIET, ("104", "100", "103"), **parameters) == then, why


def test_a_short_is_rounded_to_the_tick_the_other_way():
    """given 100.96 and 89.872, then the stop goes down and the target too"""
    assert proposed(QUIET, QUIET, QUIET, ("100", "96", "97"), sl_range_mult=parse("0.99")) == entry(
        -1, "100.9", "89.8"
    )


@pytest.mark.parametrize(
    ("bars", "last", "mult", "then", "why"),
    [
        (("100", "100", "100"), ("101", "100", "101"), "1", (), "no range is no distance"),
        (("100.01", "100", "100"), ("101", "100", "101"), "1", (), "it rounds onto the close"),
        (("9", "0.1", "2"), ("9.1", "8", "9.1"), "1", entry(1, "0.2", "25.2"), "above zero"),
        (("9", "0.1", "2"), ("9.1", "8", "9.1"), "2", (), "a stop below zero is no price"),
        (("9", "1", "2"), ("9", "0.5", "0.5"), "1", entry(-1, "8.5", "0.1"), "at least a tick"),
    ],
)
def test_an_entry_always_has_a_stop_that_can_be_placed(bars, last, mult, then, why):
    assert proposed(bars, bars, bars, last, sl_range_mult=parse(mult)) == then, why


def test_no_entry_while_an_order_is_on_its_way():
    strategy = VolatilityBreakout(lookback_candles=3)
    view = shown(strategy, candles(QUIET, QUIET, QUIET, ("104", "100", "103")))
    view.busy = True
    assert strategy.propose(view) == ()


@pytest.mark.parametrize("mode", ["fixed", "trailing"])
def test_no_entry_on_top_of_a_position(mode):
    strategy = VolatilityBreakout(lookback_candles=3, tp_mode=mode)
    history = candles(QUIET, QUIET, QUIET, ("104", "100", "103"))
    shown(strategy, history)
    view = holding(history[-1], "1", "101", "97", "99")
    assert strategy.propose(view) == ()


@pytest.mark.parametrize(
    ("quantity", "entry_price", "first", "stop", "close", "then"),
    [
        ("1", "100", "96", "96", "105", "101"),
        ("1", "100", "96", "96", "105.05", "101.1"),
        ("1", "100", "96", "101", "105", None),
        ("1", "100", "96", "101", "103", None),
        ("1", "100", "96", "96", "99", None),
        ("-1", "100", "104", "104", "95", "99"),
        ("-1", "100", "104", "104", "94.95", "98.9"),
        ("-1", "100", "104", "99", "95", None),
        ("-1", "100", "104", "99", "97", None),
        ("1", "100", "0", "0", "105", None),
        ("1", "100", "99.95", "99.95", "105", None),
    ],
)
def test_a_trailing_stop_keeps_its_first_distance_and_only_tightens(
    quantity, entry_price, first, stop, close, then
):
    strategy = VolatilityBreakout(lookback_candles=3, tp_mode="trailing")
    view = holding(candles((close, close, close))[0], quantity, entry_price, first, stop)
    assert strategy.propose(view) == ((MoveStop(parse(then)),) if then else ())
    fixed = VolatilityBreakout(lookback_candles=3)
    assert fixed.propose(view) == ()


@given(st.integers(0, 10**6), st.sampled_from([1, 2, 5, 20]))
def test_its_entries_are_those_of_the_rules_written_plainly(seed, lookback):
    """given any walk, when nothing is held, then entry, stop and target follow the rules"""
    history = random_walk(seed, 90)
    strategy = VolatilityBreakout(lookback_candles=lookback)
    for place, closed in enumerate(history):
        strategy.observe(closed)
        intents = tuple(strategy.propose(view_of(closed)))
        before = history[place - lookback : place] if place >= lookback else []
        side = 0
        if before:
            side += closed.close > max(bar.high for bar in before)
            side -= closed.close < min(bar.low for bar in before)
        assert len(intents) == abs(side)
        if not side:
            continue
        mean_range = Fraction(sum(bar.high - bar.low for bar in before), lookback)
        stop, target = closed.close - side * mean_range, closed.close + side * mean_range * 9 / 5
        (intent,) = intents
        assert intent.side == side
        assert intent.stop_price % TICK == 0
        assert intent.target_price % TICK == 0
        assert 0 <= side * (intent.stop_price - stop) + 1 <= TICK + 1, "risk is not enlarged"
        assert -1 <= side * (intent.target_price - target) < TICK + 1, "the target is not nearer"


def decided(history):
    strategy = VolatilityBreakout(lookback_candles=5)
    answers = []
    for closed in history:
        strategy.observe(closed)
        answers.append(tuple(strategy.propose(view_of(closed))))
    return answers


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_closed_candle_only_evaluation_no_lookahead(seed, cut):
    """given two futures after the same past, then up to the cut the proposals are the same"""
    future, other = random_walk(seed, 60), random_walk(seed + 1, 60)
    assert decided(future)[:cut] == decided(future[:cut] + other[cut:])[:cut]


@given(st.integers(0, 10**6))
def test_asking_why_changes_no_decision_and_no_state(seed):
    strategy = VolatilityBreakout(lookback_candles=4)
    for closed in random_walk(seed, 60):
        strategy.observe(closed)
        before = repr(strategy), list(strategy.channel.highs), strategy.ranges.total
        assert strategy.propose(view_of(closed)) == strategy.propose(view_of(closed, traced=True))
        assert (repr(strategy), list(strategy.channel.highs), strategy.ranges.total) == before


def test_a_traced_refusal_shows_each_condition():
    """given a quiet candle, when somebody asks why not, then both comparisons are there"""
    strategy = VolatilityBreakout(lookback_candles=3)
    view = shown(strategy, candles(QUIET, QUIET, QUIET, QUIET), traced=True)
    assert strategy.propose(view) == ()
    assert view.trace == [
        ("channel_complete", "True", "==", "True", True),
        ("close_above_highest_high_e8", str(parse("100")), ">", str(parse("102")), False),
        ("close_below_lowest_low_e8", str(parse("100")), "<", str(parse("98")), False),
    ]


@pytest.mark.parametrize(
    ("busy", "bars", "last_name"),
    [
        (False, [QUIET] * 2, "channel_complete"),
        (True, [QUIET] * 3, "order_on_its_way"),
        (False, [("100", "100", "100")] * 3, "stop_distance_e8"),
    ],
)
def test_the_last_traced_condition_is_the_one_that_failed(busy, bars, last_name):
    strategy = VolatilityBreakout(lookback_candles=3)
    view = shown(strategy, candles(*bars, ("104", "100", "103")), traced=True)
    view.busy = busy
    assert strategy.propose(view) == ()
    name, *_, verdict = view.trace[-1]
    assert (name, verdict) == (last_name, False)


def test_a_traced_position_is_the_reason_for_no_entry():
    strategy = VolatilityBreakout(lookback_candles=3)
    view = holding(candles(QUIET)[0], "-0.5", "100", "104", "104")
    view.trace = []
    strategy.propose(view)
    assert view.trace == [("position_e8", str(parse("-0.5")), "==", "0", False)]
    assert render(view.quantity) == "-0.5"
