"""What the simulation tests start from: round terms, hand-made bars, and a driver.

Prices and quantities are written as decimals in texts and become e8 integers at once. One bar is
one minute. The driver does what a runner does: it serves requests and takes reports in the order
of their times.
"""

from attrs import evolve

from adapters.simulated.exchange import SimulatedExchange
from engine.domain.candle import Candle
from engine.domain.instrument import Instrument
from engine.domain.order import OrderType, Side, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.effects import CancelOrder, Effect, LookUpOrder, PlaceOrder, SetStop
from engine.messages.market import BarOpened
from engine.messages.runs import (
    ENGINE_SEMANTICS,
    AccountTerms,
    FaultTerms,
    GlobalTerms,
    RiskTerms,
    SimulationTerms,
    SizingTerms,
    StrategyTerms,
    Terms,
    VenueTerms,
)
from engine.messages.venue import ExecutionReport, StopReported
from engine.money import Money, Price, Quantity, Rate, parse
from engine.timebase import DAY, MILLISECOND, MINUTE, NEVER, SECOND, Nanos

START = Nanos(1_700_000_040_000_000_000)
REQUEST_NS = 20 * MILLISECOND
REPORT_NS = 30 * MILLISECOND
TIMEOUT_NS = 2 * SECOND
BTC = PositionKey("main", "BTCUSDT", 0)
ETH = PositionKey("main", "ETHUSDT", 0)
NO_FAULTS = FaultTerms(*(Rate(0),) * 7)
ALWAYS = Rate(100_000_000)


def e8(text: str) -> int:
    """The scaled integer of a decimal text."""
    return parse(text)


def instrument(symbol: str) -> Instrument:
    """Tick 0.1, lot 0.001, from 0.001 up to 100 (limit) and 50 (market), 5 USDT at least."""
    return Instrument(
        symbol=symbol,
        settle_asset="USDT",
        tick=Price(e8("0.1")),
        lot=Quantity(e8("0.001")),
        min_quantity=Quantity(e8("0.001")),
        max_limit_quantity=Quantity(e8("100")),
        max_market_quantity=Quantity(e8("50")),
        min_notional=Money(e8("5")),
        min_price=Price(e8("0.1")),
        max_price=Price(e8("1999999.8")),
        max_leverage=Rate(e8("100")),
        maintenance_rate=Rate(e8("0.005")),
    )


def account(name: str, symbols: tuple[str, ...], leverage: str) -> AccountTerms:
    """A virtual account of which the venue only reads symbols and leverage."""
    return AccountTerms(
        name=name,
        venue_account="main",
        virtual_equity=Money(e8("10000")),
        symbols=symbols,
        timeframe_ns=MINUTE,
        strategy=StrategyTerms("none", (), ""),
        sizing=SizingTerms(Rate(0), 0, Rate(e8(leverage)), 0, Money(0), Rate(0)),
        risk=RiskTerms(Money(0), Rate(0), "pause", 0, 0, Money(0), Rate(0), False, ()),
    )


def terms(
    *,
    seed: int = 7,
    wallet: str = "10000",
    leverage: str = "10",
    half_spread: str = "0",
    slippage: str = "0",
    volume_share: str = "0",
    faults: FaultTerms = NO_FAULTS,
    path: str = "worst_first",
) -> Terms:
    """Two symbols, taker 0.055 %, maker 0.02 %, no costs but the fees where not told."""
    return Terms(
        semantics=ENGINE_SEMANTICS,
        seed=seed,
        nonce="",
        base_interval_ns=MINUTE,
        venue=VenueTerms(
            "bybit", "main", "USDT", Money(e8(wallet)), Rate(e8("0.00055")), Rate(e8("0.0002"))
        ),
        simulation=SimulationTerms(
            path=path,
            half_spread=Rate(e8(half_spread)),
            slippage=Rate(e8(slippage)),
            request_latency_ns=Nanos(REQUEST_NS),
            report_latency_ns=Nanos(REPORT_NS),
            answer_timeout_ns=Nanos(TIMEOUT_NS),
            volume_share=Rate(e8(volume_share)),
            faults=faults,
        ),
        instruments=(instrument("BTCUSDT"), instrument("ETHUSDT")),
        accounts=(account("one", ("BTCUSDT", "ETHUSDT"), leverage),),
        limits=GlobalTerms(Rate(0), Nanos(0), 0, SECOND, SECOND, SECOND, Nanos(5 * SECOND), DAY),
    )


def faults(**rates: str) -> FaultTerms:
    """Fault terms with the named rates and zero else."""
    return evolve(NO_FAULTS, **{name: Rate(e8(rate)) for name, rate in rates.items()})


def bar(n: int, prices: str, volume: str = "1000", symbol: str = "BTCUSDT") -> Candle:
    """The ``n``-th minute: ``"open high low close"``."""
    opened, high, low, close = (Price(e8(text)) for text in prices.split())
    assert low <= min(opened, close) <= max(opened, close) <= high, "a bar that can be"
    open_ns = Nanos(START + n * MINUTE)
    return Candle(
        symbol, open_ns, Nanos(open_ns + MINUTE), opened, high, low, close, Quantity(e8(volume))
    )


def order(
    client_id: str,
    side: Side,
    quantity: str,
    *,
    key: PositionKey = BTC,
    order_type: OrderType = "market",
    price: str = "0",
    trigger: str = "0",
    stop: str = "0",
    target: str = "0",
    reduce_only: bool = False,
    time_in_force: TimeInForce = "GTC",
) -> PlaceOrder:
    """A request to place an order."""
    return PlaceOrder(
        key=key,
        client_id=ClientId(client_id),
        side=side,
        order_type=order_type,
        quantity=Quantity(e8(quantity)),
        price=Price(e8(price)),
        trigger_price=Price(e8(trigger)),
        time_in_force=time_in_force,
        reduce_only=reduce_only,
        stop_price=Price(e8(stop)),
        target_price=Price(e8(target)),
    )


def cancel(client_id: str, key: PositionKey = BTC) -> CancelOrder:
    """A request to cancel an order."""
    return CancelOrder(key, ClientId(client_id))


def looking_up(client_id: str, key: PositionKey = BTC) -> LookUpOrder:
    """A look-up of an order."""
    return LookUpOrder(key, ClientId(client_id))


def stop_told(key: PositionKey, stop: str, target: str, venue_ns: int) -> StopReported:
    """The report of a position's own stop and target."""
    return StopReported(key, Price(e8(stop)), Price(e8(target)), Nanos(venue_ns))


def set_stop(stop: str, target: str = "0", key: PositionKey = BTC) -> SetStop:
    """A request to set the position's own stop and target."""
    return SetStop(key, Price(e8(stop)), Price(e8(target)))


class Session:
    """A runner in small: brings everything in order of time and keeps what was reported."""

    def __init__(self, **told: object) -> None:
        self.exchange = SimulatedExchange(terms(**told))  # type: ignore[arg-type]
        self.now = START
        self.reports: list[tuple[Nanos, ExecutionReport]] = []

    def open(self, candle: Candle, *effects: Effect) -> None:
        """The bar opens; the effects were decided just before, at the close of the last one."""
        self.exchange.observe(BarOpened(candle.symbol, candle.open_ns, candle.open), candle.open_ns)
        self.send(*effects, at=candle.open_ns)

    def send(self, *effects: Effect, at: int) -> None:
        """Send effects at ``at`` and let the venue serve them all."""
        for effect in effects:
            self.exchange.request(effect, Nanos(at))
        while self.exchange.next_request_ns < NEVER:
            self.exchange.serve()

    def close(self, candle: Candle) -> None:
        """The bar closes."""
        self.exchange.observe(candle, candle.close_ns)

    def bar(self, candle: Candle, *effects: Effect) -> None:
        """A whole bar, with effects that arrive just after its open."""
        self.open(candle, *effects)
        self.close(candle)

    def take(self) -> list[ExecutionReport]:
        """All reports under way, in order; also kept with their times in ``reports``."""
        taken: list[ExecutionReport] = []
        while self.exchange.next_report_ns < NEVER:
            at, report = self.exchange.take_report()
            self.reports.append((at, report))
            taken.append(report)
        return taken

    def take_kinds(self) -> list[str]:
        """The names of all reports under way."""
        return [type(report).__name__ for report in self.take()]
