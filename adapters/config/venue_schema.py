"""What a configuration may say of the venue: account, fees, modes, assumptions, contracts.

What has no default here comes from a profile (``venues``) or from the instrument catalogue.
"""

from decimal import Decimal
from typing import Annotated, get_args

from pydantic import AfterValidator, BeforeValidator, model_validator

from adapters.config import scalars as s
from adapters.config.section import Row, Section, default
from adapters.simulated.candle_path import PATHS
from engine.accounts.tiers import build_ladder
from engine.domain.instrument import RiskTier
from engine.messages.runs import (
    MarginMode,
    MarginRule,
    MatchedOn,
    OrderNetting,
    PositionMode,
    QueueModel,
    TargetFill,
)
from engine.money import Money, Rate, parse, render


class VenueSection(Section):
    """``[venue]``: fees and modes come from the profile unless they are written."""

    profile: s.Text = default("bybit_linear")
    account: s.Text = default("main")
    asset: s.Text = default("USDT")
    wallet: s.Positive = default("100000")
    taker_fee: s.SmallFraction
    maker_fee: s.SmallFraction
    margin_mode: Annotated[MarginMode, s.one_of(*get_args(MarginMode))]
    position_mode: Annotated[PositionMode, s.one_of(*get_args(PositionMode))]
    margin_rule: Annotated[MarginRule, s.one_of(*get_args(MarginRule))]
    order_netting: Annotated[OrderNetting, s.one_of(*get_args(OrderNetting))]
    moves_to_band: s.Flag


class FaultsSection(Section):
    """``[simulation.faults]``: probability of each misbehaviour, per request."""

    reject: s.Share = default(0)
    no_answer_placed: s.Share = default(0)
    no_answer_lost: s.Share = default(0)
    partial: s.Share = default(0)
    late: s.Share = default(0)
    duplicate: s.Share = default(0)
    stop_reject: s.Share = default(0)


class SimulationSection(Section):
    """``[simulation]``: what the simulated exchange assumes, from a profile unless written."""

    profile: s.Text = default("pessimistic")
    path: Annotated[str, s.one_of(*PATHS)]
    half_spread: s.SmallFraction
    slippage: s.SmallFraction
    request_latency: s.Delay
    report_latency: s.Delay
    answer_timeout: s.Delay = default("5s")
    volume_share: s.Share
    matched_on: Annotated[MatchedOn, s.one_of(*get_args(MatchedOn))] = default("candles")
    queue: Annotated[QueueModel, s.one_of(*get_args(QueueModel))]
    target_fill: Annotated[TargetFill, s.one_of(*get_args(TargetFill))]
    impact: s.SmallFraction
    funding: s.Flag = default(True)
    faults: FaultsSection = default({})


class TierSection(Row):
    """One row of ``[instruments.SYMBOL] tiers``: what holds for positions up to ``limit``."""

    limit: s.Positive
    maintenance_rate: s.Fraction
    max_leverage: s.Leverage
    deduction: s.Raw = default("")


def _listed(value: object) -> object:
    if value in ("off", "none") or value is False:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError('is neither "off" nor a list of tiers')
    return value


def ladder_of(tiers: tuple[TierSection, ...]) -> tuple[RiskTier, ...]:
    """The tiers with their deductions (bybit-v5.md 6.9); none for none.

    Raises ``ValueError`` where they do not rise, or a written deduction is another one.
    """
    if not tiers:
        return ()
    ladder = build_ladder(
        (
            Money(parse(tier.limit)),
            Rate(parse(tier.maintenance_rate)),
            Rate(parse(tier.max_leverage)),
        )
        for tier in tiers
    )
    for place, (written, reckoned) in enumerate(zip(tiers, ladder, strict=True), start=1):
        if written.deduction == "":
            continue
        if parse(s.decimal_of(written.deduction)) != reckoned.deduction:
            raise ValueError(
                f"has the deduction {s.plain(Decimal(written.deduction))} in tier {place}, but "
                f"margin is continuous only with {render(reckoned.deduction)}; leave it out"
            )
    return ladder


def _rising(tiers: tuple[TierSection, ...]) -> tuple[TierSection, ...]:
    try:
        ladder_of(tiers)
    except ValueError as error:
        sentence = str(error)
        beginning = "" if sentence.startswith("has ") else "is no ladder: "
        raise ValueError(beginning + sentence) from error
    return tiers


class InstrumentSection(Section):
    """``[instruments.SYMBOL]``: what the venue says of a contract (bybit-v5.md 3.2.1, 6.9)."""

    settle_asset: s.Text = default("USDT")
    tick: s.Positive
    lot: s.Positive
    min_quantity: s.Positive
    max_limit_quantity: s.Positive
    max_market_quantity: s.Positive
    min_notional: s.Amount = default("5")
    min_price: s.Positive
    max_price: s.Positive
    max_leverage: s.Leverage
    maintenance_rate: s.Fraction
    tiers: Annotated[tuple[TierSection, ...], BeforeValidator(_listed), AfterValidator(_rising)] = (
        default(())
    )
    price_limit_x: s.Fraction = default(0)
    price_limit_y: s.Fraction = default(0)
    funding_interval: s.FundingInterval = default("8h")

    @model_validator(mode="after")
    def _agrees(self) -> "InstrumentSection":
        """The first tier is told twice, and the band has two ratios or none."""
        if self.price_limit_y < self.price_limit_x or (
            self.price_limit_y and not self.price_limit_x
        ):
            raise ValueError(
                "has a price band whose price_limit_y is not at or above price_limit_x; write both "
                "as the venue gives them, or 0 for no band"
            )
        if self.tiers:
            first = self.tiers[0]
            if self.maintenance_rate != first.maintenance_rate:
                raise ValueError(
                    f"has maintenance_rate = {s.plain(self.maintenance_rate)} and a first tier of "
                    f'{s.plain(first.maintenance_rate)}; write tiers, or tiers = "off" for one rate'
                )
            if self.max_leverage > first.max_leverage:
                raise ValueError(
                    f"has max_leverage = {s.plain(self.max_leverage)} above the "
                    f"{s.plain(first.max_leverage)} of its first tier; lower it"
                )
        return self
