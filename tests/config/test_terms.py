"""Settings become the engine's integers, every default written out, and a name by their hash."""

import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapters.config.parameters import canonical
from adapters.config.recorded import RECORDED, terms_layer
from adapters.config.resolve import resolve, resolve_over
from adapters.config.scalars import plain, span_of
from adapters.config.terms import run_id, to_terms
from engine.errors import UserError
from engine.messages.runs import Rung, Terms
from engine.money import SCALE, parse, render
from engine.strategies import catalog
from engine.timebase import HOUR, MINUTE, SECOND, Nanos
from tests.config.rooms import SMALL, parameters_of, resolved

ROOT = Path(__file__).parents[2]
FIVE_MINUTES = Nanos(5 * MINUTE)


SAME = ("accounts.va1.parameters.fixed_tp_r=1.80", "venue.wallet=100000.0")


def terms(folder: Path, *sets: str, text: str = SMALL) -> Terms:
    return to_terms(resolved(folder, text, sets=sets), FIVE_MINUTES, {"breakout": "d1"})


def test_the_sources_defaults_hold_when_nothing_is_written(tmp_path: Path) -> None:
    found = terms(tmp_path)
    account = found.accounts[0]
    assert (account.sizing.risk_per_trade, account.sizing.leverage) == (1_000_000, 3 * SCALE)
    assert account.risk.max_daily_loss == 100 * SCALE
    assert account.risk.max_drawdown == 30_000_000
    assert account.risk.max_trades_per_day == 10
    assert account.risk.ladder == (
        Rung(2, "size", 50_000_000),
        Rung(3, "cooldown", 300 * SECOND),
        Rung(4, "size", 25_000_000),
        Rung(5, "pause", 0),
    )
    assert (found.venue.taker_fee, found.venue.maker_fee) == (55_000, 20_000)
    assert found.simulation.request_latency_ns == 50_000_000
    assert found.limits.receive_window_ns == 5 * SECOND


def test_every_parameter_stands_in_the_terms_sorted_and_canonical(tmp_path: Path) -> None:
    found = terms(
        tmp_path,
        "accounts.va1.parameters.fixed_tp_r=2.20",
        "accounts.va1.parameters.lookback_candles=30",
        "accounts.va1.parameters.both_sides=false",
    )
    assert found.accounts[0].strategy.parameters == (
        ("both_sides", "false"),
        ("fixed_tp_r", "2.2"),
        ("lookback_candles", "30"),
        ("min_stop_distance", "0"),
        ("risk_tag", "vol_breakout_5m_closed"),
        ("sl_range_mult", "1"),
        ("tp_mode", "fixed"),
    )
    assert found.accounts[0].strategy.source_digest == "d1"


@pytest.mark.parametrize(
    ("ladder", "expected"),
    [
        ("off", ()),
        ("[]", ()),
        ('[{losses=5, action="pause", until="resume"}]', (Rung(5, "pause", 1),)),
        ('[{losses=1, action="cooldown", value="1h"}]', (Rung(1, "cooldown", int(HOUR)),)),
    ],
)
def test_the_ladder_can_be_off_or_other(
    tmp_path: Path, ladder: str, expected: tuple[Rung, ...]
) -> None:
    assert terms(tmp_path, f"risk.ladder={ladder}").accounts[0].risk.ladder == expected


def test_only_traded_instruments_enter_the_terms_in_order_of_symbol(tmp_path: Path) -> None:
    found = terms(tmp_path, "accounts.va1.symbols=ETHUSDT,BTCUSDT", "instruments.ETHUSDT.tick=0.05")
    assert [each.symbol for each in found.instruments] == ["BTCUSDT", "ETHUSDT"]
    assert [each.tick for each in found.instruments] == [10_000_000, 5_000_000]
    assert found.accounts[0].symbols == ("ETHUSDT", "BTCUSDT")


def test_two_accounts_may_name_one_symbol_because_the_gate_decides(tmp_path: Path) -> None:
    found = terms(
        tmp_path, "accounts.b.symbols=BTCUSDT", "accounts.b.strategy=breakout", "run.seed=1"
    )
    assert [account.name for account in found.accounts] == ["b", "va1"]


def test_a_timeframe_is_a_multiple_of_the_candles_that_come_in(tmp_path: Path) -> None:
    assert terms(tmp_path, "accounts.va1.timeframe=1h").accounts[0].timeframe_ns == HOUR
    with pytest.raises(UserError) as refusal:
        terms(tmp_path, "accounts.va1.timeframe=7m")
    assert str(refusal.value) == (
        "accounts.va1.timeframe = 7m cannot be built from candles of 5m; choose a multiple of it"
    )


def test_one_meaning_has_one_name_however_it_is_written(tmp_path: Path) -> None:
    name = run_id(terms(tmp_path, *SAME))
    assert name == run_id(terms(tmp_path))
    assert name != run_id(terms(tmp_path, "run.seed=8"))
    assert name != run_id(evolve(terms(tmp_path), nonce="another"))


def test_the_name_is_the_same_in_another_process_with_another_hash_seed(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path\n"
        "from tests.config.test_terms import terms, run_id\n"
        f"print(run_id(terms(Path({str(tmp_path)!r}))))\n"
    )
    names = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert names == {run_id(terms(tmp_path))}


@pytest.mark.parametrize(
    "name", ["examples/volatility_breakout.toml", "examples/hedge.toml", "bench/w1.toml"]
)
def test_recorded_terms_resolve_to_themselves(name: str) -> None:
    def defaults(strategy: str) -> dict[str, str]:
        return catalog.parameters_of(catalog.find(strategy))

    digests = {"volatility_breakout": "d"}
    first = to_terms(resolve(ROOT / name, {}, (), defaults), FIVE_MINUTES, digests)
    layer = terms_layer(first)
    again = to_terms(resolve_over(layer, RECORDED, {}, (), defaults), FIVE_MINUTES, digests)
    assert again == first
    change = [f"accounts.{first.accounts[0].name}.parameters.fixed_tp_r=2.2"]
    changed = resolve_over(layer, RECORDED, {}, change, defaults)
    parameters = dict(to_terms(changed, FIVE_MINUTES, digests).accounts[0].strategy.parameters)
    assert parameters == {**dict(first.accounts[0].strategy.parameters), "fixed_tp_r": "2.2"}


def test_the_example_names_every_setting_there_is() -> None:
    def defaults(strategy: str) -> dict[str, str]:
        return catalog.parameters_of(catalog.find(strategy))

    rows = resolve(ROOT / "examples/volatility_breakout.toml", {}, (), defaults).origins
    silent = [row.key for row in rows if not row.origin.endswith("volatility_breakout.toml")]
    assert [key for key in silent if not key.startswith("instruments.")] == []


def test_the_strategys_own_types_have_the_last_word() -> None:
    def complete(strategy: str, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        return catalog.complete(catalog.find(strategy), given)

    def defaults(strategy: str) -> dict[str, str]:
        return catalog.parameters_of(catalog.find(strategy))

    with pytest.raises(UserError) as refusal:
        resolve(
            ROOT / "bench/w1.toml", {}, ["accounts.va1.parameters.tp_mode=x"], defaults, complete
        )
    assert str(refusal.value).startswith("--set: accounts.va1.parameters: ")


@given(st.integers(0, 10**17))
def test_every_e8_number_survives_the_way_through_text_and_layers(units: int) -> None:
    text = render(units)
    assert parse(canonical(text, 0.5)) == units
    assert plain(Decimal(text)) == text


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("1ns", 1),
        ("50ms", 50_000_000),
        ("300s", 300 * 10**9),
        ("5m", 300 * 10**9),
        ("1h", 3600 * 10**9),
        ("2d", 172_800 * 10**9),
        (0, 0),
    ],
)
def test_spans_are_whole_numbers_with_a_unit(text: object, nanos: int) -> None:
    assert span_of(text) == nanos


@pytest.mark.parametrize(
    ("value", "default", "text"),
    [
        (20, 10, "20"),
        ("1e-9", 0.5, "0.000000001"),
        (2, 1.5, "2"),
        ("a,b", ("x",), "a,b"),
        ([1, 2], (0.5,), "1,2"),
        (True, "", "true"),
        ("trailing", "fixed", "trailing"),
    ],
)
def test_a_parameter_has_one_canonical_text(value: object, default: object, text: str) -> None:
    assert canonical(value, default) == text
    assert canonical(text, default) == text


WRITTEN = (
    ("venue.margin_mode=cross", "venue.margin_mode", "cross"),
    ("venue.position_mode=hedge", "venue.position_mode", "hedge"),
    ("venue.margin_rule=bybit_2024", "venue.margin_rule", "bybit_2024"),
    ("venue.order_netting=larger_side", "venue.order_netting", "larger_side"),
    ("venue.moves_to_band=false", "venue.moves_to_band", False),
    ("simulation.profile=neutral", "simulation.pessimism", "neutral"),
    ("simulation.path=best_first", "simulation.path", "best_first"),
    ("simulation.matched_on=depth", "simulation.matched_on", "depth"),
    ("simulation.queue=back", "simulation.queue", "back"),
    ("simulation.target_fill=level", "simulation.target_fill", "level"),
    ("simulation.impact=0.0003", "simulation.impact", 30_000),
    ("simulation.funding=false", "simulation.funding", False),
    ("instruments.BTCUSDT.price_limit_x=0.015", "instruments.0.price_limit_x", 1_500_000),
    ("instruments.BTCUSDT.price_limit_y=0.03", "instruments.0.price_limit_y", 3_000_000),
    ("instruments.BTCUSDT.funding_interval=1h", "instruments.0.funding_interval_ns", HOUR),
    ("accounts.va1.side=short", "accounts.0.side", -1),
)


def test_every_assumption_that_is_written_reaches_the_terms_and_comes_back(tmp_path: Path) -> None:
    found = terms(tmp_path, *(option for option, _, _ in WRITTEN))
    for _, path, value in WRITTEN:
        here: object = found
        for name in path.split("."):
            here = here[int(name)] if isinstance(here, tuple) else getattr(here, name)
        assert here == value, path
    again = resolve_over(terms_layer(found), RECORDED, {}, (), parameters_of)
    assert to_terms(again, FIVE_MINUTES, {"breakout": "d1"}) == found
