"""The volatility breakout over closed candles (S0-01 … S0-12).

How this works: ``observe`` first remembers what the channel was before the new candle, and only
then shows it the candle. So ``propose`` compares the close with the ``lookback_candles`` candles
before it, the breakout candle excluded. Most candles break nothing: as long as nobody traces,
they are let go after two comparisons.
"""

from collections.abc import Iterable
from typing import Final

from attrs import define, field

from engine.domain.candle import Candle
from engine.domain.intent import Enter, Intent, MoveStop, TargetMode
from engine.domain.order import BUY, SELL, Side
from engine.indicators import Donchian, RollingMean
from engine.money import NO_PRICE, ONE, Price, Rate, apply_rate
from engine.strategies.levels import (
    profit_target,
    protective_stop,
    range_stop_distance,
    trailed_stop,
)
from engine.strategies.strategy import View

_FIXED_TP_R: Final = Rate(180_000_000)
"""1.8 times the stop distance (S0-07)."""


@define
class VolatilityBreakout:
    """Buys a close above, sells a close below, all of the last ``lookback_candles`` candles.

    The stop is ``sl_range_mult`` times their mean high - low away from the close (at least
    ``min_stop_distance``). ``tp_mode`` ``fixed``: target at ``fixed_tp_r`` times that distance.
    ``trailing``: no target; on each close the stop follows at its initial distance. ``risk_tag``
    goes with the order into fills and trades (S0-10).
    """

    lookback_candles: int = 20
    tp_mode: TargetMode = "fixed"
    fixed_tp_r: Rate = _FIXED_TP_R
    sl_range_mult: Rate = ONE
    min_stop_distance: Price = NO_PRICE
    risk_tag: str = "vol_breakout_5m_closed"

    channel: Donchian = field(init=False)
    ranges: RollingMean = field(init=False)
    warm: bool = field(init=False, default=False)
    highest: int = field(init=False, default=0)
    lowest: int = field(init=False, default=0)
    range_total: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        if self.sl_range_mult <= 0:
            raise ValueError("sl_range_mult must be above 0: an entry has a stop")
        if self.tp_mode == "fixed" and self.fixed_tp_r <= 0:
            raise ValueError("fixed_tp_r must be above 0; use tp_mode = trailing for no target")
        if self.min_stop_distance < 0:
            raise ValueError("min_stop_distance must not be negative")
        self.channel = Donchian(self.lookback_candles)
        self.ranges = RollingMean(self.lookback_candles)

    def observe(self, candle: Candle) -> None:
        """Remember the channel as it was before ``candle``, then let it in."""
        channel = self.channel
        ranges = self.ranges
        high = candle.high
        low = candle.low
        if not self.warm:
            self.warm = channel.ready
        self.highest = channel.highest
        self.lowest = channel.lowest
        self.range_total = ranges.total
        channel.update(high, low)
        ranges.update(high - low)

    def propose(self, view: View) -> Iterable[Intent]:
        """Enter on a breakout when flat; move the stop of a trailing position."""
        close = view.candle.close
        breaks_nothing = view.trace is None and self.lowest <= close <= self.highest
        if breaks_nothing and self.tp_mode == "fixed":
            return ()
        if view.quantity:
            return self._hold(view)
        if breaks_nothing:
            return ()
        if not view.check("channel_complete", self.warm, "==", True):
            return ()
        if view.check("close_above_highest_high_e8", close, ">", self.highest):
            return self._enter(view, BUY, close)
        if view.check("close_below_lowest_low_e8", close, "<", self.lowest):
            return self._enter(view, SELL, close)
        return ()

    def _hold(self, view: View) -> Iterable[Intent]:
        if view.trace is not None:
            view.check("position_e8", view.quantity, "==", 0)
        if self.tp_mode == "fixed":
            return ()
        stop = trailed_stop(view)
        return (MoveStop(stop),) if stop else ()

    def _enter(self, view: View, side: Side, close: int) -> Iterable[Intent]:
        if not view.check("order_on_its_way", view.busy, "==", False):
            return ()
        tick = view.instrument.tick
        distance = range_stop_distance(
            self.range_total, self.lookback_candles, self.sl_range_mult, self.min_stop_distance
        )
        stop = protective_stop(side, close, distance, tick)
        if not view.check("stop_price_e8", stop, ">", 0):
            return ()
        if not view.check("stop_distance_e8", side * (close - stop), ">", 0):
            return ()
        target = NO_PRICE
        if self.tp_mode == "fixed":
            target = profit_target(side, close, apply_rate(distance, self.fixed_tp_r), tick)
        return (Enter(side, stop, target, tag=self.risk_tag),)
