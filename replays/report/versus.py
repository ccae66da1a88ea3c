"""Two runs on one page: what was set differently, where they part, and what that came to."""

from pathlib import Path
from typing import Any

import attrs

from engine.money import SCALE, render
from engine.timebase import render_time
from replays.difference import (
    Difference,
    Pair,
    Parting,
    RoundTrip,
    apart,
    change_of,
    kinds_of,
    placed_words,
)
from replays.report.artifacts import write_json
from replays.report.charts import charts_side_by_side
from replays.report.contents import Report
from replays.report.figures import report_facts
from replays.report.picture import pictures_of
from replays.report.rendering import (
    environment,
    moment,
    money,
    number,
    percent,
    tone,
)
from replays.report.writing import text_file

SHOWN_PAIRS = 500
Row = tuple[str, str, str, str, str]
"""A figure: its name, both values, the change, and the class of its colour."""


@attrs.frozen
class _Told:
    """A parting in words: each side's name, seq and sentence, and the facts that differ."""

    at: str
    sides: tuple[tuple[str, int, str], ...]
    apart: tuple[tuple[str, str, str], ...]


def write_versus(
    path: Path, difference: Difference, a: Report, b: Report, names: tuple[str, str]
) -> None:
    """Write the page of two runs to ``path``."""
    pairs = difference.pairs[:SHOWN_PAIRS]
    page = (
        environment()
        .get_template("versus.html.j2")
        .render(
            names=names,
            difference=difference,
            a=_run(a),
            b=_run(b),
            partings=[
                ("First decision that differs", _told(difference, difference.decision, names)),
                ("First input that differs", _told(difference, difference.input, names)),
            ],
            figures=_figures(a, b),
            trades=[_row(pair) for pair in pairs],
            left_out=len(difference.pairs) - len(pairs),
            kinds=kinds_of(difference.pairs),
            pictures=pictures_of(charts_side_by_side(a, b, names)),
        )
    )
    with text_file(path) as file:
        file.write(page)


def write_facts(path: Path, a: Report, b: Report, names: tuple[str, str]) -> None:
    """The figures of both runs under their names, for programs."""
    facts = {name: report_facts(one) for name, one in zip(names, (a, b), strict=True)}
    write_json(path, facts)


def _run(report: Report) -> dict[str, str]:
    summary = report.summary
    span = f"{moment(summary.first_at)} to {moment(summary.head.last_at)} UTC"
    asset = summary.started.terms.venue.asset
    return {"run": summary.started.run, "asset": asset, "total_span": span}


def _told(difference: Difference, parting: Parting | None, names: tuple[str, str]) -> _Told | None:
    if parting is None:
        return None
    sides = []
    runs = (difference.a.started.run, difference.b.started.run)
    for name, side, run in zip(names, (parting.a, parting.b), runs, strict=True):
        sides.append((name, side[0] if side is not None else 0, placed_words(side, run)))
    return _Told(render_time(parting.at), tuple(sides), apart(difference, parting))


def _figures(a: Report, b: Report) -> list[Row]:
    one, other = report_facts(a)["total"], report_facts(b)["total"]
    rows: list[Row] = []
    for name, key, better in (
        ("net result of trades", "net_pnl", 1),
        ("fees", "fees", -1),
        ("funding", "funding", -1),
        ("slippage", "slippage", -1),
        ("real equity at the end", "equity", 1),
    ):
        change = float(other[key]) - float(one[key])
        told = money(one[key]), money(other[key]), f"{change:+,.2f}", tone(change * better)
        rows.append((name, *told))
    for name, key in (
        ("return", "total_return"),
        ("max drawdown", "max_drawdown"),
        ("win rate", "win_rate"),
        ("exposure", "exposure"),
    ):
        rows.append((name, percent(one[key]), percent(other[key]), "", ""))
    for name, key in (
        ("trades", "trades"),
        ("profit factor", "profit_factor"),
        ("average R", "average_r"),
        ("Sharpe", "sharpe"),
        ("Sortino", "sortino"),
        ("Calmar", "calmar"),
    ):
        places = 0 if key == "trades" else 2
        rows.append((name, number(one[key], places), number(other[key], places), "", ""))
    return rows


def _row(pair: Pair) -> dict[str, Any]:
    trade = pair[0] or pair[1]
    assert trade is not None, "a pair has a side"
    change = change_of(pair)
    return {
        "opened": moment(trade.opened_at),
        "account": trade.account,
        "symbol": trade.symbol,
        "side": "long" if trade.side == "buy" else "short",
        "a": _side(pair[0]),
        "b": _side(pair[1]),
        "change": f"{change / SCALE:+,.2f}",
        "tone": tone(change),
    }


def _side(trade: RoundTrip | None) -> str:
    if trade is None:
        return "-"
    return f"{money(trade.pnl)} ({trade.exit_reason} at {render(trade.exit_price)})"
