"""Sessions of accounts with other margin modes, rules and contracts than ``given`` has."""

from attrs import evolve

from adapters.simulated.exchange import SimulatedExchange
from engine.accounts.tiers import build_ladder
from engine.domain.instrument import Instrument, RiskTier
from engine.domain.order import BUY, Side
from engine.ids import PositionKey
from engine.messages.effects import SetLeverage
from engine.messages.market import FundingRated, MarkCandle
from engine.messages.runs import MarginMode, MarginRule, OrderNetting, PositionMode
from engine.messages.venue import ExecutionReport, OrderFilled, OrderRejected
from engine.money import Money, Price, Rate
from engine.timebase import MINUTE, Nanos
from tests.simulation.given import BTC, START, Session, bar, e8, instrument, order, terms

LONG_SIDE = PositionKey("main", "BTCUSDT", 1)
SHORT_SIDE = PositionKey("main", "BTCUSDT", 2)
"""The two positions of hedge mode."""


def tiers(*rows: str) -> tuple[RiskTier, ...]:
    """A ladder of ``"limit rate leverage"`` rows."""
    told = [[e8(text) for text in row.split()] for row in rows]
    return build_ladder((Money(a), Rate(b), Rate(c)) for a, b, c in told)


LADDER = tiers("2000 0.005 100", "10000 0.05 20", "50000 0.1 10")
"""A short ladder: its deductions are 0, 90 and 590."""


def account(
    mode: MarginMode = "isolated",
    rule: MarginRule = "bybit",
    *,
    netting: OrderNetting = "sum",
    positions: PositionMode = "one_way",
    ladder: tuple[RiskTier, ...] = (),
    funding: bool = True,
    **told: object,
) -> Session:
    """A session with these margin terms; ``told`` goes to ``given.terms``."""
    plain = terms(**told)  # type: ignore[arg-type]
    venue = evolve(
        plain.venue,
        margin_mode=mode,
        margin_rule=rule,
        order_netting=netting,
        position_mode=positions,
    )
    contracts: tuple[Instrument, ...] = tuple(
        evolve(instrument(symbol), tiers=ladder) for symbol in ("BTCUSDT", "ETHUSDT")
    )
    made = Session()
    simulation = evolve(plain.simulation, funding=funding)
    made.exchange = SimulatedExchange(
        evolve(plain, venue=venue, instruments=contracts, simulation=simulation)
    )
    return made


def still(session: Session, n: int, price: str, symbol: str = "BTCUSDT") -> None:
    """A bar that never moves."""
    moving(session, n, f"{price} {price} {price} {price}", symbol)


def moving(session: Session, n: int, prices: str, symbol: str = "BTCUSDT") -> None:
    """A bar of ``"open high low close"``."""
    session.bar(bar(n, prices, symbol=symbol))


def liquidations(reports: list[ExecutionReport]) -> list[OrderFilled]:
    """The fills that a liquidation made."""
    return [
        report
        for report in reports
        if isinstance(report, OrderFilled) and report.cause == "liquidation"
    ]


def set_leverage(leverage: str, key: PositionKey = BTC) -> SetLeverage:
    """A request to set the leverage."""
    return SetLeverage(key, Rate(e8(leverage)))


def rated(n: int, rate: str, symbol: str = "BTCUSDT") -> FundingRated:
    """A funding settlement as the ``n``-th minute opens."""
    return FundingRated(symbol, Nanos(START + n * MINUTE), Rate(e8(rate)))


def mark_candle(n: int, prices: str, minutes: int = 1, symbol: str = "BTCUSDT") -> MarkCandle:
    """A candle of the mark over ``minutes`` from the ``n``-th on: ``"open high low close"``."""
    opened, high, low, close = (Price(e8(text)) for text in prices.split())
    open_ns = Nanos(START + n * MINUTE)
    close_ns = Nanos(open_ns + minutes * MINUTE)
    return MarkCandle(symbol, open_ns, close_ns, opened, high, low, close)


def refusal(session: Session) -> int:
    """The code of the one refusal among the reports; 0 where there is none."""
    codes = [report.code for report in session.take() if isinstance(report, OrderRejected)]
    return codes[0] if codes else 0


OPENING_FEE = e8("3.3")
"""Of the position that most of these tests hold."""


def holding(side: Side = BUY, session: Session | None = None, stop: str = "0") -> Session:
    """A position of 0.1 at 60 000, its reports taken."""
    session = session or account()
    session.bar(bar(0, "60000 60000 60000 60000"), order("a", side, "0.1", stop=stop))
    session.take()
    return session
