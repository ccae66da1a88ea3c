"""What a run assumed is told from its journal alone, and names every value that was changed."""

from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from adapters.config.assumptions import ASSUMPTIONS
from adapters.config.resolve import resolve
from adapters.config.terms import to_terms
from adapters.strategy_source import StrategyShelf
from adapters.wiring import BACKTEST
from engine.messages.runs import RunStarted, Terms
from engine.timebase import MINUTE, Nanos
from journal.reader import JournalReader
from replays.assumptions import Assumption, ambiguous_bars, assumptions_of
from replays.plan import Wanted, plan_run
from replays.running import Kept, run_to_file
from replays.words import sentence
from tests.golden.make_journal import GOLDEN

SETTINGS = """
[accounts.va1]
symbols = ["BTCUSDT", "SOLUSDT"]
strategy = "volatility_breakout"
[accounts.va1.sizing]
leverage = 1
[accounts.va1.risk]
ladder = "off"
max_daily_loss = 0
max_drawdown = 0.9
max_trades_per_day = 0
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "assumed.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def terms_of(config: Path, *sets: str) -> Terms:
    shelf = StrategyShelf()
    return to_terms(resolve(config, {}, sets, shelf.parameters_of), Nanos(5 * MINUTE), {})


def told(
    config: Path,
    *sets: str,
    recordings: Mapping[str, str] | None = None,
    ambiguous: int | None = 0,
) -> dict[str, Assumption]:
    provenance = tuple((recordings or {}).items())
    started = RunStarted("run", terms_of(config, *sets), provenance)
    return {each.name: each for each in assumptions_of(started, ambiguous)}


@pytest.mark.parametrize("profile", ASSUMPTIONS)
def test_a_profile_as_it_comes_is_named_and_nothing_else(config: Path, profile: str) -> None:
    found = told(config, f"simulation.profile={profile}")
    assert found["profile"].words == profile
    assert found["changed_from_profile"].value == {}


def test_every_value_that_is_not_the_profiles_is_named(config: Path) -> None:
    found = told(
        config,
        "simulation.profile=neutral",
        "simulation.slippage=0.0001",
        "simulation.report_latency=75ms",
        "simulation.queue=front",
    )
    assert found["changed_from_profile"].value == {
        "slippage": "0.0001",
        "report_latency": "75 ms",
        "queue": "front",
    }
    words = found["profile"].words
    assert words.startswith("neutral but for ")
    assert {"slippage 0.0001", "report latency 75 ms", "queue front"} <= set(
        words.removeprefix("neutral but for ").split(", ")
    )


def test_an_impact_that_nothing_asks_for_is_no_change(config: Path) -> None:
    assert told(config, "simulation.impact=0")["changed_from_profile"].value == {}
    found = told(config, "simulation.impact=0", "simulation.matched_on=quotes")
    assert found["changed_from_profile"].value == {"impact": "0"}


def test_a_profile_of_another_version_is_told_as_unknown(config: Path) -> None:
    terms = terms_of(config)
    other = attrs.evolve(terms, simulation=attrs.evolve(terms.simulation, pessimism="grim"))
    found = assumptions_of(RunStarted("run", other, ()), 0)
    assert found[0].words == "grim, which this version does not know"


@pytest.mark.parametrize(
    ("sets", "ambiguous", "words"),
    [
        ((), 0, "worst first, 0 ambiguous bars"),
        ((), 1, "worst first, 1 ambiguous bar: the stop won each"),
        ((), None, "worst first; how many bars were ambiguous was not recorded"),
        (("simulation.path=best_first",), 2, "best first, 2 ambiguous bars: the target won each"),
        (("simulation.matched_on=trades",), 0, "not needed"),
    ],
)
def test_the_path_tells_how_often_it_had_to_choose(
    config: Path, sets: tuple[str, ...], ambiguous: int | None, words: str
) -> None:
    found = told(config, *sets, ambiguous=ambiguous)
    assert found["path"].words == words
    assert found["ambiguous_bars"].value == ambiguous


@pytest.mark.parametrize(
    ("sets", "recordings", "name", "value", "words"),
    [
        ((), {}, "funding", {"BTCUSDT": "none", "SOLUSDT": "none"}, "none charged, for want of"),
        (
            (),
            {
                "funding BTCUSDT source": "f.parquet",
                "funding BTCUSDT first": "2025-01-01T08:00:00Z",
                "funding BTCUSDT last": "2025-03-31T16:00:00Z",
            },
            "funding",
            {"BTCUSDT": "recorded", "SOLUSDT": "none"},
            "recorded rates from 2025-01-01 to 2025-03-31 of BTCUSDT; SOLUSDT: none charged",
        ),
        (
            (),
            {"funding BTCUSDT,SOLUSDT tells": "BTCUSDT funding, SOLUSDT funding"},
            "funding",
            {"BTCUSDT": "recorded", "SOLUSDT": "recorded"},
            "recorded rates",
        ),
        (
            ("simulation.funding=false",),
            {"funding BTCUSDT source": "f"},
            "funding",
            "off",
            "off: not charged",
        ),
        (("venue.margin_mode=none",), {}, "funding", "none", "a spot account pays none"),
        (
            (),
            {"marks SOLUSDT source": "m.parquet"},
            "mark_source",
            {"BTCUSDT": "last_price", "SOLUSDT": "recorded"},
            "for want of a recording; candles of it act when they close",
        ),
        (
            (),
            {"messages BTCUSDT tells": "BTCUSDT depth, BTCUSDT marks"},
            "mark_source",
            {"BTCUSDT": "recorded", "SOLUSDT": "last_price"},
            "recorded of BTCUSDT",
        ),
        (
            ("simulation.matched_on=trades",),
            {},
            "volume_share",
            "0.1",
            "10 % of a minute's trades",
        ),
        (
            ("simulation.matched_on=depth",),
            {},
            "impact",
            "0.00005",
            "",
        ),
        (
            ("simulation.matched_on=quotes",),
            {},
            "half_spread",
            "0.00001",
            "the price moves by 0.005 % of it",
        ),
        ((), {}, "price_band", {"BTCUSDT": "recorded", "SOLUSDT": "none"}, "moved to it of BTC"),
        (
            ("venue.moves_to_band=false",),
            {},
            "price_band",
            {"BTCUSDT": "recorded", "SOLUSDT": "none"},
            "prices outside are refused",
        ),
        (
            ("instruments.SOLUSDT.tiers=off",),
            {},
            "risk_tiers",
            {"BTCUSDT": 35, "SOLUSDT": 0},
            "BTCUSDT 35, SOLUSDT one rate for every size",
        ),
        (
            ("venue.margin_mode=cross", "venue.order_netting=larger_side"),
            {},
            "margin_mode",
            "cross",
            "cross, one way, by Bybit's formulas of 2025-09-02; orders of both sides hold",
        ),
        (
            ("venue.profile=source_flat",),
            {},
            "margin_rule",
            "source",
            "",
        ),
        (
            ("simulation.faults.late=0.05",),
            {},
            "faults",
            {"late": "0.05"},
            "late 5 %",
        ),
        ((), {}, "venue_profile", "bybit_linear", "taker 0.055 %, maker 0.02 % (bybit_linear)"),
        ((), {}, "volume_share", "0.1", "10 % of a bar"),
        (("simulation.volume_share=0",), {}, "volume_share", "0", "without bound"),
        (("simulation.queue=back",), {}, "queue", "back", "candles show no queue"),
        (
            ("simulation.queue=back", "simulation.matched_on=depth"),
            {},
            "queue",
            "back",
            "who cancels stood behind it",
        ),
    ],
)
def test_each_assumption_has_a_value_for_programs_and_words_for_people(
    config: Path,
    sets: tuple[str, ...],
    recordings: dict[str, str],
    name: str,
    value: object,
    words: str,
) -> None:
    found = told(config, *sets, recordings=recordings)[name]
    assert found.value == value
    assert words in found.words


def test_a_journal_alone_tells_the_ambiguous_bars_that_the_exchange_counted(
    config: Path, tmp_path: Path
) -> None:
    """A narrow target and stop on wild bars: both are often inside one bar."""
    shelf = StrategyShelf()
    sets = ("accounts.va1.parameters.fixed_tp_r=0.2", "accounts.va1.parameters.sl_range_mult=0.2")
    wanted = Wanted(config, ("synthetic:4,days=3",), sets)
    ran = run_to_file(
        plan_run(wanted, BACKTEST, {}, shelf), BACKTEST, tmp_path / "a.db", True, Kept()
    )
    with JournalReader(tmp_path / "a.db") as reader:
        counted = ambiguous_bars(reader)
        sentences = [sentence(stamped.input) for stamped, _ in reader.frames()]
    assert counted == ran.outcome.exchange.ambiguous_bars
    assert counted == sum("the path chose" in each for each in sentences) > 0


def test_a_journal_of_before_says_that_nobody_counted() -> None:
    with JournalReader(GOLDEN.with_name("format-1.journal")) as reader:
        assert ambiguous_bars(reader) is None
        assert assumptions_of(reader.started, None)
