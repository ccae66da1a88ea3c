"""From a distance to a price on the tick: stops towards safety, targets away from the entry.

A stop on the tick never risks more than was computed, so a long's is rounded up and a short's
down (nearer to the entry). A target on the tick never earns less than was asked, so a long's is
rounded up and a short's down. Prices of the market lie on the tick too: a target is therefore
reached by exactly the bars that reach the unrounded one.
"""

from engine.domain.order import Side
from engine.money import SCALE, Price, Rate, apply_rate, round_down, round_half_up, round_up
from engine.strategies.strategy import View


def protective_stop(side: Side, price: int, distance: int, tick: int) -> Price:
    """The stop ``distance`` behind ``price``, on the tick towards safety.

    It is no stop when it is not positive or has reached ``price``: the caller asks for nothing.
    """
    if side > 0:
        return Price(round_up(price - distance, tick))
    return Price(round_down(price + distance, tick))


def profit_target(side: Side, price: int, distance: int, tick: int) -> Price:
    """The target ``distance`` ahead of ``price``, on the tick away from it; at least one tick."""
    if side > 0:
        return Price(round_up(price + distance, tick))
    return Price(max(round_down(price - distance, tick), tick))


def percent_stop(view: View, side: Side, fraction: Rate) -> Price:
    """The stop ``fraction`` (e8, 1 % is ``rate("0.01")``) of the last close behind it."""
    close = view.candle.close
    return protective_stop(side, close, apply_rate(close, fraction), view.instrument.tick)


def range_stop_distance(range_total: int, candles: int, multiple: Rate, min_distance: int) -> int:
    """The ``range_multiple`` policy: ``multiple`` times the mean of high - low, half up.

    ``range_total`` is the sum of the ranges of ``candles`` candles; at least ``min_distance``.
    """
    return max(round_half_up(range_total * multiple, candles * SCALE), min_distance)


def trailed_stop(view: View) -> Price:
    """Where a stop belongs that keeps its initial distance behind the close; 0 to leave it.

    The distance is the one between entry and first stop (S0-06). It only gets tighter.
    """
    initial = view.initial_stop
    side = view.side
    if not initial or not side:
        return Price(0)
    close = view.candle.close
    distance = abs(view.entry_price - initial)
    current = view.stop_price or initial
    direction: Side = 1 if side > 0 else -1
    stop = protective_stop(direction, close, distance, view.instrument.tick)
    if side * (close - stop) <= 0 or side * (stop - current) <= 0:
        return Price(0)
    return stop
