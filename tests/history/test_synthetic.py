"""A made market: the same everywhere, and lively enough for a breakout strategy."""

import hashlib
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.history.feed import base_interval, feed
from adapters.synthetic.draws import BELL, Draws, bell
from adapters.synthetic.market import open_synthetic, parse_recipe
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.errors import UserError
from engine.money import SCALE, Money, Price, Quantity, Rate
from engine.timebase import DAY, MINUTE, parse_time

SCRIPT = "from tests.history.test_synthetic import fingerprint; print(fingerprint())"
ROOT = Path(__file__).parents[2]


def instrument(symbol: str, tick: int = SCALE // 10, lot: int = SCALE // 1000) -> Instrument:
    return Instrument(
        symbol=symbol,
        settle_asset="USDT",
        tick=Price(tick),
        lot=Quantity(lot),
        min_quantity=Quantity(lot),
        max_limit_quantity=Quantity(1_000 * SCALE),
        max_market_quantity=Quantity(100 * SCALE),
        min_notional=Money(5 * SCALE),
        min_price=Price(tick),
        max_price=Price(2_000_000 * SCALE),
        max_leverage=Rate(100 * SCALE),
        maintenance_rate=Rate(500_000),
    )


RECIPES = ["synthetic:0", "synthetic:3,interval=1h", "synthetic:5,interval=1m,days=1"]
BTC = instrument("BTCUSDT")
DOGE = instrument("DOGEUSDT", 1_000, SCALE)


def made(text: str, *instruments: Instrument) -> list[list[Candle]]:
    return [list(each.bars()) for each in open_synthetic(parse_recipe(text), instruments)]


def fingerprint() -> str:
    """A digest of every number of two days of two symbols."""
    rows = [
        (c.symbol, c.open_ns, c.open, c.high, c.low, c.close, c.volume)
        for bars in made("synthetic:7,days=2", BTC, DOGE)
        for c in bars
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_a_seed_gives_the_same_market_in_every_process() -> None:
    for seed in ("1", "2"):
        other = subprocess.run(
            [
                sys.executable,
                "-c",
                "from tests.history.test_synthetic import *; print(fingerprint())",
            ],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo"},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        assert other.stdout.strip() == fingerprint()


def test_another_seed_gives_another_market_and_another_symbol_changes_none() -> None:
    (alone,) = made("synthetic:7,days=1", BTC)
    both = made("synthetic:7,days=1", DOGE, BTC)
    assert both[0] == alone
    assert made("synthetic:8,days=1", BTC) != [alone]
    longer = made("synthetic:7,days=2", BTC)[0]
    assert longer[: len(alone)] == alone, "a day more changes no other"


@pytest.mark.parametrize("one", [BTC, DOGE, instrument("NEWUSDT", 7), instrument("BIG", SCALE)])
@pytest.mark.parametrize("text", RECIPES)
def test_candles_are_sound_on_the_tick_and_on_the_grid(text: str, one: Instrument) -> None:
    recipe = parse_recipe(text)
    (bars,) = made(text, one)
    assert len(bars) == recipe.bars == recipe.days * DAY // recipe.interval_ns
    before = None
    for n, bar in enumerate(bars):
        assert bar.open_ns == recipe.start_ns + n * recipe.interval_ns
        assert bar.close_ns == bar.open_ns + recipe.interval_ns
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert not any(price % one.tick for price in (bar.open, bar.high, bar.low, bar.close))
        assert bar.volume > 0
        assert bar.volume % one.lot == 0
        assert before is None or bar.open == before.close
        before = bar


def test_it_has_trends_and_calm_and_wild_hours() -> None:
    """A close beyond twenty candles changes sides often, and wild hours are thrice the calm."""
    for seed in range(3):
        (bars,) = made(f"synthetic:{seed}", BTC)
        sides = []
        for n in range(20, len(bars)):
            window = bars[n - 20 : n]
            if bars[n].close > max(bar.high for bar in window):
                sides.append(1)
            elif bars[n].close < min(bar.low for bar in window):
                sides.append(-1)
        flips = sum(a != b for a, b in pairwise(sides))
        assert flips >= 30
        hours = [
            sum(bar.high - bar.low for bar in bars[n : n + 12]) for n in range(0, len(bars), 12)
        ]
        hours.sort()
        assert hours[-len(hours) // 10] > 3 * hours[len(hours) // 10]


def test_it_plays_through_the_same_feed_as_a_file() -> None:
    series = open_synthetic(parse_recipe("synthetic:1,days=1"), [DOGE, BTC])
    assert base_interval(series) == 5 * MINUTE
    groups = list(feed(series))
    assert len(groups) == 2 * 288
    assert [getattr(each, "symbol", "") for each in groups[0][2]] == ["BTCUSDT", "DOGEUSDT"]
    half = list(feed(series, series[0].facts.first_ns + DAY // 2))
    assert half[-1] == groups[-1]
    assert len(half) == 288
    facts = series[0].facts
    assert facts.source == "synthetic:1,days=1,interval=5m,start=2025-01-01T00:00:00Z"
    assert (facts.rows, facts.last_ns) == (288, groups[-2][0])
    assert parse_recipe(facts.source) == series[0].recipe, "what is recorded can be made again"


def test_draws_are_fair_and_bell_shaped() -> None:
    draws = Draws(1, "BTCUSDT")
    words = [word for n in range(400) for word in draws.words("bar", n)]
    assert 0 <= min(words) < 100
    assert 65_400 < max(words) <= 65_535
    bells = [bell(tuple(words[n : n + 4])) for n in range(0, len(words), 4)]
    mean = sum(bells) / len(bells)
    spread = (sum((each - mean) ** 2 for each in bells) / len(bells)) ** 0.5
    assert abs(mean) < BELL / 10
    assert abs(spread / BELL - 1) < 0.05


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("synthetic:", "has no seed; write synthetic:7"),
        ("synthetic:-1", "has no seed"),
        ("synthetic:7,days=0", "is none of days=30"),
        ("synthetic:7,weeks=2", "is none of days=30"),
        ("synthetic:7,interval=5x", "is not a span of time"),
        ("synthetic:7,interval=90s", "whole minutes that divide a day"),
        ("synthetic:7,interval=7m", "whole minutes that divide a day"),
        ("synthetic:7,start=soon", "Invalid isoformat string"),
    ],
)
def test_a_wrong_recipe_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as refusal:
        parse_recipe(text)
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith(f"--data {text}: ")


def test_a_market_begins_on_its_grid() -> None:
    recipe = parse_recipe("synthetic:7,interval=1h,start=2025-03-01T10:20:00Z")
    assert recipe.start_ns == parse_time("2025-03-01T10:00:00Z")
