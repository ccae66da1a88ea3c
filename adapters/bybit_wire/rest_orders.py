"""Creating, amending and cancelling orders (bybit-v5.md 3.3)."""

from collections.abc import Callable

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import (
    PARAMETER,
    TOO_MANY_VISITS,
    Fields,
    Outcome,
    Refusal,
    RefusedError,
    done,
)
from adapters.bybit_wire.desk import Session, linear
from adapters.bybit_wire.fields import SOURCE_NAMES, SOURCES, choice, number, text_of
from adapters.bybit_wire.order_lists import find, wanted_rows
from adapters.bybit_wire.order_rows import OrderRow
from adapters.bybit_wire.orders_asked import order_asked
from adapters.simulated.status import USER_CANCEL
from adapters.simulated.wishes import AmendOpen, Attached, CancelOpen
from engine.domain.order import FillCause
from engine.ids import PositionKey
from engine.messages.effects import SetStop
from engine.messages.venue import StopRejected
from engine.money import NO_PRICE, Price

UNKNOWN_ORDER = 110001
BATCH_MOST = 20
CANCEL_MOST = 500


def create(session: Session, given: Fields) -> Outcome:
    """``/v5/order/create``: the answer says that it was received."""
    asked, row = order_asked(session, given)
    refusal = session.trader.place(asked, row, session.at)
    if refusal is not None:
        raise RefusedError(*refusal)
    return done(_names(row))


def _names(row: OrderRow) -> Fields:
    return {"orderId": row.order_id, "orderLinkId": row.link_id}


def _open_order(session: Session, given: Fields, doing: str) -> OrderRow:
    market = session.market(given)
    row = find(session.trader, given)
    if row is None or not row.is_open or row.symbol != market.symbol:
        raise RefusedError(UNKNOWN_ORDER, f"order not exists or too late to {doing}")
    return row


def amend(session: Session, given: Fields) -> Outcome:
    """``/v5/order/amend``: what is given changes, what is not stays."""
    row, account = _open_order(session, given, "replace"), session.trader
    wanted = _Changes(given)
    cause = _leg_of(account, row)
    if cause is not None:
        if wanted.quantity or wanted.price or not wanted.trigger or wanted.attaches:
            raise RefusedError(PARAMETER, "params error: of a position's stop the trigger changes")
        set_leg(session, row, cause, wanted.trigger)
        return done(_names(row))
    if row.client_id:
        attached = _attached(given, row) if wanted.attaches else None
    elif wanted.attaches:
        raise RefusedError(PARAMETER, "params error: an order of the position carries no TP/SL")
    else:
        attached = None
    source = text_of(given, "triggerBy")
    wish = AmendOpen(
        row.venue_id,
        wanted.quantity,
        wanted.price,
        wanted.trigger,
        attached,
        SOURCES[choice(given, "triggerBy", SOURCES, "LastPrice")] if source else row.trigger_by,
    )
    refusal = account.ask(wish, session.at)
    if refusal is not None:
        raise RefusedError(*refusal)
    return done(_names(row))


class _Changes:
    """What an amendment asks for; 0 leaves a value."""

    def __init__(self, given: Fields) -> None:
        self.quantity = number(given, "qty")
        self.price = number(given, "price")
        self.trigger = number(given, "triggerPrice")
        self.attaches = any(text_of(given, name) for name in _PROTECTION)


_PROTECTION = (
    "takeProfit",
    "stopLoss",
    "tpTriggerBy",
    "slTriggerBy",
    "tpLimitPrice",
    "slLimitPrice",
)


def _attached(given: Fields, row: OrderRow) -> Attached:
    """The TP/SL that an order shall bring: one that is new needs the source of its trigger, and a
    limit price is changed only where the order has one."""
    for level, source, limit, old, old_limit in (
        ("takeProfit", "tpTriggerBy", "tpLimitPrice", row.target_price, row.target_limit),
        ("stopLoss", "slTriggerBy", "slLimitPrice", row.stop_price, row.stop_limit),
    ):
        if number(given, level) and not old and not text_of(given, source):
            raise RefusedError(PARAMETER, f"params error: {source} is required")
        if text_of(given, limit) and not old_limit:
            raise RefusedError(PARAMETER, f"params error: {limit} needs an order that has one")
    target = number(given, "takeProfit", row.target_price)
    stop = number(given, "stopLoss", row.stop_price)
    return Attached(
        stop,
        target,
        SOURCES[choice(given, "slTriggerBy", SOURCES, SOURCE_NAMES[row.stop_by])],
        SOURCES[choice(given, "tpTriggerBy", SOURCES, SOURCE_NAMES[row.target_by])],
        number(given, "slLimitPrice", row.stop_limit) if stop else 0,
        number(given, "tpLimitPrice", row.target_limit) if target else 0,
    )


def _leg_of(account: Account, row: OrderRow) -> FillCause | None:
    for (_, cause), leg in account.heard.legs.items():
        if leg is row:
            return cause
    return None


def set_leg(session: Session, row: OrderRow, cause: FillCause, level: int) -> None:
    """Move the position's own stop or target to ``level``, or take it away (0)."""
    account = session.trader
    key: PositionKey = account.key(row.symbol, row.position_index)
    position = account.exchange.positions[key]
    trails = cause != "trailing_stop" or level != 0
    asked = SetStop(
        key,
        Price(level) if cause == "stop_loss" else position.stop_price,
        Price(level) if cause == "take_profit" else position.target_price,
        position.stop_by,
        position.target_by,
        position.trailing_distance if trails else NO_PRICE,
        Price(level if cause == "trailing_stop" else position.trailing_from),
    )
    answer = account.send(asked, session.at)
    if isinstance(answer, StopRejected):
        raise RefusedError(answer.code, answer.reason)


def cancel_row(session: Session, row: OrderRow, reason: str = USER_CANCEL) -> None:
    """Cancel an open order, one of the client's or of the venue's; ``reason`` is told."""
    account = session.trader
    cause = _leg_of(account, row)
    if cause is not None:
        set_leg(session, row, cause, 0)
        return
    refusal = account.ask(CancelOpen(row.venue_id, reason), session.at)
    if refusal is not None:
        raise RefusedError(*refusal)


def cancel(session: Session, given: Fields) -> Outcome:
    """``/v5/order/cancel``."""
    row = _open_order(session, given, "cancel")
    cancel_row(session, row)
    return done(_names(row))


def cancel_all(session: Session, given: Fields) -> Outcome:
    """``/v5/order/cancel-all``: of a symbol, or of what settles in a coin."""
    linear(given)
    rows = wanted_rows(session, given, session.trader.heard.open)
    if text_of(given, "stopOrderType") == "Stop":
        rows = [row for row in rows if row.stop_order_type == "Stop"]
    cancelled: list[Fields] = []
    for row in rows[:CANCEL_MOST]:
        if row.is_open:
            cancel_row(session, row)
            cancelled.append(_names(row))
    return done({"list": cancelled, "success": "1"})


def batch(one: Callable[[Session, Fields], Outcome], creates: bool) -> Callable[..., Outcome]:
    """The batch form of create, amend or cancel: each item by itself, the outer code is 0."""

    def handle(session: Session, given: Fields) -> Outcome:
        linear(given)
        items = items_of(given)
        found: list[Fields] = []
        codes: list[Fields] = []
        for place, item in enumerate(items):
            refusal, names = Refusal(0, "OK"), {"orderId": "", "orderLinkId": ""}
            try:
                if place >= session.room:
                    raise RefusedError(TOO_MANY_VISITS, "Too many visits!")
                names = one(session, {**item, "category": "linear"}).result
            except RefusedError as refused:
                refusal = refused.refusal
                names["orderLinkId"] = _echo(item, "orderLinkId")
            row = {"category": "linear", "symbol": _echo(item, "symbol"), **names}
            if creates:
                row["createAt"] = "" if refusal.code else str(session.desk.market_ms)
            found.append(row)
            codes.append({"code": refusal.code, "msg": refusal.text})
        return Outcome({"list": found}, {"list": codes})

    return handle


def _echo(item: Fields, name: str) -> str:
    """What an item of a batch calls itself; nothing where that is no text."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def items_of(given: Fields) -> list[Fields]:
    """The items of a batch: 1 to 20 objects."""
    items = given.get("request")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RefusedError(PARAMETER, "params error: request is no list of orders")
    if not 0 < len(items) <= BATCH_MOST:
        raise RefusedError(PARAMETER, f"params error: a batch has 1 to {BATCH_MOST} orders")
    return items
