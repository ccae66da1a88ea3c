"""The simulated Bybit exchange: a fold over terms, market events and effects.

How this works: market events and requests come in order of their time. ``observe`` steps on one
market event, ``serve`` on the earliest request that has arrived; both only queue reports, which
``take_report`` hands out when their time has come. Nothing here reads a clock or a shared random
stream: the same terms, events and effects give the same reports (design 2, 5).
"""

from typing import assert_never

from adapters.simulated.account import account_rates
from adapters.simulated.admission import Refusal
from adapters.simulated.candle_path import PATHS
from adapters.simulated.cross import end_alone
from adapters.simulated.funding import settle_funding
from adapters.simulated.gateway import gateway_for
from adapters.simulated.holder import grant
from adapters.simulated.latency import ReportQueue, RequestQueue
from adapters.simulated.markets import VenueMarket
from adapters.simulated.orders import VenueOrder
from adapters.simulated.positions import VenuePosition
from adapters.simulated.state import VenueState
from adapters.simulated.ticks import TickFeed
from adapters.simulated.triggers import meet_open, meet_price, walk_candle, walk_mark
from adapters.simulated.wishes import Wish
from engine.domain.candle import Candle
from engine.domain.order import PriceSource
from engine.errors import InvariantError, UserError
from engine.ids import PositionKey
from engine.messages.effects import Effect, Notify
from engine.messages.market import (
    BarOpened,
    DataGap,
    DepthChanged,
    FundingRated,
    IndexPriced,
    InstrumentChanged,
    MarkCandle,
    MarketEvent,
    MarkPriced,
    Quoted,
    Traded,
)
from engine.messages.runs import Terms
from engine.messages.venue import ExecutionReport
from engine.money import Money, Price, Rate
from engine.timebase import Nanos


class SimulatedExchange:
    """One venue account at the simulated venue.

    ``next_request_ns`` is when the earliest request arrives at the venue, ``next_report_ns`` when
    the earliest report reaches us; both are ``NEVER`` where nothing is under way.
    """

    __slots__ = (
        "_gateway",
        "_markets",
        "_reports",
        "_requests",
        "_state",
        "_ticks",
        "next_report_ns",
        "next_request_ns",
    )

    def __init__(self, terms: Terms) -> None:
        simulation = terms.simulation
        if simulation.path not in PATHS:
            known = ", ".join(PATHS)
            raise UserError(
                f"simulation.path {simulation.path!r} is not known: use one of {known}."
            )
        self._requests = RequestQueue(simulation.request_latency_ns)
        self._reports = ReportQueue(simulation.report_latency_ns)
        self._state = VenueState(terms, self._reports)
        self._markets = self._state.markets
        on = simulation.matched_on
        self._ticks = None if on == "candles" else TickFeed(self._state, self._reports, on)
        self._gateway = gateway_for(self._state, self._reports, simulation.answer_timeout_ns)
        self.next_request_ns: int = self._requests.next_ns
        self.next_report_ns: int = self._reports.next_ns

    def request(self, effect: Effect, at: Nanos) -> None:
        """Take an effect at ``at``, which never decreases; it arrives 1 ns later or more."""
        if type(effect) is not Notify:
            self._requests.send(effect, at)
            self.next_request_ns = self._requests.next_ns

    def observe(self, event: MarketEvent, at: Nanos) -> None:
        """Step on a market event that reaches the engine at ``at``.

        An opening acts at its ``open_ns``, a candle along its path up to ``close_ns``, in a run on
        ticks these at their ``venue_ns``; no report of it reaches us before ``at``. Raises
        ``InvariantError`` for a symbol without instrument.
        """
        ticks = self._ticks
        if ticks is not None:
            if not ticks.observe(event, at):
                self._observe_rare(event, at)
            self.next_report_ns = self._reports.next_ns
        elif type(event) is Candle:
            market = self._markets.get(event.symbol) or self.market(event.symbol)
            if event.low <= market.floor or market.ceiling <= event.high:
                self._reports.event_at = at
                walk_candle(self._state, market, event)
                market.last = event.close
                self._state.settle_down()
                self.next_report_ns = self._reports.next_ns
            market.bar = event
            market.last = event.close
        elif type(event) is BarOpened:
            market = self._markets.get(event.symbol) or self.market(event.symbol)
            market.last = event.price
            if event.price <= market.floor or market.ceiling <= event.price:
                self._reports.event_at = at
                meet_open(self._state, market, event.price, event.open_ns)
                self._state.settle_down()
                self.next_report_ns = self._reports.next_ns
        else:
            self._observe_rare(event, at)

    def _observe_rare(self, event: MarketEvent, at: Nanos) -> None:
        match event:
            case MarkPriced():
                market = self.market(event.symbol)
                market.tell("mark", event.price, at)
                market.premium.note(market.bid, market.ask, event.price, at)
                self._meet("mark", market, event.price, at)
            case IndexPriced():
                market = self.market(event.symbol)
                market.tell("index", event.price, at)
                self._meet("index", market, event.price, at)
            case InstrumentChanged():
                self._state.change_instrument(event.instrument)
            case MarkCandle():
                market = self.market(event.symbol)
                market.tell("mark", event.open, at)
                self._reports.event_at = at
                walk_mark(self._state, market, event)
                market.tell("mark", event.close, at)
                self._state.settle_down()
                self.next_report_ns = self._reports.next_ns
            case FundingRated():
                if self._state.funds:
                    market = self.market(event.symbol)
                    self._reports.event_at = at
                    if settle_funding(self._state, market, event):
                        self._meet("mark", market, market.mark_price, at)
            case DataGap() | Quoted() | Traded() | DepthChanged():
                # The venue had no gap, only we: stops meet the next price that is known.
                pass
            case BarOpened() | Candle():
                raise InvariantError("bars are handled before the rare events")
            case _:
                assert_never(event)

    def _meet(self, source: PriceSource, market: VenueMarket, price: int, at: Nanos) -> None:
        self._reports.event_at = at
        meet_price(self._state, market, source, price, at)
        self._state.settle_down()
        self.next_report_ns = self._reports.next_ns

    def serve(self) -> None:
        """Handle the one earliest request, at its arrival time. There must be one."""
        now, sent_ns, effect = self._requests.take()
        self.next_request_ns = self._requests.next_ns
        self._reports.event_at = now
        self._gateway.hand_in(effect, sent_ns, now)
        self.next_report_ns = self._reports.next_ns

    def take_report(self) -> tuple[Nanos, ExecutionReport]:
        """The earliest report and its ``at``, by ``(at, order of emission)``. There must be one."""
        taken = self._reports.take()
        self.next_report_ns = self._reports.next_ns
        return taken

    def ask(self, wish: Wish, at: Nanos) -> Refusal | None:
        """Do at once what no strategy asks for, only a client of the wire; None: it is done."""
        self._reports.event_at = at = Nanos(at + 1)
        refusal = grant(self._state, wish, at)
        self.next_report_ns = self._reports.next_ns
        return refusal

    @property
    def wallet(self) -> Money:
        """Wallet balance: the initial one plus realised profit less fees (bybit-v5.md 6.1)."""
        return Money(self._state.wallet)

    @property
    def realised(self) -> Money:
        """Sum of realised profit before fees."""
        return Money(self._state.realised)

    @property
    def fees(self) -> Money:
        """Sum of all fees paid."""
        return Money(self._state.fees)

    @property
    def available(self) -> Money:
        """Available balance by the margin mode (bybit-v5.md 6.3)."""
        return Money(self._state.available)

    @property
    def equity(self) -> Money:
        """Wallet plus unrealised profit at the mark (bybit-v5.md 6.3)."""
        unrealised = sum(
            position.unrealised(market.mark_price)
            for market in self._markets.values()
            for position in market.positions.values()
            if position.quantity
        )
        return Money(self._state.wallet + unrealised)

    @property
    def ambiguous_bars(self) -> int:
        """Bars in which stop and target could both have been hit; the stop won each."""
        return self._state.ambiguous_bars

    @property
    def positions(self) -> dict[PositionKey, VenuePosition]:
        """Open positions; to read, not to write."""
        return {
            position.key: position
            for market in self._markets.values()
            for position in market.positions.values()
            if position.quantity
        }

    @property
    def open_orders(self) -> tuple[VenueOrder, ...]:
        """Orders that rest or wait for their trigger, the oldest first."""
        return tuple(self._state.orders.open.values())

    def finished_orders(self) -> tuple[VenueOrder, ...]:
        """Orders that ended lately; nothing changes them any more."""
        return self._state.orders.finished

    def order(self, venue_order_id: str) -> VenueOrder | None:
        """An order, open or lately finished, by the venue's name; to read, not to write."""
        return self._state.orders.find_venue_id(venue_order_id)

    def market(self, symbol: str) -> VenueMarket:
        """What the venue keeps of one symbol; to read, not to write."""
        market = self._markets.get(symbol)
        if market is None:
            raise InvariantError(f"{symbol} has no instrument in the terms of this run")
        return market

    @property
    def markets(self) -> tuple[VenueMarket, ...]:
        """Every symbol of the run; to read, not to write."""
        return tuple(self._markets.values())

    @property
    def remembered(self) -> int:
        """How many things are held in memory: orders, requests and reports under way."""
        return len(self._state.orders) + len(self._requests) + len(self._reports)

    @property
    def insurance(self) -> Money:
        """What the insurance fund earned with liquidations of this account; < 0: what it paid."""
        return Money(self._state.insurance)

    @property
    def funding(self) -> Money:
        """Sum of all funding; > 0 was paid."""
        return Money(self._state.funding)

    def position_margin(self, key: PositionKey) -> Money:
        """Initial margin of the position, 0 where flat (bybit-v5.md 6.2)."""
        market = self.market(key.symbol)
        position, mark = market.positions[key.position_index], market.mark_price
        return Money(market.margin.initial(position, mark) if position.quantity else 0)

    def maintenance_margin(self, key: PositionKey) -> Money:
        """Maintenance margin of the position at the mark, 0 where flat (bybit-v5.md 6.2)."""
        market = self.market(key.symbol)
        position, mark = market.positions[key.position_index], market.mark_price
        rules, ladder = market.margin, market.ladder
        return Money(rules.maintenance(position, mark, ladder) if position.quantity else 0)

    @property
    def account_rates(self) -> tuple[Rate, Rate]:
        """IM and MM rate of the account; meaningless in isolated mode (bybit-v5.md 6.3)."""
        return account_rates(self._state)

    def leverage(self, key: PositionKey) -> Rate:
        """The leverage that the position has, or would have."""
        return Rate(self.market(key.symbol).positions[key.position_index].leverage)

    def liquidation_price(self, key: PositionKey) -> Price:
        """Where the position is liquidated, all else staying as it is; 0: nowhere (6.4)."""
        market, state = self.market(key.symbol), self._state
        position = market.positions[key.position_index]
        if state.margin.mode != "cross" or not position.quantity:
            return Price(position.liquidated_at)
        return Price(end_alone(state.exposed.values(), state.wallet, market, position.side))
