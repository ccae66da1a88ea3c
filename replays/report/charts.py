"""What the page draws: lines and marks as plain values, which the page's script hands to plotly.

Everything is thinned before it comes here (``replays.thinning``), so the page stays small however
long the run was. Times are milliseconds since 1970, because that is what a browser counts in.
"""

from collections.abc import Sequence
from typing import Any

from engine.money import SCALE
from engine.timebase import MILLISECOND, parse_time
from replays.curve import ALL, Curve
from replays.report.contents import Report, ReportTrade, thin_trades

MARKED_TRADES = 1_500
"""How many trades are marked on the price of one symbol."""
ALL_MARKED_TRADES = 9_000
"""And on those of all symbols together."""
SHOWN_ACCOUNTS = 8
"""With more accounts than that only their sum is drawn: a longer legend would be the chart."""


def charts_of(report: Report) -> dict[str, Any]:
    """All that is drawn: equity by account, drawdown of the whole, and price by symbol."""
    curves = report.curves.curves
    names = [name for name in curves if name != ALL]
    shown = [ALL, *names] if len(names) > 1 else names
    if len(names) > SHOWN_ACCOUNTS:
        shown = [ALL]
    most = min(MARKED_TRADES, ALL_MARKED_TRADES // max(1, len(report.curves.prices)))
    return {
        "equity": [
            {"name": name or "all accounts", **_line(curves[name].line.points())} for name in shown
        ],
        "drawdown": [{"name": "drawdown %", **_drawdown(curves[ALL])}],
        "prices": [_price(report, symbol, most) for symbol in report.curves.prices],
    }


def charts_side_by_side(a: Report, b: Report, names: tuple[str, str]) -> dict[str, Any]:
    """Equity and drawdown of two runs in one picture each, the sum of all accounts of each."""
    both = [(name, one.curves.curves[ALL]) for name, one in zip(names, (a, b), strict=True)]
    return {
        "equity": [{"name": name, **_line(curve.line.points())} for name, curve in both],
        "drawdown": [{"name": name, **_drawdown(curve)} for name, curve in both],
        "prices": [],
    }


def _line(points: Sequence[tuple[int, int]]) -> dict[str, Any]:
    return {
        "x": [at // MILLISECOND for at, _ in points],
        "y": [round(value / SCALE, 2) for _, value in points],
    }


def _drawdown(curve: Curve) -> dict[str, Any]:
    """The fall from the highest point so far, in percent, at each point of the thinned line."""
    highest = curve.start
    x, y = [], []
    for at, equity in curve.line.points():
        highest = max(highest, equity)
        x.append(at // MILLISECOND)
        y.append(round((equity - highest) * 100 / highest, 3) if highest > 0 else 0.0)
    return {"x": x, "y": y}


def _price(report: Report, symbol: str, most: int) -> dict[str, Any]:
    """Bars and trades of one symbol; ``left_out`` is how many trades are not marked."""
    bars = report.curves.prices[symbol].bars()
    own = [trade for trade in report.trades if trade.symbol == symbol]
    marked = thin_trades(own, most)
    return {
        "symbol": symbol,
        "x": [bar[0] // MILLISECOND for bar in bars],
        **{
            name: [bar[place] / SCALE for bar in bars]
            for place, name in enumerate(("open", "high", "low", "close"), start=1)
        },
        "entries": [_mark(trade, trade.opened_at, trade.entry_price) for trade in marked],
        "exits": [_mark(trade, trade.closed_at, trade.exit_price) for trade in marked],
        "stops": [
            [_milliseconds(t.opened_at), _milliseconds(t.closed_at), t.first_stop / SCALE]
            for t in marked
            if t.first_stop
        ],
        "left_out": len(own) - len(marked),
    }


def _mark(trade: ReportTrade, at: str, price: int) -> list[Any]:
    """Time, price, side, result and the words that are shown beside it."""
    side = "long" if trade.side == "buy" else "short"
    words = f"trade {trade.number}, {trade.account}, {side}, {trade.exit_reason}"
    return [_milliseconds(at), price / SCALE, side, round(trade.pnl / SCALE, 2), words]


def _milliseconds(at: str) -> int:
    return parse_time(at) // MILLISECOND
