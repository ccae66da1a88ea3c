"""What the venue says of a contract."""

from engine.messages.record import record
from engine.money import Money, Price, Quantity, Rate


@record
class Instrument:
    """A linear USDT perpetual: steps, bounds and the first risk tier, all e8.

    ``tick`` and ``lot`` are the price and quantity steps; ``min_notional`` is the least order
    value; ``maintenance_rate`` is MMR of tier 1 (bybit-v5.md 3.2.1, 6.9).
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
