"""An order that meets the market: what it takes, what rests of it, and what is cancelled."""

from adapters.simulated.bands import protection_price
from adapters.simulated.endings import REDUCE_ONLY_GONE, cancel
from adapters.simulated.executions import fill_order
from adapters.simulated.faults import PIECE_GAP_NS
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.protection import trim
from adapters.simulated.shown import Offers
from adapters.simulated.state import VenueState

POST_ONLY = "EC_PostOnlyWillTakeLiquidity"
UNFILLED = {
    (False, False): "EC_NoImmediateQtyToFill",
    (False, True): "EC_CancelForNoFullFill",
    (True, False): "EC_NoEnoughQtyToFill",
    (True, True): "EC_CancelForNoFullFill",
}
"""Why an order that cannot rest ends, by whether it is FOK and whether it has any fill (5.2)."""


def crosses(state: VenueState, market: VenueMarket, side: int, limit: int, base: int) -> bool:
    """Whether an order at ``limit`` would take where the market is at ``base``."""
    best = state.liquidity.best(market, side, base)
    return best > 0 and side * limit >= side * best


def meet_market(
    state: VenueState,
    market: VenueMarket,
    order: VenueOrder,
    base: int,
    venue_ns: int,
    mark: int = 0,
) -> None:
    """Match an order that is no (longer a) conditional one where the market is at ``base``.

    A market order is an IOC limit order at its protection price, where the contract has a band
    (``mark``: as there). What is left rests or is cancelled, by its time in force (bybit-v5.md
    5.2, 5.3).
    """
    force = order.asked.time_in_force
    if not order.is_limit:
        order.price = protection_price(market, order.side, mark)
    if order.price == 0:
        take(state, market, order, base, venue_ns)
    elif crosses(state, market, order.side, order.price, base):
        if force == "PostOnly":
            cancel(state, market, order, POST_ONLY, venue_ns)
            return
        take(state, market, order, base, venue_ns)
    if not order.remaining:
        return
    if order.is_limit and force not in ("IOC", "FOK"):
        rest(state, market, order, venue_ns)
        return
    gone = order.reduces and order.position.reducible(order.side) == 0
    reason = REDUCE_ONLY_GONE if gone else UNFILLED[force == "FOK", order.filled > 0]
    cancel(state, market, order, reason, max(venue_ns, market.touched_ns))


def rest(state: VenueState, market: VenueMarket, order: VenueOrder, now: int) -> None:
    """Let the order wait in the market; one that would reduce nothing any more is cancelled."""
    if order.reduces and order.position.reducible(order.side) == 0:
        cancel(state, market, order, REDUCE_ONLY_GONE, max(now, market.touched_ns))
        return
    order.since_ns = market.touched_ns = max(market.touched_ns, now)
    if order.reduces and order.triggered:
        trim(state, order, market.touched_ns)
    market.rest(order)
    state.refresh(market)


def take(
    state: VenueState, market: VenueMarket, order: VenueOrder, base: int, venue_ns: int
) -> None:
    """Match an order as taker where the market is at ``base``; a rest stays with the caller."""
    wanted = order.remaining
    if order.reduces:
        wanted = min(wanted, order.position.reducible(order.side))
    liquidity = state.liquidity
    offers = liquidity.offers(market, order.side, base, order.price)
    there = 0
    for _, quantity in offers:
        there += quantity
    if order.asked.time_in_force == "FOK" and there < wanted:
        return
    for price, piece in _pieces(state, market, order, offers, min(wanted, there)):
        liquidity.took(market, order.side, price, piece)
        fill_order(state, market, order, price, piece, False, venue_ns)
        venue_ns += PIECE_GAP_NS if state.faults is not None else 0


def _pieces(
    state: VenueState, market: VenueMarket, order: VenueOrder, offers: Offers, wanted: int
) -> Offers:
    """The executions that ``wanted`` of the offers come in; a fault may split or cut them."""
    if wanted <= 0:
        return ()
    if len(offers) == 1 and state.faults is None:
        return ((offers[0][0], wanted),)
    if state.faults is not None and order.asked.time_in_force != "FOK":
        parts = state.faults.pieces(order.client_id, wanted, market.instrument.lot)
        if len(offers) == 1:
            return tuple((offers[0][0], part) for part in parts)
        wanted = sum(parts)
    taken: list[tuple[int, int]] = []
    for price, quantity in offers:
        taken.append((price, min(quantity, wanted)))
        wanted -= taken[-1][1]
        if not wanted:
            break
    return tuple(taken)
