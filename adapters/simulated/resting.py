"""The orders that wait at one symbol: limit orders, and conditional orders by their source."""

from adapters.simulated.ladder import FALLING, RISING, Ladder
from adapters.simulated.orders import VenueOrder
from engine.domain.order import PriceSource

SOURCES: tuple[PriceSource, ...] = ("last", "mark", "index")
Pair = dict[int, Ladder[VenueOrder]]
"""Two ladders by the direction of the price that meets them."""


def _pair() -> Pair:
    return {RISING: Ladder(RISING), FALLING: Ladder(FALLING)}


class Resting:
    """All ladders of one symbol; bids are met by a falling price, asks by a rising one."""

    __slots__ = ("limits", "triggers")

    def __init__(self) -> None:
        self.limits: Pair = _pair()
        self.triggers: dict[PriceSource, Pair] = {source: _pair() for source in SOURCES}
