"""The desk: one market feed, many accounts, and the market's own time.

``advance`` plays the feed up to a moment of market time; each event first steps every account's
exchange, then what everybody sees. Handlers get a ``Session``: the desk, who asks, and when.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError
from adapters.bybit_wire.contracts import AccountSettings, account_terms
from adapters.bybit_wire.fields import needed, shown, text_of
from adapters.bybit_wire.market import Market
from adapters.simulated.bands import band_edge
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.errors import UserError
from engine.messages.market import (
    DataGap,
    InstrumentChanged,
    MarketEvent,
)
from engine.messages.runs import MatchedOn
from engine.money import render
from engine.timebase import MILLISECOND, NEVER, Nanos

Played = tuple[Nanos, tuple[MarketEvent, ...]]
"""When, and what: times never decrease."""


class Taken(NamedTuple):
    """A request that may change an account; ``room`` is how many orders of a batch are within the
    limit, ``wall_ms`` when it came."""

    account: Account
    path: str
    given: Fields
    room: int
    wall_ms: int


class Keeper(Protocol):
    """Who writes down what enters the desk, so that it can be made again from that alone."""

    def event(self, event: MarketEvent) -> None:
        """The desk has stepped on an event, at its present moment."""

    def begin(self) -> None:
        """A request that may change an account is handed in."""

    def request(self, taken: Taken, outcome: Outcome | RefusedError) -> None:
        """It was handled, at the desk's present moment."""


class Desk:
    """The whole exchange behind the wire; ``now_ns`` is its time."""

    def __init__(
        self,
        instruments: tuple[Instrument, ...],
        accounts: Sequence[AccountSettings],
        matched_on: MatchedOn,
        start_ns: int,
        feed: Iterable[Played] = (),
        history: Iterable[Candle] = (),
    ) -> None:
        self.start_ns = self.now_ns = start_ns
        self.instruments = {each.symbol: each for each in instruments}
        self.markets = {each.symbol: Market(each) for each in instruments}
        self.accounts: dict[str, Account] = {}
        for settings in accounts:
            if settings.key in self.accounts:
                raise UserError(f"the key {settings.key} is given to two accounts")
            terms = account_terms(settings, instruments, matched_on)
            self.accounts[settings.key] = Account(settings, terms)
        for candle in history:
            self.markets[candle.symbol].recorded(candle)
        self.keeper: Keeper | None = None
        self._feed: Iterator[Played] = iter(feed)
        self._next: Played | None = next(self._feed, None)

    @property
    def next_ns(self) -> int:
        """When the feed's next events are due; ``NEVER`` at its end."""
        return self._next[0] if self._next is not None else NEVER

    @property
    def market_ms(self) -> int:
        """The exchange's time in milliseconds."""
        return self.now_ns // MILLISECOND

    def advance(self, to_ns: int) -> None:
        """Play the feed up to ``to_ns``, which is the time afterwards; time never goes back."""
        while self._next is not None and self._next[0] <= to_ns:
            at, events = self._next
            self.now_ns = max(self.now_ns, at)
            self.tell(events)
            self._next = next(self._feed, None)
        self.now_ns = max(self.now_ns, to_ns)

    def tell(self, events: Iterable[MarketEvent]) -> None:
        """Step on events as of now."""
        for event in events:
            self._step(event)
            if self.keeper is not None:
                self.keeper.event(event)

    def take_event(self) -> MarketEvent | None:
        """Take the feed's next event without stepping on it; None at its end."""
        while self._next is not None:
            at, events = self._next
            if events:
                self._next = (at, events[1:])
                return events[0]
            self._next = next(self._feed, None)
        return None

    def _step(self, event: MarketEvent) -> None:
        at = Nanos(self.now_ns)
        for account in self.accounts.values():
            account.observe(event, at)
        if isinstance(event, InstrumentChanged):
            self.instruments[event.instrument.symbol] = event.instrument
            self.markets[event.instrument.symbol].instrument = event.instrument
        elif not isinstance(event, DataGap):
            self.markets[event.symbol].observe(event, at)
            self._notice(event.symbol)

    def notice(self) -> None:
        """An account may have changed: bring what everybody sees of it up to date."""
        for symbol in self.markets:
            self._notice(symbol)

    def _notice(self, symbol: str) -> None:
        held: list[tuple[int, int]] = []
        for account in self.accounts.values():
            sides = [one.quantity for one in account.exchange.market(symbol).positions.values()]
            if any(sides):
                longs = sum(size for size in sides if size > 0)
                held.append((longs, longs - sum(sides)))
            for bust in account.heard.take_busts():
                self.markets[bust.symbol].busts.append(bust)
        self.markets[symbol].interest.look(self.now_ns, held)

    def price_limits(self, symbol: str) -> Fields:
        """The band of limit prices, as the accounts' orders are held to it (5.6); empty texts where
        there is none."""
        market = next(iter(self.accounts.values())).exchange.market(symbol)
        edges = {name: band_edge(market, side) for name, side in (("buyLmt", 1), ("sellLmt", -1))}
        return {"symbol": symbol, **{name: shown(edge) for name, edge in edges.items()}}

    def insurance_row(self) -> Fields:
        """The insurance fund: what it earned with the accounts here; it began with nothing."""
        coin = next(iter(self.instruments.values())).settle_asset
        earned = sum(account.exchange.insurance for account in self.accounts.values())
        balance = render(earned)
        row = {"coin": coin, "symbols": ",".join(self.instruments), "balance": balance}
        return row | {"value": balance}


class Session(NamedTuple):
    """One request being handled. ``account`` is None for public ones; ``room`` is how many orders
    of a batch are within the limit."""

    desk: Desk
    account: Account | None
    room: int = 1

    @property
    def trader(self) -> Account:
        """Who asks, of a signed request."""
        assert self.account is not None, "signed routes have an account"
        return self.account

    @property
    def at(self) -> Nanos:
        """The market's time of the request."""
        return Nanos(self.desk.now_ns)

    def market(self, given: Fields) -> Market:
        """The market of the symbol that is asked for; 10001 for one that is not traded here."""
        linear(given)
        symbol = needed(given, "symbol")
        found = self.desk.markets.get(symbol)
        if found is None:
            raise RefusedError(PARAMETER, "params error: symbol invalid")
        return found


CATEGORIES = ("linear", "inverse", "spot", "option")


def linear(given: Fields, usual: str = "") -> None:
    """10001 unless the category is ``linear``: nothing else is traded here."""
    found = text_of(given, "category") or usual
    if found != "linear":
        raise RefusedError(PARAMETER, "params error: category invalid")


def elsewhere(given: Fields) -> Fields | None:
    """The empty list of a category that exists and has nothing here; None for ``linear``."""
    category = text_of(given, "category")
    if category == "linear" or category not in CATEGORIES:
        return None
    return {"category": category, "list": [], "nextPageCursor": ""}
