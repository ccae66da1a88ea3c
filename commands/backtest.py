"""``tradefold backtest``: a configuration over candles, into a journal."""

import os
from contextlib import nullcontext, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from adapters.wiring import BACKTEST
from commands.envelope import Answer, InterruptedRunError, give
from commands.options import aside, json_option, shelf_of, strategy_option
from commands.progress import at_of, progress
from commands.screen import facts, heading, screen
from commands.summary_facts import summary_data
from commands.summary_view import next_commands, show_next, show_summary
from engine.money import render
from journal.places import check_name
from journal.reader import JournalReader
from replays.plan import Plan, Wanted, plan_run
from replays.queries import rows_of
from replays.report.place import check_folder
from replays.running import Kept, Ran, run_to_file
from replays.summary import Summary, summarise


@click.command("backtest")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--data",
    "candles",
    multiple=True,
    metavar="[SYMBOL[:KIND]=]PATH|synthetic:SEED",
    help="A recording, once for each file: candles, trades, quotes, depth, marks or funding as "
    "CSV, Parquet or Feather, candles and rates as JSON too, or raw messages as JSON lines; what "
    "it is, its columns tell, or KIND. Or a market made from a seed.",
)
@click.option(
    "--from",
    "start",
    default="",
    metavar="TIME",
    help="First candle to open, or tick to come, UTC.",
)
@click.option(
    "--to",
    "end",
    default="",
    metavar="TIME",
    help="Candles open, and ticks come, before this, UTC.",
)
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change a setting.")
@strategy_option
@click.option(
    "--journal",
    "journal",
    type=click.Path(path_type=Path),
    help="Where the journal goes; else CONFIG-RUN.db in the working folder.",
)
@click.option(
    "--report",
    "report",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also make the report of the run: a page and files in the folder DIR.",
)
@click.option("--replace", is_flag=True, help="Replace that journal, once the new one is sealed.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    config: Path,
    candles: tuple[str, ...],
    start: str,
    end: str,
    sets: tuple[str, ...],
    strategies: tuple[str, ...],
    journal: Path | None,
    report: Path | None,
    replace: bool,
    as_json: bool,
) -> int:
    """Run CONFIG over a market with the whole engine, and write every decision to a journal.

    Configuration and recordings are checked whole before the first frame. Where no file has
    candles, they are made of the ticks, run.base_interval long. The journal is named after the
    configuration and the run when --journal does not name it; an existing one is refused without
    --replace.

    \b
    Examples:
      tradefold backtest my.toml --data BTCUSDT_5m.parquet --data funding.parquet
      tradefold backtest my.toml --data BTCUSDT:trades=day.csv.gz --set simulation.matched_on=trades
      tradefold backtest my.toml --data synthetic:7,days=30 --set run.seed=8 --journal seven.db
    """
    shelf = shelf_of(strategies)
    wanted = Wanted(config, candles, sets, start, end)
    with aside():
        plan = plan_run(wanted, BACKTEST, os.environ, shelf)
    path = journal or default_journal(config, plan)
    check_name(path, replace)
    if report is not None:
        check_folder(report, replace)
    ran, summary, order = perform(plan, path, replace)
    commands = next_commands(summary, str(path), strategies, order)

    def show() -> None:
        console = screen()
        show_summary(console, summary)
        show_run(console, ran, summary)
        if report is not None:
            make_report(context, path, report, replace, quiet=False)
        show_next(console, commands)

    warnings = warnings_of(plan, summary)
    data = run_data(ran, summary, commands, warnings)
    if report is not None:
        data["report"] = str(report)
        if as_json:
            make_report(context, path, report, replace, quiet=True)
    return give(Answer(data, show, warnings=warnings), as_json)


def make_report(
    context: click.Context, journal: Path, folder: Path, replace: bool, quiet: bool
) -> None:
    """``tradefold report``, found in the program's own table: what draws is loaded only here."""
    program = context.find_root().command
    assert isinstance(program, click.Group), "a command is always asked through the program"
    report = program.get_command(context, "report")
    assert report is not None, "the program has the command"
    with redirect_stdout(StringIO()) if quiet else nullcontext():
        context.invoke(report, journal=journal, out=folder, replace=replace, as_json=False)


def warnings_of(plan: Plan, summary: Summary) -> tuple[str, ...]:
    """What a person should know of a run that went through."""
    told = [
        f"the strategy of {account} at {symbol} was halted: {reason}"
        for account, symbol, reason in summary.halted
    ]
    believed = sum(each.virtual_equity for each in plan.terms.accounts)
    if plan.terms.venue.wallet < believed:
        told.insert(
            0,
            f"venue.wallet = {render(plan.terms.venue.wallet)} is less than the "
            f"{render(believed)} that the accounts believe to have together; the venue may "
            "refuse what they can afford, raise the one or lower virtual_equity",
        )
    return (*told, *plan.market.unused)


def default_journal(config: Path, plan: Plan) -> Path:
    """``my-3f2a91bc.db`` in the working folder, for ``somewhere/my.toml``."""
    return Path(f"{config.stem}-{plan.run[:8]}.db")


def perform(plan: Plan, path: Path, replace: bool) -> tuple[Ran, Summary, str]:
    """Run a plan into a file with a progress bar; the summary, and an order to look at."""
    kept = Kept()
    try:
        with aside(), progress("backtest", plan.first_ns, plan.last_ns, at_of) as begun:
            ran = run_to_file(plan, BACKTEST, path, replace, kept, begun)
    except KeyboardInterrupt as stop:
        raise InterruptedRunError(what_is_left(kept, path)) from stop
    with JournalReader(path) as reader:
        return ran, summarise(reader), _order_to_look_at(reader)


def what_is_left(kept: Kept, path: Path) -> str:
    """The sentence about the disk after Ctrl-C."""
    journal = kept.journal
    if journal is None:
        return "stopped by Ctrl-C before the first frame; nothing was written"
    if journal.file != path:
        return f"stopped by Ctrl-C; the journal {path} is still the old one"
    frames = journal.head.last_seq
    return (
        f"stopped by Ctrl-C; the journal {path} holds the {frames} frames until then, not sealed: "
        "tradefold verify reads it, --replace starts over"
    )


def show_run(console: Console, ran: Ran, summary: Summary) -> None:
    """How large the run was, how fast, and where its record is."""
    events = summary.head.last_seq
    heading(console, "run")
    facts(
        console,
        [
            ("events", f"{events:,} in {ran.seconds:.2f} s, {events / ran.seconds:,.0f} a second"),
            ("state digest", ran.outcome.state_digest),
            ("journal", f"{ran.path} ({ran.path.stat().st_size / 1e6:.1f} MB, sealed)"),
        ],
    )


def run_data(
    ran: Ran, summary: Summary, commands: list[str], warnings: tuple[str, ...]
) -> dict[str, Any]:
    """The answer of a run for ``--json``."""
    events = summary.head.last_seq
    return {
        "journal": str(ran.path),
        "journal_bytes": ran.path.stat().st_size,
        "run": summary.started.run,
        "digest": ran.outcome.state_digest,
        "strategy_digest": ran.outcome.strategy_digest,
        "chain": summary.head.digest,
        "sealed": bool(summary.head.sealed),
        "events": events,
        "seconds": round(ran.seconds, 3),
        "events_per_second": round(events / ran.seconds),
        "ambiguous_bars": ran.outcome.exchange.ambiguous_bars,
        **summary_data(summary),
        "next": commands,
        "warnings": list(warnings),
    }


def _order_to_look_at(reader: JournalReader) -> str:
    """The entry of the last closed trade, or the last entry: something worth an explanation."""
    query = "SELECT client_id FROM orders WHERE purpose = 'entry' ORDER BY requested_seq DESC"
    rows = rows_of(reader, f"{query} LIMIT 1")
    return str(rows[0][0]) if rows else ""
