"""Where a position's own margin ends, beyond which the insurance fund pays (bybit-v5.md 6.4)."""

from adapters.simulated.margin import held_of
from adapters.simulated.markets import VenueMarket
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from engine.accounts.liquidation import bankruptcy_price
from engine.money import Price, notional


def own_bankruptcy(state: VenueState, market: VenueMarket, position: VenuePosition) -> Price:
    """The bankruptcy price of an isolated position."""
    return bankruptcy_price(held_of(position), state.margin.taker_fee, market.instrument.tick)


def bounded_price(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    side: int,
    price: int,
    quantity: int,
) -> int:
    """The price of a taker's execution, or the bankruptcy price where that one is better.

    An isolated position cannot lose more than its margin: what a slipping stop or exit would lose
    beyond it, the fund pays. Where the rest of an execution opens the other side, its one price
    stays as it is.
    """
    held = position.quantity
    end = position.liquidated_at
    if held * side >= 0 or not end or held * price >= held * end or quantity > abs(held):
        return price
    if state.margin.mode != "isolated":
        return price
    bust = own_bankruptcy(state, market, position)
    if held * price >= held * bust:
        return price
    difference = notional(bust, quantity) - notional(price, quantity)
    state.insurance -= position.side * difference
    return bust
