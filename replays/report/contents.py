"""What a report says, folded from the journal alone, before anything is drawn of it."""

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from engine.money import SCALE, render
from engine.timebase import render_time
from journal.reader import JournalReader
from replays.assumptions import Assumption, ambiguous_bars, assumptions_of
from replays.curve import ALL, RunCurves, Sink, Watch, fold_curves
from replays.entries import entries_of_trades
from replays.metrics import Risk, daily_returns, risk_of
from replays.queries import rows_of, units
from replays.results import Results, Trade, results_of
from replays.summary import Summary, summarise

POINTS = 1_500
"""About how many stretches a drawn line has: more than a screen has pixels to show."""
ALL_POINTS = 15_000
"""And those of all accounts and symbols together, so that a page of many opens as quickly."""

FEW_TRADES = 30
SUSPICIOUS_SHARPE = 4.0
MANY_AMBIGUOUS = 0.05


@attrs.frozen
class ReportTrade:
    """One closed trade as the page shows it; numbers e8, times ISO 8601.

    ``entry_order`` is the client id to explain it by, "" where the entry was nobody's, and
    ``first_stop`` the stop that it brought, 0 for none.
    """

    number: int
    account: str
    symbol: str
    side: str
    opened_at: str
    closed_at: str
    quantity: int
    entry_price: int
    exit_price: int
    fees: int
    funding: int
    pnl: int
    r_multiple: int
    exit_reason: str
    tag: str
    entry_order: str
    first_stop: int


@attrs.frozen
class Group:
    """The results of some trades under one name."""

    name: str
    results: Results
    funding: int


@attrs.frozen
class Report:
    """All that a report says. ``risks`` are by account, the sum of all under ``ALL``.

    ``months`` are ``(year-month, return of the month)`` of the whole, ``refusals`` are
    ``(account, rule, count)``.
    """

    journal: str
    summary: Summary
    assumptions: tuple[Assumption, ...]
    warnings: tuple[str, ...]
    curves: RunCurves
    risks: dict[str, Risk]
    months: tuple[tuple[str, float], ...]
    by_account: tuple[Group, ...]
    by_symbol: tuple[Group, ...]
    by_month: tuple[Group, ...]
    by_tag: tuple[Group, ...]
    refusals: tuple[tuple[str, str, int], ...]
    trades: tuple[ReportTrade, ...]


def read_report(
    journal: JournalReader,
    sink: Sink | None = None,
    begun: Watch | None = None,
    points: int = POINTS,
) -> Report:
    """Fold a journal into its report; every point of every account's curve goes to ``sink``.

    ``begun`` is given the live state once, to show progress from; ``points`` is about how many
    stretches a drawn line has.
    """
    summary = summarise(journal)
    ambiguous = ambiguous_bars(journal)
    terms = journal.started.terms
    lines = max(1, len(terms.instruments), len(terms.accounts))
    curves = fold_curves(journal, min(points, ALL_POINTS // lines), sink, begun, points)
    risks = {name: risk_of(curve) for name, curve in curves.curves.items()}
    trades = _trades(journal)
    return Report(
        journal=journal.name,
        summary=summary,
        assumptions=assumptions_of(journal.started, ambiguous),
        warnings=(
            *_warnings(summary, risks[ALL], ambiguous, _fills(journal)),
            *_tampered(summary, curves),
        ),
        curves=curves,
        risks=risks,
        months=_months(curves),
        by_account=_grouped(trades, lambda trade: trade.account),
        by_symbol=_grouped(trades, lambda trade: trade.symbol),
        by_month=_grouped(trades, lambda trade: trade.closed_at[:7]),
        by_tag=_grouped(trades, lambda trade: trade.tag or "-"),
        refusals=tuple(
            rows_of(
                journal,
                "SELECT account, reason, count(*) FROM decisions WHERE kind = 'IntentRefused'"
                " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
            )
        ),
        trades=tuple(trades),
    )


def _trades(journal: JournalReader) -> list[ReportTrade]:
    """All trades in order, each with the order that opened it."""
    entries = entries_of_trades(journal)
    rows = rows_of(
        journal,
        "SELECT trade, account, symbol, side, opened_at, closed_at, quantity, entry_price,"
        " exit_price, fees, funding, pnl, r_multiple, exit_reason, tag FROM trades ORDER BY trade",
    )
    found = []
    for row in rows:
        entry = entries[row[0]]
        values: list[Any] = [*row[:6], *map(units, row[6:13]), *row[13:]]
        values += [entry.client_id, entry.stop_price]
        found.append(ReportTrade(*values))
    return found


def _grouped(
    trades: Iterable[ReportTrade], name_of: Callable[[ReportTrade], str]
) -> tuple[Group, ...]:
    groups: dict[str, list[ReportTrade]] = {}
    for trade in trades:
        groups.setdefault(name_of(trade), []).append(trade)
    return tuple(
        Group(name, results_of([_counted(t) for t in some]), sum(t.funding for t in some))
        for name, some in sorted(groups.items())
    )


def _counted(trade: ReportTrade) -> Trade:
    return Trade(trade.account, trade.pnl, trade.fees, trade.r_multiple)


def _months(curves: RunCurves) -> tuple[tuple[str, float], ...]:
    """The return of each month of the sum of all accounts: its last equity over the one before."""
    ends: dict[str, int] = {}
    for each in daily_returns(curves.curves[ALL]):
        ends[render_time(each.day_ns)[:7]] = each.equity
    before, found = curves.curves[ALL].start, []
    for month, equity in ends.items():
        found.append((month, equity / before - 1 if before > 0 else 0.0))
        before = equity
    return tuple(found)


def _fills(journal: JournalReader) -> int:
    return int(rows_of(journal, "SELECT count(*) FROM fills")[0][0])


def _tampered(summary: Summary, curves: RunCurves) -> tuple[str, ...]:
    """Tables can be written to, frames cannot; a cent apart is more than a column's rounding."""
    if abs(summary.total.pnl - curves.closed) < SCALE // 100:
        return ()
    told, folded = render(summary.total.pnl), render(curves.closed)
    return (
        f"its tables tell of {told} from closed trades, its frames of {folded}: "
        "ask tradefold verify",
    )


def _warnings(summary: Summary, risk: Risk, ambiguous: int | None, fills: int) -> tuple[str, ...]:
    """What should make a reader careful."""
    found = []
    if summary.total.trades < FEW_TRADES:
        count = summary.total.trades
        closed = "no closed trade" if not count else f"only {count} closed trade"
        ending = "" if count < 2 else "s"
        found.append(f"{closed}{ending}: fewer than {FEW_TRADES} say little")
    if risk.sharpe is not None and risk.sharpe > SUSPICIOUS_SHARPE:
        found.append(f"a Sharpe ratio of {risk.sharpe:.1f} is too good to be believed")
    if ambiguous and fills and ambiguous / fills > MANY_AMBIGUOUS:
        found.append(
            f"{ambiguous} of {fills} fills are in bars whose path decided between stop and target: "
            "try smaller candles"
        )
    if ambiguous is None:
        found.append("the journal is older than the count of ambiguous bars")
    still = sum(each.closed_at is None for each in summary.incidents)
    if still:
        found.append(f"{still} incidents are still open")
    for account in summary.accounts:
        if account.standing != "active":
            told = f"{account.name} is {account.standing}: {account.standing_reason}"
            found.append(told.rstrip(": "))
    found += [
        f"the strategy of {name} at {symbol} was halted: {why}"
        for name, symbol, why in summary.halted
    ]
    if not summary.head.sealed:
        found.append("the journal is not sealed: the run was stopped, or still goes on")
    return tuple(found)
