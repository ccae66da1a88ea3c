"""The simulated exchange once more, so simple that it can be checked by reading it.

How this works: numbers are fractions, orders are one list, and whatever may happen next is looked
for among all that waits, from the start. Nothing is remembered that can be worked out. It knows
the messages of the engine and the sentences of the venue's plate, and none of the venue's code.
Reports are tuples: the name of the report, then what it tells, without times.

Here is what an account and its orders do; ``oracle_prices`` is what prices do to them and
``oracle_rules`` what is refused.
"""

from fractions import Fraction

from engine.ids import PositionKey
from engine.messages.effects import CancelOrder, LookUpOrder, PlaceOrder, SetStop
from engine.messages.runs import Terms
from tests.simulation.oracle_book import (
    WITHOUT_LIMIT,
    ZERO,
    Market,
    Number,
    Order,
    Position,
    cent,
    number,
    to_step,
)


class Oracle:
    """One account at the venue; whatever it reports is appended to ``reports``."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.instruments = {one.symbol: one for one in terms.instruments}
        self.markets = {symbol: Market() for symbol in self.instruments}
        indexes = (1, 2) if terms.venue.position_mode == "hedge" else (0,)
        keys = [PositionKey("main", symbol, i) for symbol in self.instruments for i in indexes]
        self.positions = [Position(key) for key in keys]
        self.waiting: list[Order] = []
        """In the order in which they began to wait."""
        self.known: dict[str, Order] = {}
        self.wallet = number(terms.venue.wallet)
        self.age = 0
        self.ambiguous = 0
        self.reports: list[tuple[object, ...]] = []
        costs = terms.simulation
        self.half_spread = number(costs.half_spread)
        self.off_market = number(costs.half_spread + costs.slippage)
        self.taker_fee = number(terms.venue.taker_fee)
        self.maker_fee = number(terms.venue.maker_fee)

    def tick(self, symbol: str) -> Number:
        """The price step."""
        return number(self.instruments[symbol].tick)

    def leverage(self, symbol: str) -> Number:
        """The largest of the accounts that trade the symbol, else 1."""
        mine = [one for one in self.terms.accounts if symbol in one.symbols]
        return max([number(one.sizing.leverage) for one in mine], default=Fraction(1))

    def of(self, key: PositionKey) -> Position | None:
        """The position of that key."""
        return next((one for one in self.positions if one.key == key), None)

    # Margin (bybit-v5.md 6.2, 6.3).

    def margin(self, side: int, value: Number, symbol: str) -> Number:
        """value/L and the fee of closing at bankruptcy."""
        leverage = self.leverage(symbol)
        return cent(value / leverage) + cent(value * (1 - side / leverage) * self.taker_fee)

    def opening(self, order: Order) -> Number:
        """The part of an order that is beyond an opposite position."""
        return max(ZERO, order.remaining - order.position.reducible(order.side))

    def cost(self, order: Order, price: Number) -> Number:
        """What an order at ``price`` holds: margin and opening fee of what it opens."""
        value = cent(price * self.opening(order))
        return self.margin(order.side, value, order.symbol) + cent(value * self.taker_fee)

    @property
    def available(self) -> Number:
        """The wallet less what positions and resting orders hold."""
        held = sum((self.margin(p.side, p.entry, p.key.symbol) for p in self.positions), ZERO)
        resting = [one for one in self.waiting if one.triggered and not one.reduces]
        return self.wallet - held - sum((self.cost(one, one.price) for one in resting), ZERO)

    # Requests.

    def place(self, asked: PlaceOrder, refused: int) -> None:
        """Take an order in, or refuse it with the code that the rules gave (0: none)."""
        if refused:
            self.tell("OrderRejected", asked.client_id, refused)
            return
        position = self.of(asked.key)
        assert position is not None
        self.age += 1
        closes_side = {0: 0, 1: -1, 2: 1}[asked.key.position_index] == asked.side
        reduces = asked.reduce_only or closes_side
        quantity = number(asked.quantity)
        if reduces:
            quantity = min(quantity, position.reducible(asked.side))
        order = Order(asked, position, self.age, quantity, reduces)
        self.known[order.name] = order
        self.tell("OrderAccepted", order.name, f"sim-{self.age}")
        if order.triggered:
            self.meet(order, self.markets[order.symbol].last)
        else:
            self.rest(order)

    def cancel(self, asked: CancelOrder) -> None:
        """Cancel an open order."""
        for order in self.waiting:
            if (order.name, order.asked.key) == (asked.client_id, asked.key):
                self.end(order, "CancelByUser")
                return
        self.tell("CancelRejected", asked.client_id, 110001)

    def set_stop(self, asked: SetStop, refused: int) -> None:
        """The position has this stop and this target now."""
        position = self.of(asked.key)
        if refused or position is None:
            self.tell("StopRejected", asked.key, refused)
            return
        position.stop, position.stop_by = number(asked.stop_price), asked.stop_by
        position.target, position.target_by = number(asked.target_price), asked.target_by
        self.tell_stop(position)

    def look_up(self, asked: LookUpOrder) -> None:
        """Tell an order as it stands."""
        order = self.known.get(asked.client_id)
        if order is None or order.asked.key != asked.key:
            self.tell("OrderNotFound", asked.client_id)
        else:
            self.tell("OrderFound", order.name, order.state, order.filled)

    # What orders do.

    def worse(self, side: int, price: Number, rate: Number, symbol: str) -> Number:
        """``price`` moved by ``rate`` against ``side``, to the tick, never below one."""
        tick = self.tick(symbol)
        return max(tick, to_step(price * (1 + side * rate), tick, up=side > 0))

    def room(self, symbol: str) -> Number:
        """What takers may still have of the last closed bar."""
        volume = self.markets[symbol].volume
        if volume is None or not self.terms.simulation.volume_share:
            return WITHOUT_LIMIT
        return max(ZERO, self.shared(symbol, volume) - self.markets[symbol].taken)

    def shared(self, symbol: str, volume: Number) -> Number:
        """Our share of a bar's volume."""
        lot = number(self.instruments[symbol].lot)
        return to_step(volume * number(self.terms.simulation.volume_share), lot, up=False)

    def meet(self, order: Order, here: Number) -> None:
        """An order comes to the market, which is at ``here``: take, then rest or end."""
        force = order.asked.time_in_force
        reach = self.worse(order.side, here, self.half_spread, order.symbol) if here else ZERO
        crosses = not order.is_limit or (
            reach > 0 and order.side * order.price >= order.side * reach
        )
        if order.is_limit and crosses and force == "PostOnly":
            self.end(order, "EC_PostOnlyWillTakeLiquidity")
            return
        if crosses:
            self.take(order, here)
        if order.remaining and order.is_limit and force in ("GTC", "PostOnly"):
            self.rest(order)
        elif order.remaining:
            gone = order.reduces and not order.position.reducible(order.side)
            none_left = "EC_NoEnoughQtyToFill" if force == "FOK" else "EC_NoImmediateQtyToFill"
            self.end(order, "CancelByReduceOnly" if gone else none_left)

    def take(self, order: Order, here: Number) -> None:
        """Fill what there is, at the market and worse, for a limit order not beyond its price."""
        price = self.worse(order.side, here, self.off_market, order.symbol)
        if order.is_limit:
            price = min(price, order.price) if order.side > 0 else max(price, order.price)
        wanted = order.remaining
        if order.reduces:
            wanted = min(wanted, order.position.reducible(order.side))
        room = self.room(order.symbol)
        if order.asked.time_in_force == "FOK" and room < order.remaining:
            return
        quantity = min(wanted, room)
        if quantity:
            self.markets[order.symbol].taken += quantity
            self.fill(order, price, quantity, is_maker=False)

    def rest(self, order: Order) -> None:
        """Wait; an order that has nothing to reduce does not."""
        if order.reduces and not order.position.reducible(order.side):
            self.end(order, "CancelByReduceOnly")
        else:
            self.waiting.append(order)

    def end(self, order: Order, reason: str) -> None:
        """Cancel what is left of it."""
        order.state = "cancelled"
        if order in self.waiting:
            self.waiting.remove(order)
        self.tell("OrderCancelled", order.name, reason)

    def fill(self, order: Order, price: Number, quantity: Number, is_maker: bool) -> None:
        """One execution of an order."""
        order.filled += quantity
        order.fills += 1
        order.state = "partially_filled" if order.remaining else "filled"
        if order in self.waiting and not order.remaining:
            self.waiting.remove(order)
        was = order.position.side
        self.execute(order.position, order.name, "order", order.side, price, quantity, is_maker)
        self.look_after(order.position, was, order)

    def execute(
        self,
        position: Position,
        name: str,
        cause: str,
        side: int,
        price: Number,
        quantity: Number,
        is_maker: bool,
    ) -> None:
        """Book an execution in position and wallet: what closes makes profit, the rest opens."""
        closing = min(quantity, position.reducible(side))
        profit = ZERO
        if closing:
            cost = cent(position.entry * closing / abs(position.quantity))
            profit = position.side * (cent(price * closing) - cost)
            position.entry -= cost
        position.entry += cent(price * quantity) - cent(price * closing)
        position.quantity += side * quantity
        value = cent(price * quantity)
        fee = cent(value * (self.maker_fee if is_maker else self.taker_fee))
        self.wallet += profit - fee
        market = self.markets[position.key.symbol]
        market.executions += 1
        execution = f"{position.key.symbol}-{market.executions}"
        self.tell("OrderFilled", name, execution, cause, side, price, quantity, fee, is_maker)

    def look_after(self, position: Position, was: int, order: Order | None) -> None:
        """After an execution: stop and target, then the reducing orders (bybit-v5.md 5.4, 5.5)."""
        before = position.stop, position.target
        turned = position.side != was
        if turned:
            position.stop = position.target = ZERO
        if order and position.side == order.side and (order.fills == 1 or turned):
            asked = order.asked
            if asked.stop_price:
                position.stop, position.stop_by = number(asked.stop_price), asked.stop_by
            if asked.target_price:
                position.target, position.target_by = number(asked.target_price), asked.target_by
        if (position.stop, position.target) != before:
            self.tell_stop(position)
        for one in [*self.waiting] if turned else []:
            nothing = one.position is position and not position.reducible(one.side)
            if one.reduces and nothing:
                self.end(one, "CancelByReduceOnly")

    def tell_stop(self, position: Position) -> None:
        """Report stop and target as they are."""
        self.tell("StopReported", position.key, position.stop, position.target)

    def tell(self, *report: object) -> None:
        """Append a report."""
        self.reports.append(report)
