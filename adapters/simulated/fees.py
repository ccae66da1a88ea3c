"""What a trade costs: the fee, and the half spread and slippage that a taker pays."""

from engine.messages.runs import Terms
from engine.money import SCALE, Money, apply_rate


class TradingCosts:
    """The venue's fee rates and the declared spread and slippage; all rates e8 fractions."""

    __slots__ = ("_half_spread", "_taker_cost", "asset", "maker_fee", "taker_fee")

    def __init__(self, terms: Terms) -> None:
        self.asset = terms.venue.asset
        self.maker_fee = terms.venue.maker_fee
        self.taker_fee = terms.venue.taker_fee
        self._half_spread = terms.simulation.half_spread
        self._taker_cost = terms.simulation.half_spread + terms.simulation.slippage

    def fee(self, value: int, is_maker: bool) -> Money:
        """Fee of an execution of ``value`` (bybit-v5.md 6.8), rounded half up."""
        return apply_rate(value, self.maker_fee if is_maker else self.taker_fee)

    def taker_price(self, side: int, base: int, tick: int) -> int:
        """What a taker pays or gets where the market is at ``base``, rounded against him."""
        return _away(side, base, self._taker_cost, tick)

    def best_price(self, side: int, base: int, tick: int) -> int:
        """The best price on the other side of the book: what a limit order must reach to cross."""
        return _away(side, base, self._half_spread, tick)


def _away(side: int, base: int, rate: int, tick: int) -> int:
    """``base`` moved by ``rate`` against ``side``, to the tick, and never below one tick."""
    step = tick * SCALE
    if side > 0:
        return -(base * (SCALE + rate) // -step) * tick
    return max(tick, base * (SCALE - rate) // step * tick)
