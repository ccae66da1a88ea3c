"""What the oracle exchange refuses, each rule a line of the fact sheet (5.4 to 5.6, 7.2).

A request is judged by the first rule that it breaks; the answer is a return code, 0 for none.
"""

from engine.messages.effects import PlaceOrder, SetStop
from tests.simulation.oracle import Oracle
from tests.simulation.oracle_book import CONDITIONAL, LIMITS, ZERO, Number, Order, number


def order_code(oracle: Oracle, asked: PlaceOrder) -> int:
    """Why the venue does not take an order."""
    instrument = oracle.instruments.get(asked.key.symbol)
    position = oracle.of(asked.key)
    if instrument is None or position is None:
        return 10001
    if asked.client_id in oracle.known:
        return 110072
    market = oracle.markets[asked.key.symbol]
    if asked.quantity <= 0 or asked.quantity % instrument.lot:
        return 10001
    prices = (asked.price, asked.trigger_price, asked.stop_price, asked.target_price)
    if any(price < 0 or price % instrument.tick for price in prices):
        return 10001
    is_limit, waits = asked.order_type in LIMITS, asked.order_type in CONDITIONAL
    if is_limit != bool(asked.price) or waits != bool(asked.trigger_price):
        return 10001
    closes_side = {0: 0, 1: -1, 2: 1}[asked.key.position_index] == asked.side
    reduces = asked.reduce_only or closes_side
    quantity = number(asked.quantity)
    if reduces:
        if asked.stop_price or asked.target_price:
            return 10001
        quantity = min(quantity, position.reducible(asked.side))
        if not quantity:
            return 110017
    most = instrument.max_limit_quantity if is_limit else instrument.max_market_quantity
    if not number(instrument.min_quantity) <= quantity <= number(most):
        return 10001
    if is_limit and not instrument.min_price <= asked.price <= instrument.max_price:
        return 110003
    if asked.order_type != "limit" and not market.last:
        return 110118
    own = number(asked.price) or number(asked.trigger_price)
    if waits:
        order = Order(asked, position, 0, quantity, reduces)
        now = market.price(asked.trigger_by)
        if order.meets > 0 and order.trigger <= now:
            return 110092
        if order.meets < 0 and order.trigger >= now:
            return 110093
    value = (own or market.last) * number(asked.quantity)
    if not asked.reduce_only and value < number(instrument.min_notional):
        return 110094
    stop, target = number(asked.stop_price), number(asked.target_price)
    if wrong_side(asked.side, stop, own or market.price(asked.stop_by)):
        return 10001
    if wrong_side(-asked.side, target, own or market.price(asked.target_by)):
        return 10001
    if not reduces and not waits:
        order = Order(asked, position, 0, quantity, reduces)
        symbol = asked.key.symbol
        price = order.price or oracle.worse(order.side, market.last, oracle.off_market, symbol)
        if oracle.cost(order, price) > oracle.available:
            return 110007
    return 0


def stop_code(oracle: Oracle, asked: SetStop) -> int:
    """Why the venue does not take a stop."""
    position = oracle.of(asked.key)
    if position is None or not position.side:
        return 10001
    tick = oracle.instruments[asked.key.symbol].tick
    if any(price < 0 or price % tick for price in (asked.stop_price, asked.target_price)):
        return 10001
    stop, target = number(asked.stop_price), number(asked.target_price)
    if (stop, target) == (position.stop, position.target):
        return 0
    market = oracle.markets[asked.key.symbol]
    if wrong_side(position.side, stop, market.price(asked.stop_by)):
        return 10001
    if wrong_side(-position.side, target, market.price(asked.target_by)):
        return 10001
    return 0


def wrong_side(side: int, level: Number, base: Number) -> bool:
    """A long's stop belongs below its base, a short's above; targets the other way."""
    return level != ZERO and side * level >= side * base
