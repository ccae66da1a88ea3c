"""What a trade costs: the fee, and the half spread and slippage that a taker pays."""

from engine.messages.runs import Terms
from engine.money import SCALE, Money, apply_rate


class TradingCosts:
    """The venue's fee rates and the declared spread and slippage; all rates e8 fractions."""

    __slots__ = ("asset", "half_spread", "maker_fee", "taker_cost", "taker_fee")

    def __init__(self, terms: Terms) -> None:
        self.asset = terms.venue.asset
        self.maker_fee = terms.venue.maker_fee
        self.taker_fee = terms.venue.taker_fee
        self.half_spread = terms.simulation.half_spread
        """How far the best price on the other side of the book is from the market."""
        self.taker_cost = terms.simulation.half_spread + terms.simulation.slippage
        """How far from the market a taker trades."""

    def fee(self, value: int, is_maker: bool) -> Money:
        """Fee of an execution of ``value`` (bybit-v5.md 6.8), rounded half up."""
        return apply_rate(value, self.maker_fee if is_maker else self.taker_fee)


def price_against(side: int, base: int, rate: int, tick: int) -> int:
    """``base`` moved by ``rate`` against ``side``, to the tick, and never below one tick.

    With ``taker_cost`` it is what a taker pays or gets, with ``half_spread`` the price that a
    limit order must reach to cross.
    """
    if rate == 0 and base % tick == 0 and base > 0:
        return base
    step = tick * SCALE
    if side > 0:
        return -(base * (SCALE + rate) // -step) * tick
    return max(tick, base * (SCALE - rate) // step * tick)
