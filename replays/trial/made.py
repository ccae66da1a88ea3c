"""Markets, venues, accounts and orders as Hypothesis makes them: mostly calm, at times unkind.

What fails is shrunk: to fewer candles, smaller moves, no fault. Prices lie on the tick, quantities
on the lot, as they would at the venue.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from adapters.timeline import Group
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.order import OrderType, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.effects import PlaceOrder
from engine.messages.market import BarOpened, DataGap, MarketEvent
from engine.messages.runs import FaultTerms
from engine.money import SCALE, Money, Price, Quantity, Rate
from engine.timebase import MINUTE, Nanos, parse_time

START = parse_time("2025-01-01T00:00:00")
BAR = Nanos(5 * MINUTE)

BTC = Instrument(
    symbol="BTCUSDT",
    settle_asset="USDT",
    tick=Price(SCALE // 10),
    lot=Quantity(SCALE // 1_000),
    min_quantity=Quantity(SCALE // 1_000),
    max_limit_quantity=Quantity(1_000 * SCALE),
    max_market_quantity=Quantity(500 * SCALE),
    min_notional=Money(5 * SCALE),
    min_price=Price(SCALE // 10),
    max_price=Price(2_000_000 * SCALE),
    max_leverage=Rate(100 * SCALE),
    maintenance_rate=Rate(SCALE // 200),
)
"""A contract to trade where none is given; its prices begin at 100."""

_FIRST = 1_000
_LEAST = 50
"""Ticks: where prices begin, and below which they never fall."""


@st.composite
def candles(
    draw: st.DrawFn,
    instrument: Instrument = BTC,
    least: int = 1,
    most: int = 60,
    interval: Nanos = BAR,
    start: Nanos = START,
) -> list[Candle]:
    """From ``least`` to ``most`` candles without a hole: walks, leaps, still bars, no volume.

    A bar opens where the last one closed, or leaps away from it.
    """
    made: list[Candle] = []
    close = _FIRST
    for n in range(draw(st.integers(least, most))):
        reach = draw(st.sampled_from((0, 3, 8, 40)))
        leap = draw(st.sampled_from((0, 0, 0, 0, -25, 25)))
        opens = max(close + leap, _LEAST)
        high = opens + draw(st.integers(0, reach))
        low = max(opens - draw(st.integers(0, reach)), _LEAST - 10)
        close = draw(st.integers(low, high))
        volume = draw(st.sampled_from((500, 5_000, 50, 0))) * SCALE
        tick, open_ns = instrument.tick, Nanos(start + n * interval)
        made.append(
            Candle(
                instrument.symbol,
                open_ns,
                Nanos(open_ns + interval),
                Price(opens * tick),
                Price(high * tick),
                Price(low * tick),
                Price(close * tick),
                Quantity(volume),
            )
        )
    return made


@st.composite
def markets(
    draw: st.DrawFn,
    instruments: Sequence[Instrument] = (BTC,),
    least: int = 1,
    most: int = 60,
    interval: Nanos = BAR,
) -> list[Group]:
    """The candles of several contracts as a feed gives them, with holes and their gaps told."""
    count = draw(st.integers(least, most))
    series = [
        draw(candles(each, count, count, interval))
        for each in sorted(instruments, key=lambda one: one.symbol)
    ]
    missing = [draw(st.sets(st.integers(1, max(1, count - 1)), max_size=3)) for _ in series]
    groups: list[Group] = []
    since: list[Nanos | None] = [None] * len(series)
    for n in range(count):
        there = [(k, bars[n]) for k, bars in enumerate(series) if n not in missing[k]]
        for k, bars in enumerate(series):
            if n in missing[k] and since[k] is None:
                since[k] = bars[n].open_ns
        groups += _moments(there, since)
    return groups


def _moments(there: list[tuple[int, Candle]], since: list[Nanos | None]) -> list[Group]:
    """The openings and the closes of one bar; a hole is told before the bar that ends it."""
    opened: list[MarketEvent] = []
    for k, bar in there:
        gap = since[k]
        if gap is not None:
            opened.append(DataGap(bar.symbol, gap, bar.open_ns))
            since[k] = None
        opened.append(BarOpened(bar.symbol, bar.open_ns, bar.open))
    if not there:
        return []
    first = there[0][1]
    closes: tuple[MarketEvent, ...] = tuple(bar for _, bar in there)
    return [(first.open_ns, 1, tuple(opened)), (first.close_ns, 0, closes)]


def faults(harshest: float = 0.3) -> st.SearchStrategy[FaultTerms]:
    """What goes wrong at the venue, each with a probability of none up to ``harshest``."""
    rate = st.integers(0, int(harshest * 100)).map(lambda percent: Rate(percent * SCALE // 100))
    return st.builds(FaultTerms, rate, rate, rate, rate, rate, rate, rate)


def accounts() -> st.SearchStrategy[dict[str, Any]]:
    """The sizing and risk tables of an account, as a configuration writes them."""
    percent = st.integers(1, 30).map(lambda number: f"{number / 1000:.3f}")
    return st.fixed_dictionaries(
        {
            "virtual_equity": st.sampled_from((1_000, 10_000, 100_000)),
            "sizing": st.fixed_dictionaries(
                {"risk_per_trade": percent, "leverage": st.sampled_from((1, 3, 5))}
            ),
            "risk": st.fixed_dictionaries(
                {
                    "max_daily_loss": st.sampled_from((0, 50, 500)),
                    "max_drawdown": st.sampled_from((0, "0.05", "0.30")),
                    "max_trades_per_day": st.sampled_from((0, 3, 20)),
                    "max_open_positions": st.sampled_from((0, 1, 5)),
                }
            ),
        }
    )


@st.composite
def orders(
    draw: st.DrawFn,
    key: PositionKey,
    instrument: Instrument = BTC,
    around: int = _FIRST,
    number: int = 1,
) -> PlaceOrder:
    """An order near the price ``around`` (ticks), sensible or not: the venue says which."""
    side = draw(st.sampled_from((1, -1)))
    kinds: tuple[OrderType, ...] = ("market", "limit", "stop_market", "take_profit_market")
    kind = draw(st.sampled_from(kinds))
    level = Price((around + draw(st.integers(-40, 40))) * instrument.tick)
    forces: tuple[TimeInForce, ...] = ("GTC", "IOC", "FOK", "PostOnly")
    away = draw(st.integers(0, 30)) * instrument.tick
    return PlaceOrder(
        key=key,
        client_id=ClientId(f"trial-{number}"),
        side=1 if side > 0 else -1,
        order_type=kind,
        quantity=Quantity(draw(st.integers(1, 5_000)) * instrument.lot),
        price=level if kind == "limit" else Price(0),
        trigger_price=Price(0) if kind in ("market", "limit") else level,
        time_in_force=draw(st.sampled_from(forces)) if kind == "limit" else "GTC",
        reduce_only=draw(st.booleans()),
        stop_price=Price(max(0, level - side * away) if away else 0),
        target_price=Price(0),
    )
