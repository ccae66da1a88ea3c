"""What the oracle exchange refuses, each rule a line of the fact sheet (5.4 to 5.6, 7.2).

A request is judged by the first rule that it breaks; the answer is a return code, 0 for none.
"""

from engine.domain.instrument import Instrument
from engine.ids import PositionKey
from engine.messages.effects import AmendOrder, PlaceOrder, SetStop
from tests.simulation.oracle import Oracle
from tests.simulation.oracle_book import CONDITIONAL, LIMITS, ZERO, Number, Order, Position, number
from tests.simulation.oracle_children import children
from tests.simulation.oracle_margin import available, held_by_orders, opening_code, tier_code


def order_code(oracle: Oracle, asked: PlaceOrder) -> int:
    """Why the venue does not take an order."""
    instrument = oracle.instruments.get(asked.key.symbol)
    position = oracle.of(asked.key)
    if instrument is None or position is None:
        return 10001
    if asked.client_id in oracle.known:
        return 110072
    market = oracle.markets[asked.key.symbol]
    if not is_well_formed(asked, instrument):
        return 10001
    is_limit, waits = asked.order_type in LIMITS, asked.order_type in CONDITIONAL
    closes_side = {0: 0, 1: -1, 2: 1}[asked.key.position_index] == asked.side
    reduces = asked.reduce_only or asked.close_on_trigger or closes_side
    quantity = order_quantity(oracle, asked)
    if reduces:
        if asked.stop_price or asked.target_price:
            return 10001
        if not position.reducible(asked.side):
            return 110017
    most = instrument.max_limit_quantity if is_limit else instrument.max_market_quantity
    if quantity < number(instrument.min_quantity):
        return 10001
    if quantity > number(most) and not reduces:
        return 10001
    if is_limit and not instrument.min_price <= asked.price <= instrument.max_price:
        return 110003
    if asked.order_type == "limit" and beyond_band(oracle, asked.key, asked.side, asked.price):
        return 30208 if asked.side > 0 else 30209
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
    value = (own or market.last) * quantity
    if not reduces and value < number(instrument.min_notional):
        return 110094
    stop, target = number(asked.stop_price), number(asked.target_price)
    if wrong_side(asked.side, stop, own or market.price(asked.stop_by)):
        return 10001
    if wrong_side(-asked.side, target, own or market.price(asked.target_by)):
        return 10001
    code = partial_code(oracle, position, asked)
    if code:
        return code
    waiting = [one for one in oracle.waiting if one.symbol == asked.key.symbol]
    conditional = [one for one in waiting if not one.triggered]
    if waits and len([one for one in conditional if one.cause == "order"]) >= 10:
        return 110009
    if not waits and len(waiting) - len(conditional) >= 500:
        return 110020
    if reduces or waits:
        return 0
    return opening_code(oracle, position, asked.side, quantity, number(asked.price), market.last)


def order_quantity(oracle: Oracle, asked: PlaceOrder) -> Number:
    """What is asked for; 0 of an order that closes on its trigger is the most there can be."""
    if asked.quantity or not (asked.reduce_only and asked.close_on_trigger):
        return number(asked.quantity)
    contract = oracle.instruments[asked.key.symbol]
    is_limit = asked.order_type in LIMITS
    return number(contract.max_limit_quantity if is_limit else contract.max_market_quantity)


def partial_code(oracle: Oracle, position: Position, asked: PlaceOrder) -> int:
    """Limits of stop and target belong to partial ones; there are twenty of those at most."""
    pairs = (asked.stop_price, asked.stop_limit), (asked.target_price, asked.target_limit)
    if asked.protection == "full":
        return 10001 if asked.stop_limit or asked.target_limit else 0
    if any(limit and not level for level, limit in pairs):
        return 10001
    more = sum(level > 0 for level, _ in pairs)
    return 110061 if more and children(oracle, position) + more > 20 else 0


def is_well_formed(asked: PlaceOrder, contract: Instrument) -> bool:
    """Steps of price and quantity, and the prices that belong to the type of order."""
    closes_all = asked.quantity == 0 and asked.reduce_only and asked.close_on_trigger
    if asked.quantity % contract.lot or (asked.quantity <= 0 and not closes_all):
        return False
    prices = (asked.price, asked.trigger_price, asked.stop_price, asked.target_price)
    prices += asked.stop_limit, asked.target_limit
    if any(price < 0 or price % contract.tick for price in prices):
        return False
    is_limit, waits = asked.order_type in LIMITS, asked.order_type in CONDITIONAL
    if is_limit != bool(asked.price) or waits != bool(asked.trigger_price):
        return False
    return is_limit or asked.time_in_force != "PostOnly"


def amend_code(oracle: Oracle, asked: AmendOrder) -> int:
    """Why the venue does not amend an order."""
    order = oracle.known.get(asked.client_id)
    if order is None or order.asked.key != asked.key:
        return 110001
    if order not in oracle.waiting:
        return 110008
    if (asked.price and not order.is_limit) or (asked.trigger_price and order.triggered):
        return 10001
    instrument, market = oracle.instruments[order.symbol], oracle.markets[order.symbol]
    quantity = number(asked.quantity) or order.quantity
    price = number(asked.price) or order.price
    trigger = number(asked.trigger_price) or order.trigger
    if quantity > order.quantity:
        return 110022
    if quantity <= order.filled:
        return 110064
    if (quantity, price, trigger) == (order.quantity, order.price, order.trigger):
        return 10001
    tick = number(instrument.tick)
    if (
        quantity % number(instrument.lot)
        or price % tick
        or trigger % tick
        or min(price, trigger) < 0
    ):
        return 10001
    if quantity != order.quantity and quantity < number(instrument.min_quantity):
        return 10001
    if price and not number(instrument.min_price) <= price <= number(instrument.max_price):
        return 110003
    base = price or trigger
    if not order.reduces and base * quantity < number(instrument.min_notional):
        return 110094
    if asked.trigger_price:
        now = market.price(order.asked.trigger_by)
        if order.meets > 0 and trigger <= now:
            return 110092
        if order.meets < 0 and trigger >= now:
            return 110093
    if wrong_side(order.side, number(order.asked.stop_price), base):
        return 10001
    if wrong_side(-order.side, number(order.asked.target_price), base):
        return 10001
    if order.triggered and beyond_band(oracle, asked.key, order.side, int(price * 10**8)):
        return 30208 if order.side > 0 else 30209
    if asked.price:
        price = oracle.within(order.side, price, market.band_mark, order.symbol)
    if order.reduces or not order.triggered or price == order.price:
        return 0
    before, there = held_by_orders(oracle, order.symbol), available(oracle)
    was = order.quantity, order.price
    order.quantity, order.price = quantity, price
    code = tier_code(oracle, order.position, order.side, ZERO)
    if held_by_orders(oracle, order.symbol) - before > there:
        code = 110007
    order.quantity, order.price = was
    return code


def beyond_band(oracle: Oracle, key: PositionKey, side: int, price: int) -> bool:
    """A price outside the band of an account that does not let it be moved."""
    mark = oracle.markets[key.symbol].band_mark
    moved = oracle.within(side, number(price), mark, key.symbol)
    return not oracle.terms.venue.moves_to_band and moved != number(price)


def stop_code(oracle: Oracle, asked: SetStop) -> int:
    """Why the venue does not take a stop."""
    position = oracle.of(asked.key)
    if position is None or not position.side:
        return 10001
    tick = oracle.instruments[asked.key.symbol].tick
    trailing = asked.trailing_distance, asked.activation_price
    prices = (asked.stop_price, asked.target_price, *trailing)
    if any(price < 0 or price % tick for price in prices):
        return 10001
    market, side = oracle.markets[asked.key.symbol], position.side
    stop, target = number(asked.stop_price), number(asked.target_price)
    was = position.stop, position.stop_by, position.target, position.target_by
    if (stop, asked.stop_by, target, asked.target_by) != was:
        if wrong_side(side, stop, market.price(asked.stop_by)):
            return 10001
        if wrong_side(-side, target, market.price(asked.target_by)):
            return 10001
    distance, begins = map(number, trailing)
    if begins and not distance:
        return 10001
    if (distance, begins) == (position.distance, position.begins):
        return 0
    return 10001 if distance >= market.last or wrong_side(-side, begins, market.last) else 0


def wrong_side(side: int, level: Number, base: Number) -> bool:
    """A long's stop belongs below its base, a short's above; targets the other way."""
    return level != ZERO and side * level >= side * base
