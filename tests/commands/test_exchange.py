"""``tradefold exchange serve``: it says how to be reached, serves, and ends when it is told to."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.bybit_wire.accounts_file import read_settings
from engine.errors import UserError
from engine.money import parse

HOUSE = Path(__file__).parents[2]
LOCAL = "http://127.0.0.1:"


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The command in a process of its own: the process, what it said, and where REST is."""
    command = [sys.executable, "-m", "cli", "exchange", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            said = ""
            while "Ctrl-C" not in said and '"ok": true' not in said:
                line = process.stdout.readline()
                assert line, process.stderr.read() if process.stderr else said
                said += line
            url = next(word for word in said.replace('"', " ").split() if word.startswith(LOCAL))
            yield process, said, url
        finally:
            process.kill()


def ask(url: str) -> Any:
    """The result of a public GET."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        body = json.load(answer)
    assert body["retCode"] == 0
    return body["result"]


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(wanted: signal.Signals) -> None:
    """On loopback, with pybit's and ccxt's settings on the screen; then it ends with 0."""
    with served("--feed", "synthetic:7", "--speed", "600", "--symbol", "BTCUSDT") as started:
        process, said, url = started
        for word in ("pybit", "ccxt", "tradefold", "/v5/private", "synthetic:7"):
            assert word in said
        assert "tradefold-secret" not in said
        rows = ask(f"{url}/v5/market/kline?category=linear&symbol=BTCUSDT&interval=60")["list"]
        assert len(rows) >= 24
        before = int(ask(f"{url}/v5/market/time")["timeNano"])
        assert int(ask(f"{url}/v5/market/time")["timeNano"]) > before
        process.send_signal(wanted)
        assert process.wait(15) == 0


def test_a_program_gets_one_envelope_once_it_serves() -> None:
    """Where, what and whose; then the words of the end go to stderr."""
    with served("--json", "--symbol", "BTCUSDT", "--warm-up", "10") as (process, said, url):
        body = json.loads(said)
        assert (body["ok"], body["data"]["http"]) == (True, url)
        assert body["data"]["keys"] == ["tradefold"]
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_recorded_candles_are_served_too(tmp_path: Path) -> None:
    """history:PATH; the file's symbol, and its own time."""
    start = 1_735_689_600_000
    lines = ["timestamp,open,high,low,close,volume"]
    for minute in range(60):
        price = 60_000 + minute
        lines.append(f"{start + minute * 60_000},{price},{price + 2},{price - 1},{price + 1},5")
    path = tmp_path / "BTCUSDT_1m.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ("--feed", f"history:{path}", "--warm-up", "30", "--speed", "60")
    with served(*options) as (_, said, url):
        assert "2025-01-01T00:30:00Z" in said
        query = f"category=linear&symbol=BTCUSDT&interval=1&start={start}&limit=2"
        rows = ask(f"{url}/v5/market/kline?{query}")["list"]
        assert [row[:2] for row in rows] == [
            [str(start + 60_000), "60001"],
            [str(start), "60000"],
        ]


def test_a_file_of_many_symbols_needs_no_symbol_of_its_own(tmp_path: Path) -> None:
    """Its column tells whose rates are whose; what is traded, the files of candles say."""
    start = 1_735_689_600_000
    for symbol, price in (("BTCUSDT", 60_000), ("ETHUSDT", 3_000)):
        lines = ["timestamp,open,high,low,close,volume"]
        lines += [f"{start + n * 60_000},{price},{price},{price},{price},5" for n in range(600)]
        (tmp_path / f"{symbol}_1m.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rates = tmp_path / "rates.csv"
    at = start + 8 * 3_600_000
    rates.write_text(
        f"timestamp,symbol,funding_rate\n{at},BTCUSDT,0.0002\n{at},ETHUSDT,-0.0003\n",
        encoding="utf-8",
    )
    files = [tmp_path / "BTCUSDT_1m.csv", tmp_path / "ETHUSDT_1m.csv", rates]
    feeds = [option for path in files for option in ("--feed", f"history:{path}")]
    with served(*feeds, "--warm-up", "470", "--speed", "lockstep") as (_, said, url):
        assert "BTCUSDT_1m.csv" in said
        step = urllib.request.Request(f"{url}/admin/step", f'{{"to_ms": {at}}}'.encode())
        with urllib.request.urlopen(step, timeout=30) as answer:
            assert answer.status == 200
        for symbol, rate in (("BTCUSDT", "0.0002"), ("ETHUSDT", "-0.0003")):
            path = f"{url}/v5/market/funding/history?category=linear&symbol={symbol}"
            assert [row["fundingRate"] for row in ask(path)["list"]] == [rate]


def test_a_market_that_stands_has_offers_from_its_first_moment() -> None:
    """In lock-step too, where the client trades before the first step: a whole book is there."""
    feed = "synthetic:7,start=2025-01-01T00:00:00Z"
    with served("--feed", feed, "--speed", "lockstep", "--warm-up", "60") as (_, said, url):
        assert "2025-01-01T01:00:00Z" in said
        found = ask(f"{url}/v5/market/orderbook?category=linear&symbol=BTCUSDT&limit=5")
        assert (len(found["b"]), len(found["a"])) == (5, 5)
        assert found["cts"] == 1_735_693_200_000


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--speed", "x"), "no number"),
        (("--speed", "0"), "not above 0"),
        (("--feed", "nonsense"), "synthetic:7"),
        (("--symbol", "NOPEUSDT"), "no contract"),
        (("--config", "nowhere.toml"), "cannot be read"),
        (("--port", "70000"), "70000"),
        (("--feed", "synthetic:"), "--feed synthetic:"),
        (("--feed", "history:nowhere.csv"), "there is no file nowhere.csv"),
        (("--feed", "history:pyproject.toml"), "write --feed history:SYMBOL=pyproject.toml"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    options: tuple[str, ...], sentence: str
) -> None:
    """Nothing is served then."""
    command = [sys.executable, "-m", "cli", "exchange", "serve", *options]
    told = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert sentence in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_config_adds_accounts(tmp_path: Path) -> None:
    """Keys, wallets, modes and limits, each with its default."""
    path = tmp_path / "accounts.toml"
    path.write_text(
        'address_per_5s = 5000\n[[accounts]]\nkey = "a"\nsecret = "s"\n\n'
        '[[accounts]]\nkey = "b"\nsecret = "t"\n'
        'wallet = 250.5\nmargin_mode = "isolated"\nposition_mode = "hedge"\nper_second = 20\n',
        encoding="utf-8",
    )
    found = read_settings(path)
    first, second = found.accounts
    assert found.address_most == 5_000
    assert (first.wallet, first.margin_mode, first.per_second) == (parse(10_000), "cross", 10)
    assert (second.wallet, second.margin_mode) == (parse("250.5"), "isolated")
    assert (second.position_mode, second.per_second) == ("hedge", 20)
    assert first.uid != second.uid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        "address_per_5s = 0\n[[accounts]]\nkey = 'a'\nsecret = 's'",
        "[[accounts]]\nkey = 'a'",
        "[[accounts]]\nkey = 'a b'\nsecret = 's'",
        "[[accounts]]\nkey = 'a'\nsecret = 'geheïm'",
        "[[accounts]]\nkey = 'a'\nsecret = 's'\nwalet = 1",
        "[[accounts]]\nkey = 'a'\nsecret = 's'\nwallet = 0",
        "[[accounts]]\nkey = 'a'\nsecret = 's'\nwallet = 'x'",
        "[[accounts]]\nkey = 'a'\nsecret = 's'\nmargin_mode = 'none'",
        "[[accounts]]\nkey = 'a'\nsecret = 's'\nper_second = true",
        "[[accounts]]\nkey = 'a'\nsecret = 's'\n[[accounts]]\nkey = 'a'\nsecret = 't'",
        "[",
    ],
)
def test_a_wrong_config_is_refused(text: str, tmp_path: Path) -> None:
    """Unknown words, missing keys, empty wallets, one key twice."""
    path = tmp_path / "accounts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="accounts"):
        read_settings(path)
