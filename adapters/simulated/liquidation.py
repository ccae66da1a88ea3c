"""Liquidation: what the venue does when a margin is used up (bybit-v5.md 6.4).

How this works: the mark meets a position's ``liquidated_at``. First the open orders go, those of
the contract in isolated mode, those of the account in cross. A position on a higher tier is cut
down to the next lower one at the market, all or nothing and at no worse than its bankruptcy
price, as often as it takes and helps. If that does not save it the venue takes it over at the
bankruptcy price, with the taker fee, which leaves nothing of its margin: nothing of the
position's in isolated mode, nothing of the account in cross. What the market gives for it is the
insurance fund's gain, or its loss where the market is past the bankruptcy price already.
"""

from adapters.simulated.bankruptcy import own_bankruptcy
from adapters.simulated.cross import spare_of, watch
from adapters.simulated.endings import cancel
from adapters.simulated.margin import held_of
from adapters.simulated.markets import VenueMarket
from adapters.simulated.positions import VenuePosition
from adapters.simulated.protection import protect, report_stop
from adapters.simulated.state import VenueState
from engine.accounts.liquidation import account_bankruptcy_price
from engine.domain.order import BUY, SELL, Side
from engine.ids import NO_CLIENT_ID
from engine.messages.venue import OrderFilled, PositionLiquidated
from engine.money import NO_PRICE, SCALE, Price, Quantity, notional, round_down, share
from engine.timebase import Nanos

BY_CONTRACT = "CancelByPrepareLiq"
BY_ACCOUNT = "CancelAllBeforeLiq"


class _Moment:
    """The event in hand: ``market`` moves, its mark is ``mark`` and it trades ``at``."""

    __slots__ = ("at", "mark", "market", "venue_ns")

    def __init__(self, market: VenueMarket, mark: int, at: int, venue_ns: int) -> None:
        self.market = market
        self.mark = mark
        self.at = at
        self.venue_ns = venue_ns

    def mark_of(self, market: VenueMarket) -> int:
        return self.mark if market is self.market else market.mark_price

    def price_of(self, market: VenueMarket) -> int:
        return self.at if market is self.market else market.last

    def time_of(self, market: VenueMarket) -> int:
        return max(market.touched_ns, self.venue_ns)


def meet_margin(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    mark: int,
    at: int,
    venue_ns: int,
) -> None:
    """The mark is where the position was to be liquidated; the market trades ``at``."""
    moment = _Moment(market, mark, at, venue_ns)
    if state.margin.mode != "cross":
        if not (position.auto_adds and _saved(state, market, position, moment)):
            _liquidate_position(state, position, moment)
        return
    alone = state.focus is market or len(state.exposed) == 1
    if alone or spare_of(state.exposed.values(), state.wallet, market, mark) <= 0:
        _liquidate_account(state, moment)
        return
    state.focus = market
    watch(state.exposed.values(), state.wallet, market)


def _saved(
    state: VenueState, market: VenueMarket, position: VenuePosition, moment: _Moment
) -> bool:
    """Add margin from what is available, as much as the position began with each time, up to its
    whole value; whether the mark is short of its end then (Bybit's auto-margin replenishment).
    """
    value, side = position.entry_value, position.side
    began: int = share(value, SCALE, position.leverage)
    while side * moment.mark <= side * position.liquidated_at:
        room = value - began - position.added
        amount = min(began, state.available, room)
        if amount <= 0:
            return False
        position.added += amount
        state.refresh(market)
    report_stop(state, position, moment.time_of(market))
    return True


def _liquidate_position(state: VenueState, position: VenuePosition, moment: _Moment) -> None:
    """Isolated: this position alone, with the margin that is its own."""
    market = moment.market
    _cancel_all(state, market, BY_CONTRACT, moment)
    _tell(state, market, position, own_bankruptcy(state, market, position), moment)
    while position.quantity and position.side * moment.mark <= position.side * (
        position.liquidated_at
    ):
        bust = own_bankruptcy(state, market, position)
        if not _cut(state, market, position, bust, moment):
            _take_over(state, market, position, bust, moment)


def _liquidate_account(state: VenueState, moment: _Moment) -> None:
    """Cross: cancel, cut, and take over what needs most margin, until the account can stand.

    It is due, though the price that said so was rounded to the tick and may leave a unit spare.
    """
    for market in state.markets.values():
        _cancel_all(state, market, BY_ACCOUNT, moment)
    told: list[VenuePosition] = []
    cuts = True
    while state.exposed and (not told or _spare(state, moment) <= 0):
        market, position = _neediest(state, moment)
        bust = _account_bankruptcy(state, market, position, moment)
        if position not in told:
            told.append(position)
            _tell(state, market, position, bust, moment)
        cuts = cuts and _cut(state, market, position, bust, moment)
        if not cuts:
            _take_over(state, market, position, bust, moment)


def _spare(state: VenueState, moment: _Moment) -> int:
    return spare_of(state.exposed.values(), state.wallet, moment.market, moment.mark)


def _neediest(state: VenueState, moment: _Moment) -> tuple[VenueMarket, VenuePosition]:
    """The open position with the largest maintenance margin; of equals the first."""
    best: tuple[VenueMarket, VenuePosition] | None = None
    most = -1
    for market in state.exposed.values():
        for position in market.positions.values():
            if position.quantity:
                needed = state.margin.maintenance(position, moment.mark_of(market), market.ladder)
                if needed > most:
                    best, most = (market, position), needed
    assert best is not None, "an exposed market has a position"
    return best


def _account_bankruptcy(
    state: VenueState, market: VenueMarket, position: VenuePosition, moment: _Moment
) -> Price:
    """The price at which this position alone would leave nothing of the account."""
    behind = state.wallet - position.unrealised(moment.mark_of(market))
    for each in state.exposed.values():
        for one in each.positions.values():
            if one.quantity:
                behind += one.unrealised(moment.mark_of(each))
    tick = market.instrument.tick
    price = account_bankruptcy_price(held_of(position), behind, state.costs.taker_fee, tick)
    return Price(max(tick, price))


def _cancel_all(state: VenueState, market: VenueMarket, reason: str, moment: _Moment) -> None:
    for order in tuple(market.orders.values()):
        cancel(state, market, order, reason, moment.time_of(market))
    state.refresh(market)


def _tell(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    bust: Price,
    moment: _Moment,
) -> None:
    venue_ns = moment.time_of(market)
    report = PositionLiquidated(
        position.key,
        Quantity(position.quantity),
        Price(moment.mark_of(market)),
        bust,
        Nanos(venue_ns),
    )
    state.outbox.send(report, venue_ns)


def _cut(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    bust: int,
    moment: _Moment,
) -> bool:
    """Cut the position to the next lower tier, all or nothing; False where that cannot be."""
    mark, size = moment.mark_of(market), abs(position.quantity)
    value = notional(mark, size)
    lower = [tier.limit for tier in market.ladder if tier.limit < value]
    if not lower:
        return False
    wanted = size - round_down(lower[-1] * SCALE // mark, market.instrument.lot)
    side: Side = SELL if position.quantity > 0 else BUY
    found = state.liquidity.offers(market, side, moment.price_of(market), NO_PRICE)
    offers = [(price, quantity) for price, quantity in found if side * price <= side * bust]
    if wanted >= size or sum(quantity for _, quantity in offers) < wanted:
        return False
    was = position.quantity
    for price, quantity in offers:
        piece = min(quantity, wanted)
        if piece:
            state.liquidity.took(market, side, price, piece)
            _execute(state, market, position, side, price, piece, moment)
        wanted -= piece
    _settle(state, market, position, was, moment)
    return True


def _take_over(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    bust: int,
    moment: _Moment,
) -> None:
    """The venue takes all of the position at ``bust``; the insurance fund has the difference."""
    was = position.quantity
    side: Side = SELL if was > 0 else BUY
    worth = notional(moment.price_of(market), abs(was))
    state.insurance += position.side * (worth - notional(bust, abs(was)))
    _execute(state, market, position, side, bust, abs(was), moment)
    _settle(state, market, position, was, moment)


def _execute(
    state: VenueState,
    market: VenueMarket,
    position: VenuePosition,
    side: Side,
    price: int,
    quantity: int,
    moment: _Moment,
) -> None:
    value = notional(price, quantity)
    profit = position.apply(side, price, quantity, value)
    fee = state.book_money(profit, value, False)
    venue_ns = market.touched_ns = moment.time_of(market)
    report = OrderFilled(
        position.key,
        NO_CLIENT_ID,
        state.next_order_id(),
        market.next_execution_id(),
        "liquidation",
        side,
        Price(price),
        Quantity(quantity),
        fee,
        state.costs.asset,
        False,
        Nanos(venue_ns),
    )
    state.outbox.send_fill(report, venue_ns, position.opener, 0)


def _settle(
    state: VenueState, market: VenueMarket, position: VenuePosition, was: int, moment: _Moment
) -> None:
    """Clear what guarded a position that is gone, and work everything out anew."""
    protect(state, market, position, None, was, moment.time_of(market))
    state.refresh(market)
