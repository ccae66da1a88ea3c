"""The manifest of a run: what decides it (terms, folded) and where it came from (provenance)."""

from typing import Literal

from engine.domain.instrument import Instrument
from engine.messages.record import record
from engine.money import Money, Rate
from engine.timebase import Nanos

ENGINE_SEMANTICS = 2
"""Raised whenever the same inputs would give other decisions than before.

2: closes below the contract's least quantity ask for the least; a position that its own stop opens,
because the fill of an entry that was told as ended comes after the stop's, is the entry's.
Frames of older semantics are folded as they were (law 2), which is why ``evolve`` may ask for the
number, and are not decided again (law 3).
"""


MarginMode = Literal["isolated", "cross", "none"]
"""``none`` is a spot account: what is bought is paid, nothing is sold short, nothing liquidated."""
PositionMode = Literal["one_way", "hedge"]
MarginRule = Literal["bybit", "bybit_2024", "source"]
"""Whose formulas (bybit-v5.md 6.2): now, before 2025-09-02, or the sources' (S2-82 … S2-86)."""
OrderNetting = Literal["sum", "larger_side"]
"""What the open orders of both sides hold: their sum, or the larger side alone (6.2)."""


@record
class VenueTerms:
    """The venue account, its modes and its fees; rates are e8 fractions (bybit-v5.md 6.8).

    ``moves_to_band``: a limit price outside the price band is moved to its edge, else refused
    (5.6).
    """

    profile: str
    venue_account: str
    asset: str
    wallet: Money
    taker_fee: Rate
    maker_fee: Rate
    margin_mode: MarginMode = "isolated"
    position_mode: PositionMode = "one_way"
    margin_rule: MarginRule = "bybit"
    order_netting: OrderNetting = "sum"
    moves_to_band: bool = True


@record
class FaultTerms:
    """Seeded misbehaviour of the simulated venue; each rate is an e8 probability per request."""

    reject: Rate
    no_answer_placed: Rate
    no_answer_lost: Rate
    partial: Rate
    late: Rate
    duplicate: Rate
    stop_reject: Rate


MatchedOn = Literal["candles", "trades", "quotes", "depth"]
"""What of the feed orders are matched on; the rest of it only informs strategies."""
QueueModel = Literal["through", "back", "pro_rata", "front"]
"""When a resting limit order fills. ``through``: once the market trades a tick past it. The others
hold a place in the queue of its price: behind all that is shown, and what is cancelled there was
behind us (``back``) or everywhere alike (``pro_rata``); ``front`` fills at the first touch."""
TargetFill = Literal["level", "better"]
"""What a target that the market jumps over gets: its level, or the better price."""


@record
class SimulationTerms:
    """What the simulated exchange assumes: the declared pessimism of a run.

    ``half_spread`` and ``slippage`` are e8 fractions of the price, latencies nanoseconds,
    ``volume_share`` the e8 share of a bar's volume that takers and resting limits may have.
    ``impact`` is how far, as a fraction of the price, a taker moves it by each further quantity
    as large as what was shown at the best price. ``pessimism`` is the name of the profile that
    the assumptions were taken from, for people.
    """

    path: str
    half_spread: Rate
    slippage: Rate
    request_latency_ns: Nanos
    report_latency_ns: Nanos
    answer_timeout_ns: Nanos
    volume_share: Rate
    faults: FaultTerms
    pessimism: str = "pessimistic"
    matched_on: MatchedOn = "candles"
    queue: QueueModel = "through"
    target_fill: TargetFill = "level"
    impact: Rate = Rate(0)
    funding: bool = True


@record
class SizingTerms:
    """How an entry gets its quantity (S0-30 … S0-33); ``fixed_quantity`` > 0 overrides risk."""

    risk_per_trade: Rate
    fixed_quantity: int
    leverage: Rate
    min_quantity: int
    min_notional: Money
    min_stop_fraction: Rate


@record
class Rung:
    """One rung of the loss ladder: after ``losses`` in a row do ``action`` with ``value``.

    ``size`` multiplies risk by ``value`` (e8); ``cooldown`` waits ``value`` nanoseconds;
    ``pause`` waits for the daily reset (value 0) or for ``resume`` (value 1).
    """

    losses: int
    action: str
    value: int


@record
class RiskTerms:
    """Limits of one account (S0-13 … S0-24, S3-01 … S3-05); a limit of 0 is off.

    ``drawdown_action`` is ``kill`` or ``pause``.
    """

    max_daily_loss: Money
    max_drawdown: Rate
    drawdown_action: str
    max_trades_per_day: int
    max_open_positions: int
    max_position_notional: Money
    max_leverage: Rate
    one_symbol_per_account: bool
    ladder: tuple[Rung, ...]


@record
class StrategyTerms:
    """Which strategy, with which parameters (name and canonical text), of which source."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    source_digest: str


@record
class AccountTerms:
    """A virtual account: its allocation, symbols, candles, strategy, sizing and limits.

    ``side`` 1 holds longs alone, -1 shorts, 0 both; in hedge mode it is the side of its positions
    (index 1 or 2) and cannot be 0.
    """

    name: str
    venue_account: str
    virtual_equity: Money
    symbols: tuple[str, ...]
    timeframe_ns: Nanos
    strategy: StrategyTerms
    sizing: SizingTerms
    risk: RiskTerms
    side: Literal[-1, 0, 1] = 0


@record
class GlobalTerms:
    """Rules over all accounts (S0-18 … S0-21, S0-24) and the clocks of the engine.

    ``max_symbol_exposure`` is an e8 multiple of real equity, 0 is off.
    """

    max_symbol_exposure: Rate
    breach_cooldown_ns: Nanos
    daily_reset_hour: int
    protection_deadline_ns: Nanos
    answer_deadline_ns: Nanos
    look_up_after_ns: Nanos
    receive_window_ns: Nanos
    max_candle_age_ns: Nanos


@record
class Terms:
    """All that decides a run besides its inputs; ``run`` is the hash of this."""

    semantics: int
    seed: int
    nonce: str
    base_interval_ns: Nanos
    venue: VenueTerms
    simulation: SimulationTerms
    instruments: tuple[Instrument, ...]
    accounts: tuple[AccountTerms, ...]
    limits: GlobalTerms


@record
class RunStarted:
    """A process takes up the run. ``provenance`` (paths, versions, host) is chained, not folded."""

    run: str
    terms: Terms
    provenance: tuple[tuple[str, str], ...]
