"""Law 1 for whole runs: nothing around a run has a say in it."""

from pathlib import Path

import pytest

from tests.determinism.probe import Told, tell
from tests.determinism.worlds import equipped, pythons, run_probe, write_candles

SURROUNDINGS: dict[str, dict[str, str]] = {
    "another hash seed": {"PYTHONHASHSEED": "1"},
    "yet another hash seed": {"PYTHONHASHSEED": "4242"},
    "no random hash": {"PYTHONHASHSEED": "0"},
    "far in the west": {"TZ": "Pacific/Pago_Pago"},
    "far in the east": {"TZ": "Pacific/Kiritimati"},
    "a zone of its own": {"TZ": "XYZ-5:45"},
    "the locale C": {"LC_ALL": "C", "LANG": "C"},
    "a locale with decimal commas": {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    "a locale that is not there": {"LC_ALL": "tlh_QO.UTF-8"},
    "without assertions": {"PYTHONOPTIMIZE": "2"},
    "without UTF-8": {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"},
}

PYTHONS = list(pythons())


@pytest.fixture(scope="module")
def candles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The candles by the kind of their files."""
    return write_candles(tmp_path_factory.mktemp("candles"))


@pytest.fixture(scope="module")
def told(candles: dict[str, list[str]]) -> Told:
    """The run that all others are compared with: in this process."""
    return tell(candles["parquet"])


def test_the_run_is_worth_comparing(told: Told) -> None:
    """It trades, it meets faults, and it has some thousand frames."""
    assert told.trades > 50
    assert told.count > 2 * 2 * 10 * 288


def test_twice_in_one_process(candles: dict[str, list[str]], told: Told) -> None:
    """Nothing of the first run is left that the second could see."""
    assert tell(candles["parquet"]) == told


@pytest.mark.parametrize("environ", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_in_other_surroundings(
    environ: dict[str, str], candles: dict[str, list[str]], told: Told
) -> None:
    """Hash seed, time zone and locale change neither a digest nor a frame."""
    assert run_probe(candles["parquet"], environ=environ) == told


def test_in_another_folder(candles: dict[str, list[str]], told: Told, tmp_path: Path) -> None:
    """Neither the working folder nor how a path is written is part of a run."""
    assert run_probe(candles["parquet"], folder=tmp_path) == told
    beside = Path(candles["parquet"][0]).parent
    names = [Path(path).name for path in candles["parquet"]]
    assert run_probe(names, folder=beside) == told


def test_from_csv(candles: dict[str, list[str]], told: Told) -> None:
    """A run is its content, not the kind of file."""
    assert tell(candles["csv"]) == told


def test_with_the_files_in_another_order(candles: dict[str, list[str]], told: Told) -> None:
    """The symbols have their own order."""
    assert tell(candles["csv"][::-1]) == told


@pytest.mark.parametrize(
    "setting",
    [
        "run.seed=6",
        "venue.taker_fee=0.0006",
        "simulation.request_latency=51ms",
        "accounts.two.parameters.lookback_candles=21",
        "accounts.one.risk.max_trades_per_day=3",
    ],
)
def test_another_setting_is_another_run(
    setting: str, candles: dict[str, list[str]], told: Told
) -> None:
    """It has another name, another state, and other frames."""
    other = tell(candles["parquet"], [setting])
    assert other.run != told.run
    assert other.state != told.state
    assert other.frames != told.frames


@pytest.mark.parametrize(
    "setting",
    [
        "run.seed=5",
        "simulation.answer_timeout=5000ms",
        "simulation.slippage=0.000020",
        "accounts.one.parameters.fixed_tp_r=1.80",
        "accounts.one.parameters.min_stop_distance=0",
    ],
)
def test_a_default_written_out_is_the_same_run(
    setting: str, candles: dict[str, list[str]], told: Told
) -> None:
    """However it is spelt: terms hold values, not texts."""
    assert tell(candles["parquet"], [setting]) == told


@pytest.mark.parametrize(("version", "program"), PYTHONS, ids=[version for version, _ in PYTHONS])
def test_under_another_python(
    version: str, program: str, candles: dict[str, list[str]], told: Told
) -> None:
    """Every supported Python makes the same run of the same words."""
    python = equipped(version, program)
    if not python:
        pytest.skip(f"Python {version} has no runtime packages; TRADEFOLD_LONG=1 installs them")
    assert run_probe(candles["parquet"], python) == told
