"""The page: one HTML file that needs no network, drawn by plotly's own script, which is in it."""

import json
from pathlib import Path
from shlex import quote
from typing import Any

import plotly.offline
from jinja2 import Environment, PackageLoader, StrictUndefined

from engine.money import SCALE, render
from engine.timebase import render_time
from replays.curve import ALL
from replays.report.charts import charts_of
from replays.report.contents import SHOWN_TRADES, Report, ReportTrade
from replays.report.figures import report_facts

_NONE = "-"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def write_page(path: Path, report: Report) -> None:
    """Write the page to ``path``."""
    environment = Environment(
        loader=PackageLoader("replays.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": _money,
        "percent": _percent,
        "number": _number,
        "moment": _moment,
        "tone": _tone,
    }
    template = environment.get_template("page.html.j2")
    page = template.render(
        report=report,
        facts=report_facts(report),
        total=report.risks[ALL],
        years=_years(report),
        month_names=_MONTHS,
        trades=[_row(report, trade) for trade in report.trades[-SHOWN_TRADES:][::-1]],
        left_out=max(0, len(report.trades) - SHOWN_TRADES),
        journal=quote(report.journal),
        charts=_safe_json(charts_of(report)),
        plotly=plotly.offline.get_plotlyjs(),
    )
    path.write_text(page, encoding="utf-8")


def _safe_json(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


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
    explain = f"tradefold explain {quote(report.journal)} --order {trade.entry_order}"
    return {
        "number": trade.number,
        "account": trade.account,
        "symbol": trade.symbol,
        "side": "long" if trade.side == "buy" else "short",
        "opened": _moment(trade.opened_at),
        "closed": _moment(trade.closed_at),
        "quantity": render(trade.quantity),
        "entry": render(trade.entry_price),
        "exit": render(trade.exit_price),
        "pnl": trade.pnl,
        "r": trade.r_multiple,
        "reason": trade.exit_reason,
        "tag": trade.tag,
        "explain": explain if trade.entry_order else "",
    }


def _money(value: int | str | None, places: int = 2) -> str:
    """e8 money, or the decimal text of it, with thousands apart."""
    if value is None:
        return _NONE
    units = value / SCALE if isinstance(value, int) else float(value)
    return f"{units:,.{places}f}"


def _percent(value: float | None, places: int = 1) -> str:
    return _NONE if value is None else f"{value * 100:,.{places}f} %"


def _number(value: float | None, places: int = 2) -> str:
    return _NONE if value is None else f"{value:,.{places}f}"


def _moment(value: int | str | None) -> str:
    """A time to the second, without its letters."""
    if not value:
        return _NONE
    text = value if isinstance(value, str) else render_time(value)
    return text[:19].replace("T", " ").removesuffix("Z")


def _tone(value: float | str | None) -> str:
    """The class of a number's colour."""
    number = float(value or 0)
    return "gain" if number > 0 else "loss" if number < 0 else ""
