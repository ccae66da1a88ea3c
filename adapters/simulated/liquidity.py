"""What a taker finds in the market: offers, best first, by what the run is matched on."""

from collections.abc import Iterator
from typing import Protocol

from adapters.simulated.fees import TradingCosts, price_against
from adapters.simulated.markets import VenueMarket
from adapters.simulated.shown import Offers
from adapters.simulated.tape import UNLIMITED
from engine.messages.runs import Terms
from engine.money import round_down, round_up

DOUBLINGS = 10
"""How often what was shown can be doubled: beyond 1,024 times the quote there is no market."""


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
    """Of bars and trades: one price, spread and slippage off the market, and a share of the volume.

    Takers get the declared share of the last closed bar's volume; of trades alone a minute is the
    bar. A limit order pays the market's price or its own, whichever is better for it.
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
        room = UNLIMITED
        if self._volume_share:
            lot, tape = market.instrument.lot, market.ticks.tape
            room = tape.taker_room(market.bar, self._volume_share, lot)
        return ((price, room),) if room > 0 else ()

    def sweep(self, market: VenueMarket, side: int, quantity: int, base: int) -> Offers:
        """All of it at one price: what a thin bar does to a stop is not simulated."""
        price = price_against(side, base, self._costs.taker_cost, market.instrument.tick)
        return ((price, quantity),)

    def took(self, market: VenueMarket, side: int, price: int, quantity: int) -> None:
        """The bar's share gets smaller."""
        del side, price
        if self._volume_share:
            market.ticks.tape.note_taken(market.bar, quantity)


class BookLiquidity:
    """Of quotes or depth: what is shown, less what we took of it.

    Beyond a quote the market gives way: when c times the shown quantity is gone, c = 1, 2, 4 …,
    as much again costs ``impact`` * (2c - 1) more than the quote; that is the price of its last
    multiple, so no part of it is too cheap. Without impact the quote's price holds for all. A
    book with levels ends with its last one. Only a position's own stop pays on beyond it, by the
    same rule from the last level, and never gets a better price than where the market is.
    """

    __slots__ = ("_costs", "_impact", "_on_depth")

    def __init__(self, costs: TradingCosts, impact: int, on_depth: bool) -> None:
        self._costs = costs
        self._impact = impact
        self._on_depth = on_depth

    def best(self, market: VenueMarket, side: int, base: int) -> int:
        """The best price that is shown."""
        del base
        return market.ticks.book.best(side)

    def offers(self, market: VenueMarket, side: int, base: int, limit: int) -> Offers:
        """What is shown, in whole lots, and beyond a quote what it gives way to."""
        del base
        shown = self._in_lots(market, market.ticks.book.offers(side, limit))
        if self._on_depth:
            return shown
        best = market.ticks.book.best(side)
        if best == 0 or (limit and side * best > side * limit):
            return shown
        return shown + tuple(self._beyond(market, side, best, limit))

    def sweep(self, market: VenueMarket, side: int, quantity: int, base: int) -> Offers:
        """All of ``quantity``; what nobody shows is had at the last price that was reckoned."""
        pieces = list(self._in_lots(market, market.ticks.book.offers(side, 0)))
        last = market.ticks.book.last_level(side)
        if last:
            pieces += self._beyond(market, side, last, 0)
        else:
            last = price_against(side, base, self._costs.taker_cost, market.instrument.tick)
        pieces.append((pieces[-1][0] if pieces else last, quantity))
        swept: list[tuple[int, int]] = []
        for price, there in pieces:
            piece = min(there, quantity)
            swept.append((max(price, base) if side > 0 else min(price, base), piece))
            quantity -= piece
            if quantity == 0:
                break
        return tuple(swept)

    def took(self, market: VenueMarket, side: int, price: int, quantity: int) -> None:
        """The book has that much less, from its best price on."""
        del price
        market.ticks.book.took(side, quantity)

    def _in_lots(self, market: VenueMarket, offers: Offers) -> Offers:
        lot = market.instrument.lot
        whole = ((price, round_down(quantity, lot)) for price, quantity in offers)
        return tuple(offer for offer in whole if offer[1] > 0)

    def _beyond(
        self, market: VenueMarket, side: int, last: int, limit: int
    ) -> Iterator[tuple[int, int]]:
        """What takers find past ``last``, the worst price shown, as far as ``limit`` lets them."""
        lot, tick = market.instrument.lot, market.instrument.tick
        shown = market.ticks.book
        if self._impact == 0:
            yield last, UNLIMITED
            return
        unit, gone = round_down(shown.unit(side), lot), round_up(shown.overdrawn(side), lot)
        multiple = 1
        for _ in range(DOUBLINGS):
            price = price_against(side, last, self._impact * (2 * multiple - 1), tick)
            if limit and side * price > side * limit:
                return
            there = unit * multiple
            had = min(gone, there)
            gone -= had
            if there > had:
                yield price, there - had
            multiple *= 2


def liquidity_for(terms: Terms, costs: TradingCosts) -> Liquidity:
    """The policy of a run."""
    simulation = terms.simulation
    if simulation.matched_on in ("quotes", "depth"):
        return BookLiquidity(costs, simulation.impact, simulation.matched_on == "depth")
    return BarLiquidity(costs, simulation.volume_share)
