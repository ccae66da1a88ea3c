"""How near a cross account is to its limits: the rates that the venue shows (bybit-v5.md 6.3)."""

from adapters.simulated.markets import VenueMarket
from adapters.simulated.state import VenueState
from engine.accounts.account_margin import account_rate, backing, order_loss
from engine.money import Rate


def account_rates(state: VenueState) -> tuple[Rate, Rate]:
    """IM rate and MM rate: initial and maintenance margins by what stands behind them.

    That is wallet and unrealised profit, less what open orders would lose at the mark. At 1 the
    first means no new risk; of a cross account the second means liquidation.
    """
    balance, loss, initial, maintenance = state.wallet, 0, 0, 0
    for market in state.markets.values():
        mark = market.mark_price
        initial += market.held_by_orders
        for position in market.positions.values():
            if position.quantity:
                balance += position.unrealised(mark)
                initial += state.margin.initial(position, mark)
                maintenance += state.margin.maintenance(position, mark, market.ladder)
        loss += _loss_of_orders(market, mark)
    behind = backing(balance, loss)
    return account_rate(initial, behind), account_rate(maintenance, behind)


def loss_of_orders(state: VenueState) -> int:
    """What the orders that wait would lose at the marks, zero or negative (bybit-v5.md 6.3).

    An order that waits is on the far side of the last price, so it loses only where mark and last
    price differ: elsewhere nothing is walked over.
    """
    loss = 0
    for market in state.markets.values():
        if market.held_by_orders and market.mark_price != market.last:
            loss += _loss_of_orders(market, market.mark_price)
    return loss


def _loss_of_orders(market: VenueMarket, mark: int) -> int:
    loss = 0
    for order in market.orders.values():
        if order.triggered and not order.reduces:
            loss += order_loss(order.side, order.price, order.remaining, mark)
    return loss
