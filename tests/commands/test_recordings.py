"""``tradefold backtest --data`` with trades, quotes, books, messages, marks and funding rates."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands.conftest import tell

SETTINGS = """
[run]
base_interval = "10s"

[risk]
max_trades_per_day = 0
ladder = "off"

[accounts.ticks]
virtual_equity = 10000
symbols = ["BTCUSDT"]
timeframe = "20s"
strategy = "volatility_breakout"

[accounts.ticks.parameters]
lookback_candles = 3
"""
START_MS = 1_735_689_600_000
COUNT = 3_000
Columns = dict[str, list[Any]]


def prices() -> list[int]:
    """A walk in tenths: it swings wider and wider, so that candles break out."""
    found, price = [], 600_000
    for n in range(COUNT):
        price += (n * 7919 % 13 - 6) * (1 + n // 300) + (40 if n // 250 % 2 else -40)
        found.append(price)
    return found


PRICES = prices()


def times(later: int) -> Columns:
    """Five rows a second, received some milliseconds later than the venue says."""
    sent = [START_MS + 200 * n for n in range(COUNT)]
    return {"recv_ms": [at + later for at in sent], "exch_ms": sent}


def columns_of(kind: str) -> Columns:
    """The same market as trades, as quotes, or as books."""
    below, above = [(each - 5) / 10 for each in PRICES], [(each + 5) / 10 for each in PRICES]
    if kind == "trades":
        side = ["buy" if n % 3 else "sell" for n in range(COUNT)]
        middle = [each / 10 for each in PRICES]
        return {**times(3), "price": middle, "qty": [0.5] * COUNT, "side": side}
    if kind == "quotes":
        sizes = {"bid_qty": [1.5] * COUNT, "ask_qty": [2.5] * COUNT}
        return {**times(3), "bid_price": below, "ask_price": above, **sizes}
    return {
        **times(3),
        "bids_px": [[price, price - 1] for price in below],
        "bids_qty": [[1.5, 3.0]] * COUNT,
        "asks_px": [[price, price + 1] for price in above],
        "asks_qty": [[2.5, 3.0]] * COUNT,
    }


def written(folder: Path, kind: str) -> Path:
    path = folder / f"BTCUSDT_{kind}.parquet"
    pq.write_table(pa.table(columns_of(kind)), path)
    return path


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "ticks.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def run(here: Path, name: str, *words: object) -> dict[str, Any]:
    journal = here / f"{name}.db"
    told = tell("backtest", here / "ticks.toml", *words, "--journal", journal, "--json")
    assert told.code == 0, told.err
    assert tell("verify", journal).code == 0
    return told.data


@pytest.mark.parametrize("kind", ["trades", "quotes", "depth"])
def test_a_run_over_ticks_is_matched_on_them_and_verifies(here: Path, kind: str) -> None:
    data = run(here, kind, "--data", written(here, kind), "--set", f"simulation.matched_on={kind}")
    told = data["provenance"]
    assert told[f"{kind} BTCUSDT events"] == str(COUNT)
    assert told["candles BTCUSDT made"] == f"10s from {kind}"
    tail = tell("journal", "export", here / f"{kind}.db").out.splitlines()
    kinds = [json.loads(line)["input"]["kind"] for line in tail]
    word = {"trades": "Traded", "quotes": "Quoted", "depth": "DepthChanged"}[kind]
    assert kinds.count(word) == COUNT
    # 600 s of ticks; the first bar was not recorded from its beginning, the last to its end.
    assert kinds.count("CandleClosed") == 58
    assert "OrderFilled" in kinds


def test_csv_and_parquet_give_the_same_run(here: Path) -> None:
    columns = columns_of("trades")
    path = here / "BTCUSDT_trades.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    words = ("--set", "simulation.matched_on=trades", "--data")
    one = run(here, "one", *words, path)
    other = run(here, "other", *words, written(here, "trades"))
    assert one["digest"] == other["digest"]


def test_the_summary_tells_what_was_fed_and_what_was_not_needed(here: Path) -> None:
    rates = here / "funding.parquet"
    pq.write_table(
        pa.table({"symbol": ["ETHUSDT"], "ts_ms": [START_MS], "funding_rate": [0.0001]}), rates
    )
    words = ("--data", written(here, "trades"), "--data", rates, "--journal", here / "a.db")
    told = tell("backtest", here / "ticks.toml", *words)
    assert told.code == 0, told.err
    seen = " ".join(told.out.split())
    assert "trades BTCUSDT 3,000" in seen
    assert "candles of BTCUSDT are made here: 10s from trades" in seen
    assert f"{rates} holds funding of no symbol of this run: ETHUSDT" in " ".join(
        (told.out + told.err).split()
    )


def refusal(here: Path, words: Sequence[object]) -> str:
    before = sorted(here.iterdir())
    told = tell("backtest", here / "ticks.toml", *words, "--journal", here / "run.db", "--json")
    assert told.code == 2
    assert told.envelope["data"] is None
    assert len(told.err.splitlines()) == 1
    assert sorted(here.iterdir()) == before
    return told.err


@pytest.mark.parametrize(
    ("sets", "sentence"),
    [
        (["simulation.matched_on=quotes"], "needs quotes of BTCUSDT (found: trades); add --data"),
        (["run.base_interval=7s"], "timeframe = 20s cannot be built from candles of 7s"),
        (["run.base_interval=0s"], "run.base_interval"),
        (["instruments.BTCUSDT.tick=0.5"], "is no multiple of BTCUSDT's tick 0.5; give a record"),
    ],
)
def test_what_a_run_over_ticks_needs_is_told(here: Path, sets: list[str], sentence: str) -> None:
    words: list[object] = ["--data", written(here, "trades")]
    for each in sets:
        words += ["--set", each]
    assert sentence in refusal(here, words)


def test_a_wrong_kind_is_told(here: Path) -> None:
    path = written(here, "trades")
    assert "there is no kind 'ticks'" in refusal(here, ["--data", f"BTCUSDT:ticks={path}"])
    sentence = "missing bid_price (or best_bid_price)"
    assert sentence in refusal(here, ["--data", f"BTCUSDT:quotes={path}"])


def test_a_span_without_anything_is_told(here: Path) -> None:
    words = ["--data", written(here, "trades"), "--from", "2026-01-01"]
    assert "there is nothing in the range asked for; there are recordings from 2025-01-01T00:" in (
        refusal(here, words)
    )
