"""A wrong configuration is refused in one sentence: the place, the key, the value, the mend."""

from pathlib import Path

import pytest

from adapters.config.resolve import resolve
from engine.errors import UserError
from tests.config.rooms import SMALL, parameters_of, resolved, written

MISSPELT = [
    ("accounts.va1.parameters.fixed_tp_R=2", "did you mean fixed_tp_r?"),
    ("accounts.va1.parameters.lookback=2", "did you mean lookback_candles?"),
    ("accounts.va1.parameters.zzz=2", "known are both_sides, fixed_tp_r"),
    ("accounts.va1.risk.max_drawdwn=0.2", "did you mean max_drawdown?"),
    ("accounts.va1.max_drawdown=0.2", "did you mean risk.max_drawdown?"),
    ("simulation.slipage=0", "did you mean slippage?"),
    ("simulaton.slippage=0", "did you mean simulation?"),
    ("risk.max_daily_los=1", "risk.max_daily_los is not a setting; did you mean max_daily_loss?"),
    ("instruments.BTCUSDT.tik=1", "did you mean tick?"),
    ("run.seed.deeper=1", "run.seed is a value and has no keys below it"),
    ("run=1", "run is a section, not a value; write a key in it, such as run.seed"),
    ("accounts.va1=1", "accounts.va1 is a section, not a value"),
    ("accounts=1", "accounts is a section, not a value"),
    ("venue.profile=bybit_liner", "did you mean bybit_linear?"),
    ("venue.margin_mod=cross", "did you mean margin_mode?"),
    ("simulation.profil=neutral", "did you mean profile?"),
    ("accounts.va1.sid=long", "did you mean side?"),
    ("simulation.profile=optimist", "simulation.profile = 'optimist' does not exist; did you mean"),
    ("simulation.profile=brave", "known are pessimistic, neutral, optimistic"),
    ("instruments.BTCUSDT.tiers=[{limt=1}]", "tiers[0] has no key limt; did you mean limit?"),
    ("risk.ladder=[{loses=1}]", "ladder[0] has no key loses; did you mean losses?"),
    ("risk.ladder=[1]", "ladder[0] = 1 is no table; write {key = value}"),
    ("accounts.va1.strategy=brakout", "brakout is no strategy; did you mean breakout?"),
]

PERCENT = [
    ("accounts.va1.risk.max_drawdown=30", "= 30 is a fraction; 30 % is written 0.30"),
    ("accounts.va1.risk.max_drawdown=1", "= 1 is a fraction; 1 % is written 0.01"),
    ("accounts.va1.risk.max_drawdown=30%", 'max_drawdown = "30%" is written as a fraction: 0.30'),
    ("accounts.va1.sizing.risk_per_trade=1.0", "1 % is written 0.01"),
    ("accounts.va1.sizing.risk_per_trade=1.5", "1.5 % is written 0.015"),
    ("venue.taker_fee=0.055", "0.055 % is written 0.00055"),
    ("simulation.half_spread=0.1", "0.1 % is written 0.001"),
    ("simulation.volume_share=10", "10 % is written 0.10"),
    ("simulation.faults.reject=5", "5 % is written 0.05"),
    ("limits.max_symbol_exposure=200", "200 % is written 2"),
    ("instruments.BTCUSDT.maintenance_rate=1", "1 % is written 0.01"),
    ("instruments.BTCUSDT.price_limit_x=5", "5 % is written 0.05"),
    ("simulation.impact=0.05", "0.05 % is written 0.0005"),
]

_TIER = "limit=1000, maintenance_rate=0.005, max_leverage=100"
CHOICES = [
    ("venue.margin_mode=cros", 'margin_mode = "cros" is not one of isolated, cross, none'),
    ("venue.position_mode=both", "is not one of one_way, hedge"),
    ("venue.margin_rule=mine", "is not one of bybit, bybit_2024, source"),
    ("venue.order_netting=max", "is not one of sum, larger_side"),
    ("venue.moves_to_band=yes", "is neither true nor false"),
    ("simulation.matched_on=book", "is not one of candles, trades, quotes, depth"),
    ("simulation.queue=thru", "is not one of through, back, pro_rata, front"),
    ("simulation.target_fill=best", "is not one of level, better"),
    ("simulation.funding=on", "is neither true nor false"),
    ("accounts.va1.side=up", "is not one of both, long, short"),
    ("instruments.BTCUSDT.funding_interval=7h", "is no part of a day in whole minutes"),
    ("instruments.BTCUSDT.funding_interval=90s", "is no part of a day in whole minutes"),
    ("instruments.BTCUSDT.tiers=steep", 'is neither "off" nor a list of tiers'),
    ("instruments.BTCUSDT.tiers=[{limit=1}]", "maintenance_rate is missing; write it in that row"),
    (f"instruments.BTCUSDT.tiers=[{{{_TIER}}}, {{{_TIER}}}]", "is no ladder: the limit of tier 2"),
    (
        f"instruments.BTCUSDT.tiers=[{{{_TIER}}}, "
        "{limit=2000, maintenance_rate=0.01, max_leverage=101}]",
        "is no ladder: the leverage of tier 2, 101, rises",
    ),
    (
        f"instruments.BTCUSDT.tiers=[{{{_TIER}}}, "
        "{limit=2000, maintenance_rate=0.01, max_leverage=50, deduction=6}]",
        "has the deduction 6 in tier 2, but margin is continuous only with 5; leave it out",
    ),
    (
        "instruments.BTCUSDT.maintenance_rate=0.01",
        "--set: instruments.BTCUSDT has maintenance_rate = 0.01 and a first tier of 0.005",
    ),
    ("instruments.BTCUSDT.max_leverage=150", "max_leverage = 150 above the 100 of its first tier"),
    ("instruments.BTCUSDT.price_limit_x=0.03", "price_limit_y is not at or above price_limit_x"),
    ("instruments.BTCUSDT.price_limit_x=0", "price_limit_y is not at or above price_limit_x"),
]

BOUNDS = [
    ("run.seed=1e400", "run.seed = 1E+400 is too large; the largest is 9223372036854775807"),
    ("run.seed=9223372036854775808", "is too large; the largest is 9223372036854775807"),
    ("run.seed=1e999999999", "is too large; the largest is 9223372036854775807"),
    ("accounts.va1.virtual_equity=1e400", "= 1E+400 is above 1000000000000; write a smaller"),
    ("accounts.va1.virtual_equity=1000000000000.01", "is above 1000000000000; write a smaller"),
    ("accounts.va1.virtual_equity=1e999999999", "is above 1000000000000; write a smaller"),
    ("accounts.va1.virtual_equity=1e-400", "= 1E-400 is finer than 0.00000001"),
    ("venue.wallet=1e13", "= 10000000000000 is above 1000000000000; write a smaller"),
    ("accounts.va1.risk.max_daily_loss=1e400", "is above 1000000000000; write a smaller"),
    ("accounts.va1.risk.max_drawdown=1e400", "is above 1000000000000; write a smaller"),
    ("instruments.BTCUSDT.max_price=1e13", "is above 1000000000000; write a smaller"),
    ("simulation.request_latency=10d", '= "10d" is longer than 7d; write a shorter span'),
    ("simulation.report_latency=604801s", "is longer than 7d; write a shorter span"),
    ("simulation.answer_timeout=8d", "is longer than 7d; write a shorter span"),
    ("limits.protection_deadline=8d", "is longer than 7d; write a shorter span"),
    ("limits.answer_deadline=8d", "is longer than 7d; write a shorter span"),
    ("limits.look_up_after=8d", "is longer than 7d; write a shorter span"),
    ("limits.receive_window=8d", "is longer than 7d; write a shorter span"),
    ("limits.max_candle_age=8d", "is longer than 7d; write a shorter span"),
    ("limits.breach_cooldown=9999999999999999999999d", "is longer than 366d; write a shorter"),
    ("accounts.va1.timeframe=367d", "is longer than 366d; write a shorter span"),
    (
        'accounts.va1.risk.ladder=[{losses=2, action="cooldown", value="367d"}]',
        "is longer than 366d; write a shorter span",
    ),
    ("accounts.va1.parameters.fixed_tp_r=1e400", "is too large"),
    ("accounts.va1.parameters.lookback_candles=1e999999999", "is too large"),
    ("accounts.va1.parameters.fixed_tp_r=1e-999999999", "is too fine"),
    ("accounts.va1.parameters.risk_tag=1e400", "is too large"),
    ("accounts.va1.parameters.risk_tag='1e999999999'", "is too large"),
    ("run.seed=-1", "= -1 is negative"),
    ("run.seed=1.5", "= 1.5 is not a whole number"),
    ("run.seed=true", "= true is not a whole number"),
    ("run.seed=seven", '= "seven" is not a whole number'),
    ("venue.wallet=0", "must be above 0"),
    ("venue.wallet=many", '= "many" is not a decimal number'),
    ("venue.wallet=nan", "is not a finite number"),
    ("venue.wallet=inf", "is not a finite number"),
    ("venue.wallet=1.000000001", "is finer than 0.00000001"),
    ("venue.wallet=true", "= true is not a number"),
    ("venue.wallet=2025-01-01", "is not a number"),
    ("venue.taker_fee=-0.0001", "is negative"),
    ("accounts.va1.risk.max_daily_loss=-5", "is negative; write 0 to switch it off"),
    ("accounts.va1.risk.drawdown_action=stop", "is not one of kill, pause"),
    ("accounts.va1.risk.one_symbol_per_account=1", "is neither true nor false"),
    ("accounts.va1.sizing.leverage=0", "must be above 0"),
    ("accounts.va1.sizing.leverage=500", "is more leverage than any venue gives"),
    ("accounts.va1.sizing.leverage=6", "is above accounts.va1.risk.max_leverage = 5; lower"),
    ("limits.daily_reset_hour=24", "is no hour of the day"),
    ("simulation.request_latency=50", 'write "50ms", "300s", "5m" or "1h"'),
    ("simulation.request_latency=0", "must be longer than nothing"),
    ("simulation.path=random", "is not one of worst_first"),
    ("accounts.va1.timeframe=five", "is not a span of time"),
    ("accounts.va1.symbols=btcusdt", "in capitals"),
    ("accounts.va1.symbols=BTCUSDT,BTCUSDT", "names BTCUSDT twice"),
    ("accounts.va1.symbols=BTCÜSDT", "in capitals"),
    ("accounts.va1.symbols=[]", "is not a list of symbols"),
    ("accounts.va1.symbols=PEPEUSDT", "add [instruments.PEPEUSDT] with tick, lot, min_quantity"),
    ("instruments.PEPEUSDT.tick=0.1", "instruments.PEPEUSDT.lot is missing"),
    (
        "accounts.va2.symbols=ETHUSDT",
        "accounts.va2.strategy is missing; write it in [accounts.va2]",
    ),
    ("accounts.va1.parameters.lookback_candles=2.5", "= 2.5 is not a whole number"),
    ("accounts.va1.parameters.fixed_tp_r=much", "= much is not a number"),
    ("accounts.va1.parameters.both_sides=2", "= 2 is neither true nor false"),
    ("accounts.va1.risk.ladder=on", 'is neither "off" nor a list of rungs'),
    ('accounts.va1.risk.ladder=[{losses=2, action="size", value=50}]', "between 0 and 1"),
    ('accounts.va1.risk.ladder=[{losses=2, action="sleep"}]', "not one of size, cooldown, pause"),
    ('accounts.va1.risk.ladder=[{losses=2, action="cooldown"}]', "is not a span of time"),
    ('accounts.va1.risk.ladder=[{losses=2, action="pause", value=1}]', "has no value"),
    ('accounts.va1.risk.ladder=[{losses=0, action="pause"}]', "needs losses of 1 or more"),
    (
        'accounts.va1.risk.ladder=[{losses=2, action="pause"}, {losses=2, action="pause"}]',
        "risk.ladder = [{losses = 2, ",
    ),
]


@pytest.mark.parametrize(("option", "sentence"), MISSPELT + PERCENT + CHOICES + BOUNDS)
def test_a_wrong_setting_is_named_with_its_mend(tmp_path: Path, option: str, sentence: str) -> None:
    with pytest.raises(UserError) as refusal:
        resolved(tmp_path, sets=(option,))
    text = str(refusal.value)
    assert sentence in text
    assert text.startswith("--set")
    assert "\n" not in text


@pytest.mark.parametrize("option", ["run.seed", "=1", "run..seed=1", ""])
def test_a_set_option_is_key_equals_value(tmp_path: Path, option: str) -> None:
    with pytest.raises(UserError, match="is not KEY=VALUE"):
        resolved(tmp_path, sets=(option,))


def test_two_sets_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="write the one or the other"):
        resolved(tmp_path, sets=("run=1", "run.seed=1"))


def test_a_misspelt_key_of_the_file_is_named_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        resolved(tmp_path, SMALL + "[accounts.va1.parameters]\nfixed_tp_R = 2.2\n")
    assert str(refusal.value) == (
        f"{tmp_path / 'desk.toml'}: accounts.va1.parameters.fixed_tp_R is not a parameter of the "
        "strategy; did you mean fixed_tp_r?"
    )


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"TRADEFOLD__RUN__SED": "1"}, "environment TRADEFOLD__RUN__SED: run.sed is not a setting"),
        ({"TRADEFOLD__RISK__MAX_DRAWDOWN": "30"}, "environment TRADEFOLD__RISK__MAX_DRAWDOWN: "),
        ({"TRADEFOLD____SEED": "1"}, "has an empty key"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError) as refusal:
        resolved(tmp_path, environ=environ)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("a.toml", b"[run\nseed = 1", "cannot be parsed: "),
        ("a.toml", b"[run]\nseed = 1\nseed = 2\n", "line 3"),
        ("a.json", b'{"run": ', "line 1"),
        ("a.json", b"[1, 2]", "holds no table of settings"),
        ("a.toml", b"\xff\xfe", "is not a text in UTF-8"),
        ("a.json", b'{"run": {"seed": 1, "seed": 2}}', "'seed' is written twice"),
        ("a.yaml", b"run:\n  seed: [1\n", "(line 3)"),
        ("a.yml", b"run:\n  seed: 1\n  seed: 2\n", "(line 3)"),
        ("a.yaml", b"- 1\n", "holds no table of settings"),
        ("a.yaml", b"", "holds no table of settings"),
        ("a.yaml", b"run: !!python/object:os.system {}\n", "line 1"),
        ("a.toml", b"accounts = 1\n", "accounts is a section, not a value"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, name: str, body: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(UserError) as refusal:
        resolve(path, {}, (), parameters_of)
    assert str(path) in str(refusal.value)
    assert sentence in str(refusal.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UserError, match="cannot be read"):
            resolve(path, {}, (), parameters_of)


def test_an_accounts_name_fits_into_order_ids(tmp_path: Path) -> None:
    text = SMALL.replace("accounts.va1", 'accounts."my desk"')
    with pytest.raises(UserError, match="with letters, digits, - and _ only"):
        resolved(tmp_path, text)


def test_parameters_without_a_strategy_are_refused(tmp_path: Path) -> None:
    text = '[accounts.va1]\nsymbols = ["BTCUSDT"]\n[accounts.va1.parameters]\nfixed_tp_r = 2\n'
    with pytest.raises(UserError, match=r"accounts\.va1 has parameters but no strategy"):
        resolve(written(tmp_path, text), {}, (), parameters_of)


@pytest.mark.parametrize(
    "option",
    [
        "accounts.va1.virtual_equity=1000000000000",
        "simulation.request_latency=7d",
        "accounts.va1.timeframe=366d",
        "run.seed=9223372036854775807",
        "accounts.va1.parameters.fixed_tp_r=100000000000000000000",
    ],
)
def test_a_bound_itself_is_taken(tmp_path: Path, option: str) -> None:
    resolved(tmp_path, sets=(option,))
