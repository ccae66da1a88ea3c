"""``tradefold exchange serve``: the simulated exchange as a local server that speaks Bybit's V5."""

import asyncio
import signal
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from adapters.bybit_wire.accounts_file import ServerSettings, read_settings, usual_settings
from adapters.bybit_wire.opening import WARM_UP, Opened, open_desk
from commands.envelope import DONE, envelope
from commands.options import json_option
from engine.errors import UserError
from engine.timebase import render_time

try:
    from adapters.bybit_wire.server import serving
except ModuleNotFoundError as error:
    raise UserError(
        "tradefold exchange serve needs aiohttp; install it with pip install 'tradefold[wire]'"
    ) from error

FASTEST = 100_000


@click.command("serve")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65_535))
@click.option(
    "--feed",
    "feeds",
    multiple=True,
    metavar="synthetic:SEED|history:PATH",
    help="What is traded: a made market, or recorded files (repeatable). [default: synthetic:7]",
)
@click.option(
    "--symbol",
    "symbols",
    multiple=True,
    help="A contract of the market, repeatable. [default: BTCUSDT and ETHUSDT, or the files']",
)
@click.option("--speed", default="1", show_default=True, help="Market seconds in a second.")
@click.option(
    "--warm-up",
    default=WARM_UP,
    show_default=True,
    type=click.IntRange(1, 50_000),
    help="Candles of each symbol that are history when the session begins.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Accounts, keys and limits: a TOML file of [[accounts]].",
)
@json_option
def serve(
    port: int,
    feeds: tuple[str, ...],
    symbols: tuple[str, ...],
    speed: str,
    warm_up: int,
    config: Path | None,
    as_json: bool,
) -> int:
    """Serve the simulated exchange on loopback as Bybit's V5 API, until Ctrl-C.

    Without --config there is one account of 10,000 USDT with the key tradefold and the secret
    tradefold-secret. With --json the envelope is printed once the server can be reached. Example:

    \b
      tradefold exchange serve --port 8090 --feed synthetic:7 --speed 60
    """
    settings = read_settings(config) if config is not None else usual_settings()
    factor = _speed(speed)
    opened = open_desk(feeds, symbols, settings.accounts, time.time_ns(), warm_up)
    asyncio.run(_serve(opened, settings, port, factor, as_json))
    click.echo("stopped; nothing is kept of the session", err=as_json)
    return DONE


def _speed(text: str) -> float:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise UserError(f"--speed {text} is no number; write 60") from error
    if not found.is_finite() or not 0 < found <= FASTEST:
        raise UserError(f"--speed {text} is not above 0 and at most {FASTEST}")
    return float(found)


async def _serve(
    opened: Opened, settings: ServerSettings, port: int, speed: float, as_json: bool
) -> None:
    """Serve until Ctrl-C or the end of the process is asked for, or the market breaks."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stop.set)
    async with serving(opened.desk, port, speed, settings.address_most) as (wire, found):
        if as_json:
            click.echo(envelope(facts(opened, settings, found), None))
        else:
            click.echo(how_to(opened, settings, found, speed))
        waiting = asyncio.create_task(stop.wait())
        assert wire.pumping is not None, "a server that runs has a pump"
        await asyncio.wait((waiting, wire.pumping), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()


def facts(opened: Opened, settings: ServerSettings, port: int) -> dict[str, Any]:
    """Where the server is and what it plays, for programs; no secrets."""
    return {
        "http": f"http://127.0.0.1:{port}",
        "ws": f"ws://127.0.0.1:{port}",
        "plays": opened.plays,
        "matched_on": opened.matched_on,
        "begins": render_time(opened.desk.start_ns),
        "keys": [each.key for each in settings.accounts],
    }


def how_to(opened: Opened, settings: ServerSettings, port: int, speed: float) -> str:
    """What is served, and how pybit and ccxt are pointed at it."""
    http, ws = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}"
    first = settings.accounts[0]
    keys = ", ".join(each.key for each in settings.accounts)
    return f"""\
{opened.plays}
matched on {opened.matched_on}; market time begins at {render_time(opened.desk.start_ns)}, \
{speed:g} x the wall's
REST {http} · WebSocket {ws}/v5/public/linear, /v5/private, /v5/trade
accounts: {keys}

pybit:
  import pybit.unified_trading as u, pybit._websocket_trading as t
  u.PUBLIC_WSS = "{ws}/v5/public/{{CHANNEL_TYPE}}"
  u.PRIVATE_WSS, t.TRADE_WSS = "{ws}/v5/private", "{ws}/v5/trade"
  http = u.HTTP(testnet=False, api_key="{first.key}", api_secret="…")
  http.endpoint, http.client.trust_env = "{http}", False
ccxt:
  x = ccxt.pro.bybit({{"apiKey": "{first.key}", "secret": "…",
      "options": {{"fetchMarkets": {{"types": ["linear"]}}}},
      "urls": {{"api": {{"public": "{http}", "private": "{http}"}}}}}})
  s = x.urls["api"]["ws"]; s["public"]["linear"] = "{ws}/v5/public/linear"
  s["private"].update(contract="{ws}/v5/private", trade="{ws}/v5/trade")

Ctrl-C ends it."""
