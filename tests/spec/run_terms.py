"""Terms of runs that are easy to calculate with: equity 10,000, prices around 100, tick 0.1."""

from typing import Any

import attrs

from engine.domain.instrument import Instrument
from engine.messages.runs import (
    ENGINE_SEMANTICS,
    AccountTerms,
    FaultTerms,
    GlobalTerms,
    RiskTerms,
    Rung,
    SimulationTerms,
    SizingTerms,
    StrategyTerms,
    Terms,
    VenueTerms,
)
from engine.money import parse
from engine.timebase import MILLISECOND, MINUTE, SECOND, parse_time

BTC, ETH = "BTCUSDT", "ETHUSDT"
START = parse_time("2024-03-04T00:00:00")
BAR = 5 * MINUTE
NO_FAULTS = FaultTerms(0, 0, 0, 0, 0, 0, 0)

LADDER = (
    Rung(2, "size", parse("0.5")),
    Rung(3, "cooldown", 300 * SECOND),
    Rung(4, "size", parse("0.25")),
    Rung(5, "pause", 0),
)
RISK = RiskTerms(
    max_daily_loss=0,
    max_drawdown=0,
    drawdown_action="kill",
    max_trades_per_day=0,
    max_open_positions=0,
    max_position_notional=0,
    max_leverage=parse("5"),
    one_symbol_per_account=False,
    ladder=(),
)
SIZING = SizingTerms(
    risk_per_trade=parse("0.01"),
    fixed_quantity=0,
    leverage=parse("3"),
    min_quantity=0,
    min_notional=0,
    min_stop_fraction=0,
)
LIMITS = GlobalTerms(
    max_symbol_exposure=0,
    breach_cooldown_ns=0,
    daily_reset_hour=0,
    protection_deadline_ns=2 * SECOND,
    answer_deadline_ns=10 * SECOND,
    look_up_after_ns=SECOND,
    receive_window_ns=5 * SECOND,
    max_candle_age_ns=30 * SECOND,
)
SIMULATION = SimulationTerms(
    path="worst_first",
    half_spread=parse("0.0001"),
    slippage=parse("0.0001"),
    request_latency_ns=20 * MILLISECOND,
    report_latency_ns=30 * MILLISECOND,
    answer_timeout_ns=3 * SECOND,
    volume_share=parse("0.1"),
    faults=NO_FAULTS,
)


def instrument(symbol: str = BTC, **changes: Any) -> Instrument:
    """A contract with a tick of 0.1 and a lot of 0.001."""
    usual = Instrument(
        symbol=symbol,
        settle_asset="USDT",
        tick=parse("0.1"),
        lot=parse("0.001"),
        min_quantity=parse("0.001"),
        max_limit_quantity=parse("100000"),
        max_market_quantity=parse("50000"),
        min_notional=parse("5"),
        min_price=parse("0.1"),
        max_price=parse("1000000"),
        max_leverage=parse("100"),
        maintenance_rate=parse("0.005"),
    )
    return attrs.evolve(usual, **changes)


def account(name: str = "alpha", symbols: tuple[str, ...] = (BTC,), **changes: Any) -> AccountTerms:
    """An account of 10,000 that risks 1 %; changes go to its sizing or its limits by their name."""
    sizing = {key: changes.pop(key) for key in tuple(changes) if hasattr(SIZING, key)}
    risk = {key: changes.pop(key) for key in tuple(changes) if hasattr(RISK, key)}
    usual = AccountTerms(
        name=name,
        venue_account="main",
        virtual_equity=parse("10000"),
        symbols=symbols,
        timeframe_ns=BAR,
        strategy=StrategyTerms("scripted", (), ""),
        sizing=attrs.evolve(SIZING, **sizing),
        risk=attrs.evolve(RISK, **risk),
    )
    return attrs.evolve(usual, **changes)


def terms(*accounts: AccountTerms, **changes: Any) -> Terms:
    """A run of ``accounts`` at a venue with 100,000; changes go to the limits by their name."""
    limits = {key: changes.pop(key) for key in tuple(changes) if hasattr(LIMITS, key)}
    usual = Terms(
        semantics=ENGINE_SEMANTICS,
        seed=7,
        nonce="",
        base_interval_ns=BAR,
        venue=VenueTerms(
            "bybit_linear", "main", "USDT", parse("100000"), parse("0.00055"), parse("0.0002")
        ),
        simulation=SIMULATION,
        instruments=(instrument(BTC), instrument(ETH)),
        accounts=accounts or (account(),),
        limits=attrs.evolve(LIMITS, **limits),
    )
    return attrs.evolve(usual, **changes)
