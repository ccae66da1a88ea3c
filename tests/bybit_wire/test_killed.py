"""The server is killed at any moment: what it acknowledged is there when the next one starts.

A few kills here; a campaign takes ``TRADEFOLD_KILLS=200``.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.bybit_wire.answers import TOO_MANY_VISITS
from adapters.bybit_wire.session_messages import WORDS, SessionPaused
from adapters.bybit_wire.signing import signature
from engine.errors import NegativeAnswerError
from journal.reader import JournalReader
from tests.bybit_wire.given import KEY, SECRET, SYMBOL
from tests.bybit_wire.kept import CODE_NOW, refolded

HOUSE = Path(__file__).parents[2]
KILLS = int(os.environ.get("TRADEFOLD_KILLS", "2"))
PATIENCE = 60.0
CLIENTS = 4
CONFIG = f"""\
address_per_5s = 1000000
[[accounts]]
key = "{KEY}"
secret = "{SECRET}"
per_second = 100000
"""


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server of the folder's session, from its start or from where it was; and where it is."""
    (folder / "accounts.toml").write_text(CONFIG, encoding="utf-8")
    options = ["--port", "0", "--symbol", SYMBOL, "--speed", "60", "--warm-up", "30"]
    options += ["--journal", str(folder / "session.journal"), "--json"]
    options += ["--config", str(folder / "accounts.toml")]
    command = [sys.executable, "-m", "cli", "exchange", "serve", *options]
    with subprocess.Popen(
        command, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            yield process, json.loads(line)["data"]["http"]
        finally:
            process.kill()


def signed(payload: bytes) -> dict[str, str]:
    """The headers of a request."""
    stamp = str(time.time_ns() // 1_000_000)
    return {
        "X-BAPI-API-KEY": KEY,
        "X-BAPI-TIMESTAMP": stamp,
        "X-BAPI-RECV-WINDOW": "50000",
        "X-BAPI-SIGN": signature(SECRET, (stamp + KEY + "50000").encode() + payload),
    }


async def post(http: aiohttp.ClientSession, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The body of a signed POST's answer."""
    body = json.dumps(fields).encode()
    async with http.post(path, data=body, headers=signed(body)) as answer:
        found: dict[str, Any] = await answer.json()
    return found


async def order_of(http: aiohttp.ClientSession, order_id: str) -> dict[str, Any]:
    """An order as realtime shows it."""
    query = f"category=linear&orderId={order_id}"
    while True:
        headers = signed(query.encode())
        async with http.get(f"/v5/order/realtime?{query}", headers=headers) as answer:
            found = await answer.json()
        if found["retCode"] != TOO_MANY_VISITS:
            break
        await asyncio.sleep(0.1)
    rows: list[dict[str, Any]] = found["result"]["list"]
    assert len(rows) == 1, f"{order_id} was acknowledged, and is not there"
    return rows[0]


async def trade_until_killed(http: aiohttp.ClientSession, told: dict[str, str], name: str) -> None:
    """Order without end; what is acknowledged is noted, with the state that it must have."""
    for n in range(1_000_000):
        asked = {"category": "linear", "symbol": SYMBOL, "side": "Buy" if n % 2 else "Sell"}
        asked |= {"orderLinkId": f"{name}-{n}", "qty": "0.001"}
        if n % 3:
            asked |= {"orderType": "Market"}
        else:
            asked |= {"orderType": "Limit", "side": "Buy", "price": "20000"}
        try:
            made = await post(http, "/v5/order/create", asked)
            assert made["retCode"] == 0, made
            order_id = made["result"]["orderId"]
            told[order_id] = "" if n % 3 else "New"
            if n % 6 == 0:
                one = {"category": "linear", "symbol": SYMBOL, "orderId": order_id}
                told[order_id] = ""  # nobody knows while the answer is not there
                assert (await post(http, "/v5/order/cancel", one))["retCode"] == 0
                told[order_id] = "Cancelled"
        except (aiohttp.ClientError, ConnectionError):
            return


async def until_killed(
    url: str, process: subprocess.Popen[str], seconds: float, name: str
) -> dict[str, str]:
    """Several clients at once, and a kill in the middle; what was acknowledged."""
    told: dict[str, str] = {}
    async with aiohttp.ClientSession(url) as http:
        clients = [
            asyncio.create_task(trade_until_killed(http, told, f"{name}-{each}"))
            for each in range(CLIENTS)
        ]
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        await asyncio.wait_for(asyncio.gather(*clients), PATIENCE)
    return told


async def looked_up(url: str, told: dict[str, str]) -> None:
    """Each order that was acknowledged is there, and in its state."""
    async with aiohttp.ClientSession(url) as http:
        for order_id, status in told.items():
            row = await order_of(http, order_id)
            assert not status or row["orderStatus"] == status


def test_an_acknowledged_order_outlives_the_server(tmp_path: Path) -> None:
    """``kill -9`` at a moment of chance, again and again: each acknowledged order and each
    acknowledged cancellation is there afterwards, and the journal proves itself."""
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    everything: dict[str, str] = {}
    for kill in range(KILLS):
        with served(tmp_path) as (process, url):
            told = asyncio.run(until_killed(url, process, chance.uniform(0.05, 1.5), str(kill)))
        everything |= told
        with served(tmp_path) as (process, url):
            newest = dict(list(everything.items())[-300:])
            asyncio.run(looked_up(url, newest))
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
    assert len(everything) > KILLS
    again = refolded(tmp_path / "session.journal")
    with JournalReader(tmp_path / "session.journal", WORDS) as reader:
        pauses = [
            each.input for each, _ in reader.frames() if isinstance(each.input, SessionPaused)
        ]
    assert (again.continued, len(pauses)) == (2 * KILLS - 1, KILLS)
    assert again.noted == sum(each.code == CODE_NOW for each in pauses)
    assert again.requests >= len(everything)


def test_what_is_killed_before_the_first_frame_leaves_no_journal(tmp_path: Path) -> None:
    """A name without a whole journal is no obstacle to the next server."""
    path = tmp_path / "session.journal"
    with served(tmp_path) as (process, _):
        process.kill()
    path.with_name(".session.journal.building").write_bytes(path.read_bytes()[:5_000])
    with served(tmp_path) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    path.write_bytes(path.read_bytes()[:-4_096])
    with pytest.raises(NegativeAnswerError):
        refolded(path)
