"""The catalog: strategies by name, built from texts, keeping only what can be digested."""

import hashlib
from collections import deque
from typing import Any, Literal

import attrs
import pytest

from engine.errors import UserError
from engine.money import parse
from engine.strategies import Donchian, Ema, Money, Quantity, Rate, define, rate, state
from engine.strategies.catalog import CATALOG, build, complete, find, parameters_of, source_digest
from engine.strategies.volatility_breakout import VolatilityBreakout
from tests.strategies.worlds import BTC, candles


@define
class Every:
    """One parameter of each type."""

    size: Quantity
    count: int = 3
    share: Rate = rate("0.25")
    cash: Money = rate("12.5")
    factor: float = 0.5
    on: bool = True
    mode: Literal["slow", "fast"] = "slow"
    label: str = ""
    ema: Ema = state(lambda self: Ema(self.count))
    seen: list[tuple[int, float | None]] = state(lambda _: [(1, None)])
    marks: dict[str, int] = state(lambda _: {"a": 1})

    def observe(self, candle):
        self.ema.update(candle.close)

    def propose(self, _view):
        return ()


def test_the_reference_strategy_has_the_defaults_of_its_source():
    """S0-05 … S0-10"""
    assert find("volatility_breakout") is VolatilityBreakout
    assert parameters_of(VolatilityBreakout) == {
        "lookback_candles": "20",
        "tp_mode": "fixed",
        "fixed_tp_r": "1.8",
        "sl_range_mult": "1",
        "min_stop_distance": "0",
        "risk_tag": "vol_breakout_5m_closed",
    }


@pytest.mark.parametrize("name", CATALOG)
def test_every_shipped_strategy_is_built_from_its_own_defaults(name):
    cls = find(name)
    texts = tuple(parameters_of(cls).items())
    assert complete(cls, {}) == texts
    one, other = build(cls, texts, BTC), build(cls, (), BTC)
    assert {name: getattr(one, name) for name in parameters_of(cls)} == {
        name: getattr(other, name) for name in parameters_of(cls)
    }


def test_a_text_is_parsed_by_the_type_of_its_field():
    texts = {
        "size": "0.001",
        "count": "7",
        "share": "1.80",
        "cash": "-3",
        "factor": "2",
        "on": "false",
        "mode": "fast",
        "label": "tag",
    }
    built = build(Every, tuple(texts.items()), BTC)
    assert attrs.astuple(built, recurse=False)[:8] == (
        parse("0.001"),
        7,
        parse("1.8"),
        parse("-3"),
        2.0,
        False,
        "fast",
        "tag",
    )
    assert built.ema.length == 7


def test_what_a_config_spells_in_two_ways_is_one_text():
    spelled = complete(Every, {"share": "1.80", "size": "1e-3", "factor": "2", "count": "+7"})
    assert spelled == (
        ("size", "0.001"),
        ("count", "7"),
        ("share", "1.8"),
        ("cash", "12.5"),
        ("factor", "2.0"),
        ("on", "true"),
        ("mode", "slow"),
        ("label", ""),
    )
    assert complete(Every, dict(spelled)) == spelled


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({}, ("Every", "size", "no default")),
        ({"size": "1", "cuont": "3"}, ("Every", "'cuont'", "'count'")),
        ({"size": "1", "zzz": "3"}, ("'zzz'", "size, count, share")),
        ({"size": "much"}, ("Every", "size", "'much'", "decimal number")),
        ({"size": "0.000000001"}, ("size", "0.000000001", "eight decimals")),
        ({"size": "NaN"}, ("size", "'NaN'")),
        ({"size": "1", "count": "2.5"}, ("count", "'2.5'", "whole number")),
        ({"size": "1", "factor": "nan"}, ("factor", "'nan'", "number like 0.5")),
        ({"size": "1", "on": "yes"}, ("on", "'yes'", "true or false")),
        ({"size": "1", "mode": "fixed"}, ("mode", "'fixed'", "slow or fast")),
        ({"size": "1", "count": "0"}, ("Every", "BTCUSDT", "use 1 or more")),
        ({"size": "1", "ema": "0"}, ("no parameter 'ema'",)),
    ],
)
def test_a_bad_parameter_is_one_sentence_that_names_the_mend(texts, words):
    with pytest.raises(UserError) as refusal:
        build(Every, tuple(texts.items()), BTC)
    sentence = str(refusal.value)
    assert "\n" not in sentence
    for word in words:
        assert word in sentence


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("tp_mode", "trialing", "fixed or trailing"),
        ("lookback_candles", "0", "use 1 or more"),
        ("sl_range_mult", "0", "sl_range_mult must be above 0"),
        ("fixed_tp_r", "-1", "fixed_tp_r must be above 0"),
        ("min_stop_distance", "-1", "must not be negative"),
    ],
)
def test_the_breakout_refuses_what_cannot_be(name, text, word):
    with pytest.raises(UserError, match=word):
        build(VolatilityBreakout, ((name, text),), BTC)


@pytest.mark.parametrize(
    ("name", "word"), [("volatility_brekout", "'volatility_breakout'"), ("qqq", "there are vol")]
)
def test_an_unknown_name_is_answered_with_the_nearest_one(name, word):
    with pytest.raises(UserError, match=word):
        find(name)


class Plain:
    def observe(self, candle): ...
    def propose(self, view): ...


@define
class Mute:
    def observe(self, candle): ...


@define
class Oddly:
    feed: deque[int]

    def observe(self, candle): ...
    def propose(self, view): ...


@define
class FloatRate:
    share: Rate = 0.01

    def observe(self, candle): ...
    def propose(self, view): ...


@attrs.define(slots=False)
class Open:
    def observe(self, candle): ...
    def propose(self, view): ...


@define
class Derived(Plain):
    depth: int = 1


@define
class Unset:
    channel: Donchian = attrs.field(init=False)

    def observe(self, candle): ...
    def propose(self, view): ...


@pytest.mark.parametrize(
    ("cls", "word"),
    [
        (Plain, "write @define"),
        (Mute, "has no propose"),
        (Oddly, "parameter feed has a type that no config can give"),
        (FloatRate, 'write rate\\("0.01"\\)'),
        (Open, "plain @define"),
        (Derived, "no base class"),
        (Unset, "channel has no value"),
    ],
)
def test_a_class_that_is_no_strategy_is_told_why(cls, word):
    with pytest.raises(UserError, match=word):
        build(cls, (), BTC)


class Sly(int):
    """An int that could carry more than a number."""


@pytest.mark.parametrize(
    ("kept", "word"),
    [
        ({1, 2}, "holds a set"),
        (b"x", "holds a bytes"),
        (Sly(3), "holds a Sly"),
        (BTC, "holds a Instrument"),
        ([1, (2, {"a": {3}})], "holds a set"),
        ({(1, frozenset()): 1}, "holds a frozenset"),
        (float("nan"), "finite"),
        (deque([1]), "holds a deque"),
        (lambda: 1, "holds a function"),
    ],
)
def test_state_that_has_no_digest_is_refused(kept, word):
    @define
    class Keeper:
        kept: Any = state(lambda _: kept)

        def observe(self, candle): ...
        def propose(self, view): ...

    with pytest.raises(UserError, match=word) as refusal:
        build(Keeper, (), BTC)
    assert "Keeper: kept" in str(refusal.value)


def test_a_built_strategy_starts_afresh_each_time():
    one, other = build(Every, (("size", "1"),), BTC), build(Every, (("size", "1"),), BTC)
    one.observe(candles(("3", "1", "2"))[0])
    one.seen.append((2, 0.5))
    assert (other.ema.count, other.seen) == (0, [(1, None)])


def test_the_digest_of_a_source_is_its_sha256():
    text = "class A:\n    '''ä'''\n"
    assert source_digest(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert source_digest(text) != source_digest(text + " ")


def test_state_may_begin_as_a_plain_value_and_must_not_be_shared() -> None:
    @define
    class Counting:
        seen: int = state(0)
        last: float | None = state(None)

        def observe(self, candle):
            self.seen += candle.close > 0

        def propose(self, view):
            del view
            return ()

    built = build(Counting, (), BTC)
    assert (built.seen, built.last) == (0, None)
    assert parameters_of(Counting) == {}
    with pytest.raises(TypeError, match=r"state\(\[\]\) would be shared; write state\(lambda self"):
        state([])
