"""A state as named facts: accounts, positions, orders and incidents, for people and programs."""

from typing import Any

from engine.domain.order import side_name
from engine.domain.position import Position
from engine.messages.decisions import IncidentOpened
from engine.money import render
from engine.state import EngineState
from engine.timebase import render_time


def state_facts(state: EngineState) -> dict[str, Any]:
    """The whole standing of a state; money and prices as decimal text, times as ISO 8601."""
    return {
        "wallet": render(state.ledger.wallet),
        "equity": render(state.real_equity),
        "realised": render(state.ledger.realised),
        "fees": render(state.ledger.fees),
        "funding": render(state.ledger.funding),
        "trades": state.trade_count,
        "accounts": [_account(state, name) for name in state.accounts],
        "positions": [_position(state, each) for each in state.positions.values() if each.quantity],
        "orders": [
            {
                "client_id": client_id,
                "account": order.request.account,
                "symbol": order.request.key.symbol,
                "purpose": order.request.purpose,
                "side": side_name(order.request.side),
                "quantity": render(order.now.quantity),
                "filled": render(order.filled),
                "state": order.state,
                "awaits": order.awaits,
            }
            for client_id, order in state.blotter.live.items()
        ],
        "incidents": [_incident(each) for each in state.incidents.values()],
    }


def _account(state: EngineState, name: str) -> dict[str, Any]:
    account = state.accounts[name]
    return {
        "name": name,
        "equity": render(account.equity),
        "realised": render(account.realised),
        "unrealised": render(account.unrealised),
        "peak_equity": render(account.peak_equity),
        "drawdown": render(account.drawdown),
        "day_loss": render(account.day_loss),
        "trades": account.trades,
        "wins": account.wins,
        "losses_in_a_row": account.losses,
        "size_factor": render(account.size_factor),
        "standing": account.standing(state.at),
        "halted": [seat.halted for seat in state.seats.values() if _is_halted(seat, name)],
    }


def _is_halted(seat: Any, name: str) -> bool:
    return bool(seat.halted) and seat.account.name == name


def _position(state: EngineState, position: Position) -> dict[str, Any]:
    market = state.markets[position.key.symbol]
    return {
        "account": position.account,
        "symbol": position.key.symbol,
        "side": "long" if position.quantity > 0 else "short",
        "quantity": render(abs(position.quantity)),
        "entry_price": render(position.entry_price),
        "mark": render(market.mark),
        "unrealised": render(position.unrealised(market.mark)),
        "stop_price": render(position.stop_price),
        "venue_stop": render(position.venue_stop),
        "target_price": render(position.target_price),
        "opened_at": render_time(position.opened_ns),
    }


def _incident(incident: IncidentOpened) -> dict[str, Any]:
    return {
        "incident": incident.incident,
        "kind": incident.kind,
        "account": incident.account,
        "symbol": incident.key.symbol,
        "facts": dict(incident.facts),
    }
