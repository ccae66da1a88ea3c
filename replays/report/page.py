"""The page: one HTML file that needs no network, and no script to be seen as a whole."""

from pathlib import Path
from typing import Any

from engine.money import render
from replays.curve import ALL
from replays.report.asking import FILE, explain_moment, explain_trade, own_strategies, verify
from replays.report.charts import SHOWN_ACCOUNTS, charts_of
from replays.report.contents import Report, ReportTrade
from replays.report.figures import report_facts
from replays.report.picture import pictures_of
from replays.report.rendering import environment, moment
from replays.report.selection import listed
from replays.report.writing import text_file

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
OPEN_CHARTS = 6
"""Prices beyond these charts wait to be unfolded: the tables below them are to be found, too."""


def write_page(path: Path, report: Report) -> None:
    """Write the page to ``path``."""
    tables = listed(report.trades)
    template = environment().get_template("page.html.j2")
    page = template.render(
        report=report,
        facts=report_facts(report),
        total=report.risks[ALL],
        years=_years(report),
        month_names=_MONTHS,
        shown_accounts=SHOWN_ACCOUNTS,
        open_charts=OPEN_CHARTS,
        trades=[
            {"title": some.title, "rows": [_row(report, trade) for trade in some.trades]}
            for some in tables
        ],
        left_out=len(tables) > 1,
        file=FILE,
        sources=own_strategies(report),
        explain_moment=explain_moment(report),
        verify=verify(report),
        pictures=pictures_of(charts_of(report)),
    )
    with text_file(path) as file:
        file.write(page)


def _years(report: Report) -> list[tuple[str, list[float | None], float]]:
    """A row a year: its months, None where there was no run, and what they come to together."""
    found: dict[str, list[float | None]] = {}
    growth: dict[str, float] = {}
    for month, value in report.months:
        year = month[:4]
        found.setdefault(year, [None] * 12)[int(month[5:]) - 1] = value
        growth[year] = growth.get(year, 1.0) * (1 + value)
    return [(year, months, growth[year] - 1) for year, months in found.items()]


def _row(report: Report, trade: ReportTrade) -> dict[str, Any]:
    return {
        "number": trade.number,
        "account": trade.account,
        "symbol": trade.symbol,
        "side": "long" if trade.side == "buy" else "short",
        "opened": moment(trade.opened_at),
        "closed": moment(trade.closed_at),
        "quantity": render(trade.quantity),
        "entry": render(trade.entry_price),
        "exit": render(trade.exit_price),
        "pnl": trade.pnl,
        "r": trade.r_multiple,
        "reason": trade.exit_reason,
        "tag": trade.tag,
        "explain": explain_trade(report, trade),
    }
