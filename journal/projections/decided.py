"""Rows of the tables that tell what was decided, fill by fill and trade by trade."""

from collections.abc import Callable
from typing import Any

import msgspec

from engine.domain.order import side_name
from engine.messages.checks import Check
from engine.messages.decisions import (
    Approved,
    DayRolled,
    Decision,
    GovernorActed,
    IncidentOpened,
    IntentRefused,
    OrderRequested,
    TradeClosed,
)
from engine.messages.venue import FundingPaid, OrderFilled
from engine.money import SCALE
from engine.risk.rules import RULES, Unit
from journal.codec import DECISION_TYPES
from journal.present import Facts, facts_of, moment
from journal.projections.numbers import quotient
from journal.structural import field_hints

_encode = msgspec.json.Encoder().encode
_COLUMNS = frozenset({"key", "account", "symbol", "client_id"})
"""Fields that have a column of their own in ``decisions`` and are left out of its facts."""

TAKEN_FROM_THEIR_TABLES = frozenset({OrderRequested, TradeClosed, GovernorActed})
"""Decisions that ``decisions`` finds in the table of their kind: they are not written again."""

_TOLD_ELSEWHERE = TAKEN_FROM_THEIR_TABLES | {DayRolled, IncidentOpened}
"""Decisions whose facts are in the table of their kind and not told again."""

Who = Callable[[Any], tuple[str, str, str, str]]


def _who(cls: type) -> Who:
    """A function to the account, symbol, client id and reason of a decision, empty for none."""
    names = field_hints(cls)
    keyed, account, symbol = "key" in names, "account" in names, "symbol" in names
    client_id = "client_id" in names
    why = next((name for name in ("reason", "code", "kind", "resolution") if name in names), "")

    def who(decision: Any) -> tuple[str, str, str, str]:
        return (
            decision.account if account else "",
            decision.key.symbol if keyed else decision.symbol if symbol else "",
            decision.client_id if client_id else "",
            getattr(decision, why) if why else "",
        )

    return who


def _approved_facts(approved: Approved) -> dict[str, Any]:
    """By hand, since there is one for every entry.

    The checks all passed: they would be the largest part of the file, and are in the frame, where
    ``explain`` finds them. Those of a refusal are told.
    """
    return {
        "side": side_name(approved.side),
        "quantity": approved.quantity / SCALE,
        "entry_price": approved.entry_price / SCALE,
        "risk": approved.risk / SCALE,
        "notional": approved.notional / SCALE,
        "size_factor": approved.size_factor / SCALE,
    }


def _as_it_is(value: int) -> int:
    return value


def _plain(value: int) -> float:
    return value / SCALE


_NUMBERS: dict[Unit, Callable[[int], Any]] = {
    "count": _as_it_is,
    "flag": bool,
    "fraction": _plain,
    "money": _plain,
    "price": _plain,
    "quantity": _plain,
    "side": side_name,
    "time": moment,
}
_OF_CHECK = {name: _NUMBERS[rule.unit] for name, rule in RULES.items()}


def _told_check(check: Check) -> tuple[str, Any, Any, bool]:
    """Name, value, threshold and verdict; both numbers as the unit of the rule says."""
    name, value, threshold, passed = check
    number = _OF_CHECK.get(name, _as_it_is)
    return (name, number(value), number(threshold), passed)


_refused_but_checks = facts_of(IntentRefused, None, _COLUMNS | {"checks"})


def _refused_facts(refused: IntentRefused) -> dict[str, Any]:
    """Its checks are told: which one failed is what people ask for."""
    return {
        **_refused_but_checks(refused),
        "checks": [_told_check(check) for check in refused.checks],
    }


_TABLE: dict[type, tuple[str, Who, Facts | None]] = {
    cls: (
        cls.__name__,
        _who(cls),
        None if cls in _TOLD_ELSEWHERE else facts_of(cls, None, _COLUMNS),
    )
    for cls in DECISION_TYPES
}
_TABLE[Approved] = ("Approved", lambda one: (one.account, one.key.symbol, "", ""), _approved_facts)
_TABLE[IntentRefused] = ("IntentRefused", _who(IntentRefused), _refused_facts)


def decision_row(decision: Decision, seq: int, n: int, at: int) -> tuple[Any, ...]:
    """The columns of ``other_decisions``; ``n`` counts from 1 in a frame.

    ``facts`` is NULL where the table of the kind (orders, trades …) tells them.
    """
    kind, who, facts = _TABLE[type(decision)]
    told = None if facts is None else _encode(facts(decision)).decode()
    account, symbol, client_id, reason = who(decision)
    return (seq, n, moment(at), kind, account, symbol, client_id, reason, told)


def incident_row(opened: IncidentOpened, seq: int, at: int) -> tuple[Any, ...]:
    """The columns of ``incidents`` while one is open."""
    facts = _encode(dict(opened.facts)).decode()
    who = (opened.kind, opened.account, *opened.key)
    return (opened.incident, seq, moment(at), *who, facts, None, None, None)


def fill_row(
    fill: OrderFilled, value: int, seq: int, at: int, account: str, entry: str | None, state: str
) -> tuple[Any, ...]:
    """The columns of ``fills``; ``value`` is what was paid or got without the fee, e8.

    ``entry`` is the order that opened its position, None for that order's own fills; ``state``
    is that of its own order after it.
    """
    venue_account, symbol, position_index = fill.key
    return (
        fill.execution_id,
        seq,
        moment(at),
        moment(fill.venue_ns),
        account,
        venue_account,
        symbol,
        position_index,
        fill.client_id,
        fill.venue_order_id,
        fill.cause,
        "buy" if fill.side > 0 else "sell",
        fill.price / SCALE,
        fill.quantity / SCALE,
        value / SCALE,
        fill.fee / SCALE,
        fill.fee_asset,
        1 if fill.is_maker else 0,
        1 if fill.is_ambiguous else 0,
        entry,
        state,
    )


def funding_row(paid: FundingPaid, seq: int, at: int, account: str) -> tuple[Any, ...]:
    """The columns of ``funding``: the signed quantity, the mark, and what was paid (> 0)."""
    return (
        paid.execution_id,
        seq,
        moment(at),
        moment(paid.venue_ns),
        account,
        *paid.key,
        paid.quantity / SCALE,
        paid.price / SCALE,
        paid.rate / SCALE,
        paid.amount / SCALE,
    )


def trade_row(trade: TradeClosed, seq: int, n: int) -> tuple[Any, ...]:
    """The columns of ``trades``."""
    venue_account, symbol, position_index = trade.key
    quantity, entry_value, exit_value = trade.quantity, trade.entry_value, trade.exit_value
    return (
        trade.trade,
        seq,
        n,
        trade.account,
        venue_account,
        symbol,
        position_index,
        side_name(trade.side),
        quantity / SCALE,
        quotient(entry_value, quantity),
        quotient(exit_value, quantity),
        entry_value / SCALE,
        exit_value / SCALE,
        trade.fees / SCALE,
        trade.funding / SCALE,
        trade.pnl / SCALE,
        trade.r_multiple / SCALE,
        moment(trade.opened_ns),
        moment(trade.closed_ns),
        (trade.closed_ns - trade.opened_ns) / 1e9,
        trade.exit_reason,
        trade.tag,
    )
