"""The whole state of the simulated venue, in one place that matching and the desk write."""

from adapters.simulated.candle_path import PATHS, LowFirst
from adapters.simulated.cross import watch
from adapters.simulated.faults import Faults, FaultyReports, Outbox, fault_free
from adapters.simulated.fees import TradingCosts
from adapters.simulated.latency import ReportQueue
from adapters.simulated.liquidity import Liquidity, liquidity_for
from adapters.simulated.margin import MarginRules
from adapters.simulated.markets import HEDGE, ONE_WAY, VenueMarket
from adapters.simulated.orders import OrderBook
from engine.domain.instrument import Instrument
from engine.messages.runs import Terms
from engine.money import ONE, Money


class VenueState:
    """One venue account: wallet, markets, orders. All money e8 of the settlement asset."""

    __slots__ = (
        "_order_ids",
        "_terms",
        "ambiguous_bars",
        "costs",
        "exposed",
        "faults",
        "faulty_reports",
        "fees",
        "focus",
        "funding",
        "funds",
        "held",
        "insurance",
        "liquidity",
        "low_first",
        "margin",
        "markets",
        "most_active",
        "most_conditional",
        "moves_to_band",
        "orders",
        "outbox",
        "realised",
        "target_fill",
        "volume_share",
        "wallet",
    )

    def __init__(self, terms: Terms, reports: ReportQueue) -> None:
        self._terms = terms
        self._order_ids = 0
        self.wallet: int = terms.venue.wallet
        self.realised: int = 0
        """Sum of the profit before fees of all closing executions."""
        self.fees: int = 0
        self.funds = terms.simulation.funding and terms.venue.margin_mode != "none"
        """Whether funding is settled at all; a spot account has none."""
        self.funding: int = 0
        """Sum of all funding; > 0 was paid."""
        self.insurance: int = 0
        """What the insurance fund has earned with our liquidations; < 0: what it has paid."""
        self.held = 0
        """Margin of all positions and orders: the sum of what the markets hold."""
        self.margin = MarginRules(terms.venue)
        self.exposed: dict[str, VenueMarket] = {}
        """The markets with open positions, of a cross account."""
        self.focus: VenueMarket | None = None
        """The market whose price is moving through the end of its part of a cross account."""
        self.ambiguous_bars = 0
        self.costs = TradingCosts(terms)
        self.volume_share = terms.simulation.volume_share
        self.moves_to_band = terms.venue.moves_to_band
        self.most_active = 500
        self.most_conditional = 10
        """How many orders of a symbol may wait: active ones, and conditional ones (5.4)."""
        self.low_first: LowFirst = PATHS[terms.simulation.path]
        self.liquidity: Liquidity = liquidity_for(terms, self.costs)
        self.target_fill = terms.simulation.target_fill
        self.orders = OrderBook()
        self.markets = {one.symbol: self._market(one) for one in terms.instruments}
        self.faults: Faults | None = None
        self.faulty_reports: FaultyReports | None = None
        self.outbox: Outbox = reports
        if not fault_free(terms.simulation.faults):
            self.faults = Faults(terms.seed, terms.simulation.faults)
            self.faulty_reports = FaultyReports(reports, self.faults, self.orders)
            self.outbox = self.faulty_reports

    @property
    def available(self) -> int:
        """Available balance (bybit-v5.md 6.3): wallet less all margins, and in cross mode the
        unrealised profit as well, margins by today's marks. The sources' is not below zero.
        """
        if self.margin.mode != "cross":
            return self.wallet - self.held
        left = self.wallet - self.held
        for market in self.exposed.values():
            left += market.held - market.held_by_orders
            for position in market.positions.values():
                if position.quantity:
                    mark = market.mark_price
                    left += position.unrealised(mark) - market.margin.initial(position, mark)
        return max(0, left) if self.margin.rule == "source" else left

    def refresh(self, market: VenueMarket) -> None:
        """Bring levels and margins of ``market`` up to date after a change of it."""
        self.held += market.refresh()
        if self.margin.mode == "cross":
            if any(position.quantity for position in market.positions.values()):
                self.exposed[market.instrument.symbol] = market
            else:
                self.exposed.pop(market.instrument.symbol, None)
            watch(self.exposed.values(), self.wallet, self.focus)

    def settle_down(self) -> None:
        """A market event is over: every symbol gets its part of what a cross account can bear."""
        if self.focus is not None:
            self.focus = None
            watch(self.exposed.values(), self.wallet, None)

    @property
    def newest_number(self) -> int:
        """The place of the last order that came."""
        return self._order_ids

    def next_number(self) -> int:
        """The place of one more order among all of the account."""
        self._order_ids += 1
        return self._order_ids

    def next_order_id(self) -> str:
        """The venue's own name for an order, counted over the account."""
        return f"sim-{self.next_number()}"

    def book_money(self, profit: int, value: int, is_maker: bool) -> Money:
        """Book profit and fee of one execution in the wallet; returns the fee (6.1)."""
        fee = self.costs.fee(value, is_maker)
        self.wallet += profit - fee
        self.realised += profit
        self.fees += fee
        return fee

    def change_instrument(self, instrument: Instrument) -> None:
        """From now on these rules hold for the contract (F19); resting orders stay as they are."""
        market = self.markets.get(instrument.symbol)
        if market is None:
            self.markets[instrument.symbol] = self._market(instrument)
            return
        market.change_instrument(instrument)
        self.refresh(market)

    def _market(self, instrument: Instrument) -> VenueMarket:
        """A market at the largest leverage of the accounts that trade it, or 1x."""
        leverages = [
            account.sizing.leverage
            for account in self._terms.accounts
            if instrument.symbol in account.symbols
        ]
        venue = self._terms.venue
        return VenueMarket(
            instrument,
            venue.venue_account,
            HEDGE if venue.position_mode == "hedge" else ONE_WAY,
            max(leverages, default=ONE),
            self.margin,
            self._terms.simulation,
        )
