"""Whatever is wrong with what goes in: one sentence with place and mend, and nothing left."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import HOUSE, process, tell

SETTINGS = """
[accounts.va1]
virtual_equity = 10000
symbols = ["BTCUSDT"]
timeframe = "5m"
strategy = "volatility_breakout"
"""
HEADER = "ts_ms,open,high,low,close,volume"
START_MS = 1_735_689_600_000
GOOD = [
    ",".join(map(str, (START_MS + n * 300_000, 60000 + n, 60010 + n, 59990 + n, 60005 + n, 9)))
    for n in range(40)
]
Lines = list[str]


def swapped(lines: Lines) -> Lines:
    """Two candles in the wrong order."""
    return [*lines[:7], lines[8], lines[7], *lines[9:]]


def doubled(lines: Lines) -> Lines:
    """One candle twice."""
    return [*lines[:7], lines[6], *lines[7:]]


def with_row(text: str) -> Callable[[Lines], Lines]:
    """The seventh candle replaced; the time is its own."""
    return lambda lines: [*lines[:6], f"{lines[6].split(',')[0]},{text}", *lines[7:]]


CANDLES: list[tuple[str, str, Callable[[Lines], Lines], list[str]]] = [
    ("a,b,c,d,e,f", "a wrong header", lambda lines: lines, ["header", "found a, b, c"]),
    (HEADER, "unsorted", swapped, ["line 10", "sort"]),
    (HEADER, "doubled", doubled, ["line 9", "twice"]),
    (HEADER, "high below low", with_row("60000,59000,60001,60000,1"), ["line 8", "high"]),
    (HEADER, "not a number", with_row("nan,60000,59000,59500,1"), ["line 8", "nan"]),
    (HEADER, "a price of zero", with_row("0,60000,0,59500,1"), ["line 8", "open = 0"]),
    (HEADER, "a negative price", with_row("-1,60000,-1,59500,1"), ["line 8", "open = -1"]),
    (HEADER, "no candle", lambda _: [], ["no candles"]),
]

SETS: list[tuple[str, list[str]]] = [
    ("accounts.va1.symbls=1", ["symbls", "did you mean symbols"]),
    ("accounts.va1.sizing.risk_per_trade=1.5", ["risk_per_trade", "fraction"]),
    ("accounts.va1.parameters.lookbak_candles=3", ["lookbak_candles", "lookback_candles"]),
    ("accounts.va1.symbols=['NOSUCHUSDT']", ["NOSUCHUSDT", "[instruments.NOSUCHUSDT]"]),
    ("accounts.va1.timeframe='7m'", ["7m", "5m"]),
    ("accounts.va1.timeframe=5", ["timeframe"]),
    ("accounts.va1.strategy='volatility_brekout'", ["volatility_breakout"]),
    ("simulation.request_latency='-1ms'", ["request_latency"]),
    ("nonsense", ["KEY=VALUE"]),
]

STRATEGIES: list[tuple[str, str, list[str]]] = [
    ("1 / 0", "S", ["mine.py, line 1", "ZeroDivisionError"]),
    ("def (", "S", ["mine.py, line 1"]),
    ("import time", "S", ["mine.py, line 1", "clock"]),
    ("import datetime\n\ndatetime.datetime.now()", "S", ["mine.py, line 3", "clock"]),
    ("class Other: pass", "S", ["no class S"]),
    ("class S: pass", "S", ["observe"]),
]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a good configuration and good candles."""
    (tmp_path / "base.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "BTCUSDT.csv").write_text("\n".join([HEADER, *GOOD]) + "\n", encoding="utf-8")
    return tmp_path


def refused(here: Path, code: int, parts: list[str], *words: object) -> None:
    """The run is refused with one sentence that has these parts, and no journal begins."""
    before = sorted(path.name for path in here.iterdir())
    told = tell("backtest", here / "base.toml", *words, "--journal", here / "run.db", "--json")
    assert told.code == code, told.err
    assert told.envelope["data"] is None
    assert len(told.err.splitlines()) == 1
    for part in parts:
        assert part in told.err, told.err
    assert sorted(path.name for path in here.iterdir()) == before


def test_the_good_ones_are_taken(here: Path) -> None:
    """Or the cases below would prove nothing."""
    words = ("--data", here / "BTCUSDT.csv", "--journal", here / "run.db")
    assert tell("backtest", here / "base.toml", *words).code == 0


@pytest.mark.parametrize(
    ("head", "what", "spoil", "parts"), CANDLES, ids=[case[1] for case in CANDLES]
)
def test_candles_that_cannot_be(
    here: Path, head: str, what: str, spoil: Callable[[Lines], Lines], parts: list[str]
) -> None:
    """The sentence names the file and the line."""
    bad = here / "BTCUSDT_bad.csv"
    bad.write_text("\n".join([head, *spoil(GOOD)]) + "\n", encoding="utf-8")
    assert what
    refused(here, 2, ["BTCUSDT_bad.csv", *parts], "--data", bad)


@pytest.mark.parametrize(("option", "parts"), SETS)
def test_settings_that_cannot_be(here: Path, option: str, parts: list[str]) -> None:
    """The sentence names the key and what was probably meant."""
    refused(here, 2, parts, "--data", here / "BTCUSDT.csv", "--set", option)


@pytest.mark.parametrize(("source", "name", "parts"), STRATEGIES)
def test_strategies_that_cannot_be(here: Path, source: str, name: str, parts: list[str]) -> None:
    """The sentence names the file and the line."""
    (here / "mine.py").write_text(source + "\n", encoding="utf-8")
    own = ("--strategy", f"{here / 'mine.py'}:{name}")
    refused(here, 2, parts, "--data", here / "BTCUSDT.csv", *own)


def test_a_strategy_that_cannot_be_built(here: Path) -> None:
    """It is built once before the run, so that it fails before a journal begins."""
    (here / "mine.py").write_text(
        "import engine.strategies as tf\n\n@tf.define\nclass S:\n"
        "    def __attrs_post_init__(self):\n        raise RuntimeError('never')\n"
        "    def observe(self, candle): ...\n    def propose(self, view): return ()\n",
        encoding="utf-8",
    )
    own = ("--strategy", f"{here / 'mine.py'}:S", "--set", "accounts.va1.strategy=S")
    refused(here, 2, ["accounts.va1", "RuntimeError: never"], "--data", here / "BTCUSDT.csv", *own)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ((), ["--data"]),
        (("--data", "nosuch.csv"), ["nosuch.csv", "cannot be read"]),
        (("--data", "."), ["is a folder"]),
        (("--data", "synthetic:x"), ["synthetic:7"]),
        (("--data", "synthetic:7", "--from", "tomorrow"), ["--from tomorrow", "2025-01-31"]),
        (("--data", "synthetic:7", "--from", "2031-01-01"), ["--from or --to"]),
        (("--data", "synthetic:7", "--from", "2025-02-01", "--to", "2025-01-01"), ["exchange"]),
        (("--data", "synthetic:7", "--data", "synthetic:8"), ["no other --data"]),
    ],
)
def test_options_that_cannot_be(here: Path, words: tuple[str, ...], parts: list[str]) -> None:
    """The sentence names the option."""
    refused(here, 2, parts, *words)


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("nosuch.toml", None, ["nosuch.toml", "cannot be read"]),
        ("a.toml", "[accounts", ["a.toml", "cannot be parsed"]),
        ("a.toml", "[run]\nseed = 1\n", ["a.toml", "no account"]),
    ],
)
def test_configurations_that_cannot_be(
    here: Path, name: str, text: str | None, parts: list[str]
) -> None:
    """The sentence names the file."""
    if text is not None:
        (here / name).write_text(text, encoding="utf-8")
    told = tell("backtest", here / name, "--data", "synthetic:7")
    assert told.code == 2
    for part in parts:
        assert part in told.err


def limit_file_size() -> None:
    """In the child: no file may grow beyond 64 KiB, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))


def test_a_full_disk_ends_the_run_with_a_sentence(here: Path) -> None:
    """Exit code 3, no traceback, and no journal that pretends to be whole."""
    words = ("backtest", "base.toml", "--data", "synthetic:7,days=60", "--journal", "run.db")
    told = process(*words, cwd=here, preexec_fn=limit_file_size)
    assert told.code == 3, told.err
    assert len(told.err.splitlines()) == 1
    assert "run.db" in told.err
    assert "Traceback" not in told.err
    if (here / "run.db").exists():
        assert tell("journal", "show", here / "run.db", "--json").data["sealed"] is False


AS_NOBODY = """
import os, sys
import cli
words = sys.argv[1:]
try:
    cli.main([*words, "--journal", "warm.db", "--json"])
except SystemExit as end:
    assert end.code == 0
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
cli.main([*words, "--journal", os.environ["LOCKED"]])
"""
"""Root may write everywhere: become somebody else, once a first run has loaded all modules."""


def test_a_folder_that_cannot_be_written_is_told(here: Path) -> None:
    """Exit code 3, and nothing is left."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o555)
        words = ("backtest", "base.toml", "--data", "BTCUSDT.csv")
        here.chmod(0o755)
        told = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, *words],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(HOUSE), "LOCKED": str(place / "run.db")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 3, told.stderr
        assert "run.db: Permission denied" in told.stderr
        assert len(told.stderr.splitlines()) == 1
        assert list(place.iterdir()) == []
        place.chmod(0o755)
