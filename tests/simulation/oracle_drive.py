"""Both exchanges side by side: one request or price for both, then everything compared."""

from collections.abc import Callable

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.candle import Candle
from engine.messages.effects import (
    AmendOrder,
    CancelOrder,
    Effect,
    LookUpOrder,
    PlaceOrder,
    SetLeverage,
    SetStop,
)
from engine.messages.market import BarOpened, FundingRated, IndexPriced, MarkCandle, MarkPriced
from engine.messages.runs import Terms
from engine.messages.venue import (
    AmendRejected,
    CancelRejected,
    ExecutionReport,
    FundingPaid,
    LeverageRejected,
    LeverageSet,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderFilled,
    OrderFound,
    OrderNotFound,
    OrderRejected,
    OrderTriggered,
    PositionLiquidated,
    StopRejected,
    StopReported,
)
from engine.money import Price, Rate
from engine.timebase import MINUTE, NEVER, SECOND, Nanos
from tests.simulation.given import REQUEST_NS, START
from tests.simulation.oracle import Oracle
from tests.simulation.oracle_book import number
from tests.simulation.oracle_leverage import set_leverage
from tests.simulation.oracle_margin import (
    available,
    ends_at,
    initial,
    liquidation_price,
    maintenance,
)
from tests.simulation.oracle_prices import close_bar, close_mark, open_bar, settle, tell_price
from tests.simulation.oracle_rules import amend_code, order_code, order_quantity, stop_code

TOLD: dict[type, Callable[..., tuple[object, ...]]] = {
    OrderAccepted: lambda r: (r.client_id, r.venue_order_id),
    OrderRejected: lambda r: (r.client_id, r.code),
    OrderTriggered: lambda r: (r.client_id,),
    OrderCancelled: lambda r: (r.client_id, r.reason),
    CancelRejected: lambda r: (r.client_id, r.code),
    StopRejected: lambda r: (r.key, r.code),
    StopReported: lambda r: (
        r.key,
        *map(number, (r.stop_price, r.target_price, r.trailing_distance)),
    ),
    OrderAmended: lambda r: (r.client_id, *map(number, (r.quantity, r.price, r.trigger_price))),
    AmendRejected: lambda r: (r.client_id, r.code),
    LeverageSet: lambda r: (r.key, number(r.leverage)),
    LeverageRejected: lambda r: (r.key, r.code),
    PositionLiquidated: lambda r: (
        r.key,
        *map(number, (r.quantity, r.mark, r.bankruptcy_price)),
    ),
    FundingPaid: lambda r: (
        r.key,
        r.execution_id,
        *map(number, (r.quantity, r.price, r.rate, r.amount)),
    ),
    OrderNotFound: lambda r: (r.client_id,),
    OrderFound: lambda r: (
        r.client_id,
        r.state,
        *map(number, (r.filled_quantity, r.quantity, r.price, r.trigger_price)),
    ),
    OrderFilled: lambda r: (
        r.client_id,
        r.execution_id,
        r.cause,
        r.side,
        number(r.price),
        number(r.quantity),
        number(r.fee),
        r.is_maker,
        r.is_ambiguous,
    ),
}
"""What is compared of each report; its name comes before."""


def told(report: ExecutionReport) -> tuple[object, ...]:
    """A report as the oracle would tell it."""
    return (type(report).__name__, *TOLD[type(report)](report))


class Both:
    """The simulated exchange and the oracle under the same terms; bars are minutes."""

    def __init__(self, terms: Terms) -> None:
        self.exchange = SimulatedExchange(terms)
        self.oracle = Oracle(terms)
        self.bars = 0
        self.requests = 0
        self.touched: dict[str, int] = {}
        self.seen: list[ExecutionReport] = []
        """All reports of the simulated exchange, in their order."""

    @property
    def now(self) -> Nanos:
        """The time of what comes next; requests of one bar are a second apart, then less."""
        return Nanos(START + self.bars * MINUTE + min(self.requests, 50) * SECOND)

    def ask(self, effect: Effect) -> None:
        """Send one request, which arrives before anything else happens."""
        self.requests += 1
        self.exchange.request(effect, self.now)
        assert self.exchange.next_request_ns == self.now + REQUEST_NS
        self.exchange.serve()
        oracle = self.oracle
        oracle.now = self.now + REQUEST_NS
        match effect:
            case PlaceOrder():
                quantity = order_quantity(oracle, effect)
                oracle.place(effect, quantity, order_code(oracle, effect))
            case CancelOrder():
                oracle.cancel(effect)
            case SetStop():
                oracle.set_stop(effect, stop_code(oracle, effect))
            case LookUpOrder():
                oracle.look_up(effect)
            case AmendOrder():
                oracle.amend(effect, amend_code(oracle, effect))
            case SetLeverage():
                set_leverage(oracle, effect)
            case _:
                raise AssertionError(f"the oracle does not know {effect}")
        self.compare()

    def open(self, symbol: str, price: int) -> None:
        """A bar opens."""
        self.exchange.observe(BarOpened(symbol, self.now, Price(price)), self.now)
        self.oracle.now = self.now
        open_bar(self.oracle, symbol, number(price))
        self.compare()

    def close(self, candle: Candle) -> None:
        """A bar closed."""
        self.exchange.observe(candle, candle.close_ns)
        close_bar(self.oracle, candle)
        self.compare()

    def close_mark(self, candle: MarkCandle) -> None:
        """A candle of the mark closed."""
        self.exchange.observe(candle, candle.close_ns)
        close_mark(self.oracle, candle, candle.close_ns)
        self.compare()

    def tell(self, symbol: str, source: str, price: int) -> None:
        """The feed tells a mark or an index."""
        self.requests += 1
        kind = MarkPriced if source == "mark" else IndexPriced
        self.exchange.observe(kind(symbol, Price(price)), self.now)
        self.oracle.now = self.now
        tell_price(self.oracle, symbol, source, number(price), self.now)
        self.compare()

    def settle(self, symbol: str, rate: int) -> None:
        """Funding is settled."""
        self.requests += 1
        event = FundingRated(symbol, self.now, Rate(rate))
        self.exchange.observe(event, self.now)
        self.oracle.now = self.now
        settle(self.oracle, event)
        self.compare()

    def compare(self) -> None:
        """The same reports since the last time, and the same account."""
        exchange, oracle = self.exchange, self.oracle
        reports: list[ExecutionReport] = []
        while exchange.next_report_ns < NEVER:
            reports.append(exchange.take_report()[1])
        self.seen += reports
        assert [told(one) for one in reports] == oracle.reports
        oracle.reports.clear()
        for one in reports:
            if isinstance(one, OrderFilled):
                symbol = one.key.symbol
                assert one.venue_ns >= self.touched.get(symbol, 0), "time runs backwards"
                self.touched[symbol] = one.venue_ns
        ours = {
            key: tuple(map(number, (p.quantity, p.entry_value, p.stop_price, p.target_price)))
            for key, p in exchange.positions.items()
        }
        theirs = {
            p.key: (p.quantity, p.entry, p.stop, p.target) for p in oracle.positions if p.side
        }
        assert ours == theirs
        resting = {o.venue_order_id: number(o.remaining) for o in exchange.open_orders}
        assert resting == {o.number: o.remaining for o in oracle.waiting}
        money = [exchange.wallet, exchange.available, exchange.funding, exchange.insurance]
        expected = [oracle.wallet, available(oracle), oracle.funding, oracle.insurance]
        assert list(map(number, money)) == expected
        earned = exchange.realised - exchange.fees - exchange.funding
        assert exchange.wallet == oracle.terms.venue.wallet + earned
        for key, position in exchange.positions.items():
            mine = oracle.of(key)
            assert mine is not None
            assert number(exchange.position_margin(key)) == initial(oracle, mine)
            mark = oracle.markets[key.symbol].mark
            assert number(exchange.maintenance_margin(key)) == maintenance(oracle, mine, mark)
            end = number(exchange.liquidation_price(key))
            if oracle.is_cross:
                assert ends_at(oracle, mine, end), f"{key} {position.quantity} ends at {end}"
                continue
            assert end == liquidation_price(oracle, mine), f"{key} {position.quantity} ends"
        assert exchange.ambiguous_bars == oracle.ambiguous
