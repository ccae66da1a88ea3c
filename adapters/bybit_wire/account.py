"""One account: its own exchange, and all that is shown of it (bybit-v5.md 3.3, 4.3).

How this works: a request becomes an effect, ``send`` hands it to the exchange and its reports are
heard at once: the first is the answer, what follows is the stream. No clock, no socket: the
market's time comes in.
"""

from collections.abc import Iterable

from attrs import evolve

from adapters.bybit_wire.answers import Fields, Refusal
from adapters.bybit_wire.contracts import AccountSettings
from adapters.bybit_wire.hearing import Hearing
from adapters.bybit_wire.ledger import Ledger
from adapters.bybit_wire.limits import Buckets
from adapters.bybit_wire.order_rows import OrderRow
from adapters.simulated.exchange import SimulatedExchange
from engine.errors import InvariantError
from engine.ids import PositionKey
from engine.messages.effects import Effect, PlaceOrder, SetLeverage
from engine.messages.market import MarketEvent
from engine.messages.runs import MarginMode, PositionMode, Terms
from engine.messages.venue import ExecutionReport, OrderRejected
from engine.money import SCALE, Money, Rate
from engine.timebase import NEVER, Nanos

USUAL_LEVERAGE = 10 * SCALE


class Account:
    """A session of one key. Times of calls never decrease."""

    def __init__(self, settings: AccountSettings, terms: Terms) -> None:
        self.settings = settings
        self.terms = terms
        self.buckets = Buckets()
        self.now_ns = 0
        self.changed_ns = 0
        """When the account's own settings were changed last."""
        venue = terms.venue
        self.ledger = Ledger(venue.wallet, venue.asset, venue.taker_fee, venue.maker_fee)
        self.exchange = SimulatedExchange(terms)
        self.heard = Hearing(settings.uid, self.exchange, self.ledger)
        self._set_leverages({})

    def take_pushes(self) -> list[tuple[str, Fields]]:
        """What the private streams must tell now: topic and object, each once."""
        taken, self.heard.pushes = self.heard.pushes, []
        return taken

    def observe(self, event: MarketEvent, at: Nanos) -> None:
        """Step on a market event and hear what it did to the account."""
        self.now_ns = self.heard.now_ns = at
        self.exchange.observe(event, at)
        if self.exchange.next_report_ns != NEVER:
            self.heard.hear_all()

    def send(self, effect: Effect, at: Nanos) -> ExecutionReport:
        """Hand a request in; returns its answer, after all that it caused was heard."""
        self.now_ns = self.heard.now_ns = at
        self.exchange.request(effect, at)
        while self.exchange.next_request_ns != NEVER:
            self.exchange.serve()
        return self.heard.hear_all()[0]

    def place(self, order: PlaceOrder, row: OrderRow, at: Nanos) -> Refusal | None:
        """Send an order; None once it was taken, whatever became of it then."""
        self.heard.pending = row
        answer = self.send(order, at)
        self.heard.pending = None
        if isinstance(answer, OrderRejected):
            return Refusal(answer.code, answer.reason)
        return None

    def key(self, symbol: str, index: int) -> PositionKey:
        """The position of a symbol and index."""
        return PositionKey(self.terms.venue.venue_account, symbol, index)

    def switch(
        self, margin_mode: MarginMode, position_mode: PositionMode, market: Iterable[MarketEvent]
    ) -> None:
        """Go on under other modes; the account must be flat and without open orders.

        The exchange is made anew with the same cash and leverages; ``market`` tells it the prices.
        """
        if self.exchange.positions or self.exchange.open_orders:
            raise InvariantError("modes are switched on a flat account only")
        kept: dict[str, int] = {}
        for instrument in self.terms.instruments:
            for position in self.exchange.market(instrument.symbol).positions.values():
                kept[instrument.symbol] = position.leverage
        venue = evolve(
            self.terms.venue,
            margin_mode=margin_mode,
            position_mode=position_mode,
            wallet=Money(self.ledger.cash),
        )
        self.terms = evolve(self.terms, venue=venue)
        self.exchange = SimulatedExchange(self.terms)
        self.heard.turn_to(self.exchange)
        self._set_leverages(kept)
        for event in market:
            self.exchange.observe(event, Nanos(self.now_ns))
        self.changed_ns = self.now_ns

    def _set_leverages(self, kept: dict[str, int]) -> None:
        for instrument in self.terms.instruments:
            leverage = kept.get(instrument.symbol, min(USUAL_LEVERAGE, instrument.max_leverage))
            for index in self.exchange.market(instrument.symbol).positions:
                wanted = SetLeverage(self.key(instrument.symbol, index), Rate(leverage))
                self.exchange.request(wanted, Nanos(self.now_ns))
        while self.exchange.next_request_ns != NEVER:
            self.exchange.serve()
        while self.exchange.next_report_ns != NEVER:
            self.exchange.take_report()
