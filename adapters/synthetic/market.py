"""A market made from a seed: integers only, the same on every machine.

How this works: a bar takes four steps, each the fair price times the volatility of the hour times
a bell-shaped draw. The volatility is drawn for every 36 bars and drawn out in a straight line
between them, low cubes of a uniform draw, so that a few hours are wild and most are not. A trend
is drawn for every 96 bars, and a weak pull towards the first price keeps a long market in its
range. A bar opens where the last one closed, as Bybit's do.
"""

import hashlib
from collections.abc import Iterator, Sequence
from math import isqrt

from attrs import frozen

from adapters.history.series import SeriesFacts
from adapters.synthetic.draws import BELL, Draws, bell
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.errors import UserError
from engine.money import SCALE, Price, Quantity
from engine.timebase import DAY, MINUTE, NEVER, Nanos, parse_span, parse_time, render_time

PREFIX = "synthetic:"
_START = parse_time("2025-01-01T00:00:00Z")
_INTERVAL = Nanos(5 * MINUTE)
_MILLION = 1_000_000
_WILD_BARS = 36
_TREND_BARS = 96
_CALM_PPM = 350
"""The least volatility of a five-minute bar, in millionths of the price."""
_WILD_PPM = 2_400
_TREND_PPM = 220
_PULL = 2_500
"""A bar takes back one part in so many of the distance to the first price."""
_TURNOVER = 3_000_000 * SCALE
"""Value traded in a calm five-minute bar, e8."""

_FIRST_PRICES = {
    "BTCUSDT": 60_000 * SCALE,
    "ETHUSDT": 3_000 * SCALE,
    "BNBUSDT": 600 * SCALE,
    "SOLUSDT": 150 * SCALE,
    "AAVEUSDT": 200 * SCALE,
    "LTCUSDT": 90 * SCALE,
    "LINKUSDT": 15 * SCALE,
    "XRPUSDT": 2 * SCALE,
    "ADAUSDT": 7 * SCALE // 10,
    "DOGEUSDT": 2 * SCALE // 10,
}


@frozen
class Recipe:
    """What a synthetic market is made from; ``days`` and ``interval_ns`` give its length."""

    seed: int
    days: int = 10
    interval_ns: Nanos = _INTERVAL
    start_ns: Nanos = _START

    @property
    def bars(self) -> int:
        """Number of bars of each symbol."""
        return self.days * DAY // self.interval_ns


def parse_recipe(text: str) -> Recipe:
    """``synthetic:7`` or ``synthetic:7,days=30,interval=1m,start=2025-03-01``.

    Raises ``UserError`` with one sentence for anything else.
    """
    seed, *options = text.removeprefix(PREFIX).split(",")
    if not text.startswith(PREFIX) or not (seed.isascii() and seed.isdecimal()):
        raise UserError(f"--data {text}: has no seed; write synthetic:7")
    days, interval, start = 10, _INTERVAL, _START
    for option in options:
        key, _, value = option.partition("=")
        try:
            if key == "days" and value.isdecimal() and 0 < int(value) <= 10_000:
                days = int(value)
            elif key == "interval":
                interval = parse_span(value)
            elif key == "start":
                start = parse_time(value)
            else:
                raise ValueError(f"{option!r} is none of days=30, interval=1m, start=2025-03-01")
        except ValueError as error:
            raise UserError(f"--data {text}: {error}") from error
    if interval % MINUTE or DAY % interval:
        raise UserError(f"--data {text}: the interval must be whole minutes that divide a day")
    return Recipe(int(seed), days, interval, Nanos(start - start % interval))


@frozen
class SyntheticSeries:
    """One symbol of a synthetic market; has the shape of a series of recorded candles."""

    facts: SeriesFacts
    recipe: Recipe
    instrument: Instrument

    def bars(self, start: int = 0, end: int = NEVER) -> Iterator[Candle]:
        """Candles with ``start <= open_ns < end``; always made from the first one on."""
        recipe, symbol, tick = self.recipe, self.instrument.symbol, self.instrument.tick
        draws = Draws(recipe.seed, symbol)
        first = first_price(self.instrument)
        fair, last = first, first
        before = after = drift = 0
        wide = isqrt(recipe.interval_ns * 1_000_000 // _INTERVAL)
        for n in range(recipe.bars):
            at = recipe.start_ns + n * recipe.interval_ns
            if at >= end:
                return
            words = draws.words("bar", n)
            if n % _WILD_BARS == 0:
                before, after = _level(draws, n // _WILD_BARS), _level(draws, n // _WILD_BARS + 1)
            if n % _TREND_BARS == 0:
                drift = _trend(draws, n // _TREND_BARS) * wide // 1_000
            level = before + (after - before) * (n % _WILD_BARS) // _WILD_BARS
            ppm = max(1, level * wide // 1_000)
            high = low = last
            for step in range(4):
                spread = ppm * bell(words[4 * step : 4 * step + 4]) // (2 * BELL)
                fair += fair * (4 * spread + drift) // (4 * _MILLION)
                fair += (first - fair) // (4 * _PULL)
                price = max(tick, (fair + tick // 2) // tick * tick)
                high, low = max(high, price), min(low, price)
            volume = _volume(self.instrument, words[16], ppm, price)
            if at >= start:
                yield Candle(
                    symbol,
                    Nanos(at),
                    Nanos(at + recipe.interval_ns),
                    Price(last),
                    Price(high),
                    Price(low),
                    Price(price),
                    volume,
                )
            last = price


def first_price(instrument: Instrument) -> int:
    """Where a symbol's market begins, e8, on its tick: about what the coin has cost."""
    price = _FIRST_PRICES.get(instrument.symbol, instrument.tick * 20_000)
    price = min(max(price, instrument.min_price * 2), instrument.max_price // 2)
    return max(instrument.tick, price // instrument.tick * instrument.tick)


def _level(draws: Draws, block: int) -> int:
    """Volatility where a block of bars begins, in millionths of the price."""
    draw = draws.words("volatility", block)[0]
    return _CALM_PPM + (_WILD_PPM - _CALM_PPM) * draw**3 // 65_536**3


def _trend(draws: Draws, block: int) -> int:
    """What every bar of a block gains or loses, in millionths of the price."""
    draw = draws.words("trend", block)[0]
    return _TREND_PPM * (draw - 32_768) // 32_768


def _volume(instrument: Instrument, draw: int, ppm: int, price: int) -> Quantity:
    """More is traded in wild bars; on the lot, and never nothing."""
    value = _TURNOVER * (32_768 + draw) // 65_536 * ppm // _CALM_PPM
    lots = value * SCALE // (price * instrument.lot)
    return Quantity(max(1, lots) * instrument.lot)


def open_synthetic(
    recipe: Recipe, instruments: Sequence[Instrument]
) -> tuple[SyntheticSeries, ...]:
    """The series of every instrument, sorted by symbol: what ``adapters.history.feed`` plays."""
    return tuple(
        SyntheticSeries(_facts(recipe, each.symbol), recipe, each)
        for each in sorted(instruments, key=lambda each: each.symbol)
    )


def _facts(recipe: Recipe, symbol: str) -> SeriesFacts:
    source = (
        f"{PREFIX}{recipe.seed},days={recipe.days},"
        f"interval={recipe.interval_ns // MINUTE}m,start={render_time(recipe.start_ns)}"
    )
    return SeriesFacts(
        symbol=symbol,
        source=source,
        digest=hashlib.sha256(f"{source}/{symbol}".encode()).hexdigest(),
        rows=recipe.bars,
        first_ns=recipe.start_ns,
        last_ns=Nanos(recipe.start_ns + (recipe.bars - 1) * recipe.interval_ns),
        interval_ns=recipe.interval_ns,
        grid_ns=Nanos(recipe.start_ns % recipe.interval_ns),
        gaps=(),
        unit="made from the seed",
        notes=(),
    )
