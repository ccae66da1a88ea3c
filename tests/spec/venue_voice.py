"""What the venue says, written by hand: every report is about the last order or the one named."""

from typing import Any

from engine.domain.position import Position
from engine.ids import NO_CLIENT_ID, PositionKey
from engine.messages import venue
from engine.messages.decisions import Decision, OrderRequested
from engine.messages.inputs import Stamped
from engine.money import apply_rate, notional, parse
from engine.state import EngineState
from engine.timebase import Nanos
from tests.spec.run_terms import BTC


def key_of(symbol: str = BTC, index: int = 0) -> PositionKey:
    """Where the position of a symbol lives."""
    return PositionKey("main", symbol, index)


class VenueVoice:
    """Makes reports out of what a run has asked; none is sent before ``when`` brings it."""

    state: EngineState
    frames: list[tuple[Stamped, tuple[Decision, ...]]]
    at: int
    executions = 0

    def position(self, symbol: str = BTC, index: int = 0) -> Position:
        """The position of a symbol."""
        return self.state.positions[key_of(symbol, index)]

    @property
    def orders(self) -> list[OrderRequested]:
        """Every order of the run so far."""
        return [
            decision
            for _, decisions in self.frames
            for decision in decisions
            if isinstance(decision, OrderRequested)
        ]

    @property
    def order(self) -> OrderRequested:
        """The last order."""
        return self.orders[-1]

    def accepted(self, order: OrderRequested | None = None) -> venue.OrderAccepted:
        """The venue has the order."""
        order = order or self.order
        name = f"v-{order.client_id}"
        return venue.OrderAccepted(order.key, order.client_id, name, Nanos(self.at))

    def rejected(
        self, code: int = 110007, order: OrderRequested | None = None
    ) -> venue.OrderRejected:
        """The venue refuses the order."""
        order = order or self.order
        return venue.OrderRejected(order.key, order.client_id, code, "no", Nanos(self.at))

    def amended(
        self,
        price: str = "0",
        quantity: str = "",
        trigger: str = "0",
        order: OrderRequested | None = None,
    ) -> venue.OrderAmended:
        """The order has these values now; its quantity unless another is given."""
        order = order or self.order
        size = parse(quantity) if quantity else order.quantity
        levels = parse(price), parse(trigger)
        return venue.OrderAmended(order.key, order.client_id, size, *levels, Nanos(self.at))

    def amend_rejected(
        self, code: int = 110003, order: OrderRequested | None = None
    ) -> venue.AmendRejected:
        """The order stays as it is, or is gone."""
        order = order or self.order
        return venue.AmendRejected(order.key, order.client_id, code, "no", Nanos(self.at))

    def triggered(self, order: OrderRequested | None = None) -> venue.OrderTriggered:
        """The conditional order met its price."""
        order = order or self.order
        return venue.OrderTriggered(order.key, order.client_id, Nanos(self.at))

    def cancelled(self, order: OrderRequested | None = None) -> venue.OrderCancelled:
        """The order ended at the venue."""
        order = order or self.order
        return venue.OrderCancelled(order.key, order.client_id, "NoImmediateQty", Nanos(self.at))

    def unknown(
        self, request: venue.Request = "place", order: OrderRequested | None = None
    ) -> venue.OutcomeUnknown:
        """No answer came."""
        order = order or self.order
        return venue.OutcomeUnknown(order.key, order.client_id, request, "timeout")

    def filled(
        self,
        quantity: str = "",
        price: str = "100",
        order: OrderRequested | None = None,
        execution: str = "",
    ) -> venue.OrderFilled:
        """An execution of the order; all of it unless a quantity is given."""
        order = order or self.order
        size = parse(quantity) if quantity else int(order.quantity)
        return self._fill(order.key, order.client_id, "order", order.side, size, price, execution)

    def stopped(
        self,
        price: str,
        cause: str = "stop_loss",
        quantity: str = "",
        symbol: str = BTC,
        index: int = 0,
    ) -> venue.OrderFilled:
        """The position's own stop (or target) closes it."""
        position = self.position(symbol, index)
        size = parse(quantity) if quantity else abs(position.quantity)
        side = -1 if position.quantity > 0 else 1
        return self._fill(position.key, NO_CLIENT_ID, cause, side, size, price, "")

    def overtaking(self, price: str, quantity: str, symbol: str = BTC) -> venue.OrderFilled:
        """The stop of a long fills before the fill of its entry is told."""
        key = self.position(symbol).key
        return self._fill(key, NO_CLIENT_ID, "stop_loss", -1, parse(quantity), price, "")

    def _fill(
        self, key: Any, client_id: Any, cause: Any, side: Any, size: int, price: str, name: str
    ) -> venue.OrderFilled:
        self.executions += 1
        paid = parse(price)
        fee = apply_rate(notional(paid, size), self.state.terms.venue.taker_fee)
        return venue.OrderFilled(
            key,
            client_id,
            f"v-{client_id}",
            name or f"e-{self.executions}",
            cause,
            side,
            paid,
            size,
            fee,
            "USDT",
            False,
            Nanos(self.at),
        )

    def liquidated(
        self,
        mark: str = "91",
        bankruptcy: str = "90",
        quantity: str = "",
        symbol: str = BTC,
        index: int = 0,
    ) -> venue.PositionLiquidated:
        """The venue takes the position over; all of it unless a quantity is given."""
        position = self.position(symbol, index)
        size = parse(quantity) if quantity else position.quantity
        at = Nanos(self.at)
        return venue.PositionLiquidated(position.key, size, parse(mark), parse(bankruptcy), at)

    def funding(
        self,
        amount: str,
        execution: str = "",
        symbol: str = BTC,
        rate: str = "0.0001",
        quantity: str = "",
        index: int = 0,
    ) -> venue.FundingPaid:
        """Funding of the position as it is now, or of another size; > 0 is paid."""
        self.executions += 1
        position = self.position(symbol, index)
        size = parse(quantity) if quantity else position.quantity
        return venue.FundingPaid(
            position.key,
            execution or f"f-{self.executions}",
            size,
            self.state.markets[symbol].mark,
            parse(rate),
            parse(amount),
            Nanos(self.at),
        )

    def stop(
        self, price: str, target: str = "0", symbol: str = BTC, index: int = 0
    ) -> venue.StopReported:
        """The position's stop and target at the venue."""
        stop_price, target_price = parse(price), parse(target)
        return venue.StopReported(
            key_of(symbol, index),
            stop_price,
            target_price,
            Nanos(self.at),
        )

    def found(
        self,
        state: Any,
        filled: str = "0",
        order: OrderRequested | None = None,
        now: tuple[str, str] = ("0", "0"),
    ) -> venue.OrderFound:
        """A look-up found the order, with the quantity and price that it has now, if told."""
        order = order or self.order
        name, size = f"v-{order.client_id}", parse(filled)
        at, (quantity, price) = Nanos(self.at), map(parse, now)
        return venue.OrderFound(order.key, order.client_id, name, state, size, at, quantity, price)

    def not_found(self, order: OrderRequested | None = None) -> venue.OrderNotFound:
        """A look-up found no trace."""
        order = order or self.order
        return venue.OrderNotFound(order.key, order.client_id, Nanos(self.at))
