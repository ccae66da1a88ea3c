"""Sizing: from a budget of risk to a quantity on the lot (S0-30 … S0-33)."""

from fractions import Fraction

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.domain.instrument import Instrument
from engine.messages.runs import SizingTerms
from engine.money import SCALE, parse
from engine.sizing import Sized, size_entry

BTC = Instrument(
    symbol="BTCUSDT",
    settle_asset="USDT",
    tick=parse("0.1"),
    lot=parse("0.001"),
    min_quantity=parse("0.001"),
    max_limit_quantity=parse("1190"),
    max_market_quantity=parse("500"),
    min_notional=parse("5"),
    min_price=parse("0.1"),
    max_price=parse("1999999.8"),
    max_leverage=parse("100"),
    maintenance_rate=parse("0.005"),
)
TERMS = SizingTerms(
    risk_per_trade=parse("0.01"),
    fixed_quantity=0,
    leverage=parse("3"),
    min_quantity=0,
    min_notional=0,
    min_stop_fraction=0,
)
ORDINARY = {"equity": "10000", "factor": "1", "maximum": "5", "entry": "60000", "stop": "59000"}


def sized(terms=(), venue=(), **situation: str) -> Sized:
    """An ordinary entry, except for what is named."""
    case = ORDINARY | situation
    return size_entry(
        attrs.evolve(TERMS, **{name: parse(text) for name, text in terms}),
        attrs.evolve(BTC, **{name: parse(text) for name, text in venue}),
        *(parse(case[name]) for name in ("equity", "factor", "maximum", "entry", "stop")),
    )


@pytest.mark.parametrize(
    ("situation", "quantity", "risk", "value", "why"),
    [
        ({}, "0.1", "100", "6000", "1 % of 10,000 over a distance of 1,000"),
        ({"stop": "61000"}, "0.1", "100", "6000", "a short is sized alike"),
        ({"factor": "0.5"}, "0.05", "50", "3000", "the ladder halves the risk"),
        ({"stop": "59700"}, "0.333", "99.9", "19980", "a third goes down to the lot"),
        ({"stop": "59990"}, "0.5", "5", "30000", "three times the equity is the most"),
        ({"stop": "59990", "maximum": "2"}, "0.333", "3.33", "19980", "the account's cap is 2"),
        ({"stop": "59990", "maximum": "0"}, "0.5", "5", "30000", "a cap of 0 is off"),
        (
            {"stop": "59990", "venue": [("max_leverage", "1")]},
            "0.166",
            "1.66",
            "9960",
            "the contract allows no leverage",
        ),
        (
            {"venue": [("max_market_quantity", "0.05")]},
            "0.05",
            "50",
            "3000",
            "one market order carries no more",
        ),
        ({"terms": [("fixed_quantity", "0.2567")]}, "0.256", "256", "15360", "fixed, to the lot"),
        (
            {"terms": [("fixed_quantity", "2")], "factor": "0.5"},
            "2",
            "2000",
            "120000",
            "a fixed quantity is neither capped nor scaled: the gate may refuse it",
        ),
        ({"venue": [("lot", "0.1")]}, "0.1", "100", "6000", "exactly one lot"),
        (
            {"terms": [("min_notional", "6000"), ("min_quantity", "0.1")]},
            "0.1",
            "100",
            "6000",
            "floors are met when they are reached",
        ),
        ({"stop": "59400", "terms": [("min_stop_fraction", "0.01")]}, "0.166", "99.6", "9960", ""),
    ],
)
def test_an_entry_gets_what_risk_and_leverage_allow(situation, quantity, risk, value, why):
    result = sized(**situation)
    assert (result.quantity, result.risk, result.notional, result.refusal) == (
        parse(quantity),
        parse(risk),
        parse(value),
        "",
    ), why


@pytest.mark.parametrize(
    ("situation", "code", "value", "threshold"),
    [
        ({"equity": "0"}, "no_equity", "0", "0"),
        ({"equity": "-5"}, "no_equity", "-5", "0"),
        (
            {"equity": "0", "terms": [("fixed_quantity", "1")]},
            "no_equity",
            "0",
            "0",
        ),
        ({"stop": "60000"}, "stop_distance_too_small", "0", "0.00000001"),
        (
            {"stop": "59400.1", "terms": [("min_stop_fraction", "0.01")]},
            "stop_distance_too_small",
            "599.9",
            "600",
        ),
        ({"equity": "50"}, "below_min_quantity", "0", "0.001"),
        ({"factor": "0"}, "below_min_quantity", "0", "0.001"),
        ({"venue": [("min_quantity", "0.2")]}, "below_min_quantity", "0.1", "0.2"),
        ({"venue": [("min_quantity", "0")], "equity": "50"}, "below_min_quantity", "0", "0.001"),
        ({"terms": [("min_quantity", "0.101")]}, "below_min_quantity", "0.1", "0.101"),
        (
            {"terms": [("fixed_quantity", "0.0009")]},
            "below_min_quantity",
            "0",
            "0.001",
        ),
        ({"terms": [("min_notional", "6000.1")]}, "below_min_notional", "6000", "6000.1"),
        ({"venue": [("min_notional", "7000")]}, "below_min_notional", "6000", "7000"),
    ],
)
def test_a_refusal_says_what_was_missed_and_carries_no_quantity(situation, code, value, threshold):
    assert sized(**situation) == Sized(0, 0, 0, code, parse(value), parse(threshold))


MONEY = st.integers(-(10**9), 10**16)
PRICES = st.integers(1, 10**14)


@given(
    equity=MONEY,
    risk=st.integers(0, SCALE),
    factor=st.integers(0, SCALE),
    leverage=st.integers(0, 20 * SCALE),
    maximum=st.integers(0, 20 * SCALE),
    entry=PRICES,
    stop=PRICES,
    lot=st.sampled_from([1, 10**5, 10**8, 10**11]),
    floor=st.integers(0, 10**9),
)
def test_no_entry_risks_more_than_its_budget_or_is_larger_than_its_cap(
    equity, risk, factor, leverage, maximum, entry, stop, lot, floor
):
    terms = attrs.evolve(TERMS, risk_per_trade=risk, leverage=leverage, min_notional=floor)
    venue = attrs.evolve(BTC, lot=lot, min_quantity=lot)
    result = size_entry(terms, venue, equity, factor, maximum, entry, stop)
    if result.refusal:
        assert (result.quantity, result.risk, result.notional) == (0, 0, 0)
        assert result.value < result.threshold or result.value <= 0 == result.threshold
        return
    size = Fraction(result.quantity, SCALE)
    budget = Fraction(equity * risk * factor, SCALE**2)
    cap = Fraction(equity * min(leverage, maximum or leverage, venue.max_leverage), SCALE)
    assert result.quantity % lot == 0
    assert lot <= result.quantity <= venue.max_market_quantity
    assert size * abs(entry - stop) <= budget
    assert result.risk <= budget
    assert size * entry <= cap
    assert result.notional <= cap
    assert result.notional >= max(floor, venue.min_notional)
    one_lot_more = size + Fraction(lot, SCALE)
    assert (
        one_lot_more * abs(entry - stop) > budget - 1
        or one_lot_more * entry > cap - 1
        or result.quantity + lot > venue.max_market_quantity
    ), "no lot is left on the table"


@given(quantity=st.integers(1, 10**12), entry=PRICES, stop=PRICES)
def test_a_fixed_quantity_is_only_rounded_down(quantity, entry, stop):
    assume(entry != stop)
    terms = attrs.evolve(TERMS, fixed_quantity=quantity)
    result = size_entry(terms, BTC, parse("1"), 0, 0, entry, stop)
    assert result.refusal or quantity - BTC.lot < result.quantity <= quantity
