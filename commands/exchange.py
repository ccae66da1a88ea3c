"""``tradefold exchange serve``: the simulated exchange as a local server that speaks Bybit's V5."""

import asyncio
import signal
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from adapters.bybit_wire.accounts_file import ServerSettings, read_settings, usual_settings
from adapters.bybit_wire.admin import PLAN, plan_fields
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.fault_rules import SEED_MOST, rule_of_option
from adapters.bybit_wire.faults import KINDS, Faults
from adapters.bybit_wire.keeping import Keeper
from adapters.bybit_wire.opening import WARM_UP, Opened, open_desk
from adapters.bybit_wire.origin import CODE, code_digest
from adapters.bybit_wire.sessions import Asked, Kept, keep_session, span_of
from adapters.simulated import exchange as simulated
from commands.envelope import DONE, envelope
from commands.options import json_option
from commands.progress import progress
from engine.errors import UserError
from engine.money import render
from engine.timebase import MILLISECOND, render_time
from replays.provenance import of_the_code

try:
    from adapters.bybit_wire.lockstep import LOCKSTEP, STEP
    from adapters.bybit_wire.server import serving
except ModuleNotFoundError as error:
    raise UserError(
        "tradefold exchange serve needs aiohttp; install it with pip install 'tradefold[wire]'"
    ) from error

if not str(simulated.__file__).endswith(".py"):
    raise UserError(
        "tradefold exchange serve copies its exchange, and compiled modules are not copied;"
        " run it without build/compiled in PYTHONPATH"
    )

FASTEST = 100_000


@click.command("serve", epilog=f"Kinds of faults: {', '.join(KINDS)}.")
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
@click.option(
    "--speed",
    default="1",
    show_default=True,
    metavar="NUMBER|lockstep",
    help="Market seconds in a second; with lockstep it moves when POST /admin/step says so.",
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep the session there; a session that it holds is taken up where it ended.",
)
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
    help="Accounts, keys, limits and [faults]: a TOML file of [[accounts]].",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND=RATE[@WHERE]",
    help="What goes wrong by seed, as in timeout_after=0.05@/v5/order/create (repeatable).",
)
@click.option(
    "--fault-seed",
    type=click.IntRange(0, SEED_MOST - 1),
    help="What the draws of faults hang on. [default: the configuration's, or 0]",
)
@json_option
def serve(
    port: int,
    feeds: tuple[str, ...],
    symbols: tuple[str, ...],
    speed: str,
    journal: Path | None,
    warm_up: int,
    config: Path | None,
    faults: tuple[str, ...],
    fault_seed: int | None,
    as_json: bool,
) -> int:
    """Serve the simulated exchange on loopback as Bybit's V5 API, until Ctrl-C.

    Without --config there is one account of 10,000 USDT with the key tradefold and the secret
    tradefold-secret. With --json the envelope is printed once the server can be reached. Faults are
    drawn by seed; they are seen, set and ended at /admin/faults too. With --journal the session
    outlives the server: the same options and the same FILE go on with it. Examples:

    \b
      tradefold exchange serve --port 8090 --feed synthetic:7 --speed 60
      tradefold exchange serve --journal session.db
      tradefold exchange serve --fault timeout_after=0.05 --fault drop=0.01@order --fault-seed 7
    """
    settings = read_settings(config) if config is not None else usual_settings()
    plan = _plan(settings, faults, fault_seed)
    factor = _speed(speed)
    asked = Asked(feeds, symbols, settings.accounts, warm_up)
    opened, keeper = _kept(journal, asked) if journal is not None else (_opened(asked), None)
    try:
        asyncio.run(_serve(opened, keeper, settings, plan, port, factor, as_json))
    except BaseException:
        if keeper is not None:
            keeper.journal.close()
        raise
    if plan.counts:
        click.echo(f"faults that struck: {struck(plan)}", err=as_json)
    if keeper is not None:
        keeper.pause(_wall_ms(), code_digest())
        click.echo(f"stopped; {journal} keeps the session, and goes on with it", err=as_json)
    else:
        click.echo("stopped; nothing is kept of the session", err=as_json)
    return DONE


def _opened(asked: Asked) -> Opened:
    """A session that ends with its server."""
    return open_desk(asked.feeds, asked.symbols, asked.accounts, time.time_ns(), asked.warm_up)


def _kept(journal: Path, asked: Asked) -> tuple[Opened, Keeper]:
    """A session that is kept, from its beginning or from where it was."""
    origin = (*of_the_code(), (CODE, code_digest()))
    with progress("taking the session up", *span_of(journal), _market_ns) as watch:
        kept = keep_session(journal, asked, time.time_ns(), origin, watch)
    click.echo(taken_up(kept, journal), err=True)
    return kept.opened, kept.keeper


def _market_ns(desk: Desk) -> int:
    return desk.now_ns


def taken_up(kept: Kept, journal: Path) -> str:
    """Whether a session begins or goes on, and from where."""
    before = kept.before
    if before is None:
        return f"{journal} keeps the session from its beginning"
    end = "stopped in order" if before.paused else "cut off"
    return (
        f"{journal} goes on after {before.frames:,} frames with {before.requests:,} requests, each "
        f"answered as recorded; the server before was {end}"
    )


def _plan(settings: ServerSettings, options: tuple[str, ...], seed: int | None) -> Faults:
    """The faults of the configuration and of the options together."""
    rules = (*settings.faults.rules, *map(rule_of_option, options))
    return Faults(settings.faults.seed if seed is None else seed, rules, _wall_ms())


def _wall_ms() -> int:
    return time.time_ns() // MILLISECOND


def _speed(text: str) -> float:
    if text == "lockstep":
        return LOCKSTEP
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise UserError(f"--speed {text} is no number; write 60, or lockstep") from error
    if not found.is_finite() or not 0 < found <= FASTEST:
        raise UserError(f"--speed {text} is not above 0 and at most {FASTEST}")
    return float(found)


async def _serve(
    opened: Opened,
    keeper: Keeper | None,
    settings: ServerSettings,
    plan: Faults,
    port: int,
    speed: float,
    as_json: bool,
) -> None:
    """Serve until Ctrl-C or the end of the process is asked for, or the market breaks."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stop.set)
    most, token = settings.address_most, settings.admin_token
    server = serving(opened.desk, port, speed, most, plan, token, keeper)
    async with server as (wire, found):
        if as_json:
            click.echo(envelope(facts(opened, settings, plan, found), None))
        else:
            click.echo(how_to(opened, settings, plan, found, speed))
        waiting = asyncio.create_task(stop.wait())
        assert wire.pumping is not None, "a server that runs has a pump"
        await asyncio.wait((waiting, wire.pumping), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()


def facts(opened: Opened, settings: ServerSettings, plan: Faults, port: int) -> dict[str, Any]:
    """Where the server is and what it plays, for programs; no secrets."""
    return {
        "http": f"http://127.0.0.1:{port}",
        "ws": f"ws://127.0.0.1:{port}",
        "plays": opened.plays,
        "matched_on": opened.matched_on,
        "begins": render_time(opened.desk.start_ns),
        "keys": [each.key for each in settings.accounts],
        "admin": f"http://127.0.0.1:{port}{PLAN}",
        "faults": plan_fields(plan, _wall_ms()),
    }


def pace(speed: float) -> str:
    """How market time runs."""
    return f"at a standstill until POST {STEP}" if speed == LOCKSTEP else f"{speed:g} x the wall's"


def planned(plan: Faults) -> str:
    """The rules of a plan in a line."""
    if not plan.standing and not plan.down_until_ms:
        return "none"
    rules = [
        f"{each.rule.kind} {render(each.rule.rate)}"
        + (f" on {each.rule.on}" if each.rule.on else "")
        for each in plan.standing
    ]
    return f"seed {plan.seed}: " + ", ".join(rules + ["maintenance"] * bool(plan.down_until_ms))


def struck(plan: Faults) -> str:
    """How often each kind struck."""
    return ", ".join(f"{kind} {count}" for kind, count in sorted(plan.counts.items()))


def how_to(opened: Opened, settings: ServerSettings, plan: Faults, port: int, speed: float) -> str:
    """What is served, and how pybit and ccxt are pointed at it."""
    http, ws = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}"
    first = settings.accounts[0]
    keys = ", ".join(each.key for each in settings.accounts)
    return f"""\
{opened.plays}
matched on {opened.matched_on}; market time begins at {render_time(opened.desk.start_ns)}, \
{pace(speed)}
REST {http} · WebSocket {ws}/v5/public/linear, /v5/private, /v5/trade
accounts: {keys}
faults: {planned(plan)} · set and seen at {http}{PLAN}

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
