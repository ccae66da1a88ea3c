"""The whole story of an order: the bar that led to it, the conditions, the gate, and its end."""

from typing import Any

import attrs

from adapters.strategy_source import StrategyShelf
from engine.errors import UserError
from engine.ids import PositionKey
from engine.messages.decisions import (
    Approved,
    Decision,
    GovernorActed,
    OrderRequested,
    TradeClosed,
)
from engine.messages.venue import OrderFilled, OrderRejected
from engine.money import SCALE, notional, ratio, render
from engine.timebase import render_time
from journal.export import named
from journal.reader import JournalReader
from replays.instant import (
    Instant,
    bar_facts,
    check_facts,
    condition_facts,
    instant_at,
    source_missing,
    verdict_of,
)
from replays.queries import rows_of
from replays.words import sentence

_ENDS = ("cancelled", "rejected", "expired", "not_placed")


@attrs.frozen
class Found:
    """An order's full id and the frame that requested it."""

    client_id: str
    seq: int


def find_order(journal: JournalReader, text: str) -> Found:
    """The one order whose id is or begins with ``text`` (with or without the run's name)."""
    rows = [
        Found(client_id, seq)
        for client_id, seq in rows_of(
            journal, "SELECT client_id, requested_seq FROM orders ORDER BY requested_seq"
        )
    ]
    for row in rows:
        if text == row.client_id or text == row.client_id.partition("-")[2]:
            return row
    fitting = [
        row
        for row in rows
        if text and (row.client_id.startswith(text) or f"-{text}" in row.client_id)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        some = ", ".join(row.client_id for row in fitting[:3])
        raise UserError(
            f"--order {text}: fits {len(fitting)} orders ({some} …); write more of the id"
        )
    last = f"the last one is {rows[-1].client_id}" if rows else "the journal has no order"
    raise UserError(f"--order {text}: there is no such order; {last}")


def order_story(journal: JournalReader, shelf: StrategyShelf, found: Found) -> dict[str, Any]:
    """Everything that is known of an order, as named facts."""
    instant = instant_at(journal, shelf, found.seq)
    (stamped, decisions), state = instant.frame, instant.state
    order = next(
        each
        for each in decisions
        if isinstance(each, OrderRequested) and each.client_id == found.client_id
    )
    seat = state.seats[order.account, order.key.symbol]
    is_entry = order.purpose == "entry"
    verdict = verdict_of(instant, order.account, order.key.symbol) if is_entry else None
    signalled = order.purpose in ("entry", "exit")
    missing = source_missing(seat.account.terms, shelf, state.terms.semantics)
    trace = instant.traces.get((order.account, order.key.symbol), [])
    lines, fills, trade = _follow(journal, order, found.seq)
    seen = order.price or order.trigger_price or state.markets[order.key.symbol].last
    if isinstance(verdict, Approved) and not (order.price or order.trigger_price):
        seen = verdict.entry_price
    return {
        "order": {**named(order), "requested_seq": found.seq, "at": render_time(stamped.at)},
        "led_by": {
            "seq": found.seq,
            "at": render_time(stamped.at),
            "input": sentence(stamped.input),
            "bar": bar_facts(seat.bar) if signalled and seat.bar is not None else None,
            "strategy": seat.account.terms.strategy.name,
        },
        "conditions": condition_facts(trace) if signalled and not missing else [],
        "conditions_missing": missing if signalled else "",
        "gate": check_facts(verdict.checks) if verdict is not None else [],
        "sizing": _sizing(instant, order, verdict) if isinstance(verdict, Approved) else None,
        "story": lines,
        "cost": _cost(seen, fills),
        "trade": named(trade) if trade is not None else None,
        "end": _end(lines, trade),
    }


def _sizing(instant: Instant, order: OrderRequested, approved: Approved) -> dict[str, str]:
    """How the quantity came about (S0-31), with the numbers of that moment."""
    account = instant.state.accounts[order.account]
    terms = account.terms.sizing
    distance = abs(approved.entry_price - order.stop_price)
    budget = account.equity * terms.risk_per_trade * approved.size_factor // (SCALE * SCALE)
    return {
        "equity": render(account.equity),
        "risk_per_trade": render(terms.risk_per_trade),
        "size_factor": render(approved.size_factor),
        "budget": render(budget),
        "entry_price": render(approved.entry_price),
        "stop_price": render(order.stop_price),
        "distance": render(distance),
        "distance_of_price": render(ratio(distance, approved.entry_price)),
        "wanted": render(terms.fixed_quantity or budget * SCALE // distance),
        "quantity": render(approved.quantity),
        "notional": render(approved.notional),
        "risk": render(approved.risk),
        "bound_by": _bound(instant, order, approved, budget * SCALE // distance),
    }


def _bound(instant: Instant, order: OrderRequested, approved: Approved, wanted: int) -> str:
    """What held the quantity down: the budget, the leverage, the contract, or a fixed size."""
    account = instant.state.accounts[order.account]
    if account.terms.sizing.fixed_quantity:
        return "a fixed quantity"
    lot = instant.state.markets[order.key.symbol].instrument.lot
    if wanted - approved.quantity < lot:
        return "the risk budget, rounded down to the lot"
    most = account.equity * account.terms.sizing.leverage // SCALE
    if most - notional(approved.entry_price, approved.quantity) < approved.entry_price * lot:
        return "the leverage"
    return "the largest market order"


def _cost(seen: int, fills: list[OrderFilled]) -> dict[str, str] | None:
    """What the order itself cost: fees, and slippage, which is its value at the prices that it got
    less its value at the price that the decision saw; > 0 was lost. None where nothing filled.
    """
    if not fills:
        return None
    quantity = sum(each.quantity for each in fills)
    value = sum(notional(each.price, each.quantity) for each in fills)
    lost = sum(notional(each.side * (each.price - seen), each.quantity) for each in fills)
    return {
        "seen_price": render(seen),
        "average_price": render(ratio(value, quantity)),
        "slippage": render(lost),
        "fees": render(sum(each.fee for each in fills)),
    }


def _follow(
    journal: JournalReader, order: OrderRequested, first: int
) -> tuple[list[dict[str, Any]], list[OrderFilled], TradeClosed | None]:
    """The frames about the order and, once it has filled, about its position until that is flat;
    the order's own fills; and the trade that it became part of.
    """
    lines: list[dict[str, Any]] = []
    fills: list[OrderFilled] = []
    for stamped, decisions in journal.frames(first):
        event = stamped.input
        about = _about(event, order, bool(fills))
        mine = [each for each in decisions if _about(each, order, True)]
        if stamped.seq == first:
            about, mine = False, [each for each in mine if _first_frame(each, order)]
        told = [event] if about else []
        lines += [
            {"seq": stamped.seq, "at": render_time(stamped.at), "what": sentence(each)}
            for each in (*told, *mine)
        ]
        fills += _own_fill(event, order, fills)
        trade = next((each for each in mine if isinstance(each, TradeClosed)), None)
        if trade is not None:
            return lines, fills, trade
        if not fills and _is_over(event, decisions, order):
            return lines, fills, None
    return lines, fills, None


def _own_fill(event: Any, order: OrderRequested, known: list[OrderFilled]) -> list[OrderFilled]:
    """The event, if it is a fill of the order that was not reported before."""
    if not isinstance(event, OrderFilled) or event.client_id != order.client_id:
        return []
    return [] if any(each.execution_id == event.execution_id for each in known) else [event]


def _about(message: Any, order: OrderRequested, of_position: bool) -> bool:
    """Whether a message concerns the order or, when that is asked, its position."""
    client_id = getattr(message, "client_id", "")
    if client_id == order.client_id:
        return True
    key: PositionKey | None = getattr(message, "key", None)
    if key is not None:
        return of_position and key == order.key
    return of_position and isinstance(message, GovernorActed) and message.account == order.account


def _first_frame(decision: Decision, order: OrderRequested) -> bool:
    return getattr(decision, "client_id", order.client_id) == order.client_id


def _is_over(event: Any, decisions: tuple[Decision, ...], order: OrderRequested) -> bool:
    """Whether the order ended without a fill."""
    for each in (event, *decisions):
        if getattr(each, "client_id", "") == order.client_id:
            kind = type(each).__name__
            if kind in ("OrderCancelled", "OrderNotPlaced"):
                return True
            if isinstance(each, OrderRejected) and not any(
                getattr(one, "client_id", "") == order.client_id for one in decisions
            ):
                return True
            if kind == "OrderFound" and each.state in _ENDS:
                return True
    return False


def _end(lines: list[dict[str, Any]], trade: TradeClosed | None) -> str:
    if trade is None:
        return lines[-1]["what"] if lines else "nothing more is known"
    side = "long" if trade.side > 0 else "short"
    return (
        f"a {side} trade of {render(trade.quantity)} {trade.key.symbol} that brought "
        f"{render(trade.pnl)} net, {render(trade.r_multiple)} R ({trade.exit_reason})"
    )
