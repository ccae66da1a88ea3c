"""What the venue says of a contract."""

from typing import NamedTuple

from engine.messages.record import record
from engine.money import Money, Price, Quantity, Rate
from engine.timebase import HOUR, Nanos


class RiskTier(NamedTuple):
    """One row of a contract's risk ladder, all e8 (bybit-v5.md 6.9).

    The tier holds positions up to the value ``limit``; their maintenance margin is
    value * ``maintenance_rate`` - ``deduction``, and their leverage at most ``max_leverage``.
    """

    limit: Money
    maintenance_rate: Rate
    max_leverage: Rate
    deduction: Money


@record
class Instrument:
    """A linear USDT perpetual: steps, bounds and risk tiers, all e8.

    ``tick`` and ``lot`` are the price and quantity steps; ``min_notional`` is the least order
    value; ``maintenance_rate`` is MMR of tier 1 (bybit-v5.md 3.2.1, 6.9). Without ``tiers`` there
    is one, of ``maintenance_rate`` and ``max_leverage``, without an upper limit.
    ``price_limit_x`` and ``price_limit_y`` are the ratios of the price band (5.6); 0 is no band.
    """

    symbol: str
    settle_asset: str
    tick: Price
    lot: Quantity
    min_quantity: Quantity
    max_limit_quantity: Quantity
    max_market_quantity: Quantity
    min_notional: Money
    min_price: Price
    max_price: Price
    max_leverage: Rate
    maintenance_rate: Rate
    tiers: tuple[RiskTier, ...] = ()
    price_limit_x: Rate = Rate(0)
    price_limit_y: Rate = Rate(0)
    funding_interval_ns: Nanos = Nanos(8 * HOUR)
