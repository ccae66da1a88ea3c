"""What a configuration may say: every section, key, default and bound, in one place.

Units are fractions everywhere (0.01 is 1 %), times are spans ("300s", "5m"), and a limit of 0 is
off. Checklist: S0-13 … S0-33 (risk and sizing), S3-01 … S3-05; the venue's half of it stands in
``venue_schema`` (S2-57 … S2-88).
"""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import InitSettingsSource

from adapters.config import scalars as s
from adapters.config.section import Row, Section, default
from adapters.config.venue_schema import InstrumentSection, SimulationSection, VenueSection
from engine.money import parse

DEFAULT_LADDER = (
    {"losses": 2, "action": "size", "value": Decimal("0.5")},
    {"losses": 3, "action": "cooldown", "value": "300s"},
    {"losses": 4, "action": "size", "value": Decimal("0.25")},
    {"losses": 5, "action": "pause", "until": "daily_reset"},
)
"""Design 8: the three sources' loss rules as one ladder (S0-17, S3-03, S4)."""


class RunSection(Section):
    """``[run]``: ``base_interval`` is that of candles made from ticks; files tell their own."""

    seed: s.Count = default(7)
    base_interval: s.RealSpan = default("1m")


class LimitsSection(Section):
    """``[limits]``: rules over all accounts, and the clocks of the engine."""

    max_symbol_exposure: s.Multiple = default("1.0")
    breach_cooldown: s.Span = default("300s")
    daily_reset_hour: s.Hour = default(0)
    protection_deadline: s.Delay = default("2s")
    answer_deadline: s.Delay = default("10s")
    look_up_after: s.Delay = default("1s")
    receive_window: s.Delay = default("5s")
    max_candle_age: s.Delay = default("60s")


class SizingSection(Section):
    """``[sizing]`` and ``[accounts.NAME.sizing]`` (S0-22, S0-30 … S0-33)."""

    risk_per_trade: s.Fraction = default("0.01")
    fixed_qty: s.Amount = default(0)
    leverage: s.Leverage = default("3")
    min_qty: s.Amount = default(0)
    min_notional: s.Amount = default(0)
    min_stop_fraction: s.Fraction = default("0.0001")


class RungSection(Row):
    """One ``[[accounts.NAME.risk.ladder]]``: after ``losses`` in a row, do ``action``."""

    losses: s.Count
    action: Annotated[str, s.one_of("size", "cooldown", "pause")]
    value: s.Raw = default("")
    until: Annotated[str, s.one_of("daily_reset", "resume")] = default("daily_reset")

    @model_validator(mode="after")
    def _fits(self) -> "RungSection":
        if self.losses == 0:
            raise ValueError("needs losses of 1 or more")
        if self.action == "pause" and self.value != "":
            raise ValueError('pauses and has no value; write until = "daily_reset" or "resume"')
        if self.amount() == 0 and self.action != "pause":
            raise ValueError(f"needs a value above 0 for action {self.action}")
        return self

    def amount(self) -> int:
        """The number that the engine's ``Rung`` carries: e8 factor, nanoseconds, or 0 and 1."""
        if self.action == "pause":
            return 0 if self.until == "daily_reset" else 1
        if self.action == "cooldown":
            return s.span_of(self.value)
        factor = s.decimal_of(self.value)
        if not 0 < factor < 1:
            raise ValueError("with action size needs a value between 0 and 1, such as 0.5")
        return parse(factor)


def _ladder(value: object) -> object:
    if value in ("off", "none") or value is False:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError('is neither "off" nor a list of rungs')
    return value


def _rising(ladder: tuple[RungSection, ...]) -> tuple[RungSection, ...]:
    if any(later.losses <= earlier.losses for earlier, later in pairwise(ladder)):
        raise ValueError("has rungs whose losses do not rise from one to the next")
    return ladder


class RiskSection(Section):
    """``[risk]`` and ``[accounts.NAME.risk]`` (S0-13 … S0-24, S3-01 … S3-05)."""

    max_daily_loss: s.Amount = default("100")
    max_drawdown: s.Fraction = default("0.30")
    drawdown_action: Annotated[str, s.one_of("kill", "pause")] = default("kill")
    max_trades_per_day: s.Count = default(10)
    max_open_positions: s.Count = default(5)
    max_position_notional: s.Amount = default(0)
    max_leverage: s.Amount = default("5")
    one_symbol_per_account: s.Flag = default(True)
    ladder: Annotated[
        tuple[RungSection, ...], BeforeValidator(_ladder), AfterValidator(_rising)
    ] = default(DEFAULT_LADDER)


class AccountSection(Section):
    """``[accounts.NAME]``: a virtual account with its strategy and its limits."""

    virtual_equity: s.Positive = default("10000")
    symbols: s.Symbols
    side: Annotated[str, s.one_of("both", "long", "short")] = default("both")
    timeframe: s.RealSpan = default("5m")
    strategy: s.Text
    parameters: dict[str, Any] = default({})
    sizing: SizingSection = default({})
    risk: RiskSection = default({})


class Settings(BaseSettings):
    """The whole configuration. Its sources are handed in; it looks nothing up by itself."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, validate_default=True)

    run: RunSection = default({})
    venue: VenueSection = default({})
    simulation: SimulationSection = default({})
    limits: LimitsSection = default({})
    accounts: dict[str, AccountSection]
    instruments: dict[str, InstrumentSection] = default({})

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The layers that ``resolve`` read, strongest first; never the process's environment."""
        assert isinstance(init_settings, InitSettingsSource)
        layers = init_settings.init_kwargs["layers"]
        return tuple(InitSettingsSource(settings_cls, dict(layer)) for layer in layers)
