"""The summary of a run as a program reads it."""

from collections.abc import Sequence
from typing import Any

from engine.money import render
from engine.timebase import render_time
from replays.assumptions import Assumption
from replays.results import Results
from replays.summary import Summary


def summary_data(summary: Summary) -> dict[str, Any]:
    """The summary for ``--json``: counts as numbers, all else as decimal text and ISO times."""
    return {
        "from": render_time(summary.first_at),
        "to": render_time(summary.head.last_at),
        "assumptions": assumption_data(summary.assumptions),
        "accounts": [
            {
                "name": each.name,
                "strategy": each.strategy,
                "symbols": list(each.symbols),
                "allocation": render(each.allocation),
                "equity": render(each.equity),
                "fees": render(each.fees),
                "funding": render(each.funding),
                "max_drawdown_trade_ends": render(each.fall),
                "standing": each.standing,
                **_results_data(each.results),
            }
            for each in summary.accounts
        ],
        "total": {
            **_results_data(summary.total),
            "fees": render(summary.fees),
            "funding": render(summary.funding),
            "max_drawdown_trade_ends": render(summary.fall),
            "wallet": render(summary.wallet),
            "equity": render(summary.equity),
        },
        "open_positions": [
            {
                "account": each.account,
                "symbol": each.symbol,
                "side": each.side,
                "quantity": render(each.quantity),
                "entry_price": render(each.entry_price),
                "mark": render(each.mark),
                "unrealised": render(each.unrealised),
            }
            for each in summary.open
        ],
        "refusals": dict(summary.refusals),
        "governor": dict(summary.governor),
        "orders_unknown": summary.unknown,
        "orders_filled_in_part": summary.partial,
        "incidents": len(summary.incidents),
        "halted": [
            {"account": account, "symbol": symbol, "reason": reason}
            for account, symbol, reason in summary.halted
        ],
        "provenance": dict(summary.started.provenance),
    }


def assumption_data(assumptions: Sequence[Assumption]) -> dict[str, Any]:
    """The assumptions of a run by their names."""
    return {each.name: each.value for each in assumptions}


def _results_data(results: Results) -> dict[str, Any]:
    def shown(value: int | None) -> str | None:
        return None if value is None else render(value)

    return {
        "trades": results.trades,
        "wins": results.wins,
        "losses": results.losses,
        "net_pnl": render(results.pnl),
        "fees_of_trades": render(results.fees),
        "win_rate": shown(results.win_rate),
        "profit_factor": shown(results.profit_factor),
        "expectancy": shown(results.expectancy),
        "expectancy_r": shown(results.expectancy_r),
    }
