"""``tradefold demo``: one run from nothing to its proof, with the command of every step."""

from pathlib import Path
from shlex import quote
from time import perf_counter
from typing import Any

import attrs
import click
from rich.console import Console
from rich.text import Text

from adapters.strategy_source import StrategyShelf
from adapters.wiring import BACKTEST
from commands.backtest import perform, run_data, show_run
from commands.envelope import Answer, give
from commands.explain import show_moment, show_order, told_moment
from commands.options import aside, json_option
from commands.screen import TITLE, amount, columns, heading, lines, screen, signed, sparkline
from commands.verify import proof_data, show_proof
from engine.errors import UserError
from engine.timebase import parse_time, render_time
from journal.places import check_name
from journal.reader import JournalReader
from replays.calm import calm_collector
from replays.order_story import find_order, order_story
from replays.plan import Plan, Wanted, plan_run
from replays.proof import Proof, prove
from replays.queries import rows_of
from replays.results import sampled
from replays.running import Ran
from replays.summary import Summary

MARKET = "synthetic:7,days=7"
FOLDER = Path("tradefold-demo")
SETTINGS = Path(__file__).with_name("demo.toml")
_SPARKS = 60
_TRADES_SHOWN = 6


@attrs.frozen
class Places:
    """Where the demonstration puts its two files."""

    settings: Path
    journal: Path


@attrs.frozen
class Found:
    """What the demonstration explains: an order without an answer, and a refused entry."""

    order: str
    refused_at: str
    refused_symbol: str
    refused_account: str


@click.command("demo")
@click.option("--keep", type=click.Path(path_type=Path), help="The folder to write into.")
@click.option("--journal", type=click.Path(path_type=Path), help="The journal's own name.")
@json_option
def command(keep: Path | None, journal: Path | None, as_json: bool) -> int:
    """Show a whole run without keys or network: two accounts on a synthetic market, at a venue
    that loses an answer and fills an order only in part; then prove the run and explain it.

    It writes ./tradefold-demo/ (a configuration and a journal) and replaces its own on the next
    call. Every step names the command that does it, so that you can type it yourself.

    \b
    Examples:
      tradefold demo
      tradefold demo --keep somewhere --json
    """
    if keep is not None and journal is not None:
        raise UserError("--keep and --journal both say where to write; give one of them")
    begin = perf_counter()
    places = _places(keep, journal)
    shelf = StrategyShelf()
    text = SETTINGS.read_text(encoding="utf-8")
    check_name(places.journal, replace=True)
    _write_settings(places.settings, text)
    plan = plan_run(Wanted(places.settings, (MARKET,)), BACKTEST, {}, shelf)
    if journal is not None:
        _check_own(journal, plan)
    ran, summary, _ = perform(plan, places.journal, replace=True)
    with JournalReader(places.journal) as reader, calm_collector(), aside():
        proof_begin = perf_counter()
        proof = prove(reader, shelf, chain_only=False)
        proof_seconds = perf_counter() - proof_begin
        found = _found(reader)
        order = order_story(reader, shelf, find_order(reader, found.order))
        at = int(parse_time(found.refused_at))
        refusal = told_moment(reader, shelf, at, found.refused_symbol, found.refused_account)
        trades = _last_trades(reader)
    commands = _commands(places, found)
    data = {
        **run_data(ran, summary, commands, ()),
        "settings": str(places.settings),
        "last_trades": trades,
        "verify": proof_data(proof, str(places.journal), proof_seconds),
        "order": order,
        "refusal": refusal,
        "demo_seconds": round(perf_counter() - begin, 3),
    }

    def show() -> None:
        console = screen()
        _show_run(console, commands[0], ran, summary, trades)
        _step(console, commands[1], "was it really so? Decide everything again")
        show_proof(console, proof, str(places.journal), proof_seconds)
        _step(console, commands[2], "an order whose answer never came")
        show_order(console, order, brief=True)
        _step(console, commands[3], "an entry that the gate refused")
        show_moment(console, refusal, why_not=True)
        _show_end(console, proof, places, perf_counter() - begin)

    return give(Answer(data, show, proof.fault, proof.code or "negative_answer"), as_json)


def _places(keep: Path | None, journal: Path | None) -> Places:
    if journal is not None:
        return Places(journal.with_suffix(".toml"), journal)
    folder = keep if keep is not None else FOLDER
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; choose a folder with --keep")
    folder.mkdir(parents=True, exist_ok=True)
    return Places(folder / "demo.toml", folder / "demo.db")


def _write_settings(path: Path, text: str) -> None:
    """Our settings under their name, unless somebody has made them his own."""
    if not path.exists():
        path.write_text(text, encoding="utf-8")
    elif path.read_text(encoding="utf-8", errors="replace") != text:
        raise UserError(
            f"{path} is not the demonstration's own (any more); run it with tradefold backtest, "
            "or choose another folder with --keep"
        )


def _check_own(journal: Path, plan: Plan) -> None:
    """A journal that was named is replaced only when it is of this very run."""
    if not journal.exists():
        return
    with JournalReader(journal) as reader:
        if reader.head.run != plan.run:
            raise UserError(
                f"journal {journal}: is of another run than the demonstration's; choose another "
                "name"
            )


def _found(reader: JournalReader) -> Found:
    """The most telling order and refusal of the run."""
    orders = rows_of(
        reader,
        "SELECT d.client_id FROM decisions d JOIN orders o USING (client_id)"
        " WHERE d.kind = 'OrderUnknown' AND o.purpose = 'entry'"
        " ORDER BY o.filled_quantity > 0 DESC, d.seq LIMIT 1",
    )
    refused = rows_of(
        reader,
        "SELECT at, symbol, account FROM decisions WHERE kind = 'IntentRefused'"
        " ORDER BY reason = 'trades_per_day' DESC, seq LIMIT 1",
    )
    assert orders, "the demonstration's seed leaves an order without an answer"
    assert refused, "the demonstration's limits refuse an entry"
    at, symbol, account = refused[0]
    return Found(orders[0][0], render_time(parse_time(at)), symbol, account)


def _last_trades(reader: JournalReader) -> list[dict[str, Any]]:
    names = ("account", "symbol", "side", "quantity", "entry_price", "exit_price", "pnl")
    more = ("r_multiple", "exit_reason", "closed_at")
    query = f"SELECT {', '.join((*names, *more))} FROM trades ORDER BY trade DESC LIMIT ?"
    rows = rows_of(reader, query, _TRADES_SHOWN)
    return [dict(zip((*names, *more), row, strict=True)) for row in reversed(rows)]


def _commands(places: Places, found: Found) -> list[str]:
    name = quote(str(places.journal))
    return [
        f"tradefold backtest {quote(str(places.settings))} --data {MARKET} --journal {name} "
        "--replace",
        f"tradefold verify {name}",
        f"tradefold explain {name} --order {found.order}",
        f"tradefold explain {name} --at {found.refused_at} --symbol {found.refused_symbol} "
        f"--account {found.refused_account} --why-not",
    ]


def _step(console: Console, command_line: str, what: str) -> None:
    console.print()
    console.print(Text(what, style=TITLE))
    console.print(Text(f"$ {command_line}", style="cyan"), soft_wrap=True)


def _show_run(
    console: Console, command_line: str, ran: Ran, summary: Summary, trades: list[dict[str, Any]]
) -> None:
    _step(console, command_line, "a week of two accounts at a venue that is not always well")
    heading(console, "equity", f"{len(summary.accounts)} accounts, {summary.total.trades} trades")
    console.print(f"  {sparkline(sampled(summary.line, _SPARKS))}")
    start = sum(each.allocation for each in summary.accounts)
    end = sum(each.equity for each in summary.accounts)
    lines(
        console,
        [
            f"{amount(start)} became {amount(end)} USDT; {summary.unknown} orders were unknown for "
            f"a time, {summary.partial} were filled in part"
        ],
    )
    heading(console, "trades", f"the last {len(trades)}")
    columns(
        console,
        ("account", "symbol", "side", "quantity", "entry", "exit", "net", "R", "by", "closed"),
        [
            (
                each["account"],
                each["symbol"],
                "long" if each["side"] == "buy" else "short",
                f"{each['quantity']:g}",
                f"{each['entry_price']:,.2f}",
                f"{each['exit_price']:,.2f}",
                signed(round(each["pnl"] * 100_000_000)),
                f"{each['r_multiple']:+.2f}",
                each["exit_reason"].replace("_", " "),
                each["closed_at"].replace("T", " ")[:16],
            )
            for each in trades
        ],
        right=(3, 4, 5, 6, 7),
    )
    show_run(console, ran, summary)


def _show_end(console: Console, proof: Proof, places: Places, seconds: float) -> None:
    heading(console, "done", f"in {seconds:.1f} s, without keys and without a network")
    lines(
        console,
        [
            f"{proof.chain.frames:,} frames re-decided, {proof.decisions:,} decisions identical, "
            "digest matches"
            if not proof.fault
            else proof.fault,
            f"change {places.settings} and run it again under another --journal",
        ],
    )
