"""From settings to the engine's terms: integers only, every default written out, hashed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal

from attr import asdict  # the older one makes lists of tuples, named ones too

from adapters.config.resolve import Resolved
from adapters.config.schema import AccountSection, LimitsSection, RiskSection, SizingSection
from adapters.config.venue_schema import (
    FaultsSection,
    InstrumentSection,
    SimulationSection,
    VenueSection,
    ladder_of,
)
from engine.domain.instrument import Instrument
from engine.errors import UserError
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
from engine.money import Money, Price, Quantity, Rate, parse
from engine.timebase import Nanos, render_span

SIDES: Mapping[str, Literal[-1, 0, 1]] = {"both": 0, "long": 1, "short": -1}
"""``accounts.NAME.side`` as the engine knows it."""


def to_terms(
    resolved: Resolved,
    base_interval_ns: Nanos,
    source_digests: Mapping[str, str],
    nonce: str = "",
) -> Terms:
    """The terms of a run over candles of ``base_interval_ns``.

    ``source_digests`` gives the digest of each strategy's source by the strategy's name.
    Raises ``UserError`` when an account's timeframe cannot be built from those candles.
    """
    settings = resolved.settings
    for name, section in settings.accounts.items():
        if section.timeframe % base_interval_ns:
            raise UserError(
                f"accounts.{name}.timeframe = {render_span(section.timeframe)} cannot be built "
                f"from candles of {render_span(base_interval_ns)}; choose a multiple of it"
            )
    symbols = sorted({symbol for each in settings.accounts.values() for symbol in each.symbols})
    return Terms(
        semantics=ENGINE_SEMANTICS,
        seed=settings.run.seed,
        nonce=nonce,
        base_interval_ns=base_interval_ns,
        venue=_venue(settings.venue),
        simulation=_simulation(settings.simulation),
        instruments=tuple(instrument_of(each, settings.instruments[each]) for each in symbols),
        accounts=tuple(
            _account(
                name,
                section,
                settings.venue.account,
                resolved.parameters[name],
                source_digests.get(section.strategy, ""),
            )
            for name, section in sorted(settings.accounts.items())
        ),
        limits=_limits(settings.limits),
    )


def run_id(terms: Terms) -> str:
    """The name of a run: SHA-256 of its terms as JSON with sorted keys and no spaces."""
    fields = asdict(terms)
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _venue(section: VenueSection) -> VenueTerms:
    return VenueTerms(
        profile=section.profile,
        venue_account=section.account,
        asset=section.asset,
        wallet=Money(parse(section.wallet)),
        taker_fee=Rate(parse(section.taker_fee)),
        maker_fee=Rate(parse(section.maker_fee)),
        margin_mode=section.margin_mode,
        position_mode=section.position_mode,
        margin_rule=section.margin_rule,
        order_netting=section.order_netting,
        moves_to_band=section.moves_to_band,
    )


def _simulation(section: SimulationSection) -> SimulationTerms:
    return SimulationTerms(
        path=section.path,
        half_spread=Rate(parse(section.half_spread)),
        slippage=Rate(parse(section.slippage)),
        request_latency_ns=Nanos(section.request_latency),
        report_latency_ns=Nanos(section.report_latency),
        answer_timeout_ns=Nanos(section.answer_timeout),
        volume_share=Rate(parse(section.volume_share)),
        faults=_faults(section.faults),
        pessimism=section.profile,
        matched_on=section.matched_on,
        queue=section.queue,
        target_fill=section.target_fill,
        impact=Rate(parse(section.impact)),
        funding=section.funding,
    )


def _faults(section: FaultsSection) -> FaultTerms:
    return FaultTerms(
        reject=Rate(parse(section.reject)),
        no_answer_placed=Rate(parse(section.no_answer_placed)),
        no_answer_lost=Rate(parse(section.no_answer_lost)),
        partial=Rate(parse(section.partial)),
        late=Rate(parse(section.late)),
        duplicate=Rate(parse(section.duplicate)),
        stop_reject=Rate(parse(section.stop_reject)),
    )


def instrument_of(symbol: str, section: InstrumentSection) -> Instrument:
    """A contract as the engine knows it."""
    return Instrument(
        symbol=symbol,
        settle_asset=section.settle_asset,
        tick=Price(parse(section.tick)),
        lot=Quantity(parse(section.lot)),
        min_quantity=Quantity(parse(section.min_quantity)),
        max_limit_quantity=Quantity(parse(section.max_limit_quantity)),
        max_market_quantity=Quantity(parse(section.max_market_quantity)),
        min_notional=Money(parse(section.min_notional)),
        min_price=Price(parse(section.min_price)),
        max_price=Price(parse(section.max_price)),
        max_leverage=Rate(parse(section.max_leverage)),
        maintenance_rate=Rate(parse(section.maintenance_rate)),
        tiers=ladder_of(section.tiers),
        price_limit_x=Rate(parse(section.price_limit_x)),
        price_limit_y=Rate(parse(section.price_limit_y)),
        funding_interval_ns=Nanos(section.funding_interval),
    )


def _account(
    name: str,
    section: AccountSection,
    venue_account: str,
    parameters: tuple[tuple[str, str], ...],
    source_digest: str,
) -> AccountTerms:
    return AccountTerms(
        name=name,
        venue_account=venue_account,
        virtual_equity=Money(parse(section.virtual_equity)),
        symbols=section.symbols,
        timeframe_ns=Nanos(section.timeframe),
        strategy=StrategyTerms(section.strategy, parameters, source_digest),
        sizing=_sizing(section.sizing),
        risk=_risk(section.risk),
        side=SIDES[section.side],
    )


def _sizing(section: SizingSection) -> SizingTerms:
    return SizingTerms(
        risk_per_trade=Rate(parse(section.risk_per_trade)),
        fixed_quantity=parse(section.fixed_qty),
        leverage=Rate(parse(section.leverage)),
        min_quantity=parse(section.min_qty),
        min_notional=Money(parse(section.min_notional)),
        min_stop_fraction=Rate(parse(section.min_stop_fraction)),
    )


def _risk(section: RiskSection) -> RiskTerms:
    return RiskTerms(
        max_daily_loss=Money(parse(section.max_daily_loss)),
        max_drawdown=Rate(parse(section.max_drawdown)),
        drawdown_action=section.drawdown_action,
        max_trades_per_day=section.max_trades_per_day,
        max_open_positions=section.max_open_positions,
        max_position_notional=Money(parse(section.max_position_notional)),
        max_leverage=Rate(parse(section.max_leverage)),
        one_symbol_per_account=section.one_symbol_per_account,
        ladder=tuple(Rung(rung.losses, rung.action, rung.amount()) for rung in section.ladder),
    )


def _limits(section: LimitsSection) -> GlobalTerms:
    return GlobalTerms(
        max_symbol_exposure=Rate(parse(section.max_symbol_exposure)),
        breach_cooldown_ns=Nanos(section.breach_cooldown),
        daily_reset_hour=section.daily_reset_hour,
        protection_deadline_ns=Nanos(section.protection_deadline),
        answer_deadline_ns=Nanos(section.answer_deadline),
        look_up_after_ns=Nanos(section.look_up_after),
        receive_window_ns=Nanos(section.receive_window),
        max_candle_age_ns=Nanos(section.max_candle_age),
    )
