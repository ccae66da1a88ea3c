"""A strategy of your own: copy this file, change it, and run it with --strategy FILE:EmaCross.

Long while the fast average is above the slow one, short while it is below. Every entry carries
a stop a fixed share of the price away: an entry without a stop cannot be written.
"""

import engine.strategies as tf


@tf.define
class EmaCross:
    # Parameters: a config may change each of them. A rate is written as a decimal, exactly.
    fast_candles: int = 9
    slow_candles: int = 21
    stop_fraction: tf.Rate = tf.rate("0.01")
    # State: numbers, texts, tuples, lists, dicts and the shipped indicators, nothing else.
    fast: tf.Ema = tf.state(lambda self: tf.Ema(self.fast_candles))
    slow: tf.Ema = tf.state(lambda self: tf.Ema(self.slow_candles))

    # Called for every closed candle. Only here may the strategy change what it keeps.
    def observe(self, candle: tf.Candle) -> None:
        self.fast.update(candle.close)
        self.slow.update(candle.close)

    # Says what to do now; () is nothing. What goes through view.check shows in explain.
    def propose(self, view: tf.View) -> tuple[tf.Intent, ...]:
        up = view.check("fast_above_slow", self.fast.value, ">", self.slow.value)
        side: tf.Side = tf.BUY if up else tf.SELL
        if not self.slow.ready or view.busy or view.side == side:
            return ()
        if view.side:
            return (tf.Exit("averages_crossed"),)  # A later candle enters the other way.
        return (tf.Enter(side, tf.percent_stop(view, side, self.stop_fraction), tag="ema_cross"),)
