"""The price band of a contract: how far from the mark an order may trade (bybit-v5.md 5.3, 5.6).

A limit order to buy may not be priced above the band, one to sell not below it. A market order is
an IOC limit order at its protection price, so it never trades beyond that. Both are reckoned
from the mark, so a contract has no band as long as its instrument names no ratios or nothing has
a price yet. The premium P is known as far as the feed has marks and quotes (``premium.py``).
"""

from adapters.simulated.markets import VenueMarket
from engine.money import SCALE


def protection_price(market: VenueMarket, side: int, mark: int = 0) -> int:
    """The worst price that a market order of ``side`` accepts; 0 is none.

    mark * (1 + X) for a buy, rounded down to the tick, mark * (1 - X) for a sale, rounded up
    (5.3). ``mark`` is where it is now, 0 what the market keeps as a fresh one.
    """
    instrument = market.instrument
    ratio, tick = instrument.price_limit_x, instrument.tick
    if ratio == 0:
        return 0
    bound = (mark or market.fresh_mark) * (SCALE + side * ratio)
    return _inwards(bound, side, tick * SCALE) * tick


def band_edge(market: VenueMarket, side: int, mark: int = 0) -> int:
    """The highest price of a limit order to buy, the lowest of one to sell; 0 is none.

    Buys: min(M * (1 + Y), max(I, M * (1 + X) + max(0, P))); sales the mirror image.
    """
    instrument = market.instrument
    near, far, tick = instrument.price_limit_x, instrument.price_limit_y, instrument.tick
    mark = mark or market.fresh_mark
    if near == 0 or mark == 0:
        return 0
    index = (market.index or mark) * SCALE
    premium = market.premium.mean * SCALE
    inner = mark * (SCALE + side * near) + (max(0, premium) if side > 0 else min(0, premium))
    edge = max(inner, index) if side > 0 else min(inner, index)
    if far:
        outer = mark * (SCALE + side * far)
        edge = min(edge, outer) if side > 0 else max(edge, outer)
    return max(tick, _inwards(edge, side, tick * SCALE) * tick)


def within_band(market: VenueMarket, side: int, price: int, mark: int = 0) -> int:
    """``price``, or the edge of the band where it lies beyond that."""
    edge = band_edge(market, side, mark)
    if edge == 0 or side * price <= side * edge:
        return price
    return edge


def _inwards(bound: int, side: int, step: int) -> int:
    """How many steps: a buyer's bound down, a seller's up."""
    return bound // step if side > 0 else -(bound // -step)
