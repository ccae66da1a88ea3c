"""A conditional order that met its price: it becomes a market or limit order, or ends."""

from adapters.simulated.admission import refuse_opening
from adapters.simulated.bands import within_band
from adapters.simulated.children import BY_STOP, BY_TARGET, release_sibling
from adapters.simulated.endings import cancel, tell_values
from adapters.simulated.fees import price_against
from adapters.simulated.markets import VenueMarket
from adapters.simulated.matching import crosses, meet_market
from adapters.simulated.orders import VenueOrder
from adapters.simulated.state import VenueState
from engine.messages.venue import OrderTriggered
from engine.timebase import Nanos

INSUFFICIENT = "EC_Others"
"""Why a conditional order ends that finds no margin when it triggers (it reserved none, 5.1)."""
OUT_OF_BAND = "EC_ReachMarketPriceLimit"


def trigger(
    state: VenueState,
    market: VenueMarket,
    order: VenueOrder,
    here: int,
    venue_ns: int,
    mark: int = 0,
) -> None:
    """Turn a conditional order into a market or limit order where the market is at ``here``.

    It reserved no margin and nobody looked at the band, so it may end here (bybit-v5.md 5.1,
    5.6). A partial stop or target ends its sibling (5.4). ``mark`` is where the mark is on the
    way through a bar; 0: where the market keeps it.
    """
    market.leave(order)
    order.triggered = True
    report = OrderTriggered(order.position.key, order.client_id, Nanos(venue_ns))
    state.outbox.send(report, venue_ns)
    sibling = release_sibling(order)
    if sibling is not None:
        fired = BY_STOP if order.cause == "stop_loss" else BY_TARGET
        cancel(state, market, sibling, fired, venue_ns)
    if order.is_limit:
        price = within_band(market, order.side, order.price, mark)
        if price != order.price and not state.moves_to_band:
            cancel(state, market, order, OUT_OF_BAND, venue_ns)
            return
        if price != order.price:
            order.price = price
            tell_values(state, order, venue_ns)
    if not order.reduces and _is_short_of_margin(state, market, order, here):
        cancel(state, market, order, INSUFFICIENT, venue_ns)
        return
    meet_market(state, market, order, here, venue_ns, mark)


def _is_short_of_margin(
    state: VenueState, market: VenueMarket, order: VenueOrder, here: int
) -> bool:
    tick, side = market.instrument.tick, order.side
    price = order.price or price_against(side, here, state.costs.taker_cost, tick)
    rests = order.is_limit and not crosses(state, market, side, order.price, here)
    refusal = refuse_opening(state, market, order.position, side, order.remaining, price, rests)
    return refusal is not None
