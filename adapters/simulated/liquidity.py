"""What a taker finds in the market: offers, best first, by what the run is matched on."""

from typing import Protocol

from adapters.simulated.fees import TradingCosts, price_against
from adapters.simulated.markets import UNLIMITED, VenueMarket
from engine.messages.runs import Terms

Offers = tuple[tuple[int, int], ...]
"""``(price, quantity)`` of what can be had, the best price first; every quantity > 0."""


class Liquidity(Protocol):
    """The other side of a taker's trade. ``base`` is where the market is, ``side`` the taker's."""

    def best(self, market: VenueMarket, side: int, base: int) -> int:
        """The price that a limit order of ``side`` must reach to cross; 0 where none is known."""

    def offers(self, market: VenueMarket, side: int, base: int, limit: int) -> Offers:
        """What can be had now; nothing worse than ``limit`` (0: whatever there is)."""

    def sweep(self, market: VenueMarket, side: int, quantity: int, base: int) -> Offers:
        """All of ``quantity``, whatever it costs: what a position's own stop pays."""

    def took(self, market: VenueMarket, side: int, price: int, quantity: int) -> None:
        """``quantity`` was taken at ``price``: the next taker finds that much less."""


class BarLiquidity:
    """Of bars only: one price, spread and slippage off the market, and a share of the volume.

    Takers get the declared share of the last closed bar's volume. A limit order pays the market's
    price or its own, whichever is better for it.
    """

    __slots__ = ("_costs", "_volume_share")

    def __init__(self, costs: TradingCosts, volume_share: int) -> None:
        self._costs = costs
        self._volume_share = volume_share

    def best(self, market: VenueMarket, side: int, base: int) -> int:
        """The market and half the spread against the taker."""
        if base == 0:
            return 0
        return price_against(side, base, self._costs.half_spread, market.instrument.tick)

    def offers(self, market: VenueMarket, side: int, base: int, limit: int) -> Offers:
        """One offer, of what is left of the last bar's share."""
        price = price_against(side, base, self._costs.taker_cost, market.instrument.tick)
        if limit:
            price = min(price, limit) if side > 0 else max(price, limit)
        room = market.taker_room(self._volume_share) if self._volume_share else UNLIMITED
        return ((price, room),) if room > 0 else ()

    def sweep(self, market: VenueMarket, side: int, quantity: int, base: int) -> Offers:
        """All of it at one price: what a thin bar does to a stop is not simulated."""
        price = price_against(side, base, self._costs.taker_cost, market.instrument.tick)
        return ((price, quantity),)

    def took(self, market: VenueMarket, side: int, price: int, quantity: int) -> None:
        """The bar's share gets smaller."""
        del side, price
        if self._volume_share:
            market.note_taken(quantity)


def liquidity_for(terms: Terms, costs: TradingCosts) -> Liquidity:
    """The policy of a run."""
    return BarLiquidity(costs, terms.simulation.volume_share)
