"""A run that is matched on ticks: what trades, quotes and changes of the book do at the venue.

How this works: after each change a market knows the two prices between which nothing can happen
(``floor`` and ``ceiling``), so a quiet tick costs a few comparisons. A tick is a point: stops and
conditional orders that it jumped over trade at what the market offers now. The last price comes
from trades; as long as none came, the middle of bid and ask is it (one side alone moves it only
where no price was known). Bars of the symbol tell the volume that takers share, nothing else.

A tick that is older than the last one of its kind is left out, changes of a book excepted. One
that is dated later than it reaches us counts as of then: clocks differ, time never runs back.
"""

from adapters.simulated.ladder import FALLING, RISING
from adapters.simulated.latency import ReportQueue
from adapters.simulated.makers import meet_book, meet_trade
from adapters.simulated.markets import VenueMarket
from adapters.simulated.shown import UNTOLD
from adapters.simulated.state import VenueState
from adapters.simulated.triggers import meet_last
from engine.domain.candle import Candle
from engine.domain.order import BUY, SELL
from engine.errors import InvariantError
from engine.messages.market import BarOpened, DepthChanged, MarketEvent, Quoted, Traded
from engine.messages.runs import MatchedOn
from engine.timebase import Nanos


class TickFeed:
    """The ticks of a run, by what it is matched on; ticks of other kinds are no business of it."""

    __slots__ = ("_markets", "_on_depth", "_on_quotes", "_on_trades", "_reports", "_state")

    def __init__(self, state: VenueState, reports: ReportQueue, matched_on: MatchedOn) -> None:
        self._state = state
        self._reports = reports
        self._markets = state.markets
        self._on_quotes = matched_on == "quotes"
        self._on_depth = matched_on == "depth"
        self._on_trades = matched_on == "trades"

    def observe(self, event: MarketEvent, at: Nanos) -> bool:
        """Step on a tick or a bar; False for an event that is neither.

        Raises ``InvariantError`` for a symbol without instrument.
        """
        if type(event) is Quoted:
            if not self._on_quotes:
                return True
            market = self._markets.get(event.symbol) or _missing(event.symbol)
            kept = market.ticks
            top = kept.top
            if event.venue_ns < top.quote.venue_ns:
                return True
            if top.taken:
                top.renew(event)
            top.quote = event
            market.bid = bid = event.bid
            market.ask = ask = event.ask
            if market.floor < bid < ask < market.ceiling:
                if kept.traded_ns < 0:
                    market.last = (bid + ask) // 2
            else:
                self._book_moved(market, event.venue_ns, at)
        elif type(event) is Traded:
            market = self._markets.get(event.symbol) or _missing(event.symbol)
            kept = market.ticks
            if event.venue_ns < kept.traded_ns:
                return True
            kept.traded_ns = event.venue_ns
            market.last = price = event.price
            if self._on_trades:
                kept.tape.add(event.quantity, event.venue_ns)
            if not market.floor < price < market.ceiling:
                self._traded(market, event, at)
        elif type(event) is DepthChanged:
            if self._on_depth:
                self._depth_changed(event, at)
        elif type(event) is Candle:
            market = self._markets.get(event.symbol) or _missing(event.symbol)
            market.bar = event
        else:
            return type(event) is BarOpened
        return True

    def _depth_changed(self, event: DepthChanged, at: Nanos) -> None:
        market = self._markets.get(event.symbol) or _missing(event.symbol)
        depth, queues, venue_ns = market.ticks.depth, market.ticks.queues, event.venue_ns
        depth.apply(event)
        if queues.waiting:
            if event.snapshot:
                queues.tell_all(BUY, venue_ns)
                queues.tell_all(SELL, venue_ns)
            else:
                queues.tell(BUY, event.bids, venue_ns)
                queues.tell(SELL, event.asks, venue_ns)
        market.bid = bid = depth.bid
        market.ask = ask = depth.ask
        if market.floor < bid < ask < market.ceiling:
            if market.ticks.traded_ns < 0:
                market.last = (bid + ask) // 2
        else:
            self._book_moved(market, venue_ns, at)

    def _book_moved(self, market: VenueMarket, venue_ns: int, at: Nanos) -> None:
        """The best prices may have reached something that waits."""
        state = self._state
        now = self._arrive(venue_ns, at)
        bid, ask = market.bid, market.ask
        moves_last = market.ticks.traded_ns < 0
        if moves_last:
            if bid and ask:
                market.last = (bid + ask) // 2
            elif market.last == 0:
                market.last = bid or ask
        limits, moves_places = market.resting.limits, market.ticks.queues.waiting
        for direction, best in ((FALLING, bid), (RISING, ask)):
            if limits[direction].first() is not None:
                if best and moves_places:
                    _tell_places(market, direction, best, venue_ns)
                meet_book(state, market, direction, now, moves_last)
            if moves_last:
                self._meet_last(market, direction, now)
        state.settle_down()

    def _traded(self, market: VenueMarket, event: Traded, at: Nanos) -> None:
        """A trade may have reached something that waits."""
        state = self._state
        now = self._arrive(event.venue_ns, at)
        for direction in (FALLING, RISING):
            meet_trade(state, market, event, direction, now)
            self._meet_last(market, direction, now)
        state.settle_down()

    def _meet_last(self, market: VenueMarket, direction: int, now: int) -> None:
        """Whatever waits for the last price and has been reached by it acts."""
        last = market.last
        if last and (last <= market.floor if direction < 0 else market.ceiling <= last):
            meet_last(self._state, market, direction, last, now)

    def _arrive(self, venue_ns: int, at: Nanos) -> int:
        """Let the reports of this tick be later than it; returns when it counts as of."""
        self._reports.event_at = at
        return venue_ns if venue_ns < at else at


def _tell_places(market: VenueMarket, direction: int, best: int, venue_ns: int) -> None:
    """Our orders at the best price and before it: what is shown there is known now."""
    book = market.ticks.book
    for order in market.resting.limits[direction].up_to(best):
        if order.place is not None:
            ahead = book.ahead(order.side, order.price)
            if ahead < UNTOLD:
                order.place.told(ahead, venue_ns)


def _missing(symbol: str) -> VenueMarket:
    raise InvariantError(f"{symbol} has no instrument in the terms of this run")
