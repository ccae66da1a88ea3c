"""The summary of a run as a trader reads it."""

from collections.abc import Sequence
from shlex import quote

from rich.console import Console
from rich.text import Text

from commands.screen import (
    BAD,
    QUIET,
    amount,
    columns,
    factor,
    facts,
    heading,
    lines,
    moment,
    percent,
    price,
    signed,
    sparkline,
)
from engine.timebase import render_span, render_time
from replays.assumptions import Assumption
from replays.results import Results, sampled
from replays.summary import AccountSummary, Summary

_SPARKS = 60
_ACCOUNTS_ABREAST = 5
_SECONDS = len("2025-01-01 00:00:00")


def show_summary(console: Console, summary: Summary) -> None:
    """The parts of a summary, from what went in to what came out."""
    _show_candles(console, summary)
    _show_recordings(console, summary)
    show_assumptions(console, summary.assumptions)
    _show_results(console, summary)
    _show_line(console, summary)
    _show_open(console, summary)
    _show_events(console, summary)


def next_commands(
    summary: Summary, journal: str, strategies: Sequence[str], order: str
) -> list[str]:
    """What to type next, ready to be copied."""
    name = quote(journal)
    own = "".join(f" --strategy {quote(text)}" for text in strategies)
    told = [f"tradefold verify {name}{own}"]
    if order:
        told.append(f"tradefold explain {name} --order {order}{own}")
    terms = summary.started.terms
    symbol = terms.instruments[0].symbol
    at = render_time(summary.head.last_at)
    told.append(f"tradefold explain {name} --at {at} --symbol {symbol} --why-not{own}")
    if summary.incidents:
        told.append(f"tradefold incidents {name}")
    return told


def show_next(console: Console, commands: Sequence[str]) -> None:
    """The commands to type next."""
    heading(console, "next")
    lines(console, commands)


def _show_candles(console: Console, summary: Summary) -> None:
    told = dict(summary.started.provenance)
    rows, sources, notes = [], [], []
    for instrument in summary.started.terms.instruments:
        name = f"candles {instrument.symbol}"
        if f"{name} source" not in told:
            continue
        gaps = told[f"{name} gaps"]
        rows.append(
            (
                instrument.symbol,
                f"{int(told[f'{name} rows']):,}",
                told[f"{name} interval"],
                _day(told[f"{name} first"]),
                _day(told[f"{name} last"]),
                "none" if gaps == "0" else gaps,
                told[f"{name} unit"],
            )
        )
        layout = told.get(f"{name} layout")
        of = f", layout {layout}" if layout else ""
        sources.append(f"{instrument.symbol} from {told[f'{name} source']}{of}")
        notes += [text for key, text in summary.started.provenance if key == f"{name} note"]
    if rows:
        heading(console, "candles")
        titles = ("symbol", "rows", "interval", "first", "last", "holes", "times")
        columns(console, titles, rows, right=(1,))
        lines(console, [*sources, *(f"note: {note}" for note in notes)])


def _show_recordings(console: Console, summary: Summary) -> None:
    """What else the run was fed, and what its candles were made of where no file had them."""
    told = dict(summary.started.provenance)
    rows, under = [], []
    for key, source in summary.started.provenance:
        name = key.removesuffix(" source")
        count = told.get(f"{name} events") or told.get(f"{name} rows", "")
        kind, _, symbols = name.partition(" ")
        if key == name or kind == "candles" or not count:
            continue
        rows.append(
            (
                kind,
                symbols,
                f"{int(count):,}",
                _day(told[f"{name} first"])[:_SECONDS],
                _day(told[f"{name} last"])[:_SECONDS],
            )
        )
        under.append(f"{kind} of {symbols} from {source}, times are {told[f'{name} unit']}")
        under += [
            f"note: {text}" for it, text in summary.started.provenance if it == f"{name} note"
        ]
    for instrument in summary.started.terms.instruments:
        made = told.get(f"candles {instrument.symbol} made")
        if made:
            under.append(f"candles of {instrument.symbol} are made here: {made}")
    under += [f"note: {text}" for key, text in summary.started.provenance if key == "note"]
    if rows or under:
        heading(console, "recordings")
        columns(console, ("kind", "symbols", "events", "first", "last"), rows, right=(2,))
        lines(console, under)


def _day(text: str) -> str:
    return text.removesuffix("Z").removesuffix(":00").replace("T", " ")


def show_assumptions(console: Console, assumptions: Sequence[Assumption]) -> None:
    """What the run took for granted, a line each."""
    heading(console, "assumptions")
    facts(console, [(each.title, each.words) for each in assumptions if each.title])


def _show_results(console: Console, summary: Summary) -> None:
    accounts = summary.accounts
    for start in range(0, len(accounts), _ACCOUNTS_ABREAST):
        abreast = accounts[start : start + _ACCOUNTS_ABREAST]
        cells = [_account_column(account) for account in abreast]
        titles = ["", *(account.name for account in abreast)]
        if len(accounts) > 1 and start + _ACCOUNTS_ABREAST >= len(accounts):
            titles.append("all")
            cells.append(_total_column(summary))
        heading(console, "results", f"in {summary.started.terms.venue.asset}")
        names = list(cells[0])
        rows = [[Text(name, style=QUIET), *(cell[name] for cell in cells)] for name in names]
        columns(console, titles, rows, right=range(1, len(titles)))


def _account_column(account: AccountSummary) -> dict[str, str | Text]:
    return {
        "strategy": account.strategy,
        "symbols": _symbols(account),
        **_figures(account.results),
        "fees, open positions too": amount(account.fees),
        "funding paid": amount(account.funding),
        "max drawdown, trade ends": percent(account.fall),
        "started with": amount(account.allocation),
        "equity at the end": Text(amount(account.equity), style="bold"),
        "change": _change(account.allocation, account.equity),
        "standing": _standing(account),
    }


def _symbols(account: AccountSummary) -> str:
    """Named while they are few: a column as wide as fifty names would push out all the others."""
    named = account.symbols if len(account.symbols) <= 4 else (f"{len(account.symbols)} symbols",)
    return " ".join((*named, render_span(account.timeframe_ns)))


def _total_column(summary: Summary) -> dict[str, str | Text]:
    start = sum(account.allocation for account in summary.accounts)
    end = sum(account.equity for account in summary.accounts)
    return {
        "strategy": "",
        "symbols": "",
        **_figures(summary.total),
        "fees, open positions too": amount(summary.fees),
        "funding paid": amount(summary.funding),
        "max drawdown, trade ends": percent(summary.fall),
        "started with": amount(start),
        "equity at the end": Text(amount(end), style="bold"),
        "change": _change(start, end),
        "standing": "",
    }


def _figures(results: Results) -> dict[str, str | Text]:
    expectancy: str | Text = "-"
    if results.expectancy is not None and results.expectancy_r is not None:
        expectancy = Text.assemble(
            signed(results.expectancy), f" ({amount(results.expectancy_r)} R)"
        )
    return {
        "closed trades": f"{results.trades:,}",
        "win rate": percent(results.win_rate),
        "profit factor": factor(results.profit_factor),
        "expectancy a trade": expectancy,
        "best and worst": f"{amount(results.best)} / {amount(results.worst)}",
        "net result of trades": signed(results.pnl),
    }


def _change(start: int, end: int) -> Text:
    part = (end - start) * 100_000_000 // start if start else 0
    return Text(f"{'+' if part > 0 else ''}{percent(part)}", style=signed(end - start).style)


def _standing(account: AccountSummary) -> str | Text:
    if account.standing == "active":
        return account.standing
    return Text(f"{account.standing}: {account.standing_reason}", style=BAD)


def _show_line(console: Console, summary: Summary) -> None:
    values = sampled(summary.line, _SPARKS)
    low, high = min(values), max(values)
    heading(console, "equity", "of all accounts, at closed trades and day ends")
    console.print(f"  {sparkline(values)}")
    span = f"{moment(summary.first_at)[:10]} to {moment(summary.head.last_at)[:10]}"
    lines(console, [f"{span}, from {amount(low)} to {amount(high)}"])
    told = f"{amount(summary.equity)} real equity, {amount(summary.wallet)} of it in the wallet"
    lines(console, [told])


def _show_open(console: Console, summary: Summary) -> None:
    if not summary.open:
        return
    heading(console, "still open")
    columns(
        console,
        ("account", "symbol", "side", "quantity", "entry", "mark", "stop", "unrealised"),
        [
            (
                each.account,
                each.symbol,
                "long" if each.side == "buy" else "short",
                price(each.quantity),
                price(each.entry_price),
                price(each.mark),
                price(each.stop_price) if each.stop_price else "none",
                signed(each.unrealised),
            )
            for each in summary.open
        ],
        right=(3, 4, 5, 6, 7),
    )


def _show_events(console: Console, summary: Summary) -> None:
    rows: list[tuple[str, str | Text]] = [
        ("entries refused", _counts(summary.refusals)),
        ("governor", _counts(summary.governor)),
        ("orders unknown", f"{summary.unknown} for a time" if summary.unknown else "none"),
        ("orders filled in part", str(summary.partial) if summary.partial else "none"),
    ]
    still = sum(each.closed_at is None for each in summary.incidents)
    found = f"{len(summary.incidents)}, {still} still open" if summary.incidents else "none"
    rows.append(("incidents", Text(found, style=BAD if still else "")))
    for account, symbol, reason in summary.halted:
        rows.append(("strategy halted", Text(f"{account} {symbol}: {reason}", style=BAD)))
    heading(console, "events")
    facts(console, rows)


def _counts(pairs: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in pairs) or "none"
