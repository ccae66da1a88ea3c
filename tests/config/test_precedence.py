"""Settings come from four places, and one law says which of them holds."""

from itertools import combinations
from pathlib import Path

import pytest

from adapters.config.resolve import resolve
from engine.errors import UserError
from tests.config.rooms import SMALL, parameters_of, resolved, shown

RISK = "accounts.va1.risk"
PARAMETERS = "accounts.va1.parameters"
KEY = "accounts.va1.risk.max_drawdown"
VARIABLE = "TRADEFOLD__ACCOUNTS__VA1__RISK__MAX_DRAWDOWN"
IN_FILE = SMALL + "[accounts.va1.risk]\nmax_drawdown = 0.11\n"


@pytest.mark.parametrize(
    "given",
    [each for size in range(4) for each in combinations(("file", "environment", "set"), size)],
)
def test_set_wins_over_environment_over_file_over_default(
    tmp_path: Path, given: tuple[str, ...]
) -> None:
    result = resolved(
        tmp_path,
        IN_FILE if "file" in given else SMALL,
        {VARIABLE: "0.12"} if "environment" in given else {},
        (f"{KEY}=0.13",) if "set" in given else (),
    )
    strongest = given[-1] if given else "default"
    assert (
        shown(result, KEY)
        == {
            "default": ("0.3", "default"),
            "file": ("0.11", "desk.toml"),
            "environment": ("0.12", f"environment {VARIABLE}"),
            "set": ("0.13", "--set"),
        }[strongest]
    )


def test_general_tables_hold_for_every_account_that_says_nothing_itself(tmp_path: Path) -> None:
    text = """
    [risk]
    max_daily_loss = 7
    max_trades_per_day = 3
    [accounts.va1]
    symbols = ["BTCUSDT"]
    strategy = "breakout"
    [accounts.va2]
    symbols = ["ETHUSDT"]
    strategy = "breakout"
    [accounts.va2.risk]
    max_daily_loss = 9
    """
    result = resolved(tmp_path, text)
    assert shown(result, "accounts.va1.risk.max_daily_loss") == ("7", "desk.toml [risk]")
    assert shown(result, "accounts.va2.risk.max_daily_loss") == ("9", "desk.toml")
    assert shown(result, "accounts.va2.risk.max_trades_per_day") == ("3", "desk.toml [risk]")


def test_a_general_set_wins_over_what_the_file_says_of_one_account(tmp_path: Path) -> None:
    result = resolved(tmp_path, IN_FILE, sets=("risk.max_drawdown=0.2",))
    assert shown(result, KEY) == ("0.2", "--set [risk]")


def test_of_two_sets_with_one_key_the_later_holds(tmp_path: Path) -> None:
    assert resolved(tmp_path, sets=("run.seed=1", "run.seed=2")).settings.run.seed == 2


@pytest.mark.parametrize(
    ("variable", "key", "value"),
    [
        ("TRADEFOLD__RUN__SEED", "run.seed", "11"),
        ("TRADEFOLD__VENUE__ACCOUNT", "venue.account", "12"),
        ("tradefold__run__seed", "run.seed", "11"),
        (
            "Tradefold__Accounts__Va1__Parameters__Fixed_Tp_R",
            "accounts.va1.parameters.fixed_tp_r",
            "11",
        ),
        ("TRADEFOLD__INSTRUMENTS__BTCUSDT__MIN_NOTIONAL", "instruments.BTCUSDT.min_notional", "11"),
        ("TRADEFOLD__ACCOUNTS__VA1__RISK__LADDER", "accounts.va1.risk.ladder", "off"),
        ("TRADEFOLD__SIMULATION__REPORT_LATENCY", "simulation.report_latency", "70ms"),
        ("TRADEFOLD__SIMULATION__FAULTS__LATE", "simulation.faults.late", "1"),
    ],
)
def test_a_variable_names_a_key_in_any_case_with_double_underscores(
    tmp_path: Path, variable: str, key: str, value: str
) -> None:
    result = resolved(tmp_path, environ={variable: value})
    assert shown(result, key) == (value, f"environment {variable}")


def test_names_in_capitals_are_found_again_from_the_environment(tmp_path: Path) -> None:
    text = '[accounts.Desk_A]\nsymbols = ["BTCUSDT"]\nstrategy = "breakout"\n'
    result = resolved(tmp_path, text, {"TRADEFOLD__ACCOUNTS__DESK_A__SIZING__LEVERAGE": "2"})
    assert shown(result, "accounts.Desk_A.sizing.leverage")[0] == "2"


def test_variables_that_do_not_begin_like_ours_are_left_alone(tmp_path: Path) -> None:
    environ = {"PATH": "/bin", "TRADEFOLD_DATA": "elsewhere", "MY_TRADEFOLD__RUN__SEED": "x"}
    assert resolved(tmp_path, environ=environ).settings.run.seed == 7


def test_a_whole_configuration_may_come_without_a_file() -> None:
    sets = ("accounts.va1.symbols=BTCUSDT,ETHUSDT", "accounts.va1.strategy=breakout")
    result = resolve(None, {}, sets, parameters_of)
    assert result.settings.accounts["va1"].symbols == ("BTCUSDT", "ETHUSDT")
    assert shown(result, "accounts.va1.strategy") == ("breakout", "--set")


def test_fees_come_from_the_profile_unless_they_are_written(tmp_path: Path) -> None:
    result = resolved(tmp_path, sets=("venue.profile=source_flat", "venue.maker_fee=0.0001"))
    assert shown(result, "venue.taker_fee") == ("0.0006", "profile source_flat")
    assert shown(result, "venue.maker_fee") == ("0.0001", "--set")


def test_a_json_file_says_the_same_as_a_toml_file(tmp_path: Path) -> None:
    path = tmp_path / "desk.json"
    path.write_text(
        '{"accounts": {"va1": {"symbols": ["BTCUSDT"], "strategy": "breakout",'
        ' "risk": {"max_drawdown": 0.11}}}}'
    )
    from_json = resolve(path, {}, (), parameters_of)
    assert from_json.settings == resolved(tmp_path, IN_FILE).settings


def test_every_setting_is_shown_once_with_its_origin(tmp_path: Path) -> None:
    rows = resolved(tmp_path).origins
    keys = [row.key for row in rows]
    assert len(keys) == len(set(keys))
    assert {"run.seed", "venue.wallet", "simulation.faults.late", "limits.look_up_after"} <= set(
        keys
    )
    assert {row.origin for row in rows if row.key.startswith("instruments.")} <= {
        "instrument catalogue",
        "default",
    }
    assert not [key for key in keys if key.startswith("instruments.") and "BTCUSDT" not in key]


def test_a_configuration_without_an_account_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"desk\.toml: has no account; add a table such as"):
        resolved(tmp_path, "[run]\nseed = 1\n")
