"""The terms of one wire account: the same exchange as the backtest's, without a strategy."""

from collections.abc import Sequence

from attrs import frozen

from adapters.config.catalogue import catalogue_layer, shipped_symbols
from adapters.config.terms import instrument_of
from adapters.config.venue_schema import InstrumentSection
from engine.domain.instrument import Instrument
from engine.errors import UserError
from engine.messages.runs import (
    ENGINE_SEMANTICS,
    FaultTerms,
    GlobalTerms,
    MarginMode,
    MatchedOn,
    PositionMode,
    SimulationTerms,
    Terms,
    VenueTerms,
)
from engine.money import Money, Rate
from engine.timebase import MINUTE, SECOND, Nanos

TAKER_FEE = Rate(55_000)
MAKER_FEE = Rate(20_000)
"""Non-VIP USDT perpetuals (bybit-v5.md 6.8), e8."""
ASSET = "USDT"
_QUIET = FaultTerms(*[Rate(0)] * 7)
_NO_LIMITS = GlobalTerms(
    Rate(0), Nanos(0), 0, SECOND, SECOND, SECOND, Nanos(5 * SECOND), Nanos(MINUTE)
)


@frozen
class AccountSettings:
    """One account of the server. ``uid`` is its number, ``wallet`` its first balance, e8;
    ``per_second`` is how many order requests of a kind it may send a second (7.1)."""

    key: str
    secret: str
    uid: int
    wallet: int
    margin_mode: MarginMode = "cross"
    position_mode: PositionMode = "one_way"
    per_second: int = 10


def contracts_of(symbols: Sequence[str]) -> tuple[Instrument, ...]:
    """The shipped contracts of that name, sorted; ``UserError`` for one that is not shipped."""
    tables = catalogue_layer(symbols).tree["instruments"]
    for symbol in symbols:
        if symbol not in tables:
            known = ", ".join(shipped_symbols()[:12])
            raise UserError(f"{symbol} is no contract of the catalogue; there are {known} …")
    return tuple(
        instrument_of(symbol, InstrumentSection(**tables[symbol])) for symbol in sorted(symbols)
    )


def account_terms(
    settings: AccountSettings, instruments: tuple[Instrument, ...], matched_on: MatchedOn
) -> Terms:
    """What decides the exchange of one account: nothing is random, a request arrives 1 ns later."""
    return Terms(
        semantics=ENGINE_SEMANTICS,
        seed=0,
        nonce="",
        base_interval_ns=Nanos(MINUTE),
        venue=VenueTerms(
            profile="bybit_linear",
            venue_account=f"uid-{settings.uid}",
            asset=ASSET,
            wallet=Money(settings.wallet),
            taker_fee=TAKER_FEE,
            maker_fee=MAKER_FEE,
            margin_mode=settings.margin_mode,
            position_mode=settings.position_mode,
        ),
        simulation=SimulationTerms(
            path="nearest_first",
            half_spread=Rate(500),
            slippage=Rate(500),
            request_latency_ns=Nanos(0),
            report_latency_ns=Nanos(0),
            answer_timeout_ns=Nanos(5 * SECOND),
            volume_share=Rate(25_000_000),
            faults=_QUIET,
            pessimism="neutral",
            matched_on=matched_on,
            queue="pro_rata",
            target_fill="better",
            impact=Rate(1_000),
        ),
        instruments=instruments,
        accounts=(),
        limits=_NO_LIMITS,
    )
