"""What is held and on its way, counted in one walk for a seat that wants to enter.

Orders of unknown outcome count as filled, and so does the unfilled part of every live order
(law 8). A close that is on its way counts too: it could cut the position that comes after.
"""

from typing import Final

from engine.domain.order import Side
from engine.messages.record import record
from engine.money import notional
from engine.orders.blotter import Order
from engine.state import EngineState, Seat


@record
class Holdings:
    """Counts and sums, money e8; ``others`` are accounts that the seat does not belong to.

    ``pending`` entries of the account are on their way, in any symbol, and may still cost
    ``reserved_risk``; ``closes`` of the seat are not ended by the venue. ``at_key`` are positions
    and orders of others at the seat's own key, ``opposing`` their positions and entries on the
    other side of its symbol, which hedge mode allows; ``unknown`` are the symbol's orders that
    nobody is sure of.
    ``own_value`` is what the account holds and enters in all symbols, ``net_value`` (signed) what
    everybody does in this one. ``unrealised`` and ``margin`` (initial, of positions and opening
    orders, bybit-v5.md 6.3) are those of the venue account. Orders of both sides are summed,
    whatever the venue nets: the gate never lets two sides of one position wait at once.
    """

    pending: int
    reserved_risk: int
    closes: int
    at_key: int
    opposing: int
    unknown: int
    own_value: int
    net_value: int
    unrealised: int
    margin: int


_NOTHING: Final = Holdings(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def survey(state: EngineState, seat: Seat, side: Side, without: Order | None = None) -> Holdings:
    """Walk over all open positions and live orders, as they matter to an entry on ``side``.

    ``without`` is the entry itself, where one that rests already is judged again.
    """
    live = state.blotter.live
    if not live and not any(state.open_positions.values()):
        return _NOTHING
    account, key = seat.account.name, seat.key
    formulas, netted = state.margin, state.terms.venue.position_mode == "one_way"
    pending = reserved_risk = closes = at_key = opposing = unknown = 0
    own_value = net_value = unrealised = margin = 0
    for symbol, held in state.open_positions.items():
        market = state.markets[symbol]
        for position in held:
            direction = position.side
            value = notional(market.mark, abs(position.quantity))
            if position.account == account:
                own_value += value
            elif position.account and symbol == key.symbol:
                at_key += position.key == key
                opposing += netted and direction != side
            net_value += value * direction if symbol == key.symbol else 0
            unrealised += position.marked
            margin += formulas.initial(direction, position.entry_value, value, market.leverage)
    for order in live.values():
        if order is without:
            continue
        request = order.request
        mine = request.account == account
        enters = request.purpose == "entry"
        if request.key.symbol == key.symbol:
            unknown += order.state == "unknown"
            if not mine:
                at_key += request.key == key
                opposing += netted and enters and request.side != side
            elif not enters:
                closes += request.key == key
        if enters:
            value = order.reserved_notional
            if mine:
                pending += 1
                reserved_risk += order.reserved_risk
                own_value += value
            net_value += value * request.side if request.key.symbol == key.symbol else 0
            leverage = state.markets[request.key.symbol].leverage
            margin += formulas.order_cost(request.side, value, leverage)
    return Holdings(
        pending,
        reserved_risk,
        closes,
        at_key,
        opposing,
        unknown,
        own_value,
        net_value,
        unrealised,
        margin,
    )
