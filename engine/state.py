"""All that the engine knows. Plain mutable classes, written by ``evolve`` alone."""

from collections.abc import Callable
from typing import Any

from engine.accounts.account import VirtualAccount
from engine.accounts.ledger import Ledger
from engine.accounts.margin import MarginFormulas
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.position import Position
from engine.ids import PositionKey
from engine.markets.bars import BarBuilder
from engine.markets.quotes import Market
from engine.messages.decisions import IncidentOpened, OrderRequested
from engine.messages.runs import AccountTerms, Terms
from engine.orders.blotter import Blotter
from engine.strategies.strategy import Strategy, View
from engine.timebase import Nanos
from engine.timers import Timer, Timers

StrategyFactory = Callable[[AccountTerms, Instrument], Strategy | None]
"""Makes a fresh strategy for a seat, or None where its source is not at hand."""


Listener = Callable[[Any], None]
"""The method of a strategy that takes in a quote or a trade."""


def no_strategies(terms: AccountTerms, instrument: Instrument) -> Strategy | None:
    """The factory of a refold without strategy source: the engine's own state alone."""
    del terms, instrument
    return None


class Seat:
    """An account's strategy at one symbol: its candles, its view, and whether it may go on.

    ``bar`` is the closed candle of the account's timeframe that the current input completed,
    ``error`` what the strategy's own code raised in ``observe`` until ``decide`` has judged it.
    ``orders`` counts the orders requested so far: the n of client order ids. ``on_quote`` and
    ``on_trade`` are the strategy's ``observe_quote`` and ``observe_trade``, None where it has none.
    """

    __slots__ = (
        "account",
        "bar",
        "bars",
        "error",
        "halted",
        "key",
        "on_quote",
        "on_trade",
        "orders",
        "pending_entries",
        "strategy",
        "view",
    )

    def __init__(
        self,
        account: VirtualAccount,
        key: PositionKey,
        bars: BarBuilder,
        strategy: Strategy | None,
        view: View,
    ) -> None:
        self.account = account
        self.key = key
        self.bars = bars
        self.view = view
        self.take(strategy)
        self.bar: Candle | None = None
        self.error = ""
        self.halted = ""
        self.orders = 0
        self.pending_entries = 0

    def take(self, strategy: Strategy | None) -> None:
        """A fresh strategy sits down: what it listens to is looked up here, once."""
        self.strategy = strategy
        self.on_quote: Listener | None = getattr(strategy, "observe_quote", None)
        self.on_trade: Listener | None = getattr(strategy, "observe_trade", None)


class EngineState:
    """The state that frames are folded into. Empty until ``RunStarted``."""

    __slots__ = (
        "accounts",
        "at",
        "blotter",
        "ended",
        "factory",
        "fill_is_new",
        "fired",
        "incident_count",
        "incidents",
        "ledger",
        "margin",
        "markets",
        "open_positions",
        "positions",
        "quote_seats",
        "run",
        "seats",
        "seats_by_symbol",
        "seq",
        "terms",
        "timers",
        "trade_count",
        "trade_seats",
    )

    terms: Terms
    ledger: Ledger
    margin: MarginFormulas

    def __init__(self, factory: StrategyFactory = no_strategies) -> None:
        self.factory = factory
        self.seq = 0
        self.at = Nanos(0)
        self.run = ""
        self.markets: dict[str, Market] = {}
        self.accounts: dict[str, VirtualAccount] = {}
        self.positions: dict[PositionKey, Position] = {}
        self.open_positions: dict[str, list[Position]] = {}
        self.seats: dict[tuple[str, str], Seat] = {}
        self.seats_by_symbol: dict[str, list[Seat]] = {}
        self.quote_seats: dict[str, list[Seat]] = {}
        """The seats of each symbol whose strategies listen to quotes; empty when nobody does."""
        self.trade_seats: dict[str, list[Seat]] = {}
        self.blotter = Blotter()
        self.timers = Timers()
        self.incidents: dict[int, IncidentOpened] = {}
        self.incident_count = 0
        self.trade_count = 0
        self.fired: Timer | None = None
        self.ended: OrderRequested | None = None
        """The order that the venue's last report brought to its end, if it did."""
        self.fill_is_new = False

    @property
    def real_equity(self) -> int:
        """The venue's wallet plus unrealised profit of all positions, e8 (S0-26)."""
        opened = self.open_positions.values()
        return self.ledger.wallet + sum(each.marked for held in opened for each in held)
