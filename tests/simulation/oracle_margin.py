"""Margin and leverage in the oracle exchange, isolated and cross, by the rules of today.

Formulas are those of bybit-v5.md 6.2 to 6.5; where a position ends is looked for among the ticks.
"""

from math import floor

from tests.simulation.oracle_account import Account
from tests.simulation.oracle_book import (
    SMALLEST,
    WITHOUT_LIMIT,
    ZERO,
    Number,
    Order,
    Position,
    cent,
    number,
    to_step,
)

FAR = 10**5
"""So many ticks are above every price that sessions come to."""

Tier = tuple[Number, Number, Number, Number]
"""Limit, maintenance rate, leverage, deduction."""


def tiers(account: Account, symbol: str) -> list[Tier]:
    """The risk tiers of a contract."""
    contract = account.instruments[symbol]
    if not contract.tiers:
        rate, most = number(contract.maintenance_rate), number(contract.max_leverage)
        return [(WITHOUT_LIMIT, rate, most, ZERO)]
    return [tuple(number(one) for one in tier) for tier in contract.tiers]  # type: ignore[misc]


def tier_of(account: Account, symbol: str, value: Number) -> Tier:
    """The first tier that holds a value, or the last."""
    ladder = tiers(account, symbol)
    return next((tier for tier in ladder if value <= tier[0]), ladder[-1])


def margin(account: Account, side: int, value: Number, leverage: Number) -> Number:
    """value/L and the fee of closing at bankruptcy."""
    return cent(value / leverage) + cent(value * (1 - side / leverage) * account.taker_fee)


def order_cost(account: Account, side: int, value: Number, leverage: Number) -> Number:
    """The margin of what an order opens, and its opening fee."""
    if account.is_spot:
        return value + cent(value * account.taker_fee)
    return margin(account, side, value, leverage) + cent(value * account.taker_fee)


def opened_by(account: Account, symbol: str, side: int) -> Position:
    """The position that an order of a side opens."""
    mine = [one for one in account.positions if one.key.symbol == symbol]
    return mine[0] if side > 0 else mine[-1]


def opening_orders(account: Account, symbol: str, side: int) -> list[Order]:
    """Resting orders of a side that are not only there to reduce, the oldest first."""
    resting = [one for one in account.waiting if one.symbol == symbol and one.side == side]
    return [one for one in resting if one.triggered and not one.reduces]


def waiting_side(account: Account, symbol: str, side: int) -> tuple[Number, Number]:
    """Value and cost of what the resting orders of one side open.

    An opposite position serves the oldest of them first; its part costs nothing.
    """
    position = opened_by(account, symbol, side)
    cover = position.reducible(side)
    all_value = all_cost = ZERO
    for order in opening_orders(account, symbol, side):
        value = cent(order.price * order.remaining)
        cost = order_cost(account, side, value, position.leverage)
        served = min(cover, order.remaining)
        cover -= served
        all_value += value - down(value * served / order.remaining)
        all_cost += cost - down(cost * served / order.remaining)
    return all_value, all_cost


def down(exact: Number) -> Number:
    """To the eighth decimal, downwards."""
    return Number(floor(exact * 10**8), 10**8)


def netted(account: Account, buys: Number, sells: Number) -> Number:
    """What both sides hold together."""
    return buys + sells if account.terms.venue.order_netting == "sum" else max(buys, sells)


def held_by_orders(account: Account, symbol: str) -> Number:
    """What the resting orders of a symbol hold."""
    buys, sells = waiting_side(account, symbol, 1), waiting_side(account, symbol, -1)
    return netted(account, buys[1], sells[1])


def initial(account: Account, position: Position) -> Number:
    """What a position holds: by its entry where it is isolated, by the mark in a cross account."""
    side, leverage, value = position.side, position.leverage, position.entry
    if account.is_spot:
        return value
    if account.is_cross:
        value = cent(account.markets[position.key.symbol].mark * abs(position.quantity))
    reserve = cent(position.entry * (1 - side / leverage) * account.taker_fee)
    return cent(value / leverage) + reserve + position.added


def maintenance(account: Account, position: Position, mark: Number) -> Number:
    """What a position needs at a mark, by the tier of its value there."""
    if account.is_spot:
        return ZERO
    value = cent(mark * abs(position.quantity))
    _, rate, _, deduction = tier_of(account, position.key.symbol, value)
    reserve = position.entry * (1 - position.side / position.leverage) * account.taker_fee
    return cent(value * rate) - deduction + cent(reserve)


def unrealised(position: Position, mark: Number) -> Number:
    """Profit at a mark."""
    return position.side * (cent(mark * abs(position.quantity)) - position.entry)


def available(account: Account) -> Number:
    """The wallet less what positions and resting orders hold; in a cross account profit adds."""
    left = account.wallet
    for position in account.positions:
        left -= initial(account, position)
        if account.is_cross:
            left += unrealised(position, account.markets[position.key.symbol].mark)
    return left - sum((held_by_orders(account, symbol) for symbol in account.markets), ZERO)


def spare(account: Account, symbol: str, mark: Number) -> Number:
    """What a cross account has beyond all maintenance where one mark is there."""
    left = account.wallet
    for one in account.positions:
        own = mark if one.key.symbol == symbol else account.markets[one.key.symbol].mark
        left += unrealised(one, own) - (maintenance(account, one, own) if one.side else ZERO)
    return left


def ends_at(account: Account, position: Position, end: Number) -> bool:
    """Whether a cross account has nothing to spare any more where one mark is beyond ``end``.

    Maintenance is rounded to the eighth decimal, the price is not reckoned with that.
    """
    symbol, units = position.key.symbol, 4 * SMALLEST
    if spare(account, symbol, account.markets[symbol].mark) <= units:
        return True
    if not end:
        return spare(account, symbol, account.tick(symbol)) > -units or position.side < 0
    beyond = end - position.side * account.tick(symbol)
    return spare(account, symbol, beyond) < units and spare(account, symbol, end) > -units


def opening_code(
    account: Account, position: Position, side: int, quantity: Number, limit: Number, here: Number
) -> int:
    """Why the account may not open so much more: 0 where it may.

    A limit order that will rest is netted with the others; one that takes needs its whole cost.
    """
    symbol = position.key.symbol
    waiting = sum((one.remaining for one in opening_orders(account, symbol, side)), ZERO)
    left = max(ZERO, position.reducible(side) - waiting)
    opening = max(ZERO, quantity - left)
    if not opening:
        return 0
    if account.is_spot and side < 0:
        return 170131
    value = cent((limit or account.worse(side, here, account.off_market, symbol)) * opening)
    code = tier_code(account, position, side, value)
    if code:
        return code
    cost = order_cost(account, side, value, position.leverage)
    reach = account.worse(side, here, account.half_spread, symbol) if here else ZERO
    if limit and not (reach and side * limit >= side * reach):
        costs = {each: waiting_side(account, symbol, each)[1] for each in (1, -1)}
        costs[side] += cost
        cost = netted(account, costs[1], costs[-1]) - held_by_orders(account, symbol)
    lacking = 170131 if account.is_spot else 110007
    return lacking if cost > available(account) + order_losses(account) else 0


def order_losses(account: Account) -> Number:
    """What the orders of a cross account that open would lose at the marks."""
    loss = ZERO
    for one in account.waiting if account.is_cross else ():
        if one.triggered and not one.reduces:
            off = one.side * (account.markets[one.symbol].mark - one.price)
            loss += -cent(-off * one.remaining) if off < 0 else ZERO
    return loss


def tier_code(account: Account, position: Position, side: int, more: Number) -> int:
    """Whether a position, the orders of its side and so much more fit its leverage (6.5)."""
    ladder = tiers(account, position.key.symbol)
    total = more + value_held(account, position, side)
    allowed = max([one[0] for one in ladder if one[2] >= position.leverage], default=ZERO)
    if total <= allowed or account.is_spot:
        return 0
    return 110089 if total > ladder[-1][0] else 110090


def value_held(account: Account, position: Position, side: int) -> Number:
    """Value of a position of that side and of the orders that enlarge it."""
    own = position.entry if position.side == side else ZERO
    return own + waiting_side(account, position.key.symbol, side)[0]


def excess(account: Account, position: Position, mark: Number) -> Number:
    """What an isolated position has beyond its maintenance where the mark is there.

    Margin put in afterwards reaches further for a long, as the fee at bankruptcy gets less (6.4).
    """
    side, value = position.side, mark * abs(position.quantity)
    own = position.entry / position.leverage + position.added / (1 - side * account.taker_fee)
    _, rate, _, deduction = tier_of(account, position.key.symbol, value)
    return own + side * (value - position.entry) - (value * rate - deduction)


def liquidation_price(account: Account, position: Position) -> Number:
    """The last tick at which a position, or the whole cross account, still has its maintenance.

    0 for none. A cross account that has less than that now is due at any price.
    """
    if account.is_spot:
        return ZERO
    symbol, tick = position.key.symbol, account.tick(position.key.symbol)
    if not position.side:
        return ZERO
    first = FAR
    if account.is_cross:
        first = int(account.markets[symbol].mark / tick)
        if spare(account, symbol, account.markets[symbol].mark) <= 0:
            return WITHOUT_LIMIT if position.side > 0 else SMALLEST

    def stands(ticks: int) -> bool:
        if account.is_cross:
            return spare(account, symbol, ticks * tick) >= 0
        return excess(account, position, ticks * tick) >= 0

    if position.side > 0:
        low, high = 0, first
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if stands(middle) else (middle + 1, high)
        return low * tick
    low, high = (first, FAR) if account.is_cross else (0, FAR)
    if stands(high):
        return ZERO
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if stands(middle) else (low, middle - 1)
    return max(low, 1) * tick


def bankruptcy_price(account: Account, position: Position) -> Number:
    """Where nothing is left of its margin, to the tick on the near side."""
    side = position.side
    added = position.added / (1 - side * account.taker_fee)
    value = position.entry * (1 - side / position.leverage) - side * added
    tick = account.tick(position.key.symbol)
    price = to_step(value / abs(position.quantity), tick, up=side > 0)
    return max(ZERO if side > 0 else tick, price)


def bounded(
    account: Account, position: Position, side: int, price: Number, quantity: Number
) -> Number:
    """A taker's price, or the bankruptcy price where it closes and would get less than that.

    The insurance fund pays the difference: an isolated position loses its margin and no more.
    """
    closes = 0 < quantity <= position.reducible(side)
    if account.is_cross or not closes or not liquidation_price(account, position):
        return price
    bust = bankruptcy_price(account, position)
    if position.side * price >= position.side * bust:
        return price
    account.insurance -= position.side * (cent(bust * quantity) - cent(price * quantity))
    return bust
