"""The figures of a report as plain facts: for ``result.json``, for ``--json`` and for the page."""

from typing import Any

from engine.money import SCALE, render
from engine.timebase import render_time
from replays.curve import ALL
from replays.metrics import Risk
from replays.report.contents import Group, Report
from replays.results import Results


def report_facts(report: Report) -> dict[str, Any]:
    """The whole report but its lines and trades; money as decimal text, ratios as numbers."""
    summary = report.summary
    return {
        "run": summary.started.run,
        "from": render_time(summary.first_at),
        "to": render_time(summary.head.last_at),
        "asset": summary.started.terms.venue.asset,
        "assumptions": {each.name: each.value for each in report.assumptions},
        "warnings": list(report.warnings),
        "total": {
            **results_facts(summary.total),
            "fees": render(summary.fees),
            "funding": render(summary.funding),
            "equity": render(summary.equity),
            **risk_facts(report.risks[ALL]),
        },
        "accounts": {
            each.name: {
                **results_facts(each.results),
                "allocation": render(each.allocation),
                "equity": render(each.equity),
                "fees": render(each.fees),
                "funding": render(each.funding),
                "standing": each.standing,
                **risk_facts(report.risks[each.name]),
            }
            for each in summary.accounts
        },
        "months": {month: round(value, 8) for month, value in report.months},
        "by_symbol": groups_facts(report.by_symbol),
        "by_month": groups_facts(report.by_month),
        "by_tag": groups_facts(report.by_tag),
        "refusals": [
            {"account": account, "rule": rule, "count": count}
            for account, rule, count in report.refusals
        ],
        "incidents": len(summary.incidents),
    }


def groups_facts(groups: tuple[Group, ...]) -> dict[str, Any]:
    """Groups of trades by their names."""
    return {
        each.name: {**results_facts(each.results), "funding": render(each.funding)}
        for each in groups
    }


def results_facts(results: Results) -> dict[str, Any]:
    """Counts and results of some trades."""
    return {
        "trades": results.trades,
        "wins": results.wins,
        "losses": results.losses,
        "net_pnl": render(results.pnl),
        "fees_of_trades": render(results.fees),
        "best": render(results.best),
        "worst": render(results.worst),
        "win_rate": _ratio(results.win_rate),
        "profit_factor": _ratio(results.profit_factor),
        "expectancy": None if results.expectancy is None else render(results.expectancy),
        "average_r": _ratio(results.expectancy_r),
    }


def risk_facts(risk: Risk) -> dict[str, Any]:
    """The figures of a curve; times ISO 8601, None where there is none."""
    return {
        "days": risk.days,
        "total_return": _number(risk.total_return),
        "annual_return": _number(risk.annual_return),
        "volatility": _number(risk.volatility),
        "sharpe": _number(risk.sharpe),
        "sortino": _number(risk.sortino),
        "calmar": _number(risk.calmar),
        "max_drawdown": _number(risk.max_drawdown),
        "drawdown_from": _moment(risk.peak_at),
        "drawdown_lowest": _moment(risk.trough_at),
        "drawdown_recovered": _moment(risk.recovered_at),
        "exposure": _number(risk.exposure),
        "turnover": _number(risk.turnover),
        "slippage": render(risk.slippage),
    }


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 8)


def _ratio(value: int | None) -> float | None:
    return None if value is None else round(value / SCALE, 8)


def _moment(at: int) -> str | None:
    return render_time(at) if at else None
