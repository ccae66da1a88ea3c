"""One account: its own exchange, and all that is shown of it (bybit-v5.md 3.3, 4.3).

How this works: a request becomes an effect, ``send`` hands it to the exchange and its reports are
heard at once: the first is the answer, what follows is the stream. No clock, no socket: the
market's time comes in.
"""

from adapters.bybit_wire.answers import Fields, Refusal
from adapters.bybit_wire.contracts import AccountSettings
from adapters.bybit_wire.disconnection import Watch
from adapters.bybit_wire.hearing import Hearing
from adapters.bybit_wire.ledger import Ledger
from adapters.bybit_wire.limits import Buckets
from adapters.bybit_wire.order_rows import OrderRow
from adapters.simulated.exchange import SimulatedExchange
from adapters.simulated.wishes import MoveCash, Wish
from engine.ids import PositionKey
from engine.messages.effects import Effect, PlaceOrder, SetLeverage
from engine.messages.market import MarketEvent
from engine.messages.runs import MarginMode, Terms
from engine.messages.venue import ExecutionReport, OrderRejected
from engine.money import SCALE, Rate
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
        self.fund = 0
        """What lies in the funding account, e8: nothing trades there."""
        self.transfers: dict[str, Fields] = {}
        """Transfers between the two accounts by their ids, oldest first."""
        self.moves_to_band = venue.moves_to_band
        self.dcp_seconds = 0
        """The window of disconnection protection; 0: it is off."""
        self.watch = Watch()
        self._set_leverages()

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

    def ask(self, wish: Wish, at: Nanos) -> Refusal | None:
        """Ask for what is no effect (``simulated/holder.py``); None: it is done and was heard."""
        self.now_ns = self.heard.now_ns = at
        refusal = self.exchange.ask(wish, at)
        self.heard.hear_all()
        return None if refusal is None else Refusal(*refusal)

    @property
    def margin_mode(self) -> MarginMode:
        """How the whole account is margined now."""
        return self.exchange.markets[0].margin.mode

    def is_hedged(self, symbol: str) -> bool:
        """Whether a symbol is traded in hedge mode now."""
        return 0 not in self.exchange.market(symbol).positions

    def move_cash(self, amount: int, at: Nanos, kind: str, name: str) -> Refusal | None:
        """Bring money into the wallet, or out of it (< 0), and note it in the log."""
        refusal = self.exchange.ask(MoveCash(amount), at)
        if refusal is not None:
            return Refusal(*refusal)
        self.now_ns = self.heard.now_ns = at
        self.heard.brought_in(amount)
        self.ledger.move(amount, at, kind, name)
        self.heard.hear_all()
        return None

    def _set_leverages(self) -> None:
        for instrument in self.terms.instruments:
            leverage = min(USUAL_LEVERAGE, instrument.max_leverage)
            for index in self.exchange.market(instrument.symbol).positions:
                wanted = SetLeverage(self.key(instrument.symbol, index), Rate(leverage))
                self.exchange.request(wanted, Nanos(self.now_ns))
        while self.exchange.next_request_ns != NEVER:
            self.exchange.serve()
        while self.exchange.next_report_ns != NEVER:
            self.exchange.take_report()
