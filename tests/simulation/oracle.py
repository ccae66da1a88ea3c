"""The simulated exchange once more, so simple that it can be checked by reading it.

How this works: numbers are fractions, orders are one list, and whatever may happen next is looked
for among all that waits, from the start. Nothing is remembered that can be worked out. It knows
the messages of the engine and the sentences of the venue's plate, and none of the venue's code.
Reports are tuples: the name of the report, then what it tells, without times.

Here is what orders do; ``oracle_account`` is what is kept, ``oracle_margin`` what it holds,
``oracle_prices`` what prices do, ``oracle_end`` liquidation and ``oracle_rules`` what is refused.
"""

from engine.messages.effects import AmendOrder, CancelOrder, LookUpOrder, PlaceOrder, SetStop
from tests.simulation.oracle_account import Account
from tests.simulation.oracle_book import ZERO, Number, Order, Position, cent, number
from tests.simulation.oracle_children import bear, part
from tests.simulation.oracle_margin import bounded, opening_orders


class Oracle(Account):
    """What one account at the venue asks for, and what becomes of it."""

    # Requests.

    def place(self, asked: PlaceOrder, quantity: Number, refused: int) -> None:
        """Take an order of ``quantity`` in, or refuse it with the code of the rules (0: none)."""
        if refused:
            self.tell("OrderRejected", asked.client_id, refused)
            return
        position = self.of(asked.key)
        assert position is not None
        self.age += 1
        closes_side = {0: 0, 1: -1, 2: 1}[asked.key.position_index] == asked.side
        reduces = asked.reduce_only or asked.close_on_trigger or closes_side
        order = Order(asked, position, self.age, quantity, reduces)
        self.known[order.name] = order
        self.tell("OrderAccepted", order.name, order.number)
        if order.triggered and order.reduces:
            self.trim(order)
        if order.triggered and order.is_limit:
            self.fit(order, self.markets[order.symbol].band_mark)
        if order.triggered:
            self.meet(order, self.markets[order.symbol].last)
        else:
            self.rest(order)

    def amend(self, asked: AmendOrder, refused: int) -> None:
        """An order waits with other values; a price or trigger price makes it the youngest."""
        if refused:
            self.tell("AmendRejected", asked.client_id, refused)
            return
        order = self.known[asked.client_id]
        before = order.price, order.trigger
        order.quantity = number(asked.quantity) or order.quantity
        if asked.price:
            market = self.markets[order.symbol]
            price = number(asked.price)
            order.price = self.within(order.side, price, market.band_mark, order.symbol)
        order.trigger = number(asked.trigger_price) or order.trigger
        moves = (order.price, order.trigger) != before
        if moves:
            self.waiting.remove(order)
            self.age += 1
            order.age = self.age
        self.tell_values(order)
        if moves and order.triggered:
            self.meet(order, self.markets[order.symbol].last)
        elif moves:
            self.rest(order)

    def cancel(self, asked: CancelOrder) -> None:
        """Cancel an open order; children have no name."""
        for order in self.waiting:
            if order.name and (order.name, order.asked.key) == (asked.client_id, asked.key):
                self.end(order, "CancelByUser")
                return
        self.tell("CancelRejected", asked.client_id, 110001)

    def set_stop(self, asked: SetStop, refused: int) -> None:
        """The position has this stop and this target now."""
        position = self.of(asked.key)
        if refused or position is None:
            self.tell("StopRejected", asked.key, refused)
            return
        self.pass_to(asked.key.symbol, self.now)
        position.stop, position.stop_by = number(asked.stop_price), asked.stop_by
        position.target, position.target_by = number(asked.target_price), asked.target_by
        trailing = number(asked.trailing_distance), number(asked.activation_price)
        if trailing != (position.distance, position.begins):
            position.distance, position.begins = trailing
            at_once = position.distance and not position.begins
            position.best = self.markets[asked.key.symbol].last if at_once else ZERO
        self.tell_stop(position)

    def look_up(self, asked: LookUpOrder) -> None:
        """Tell an order as it stands."""
        order = self.known.get(asked.client_id)
        if order is None or order.asked.key != asked.key:
            self.tell("OrderNotFound", asked.client_id)
        else:
            values = order.quantity, order.price, order.trigger
            self.tell("OrderFound", order.name, order.state, order.filled, *values)

    # What orders do.

    def fit(self, order: Order, mark: Number) -> None:
        """Move a limit price into the band."""
        price = self.within(order.side, order.price, mark, order.symbol)
        if price != order.price:
            order.price = price
            self.tell_values(order)

    def meet(self, order: Order, here: Number, mark: Number = ZERO) -> None:
        """An order comes to the market, which is at ``here``: take, then rest or end.

        ``mark`` is that of the band, on the way through a bar.
        """
        force = order.asked.time_in_force
        if not order.is_limit:
            mark = mark or self.markets[order.symbol].band_mark
            order.price = self.bound(order.side, mark, order.symbol)
        reach = self.worse(order.side, here, self.half_spread, order.symbol) if here else ZERO
        crosses = not order.price or (reach > 0 and order.side * order.price >= order.side * reach)
        if order.is_limit and crosses and force == "PostOnly":
            self.end(order, "EC_PostOnlyWillTakeLiquidity")
            return
        if crosses:
            self.take(order, here)
        if order.remaining and order.is_limit and force in ("GTC", "PostOnly"):
            self.rest(order)
        elif order.remaining:
            gone = order.reduces and not order.position.reducible(order.side)
            reason = "EC_NoEnoughQtyToFill" if force == "FOK" else "EC_NoImmediateQtyToFill"
            reason = "EC_CancelForNoFullFill" if order.filled else reason
            self.end(order, "CancelByReduceOnly" if gone else reason)

    def take(self, order: Order, here: Number) -> None:
        """Fill what there is, at the market and worse, for a limit order not beyond its price."""
        price = self.worse(order.side, here, self.off_market, order.symbol)
        if order.price:
            price = min(price, order.price) if order.side > 0 else max(price, order.price)
        wanted = order.remaining
        if order.reduces:
            wanted = min(wanted, order.position.reducible(order.side))
        room = self.room(order.symbol)
        if order.asked.time_in_force == "FOK" and room < wanted:
            return
        quantity = min(wanted, room)
        if quantity:
            self.markets[order.symbol].taken += quantity
            self.fill(order, price, quantity, is_maker=False)

    def rest(self, order: Order) -> None:
        """Wait; an order that has nothing to reduce does not."""
        if order.reduces and not order.position.reducible(order.side):
            self.end(order, "CancelByReduceOnly")
            return
        if order.reduces and order.triggered:
            self.trim(order)
        self.wait(order)

    def trim(self, order: Order) -> None:
        """A reducing order is no larger than what it reduces."""
        left = order.position.reducible(order.side)
        if order.remaining > left:
            order.quantity = order.filled + left
            self.tell_values(order)

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
        was, traded = order.position.quantity, (price, quantity, is_maker, order.ambiguous)
        self.execute(order.position, order.name, order.cause, order.side, *traded)
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
        is_ambiguous: bool = False,
    ) -> None:
        """Book an execution in position and wallet: what closes makes profit, the rest opens."""
        if cause != "liquidation" and not is_maker:
            price = bounded(self, position, side, price, quantity)
        closing = min(quantity, position.reducible(side))
        profit = ZERO
        if closing:
            cost = cent(position.entry * closing / abs(position.quantity))
            profit = position.side * (cent(price * closing) - cost)
            position.entry -= cost
            position.added -= cent(position.added * closing / abs(position.quantity))
        position.entry += cent(price * quantity) - cent(price * closing)
        position.quantity += side * quantity
        value = cent(price * quantity)
        fee = cent(value * (self.maker_fee if is_maker else self.taker_fee))
        self.wallet += profit - fee
        market = self.markets[position.key.symbol]
        self.pass_to(position.key.symbol, self.now)
        market.executions += 1
        execution = f"{position.key.symbol}-{market.executions}"
        traded = side, price, quantity, fee, is_maker, is_ambiguous
        self.tell("OrderFilled", name, execution, cause, *traded)

    def look_after(self, position: Position, was: Number, order: Order | None) -> None:
        """After an execution: stop and target, then the reducing orders (bybit-v5.md 5.4, 5.5).

        ``was`` is the quantity before it.
        """
        before = position.protection
        turned = position.quantity * was <= 0
        if turned:
            position.stop = position.target = ZERO
            position.distance = position.begins = position.best = ZERO
            position.opened_ns = self.markets[position.key.symbol].clock
        refused = 0
        if order and position.side == order.side:
            if order.asked.protection == "partial":
                opened = position.quantity if turned else position.quantity - was
                refused = bear(self, order, abs(opened))
            elif order.fills == 1 or turned:
                self.attach(position, order.asked)
        if position.protection != before:
            self.tell_stop(position)
        if refused:
            self.tell("StopRejected", position.key, refused)
        if not turned and abs(position.quantity) > abs(was):
            return
        for one in [*self.waiting]:
            if one.reduces and one.position is position:
                if not position.reducible(one.side):
                    gone = "CancelByReduceOnly" if one.cause == "order" else "CancelByTpSlTsClear"
                    part(one)
                    self.end(one, gone)
                elif one.triggered or one.cause != "order":
                    self.trim(one)
        if self.is_spot:
            self.offer_no_more_than(position)

    def attach(self, position: Position, asked: PlaceOrder) -> None:
        """The entry's stop and target are the position's own now."""
        if asked.stop_price:
            position.stop, position.stop_by = number(asked.stop_price), asked.stop_by
        if asked.target_price:
            position.target, position.target_by = number(asked.target_price), asked.target_by

    def offer_no_more_than(self, position: Position) -> None:
        """A spot account offers what it has: the youngest offers beyond that end."""
        symbol = position.key.symbol
        for one in reversed([*self.waiting]):
            offers = sum((each.remaining for each in opening_orders(self, symbol, -1)), ZERO)
            if offers <= abs(position.quantity):
                return
            if one in opening_orders(self, symbol, -1):
                self.end(one, "CancelByReduceOnly")
