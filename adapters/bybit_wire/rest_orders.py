"""Creating, amending, cancelling and listing orders (bybit-v5.md 3.3)."""

from collections.abc import Callable, Mapping

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
from adapters.bybit_wire.desk import Session, elsewhere, linear
from adapters.bybit_wire.fields import listed, number, page, span, text_of, whole
from adapters.bybit_wire.order_rows import OrderRow, order_fields
from adapters.bybit_wire.orders_asked import order_asked
from engine.domain.order import FillCause
from engine.ids import PositionKey
from engine.messages.effects import AmendOrder, CancelOrder, SetStop
from engine.messages.venue import AmendRejected, CancelRejected, StopRejected
from engine.money import NO_PRICE, Price, Quantity
from engine.timebase import MILLISECOND

UNKNOWN_ORDER = 110001
BATCH_MOST = 20
CANCEL_MOST = 500
RECENT_MOST = 500


def create(session: Session, given: Fields) -> Outcome:
    """``/v5/order/create``: the answer says that it was received."""
    asked, row = order_asked(session, given)
    refusal = session.trader.place(asked, row, session.at)
    if refusal is not None:
        raise RefusedError(*refusal)
    return done(_names(row))


def _names(row: OrderRow) -> Fields:
    return {"orderId": row.order_id, "orderLinkId": row.link_id}


def find(account: Account, given: Fields) -> OrderRow | None:
    """The order of ``orderId``, or of ``orderLinkId``; 10001 where neither is given."""
    heard = account.heard
    order_id, link = text_of(given, "orderId"), text_of(given, "orderLinkId")
    if not order_id and not link:
        raise RefusedError(PARAMETER, "params error: orderId or orderLinkId is required")
    return heard.rows.get(order_id or heard.links.get(link, ""))


def _open_order(session: Session, given: Fields, doing: str) -> OrderRow:
    market = session.market(given)
    row = find(session.trader, given)
    if row is None or not row.is_open or row.symbol != market.symbol:
        raise RefusedError(UNKNOWN_ORDER, f"order not exists or too late to {doing}")
    return row


def amend(session: Session, given: Fields) -> Outcome:
    """``/v5/order/amend``: quantity, price or trigger price of an open order."""
    row, account = _open_order(session, given, "replace"), session.trader
    quantity, price = number(given, "qty"), number(given, "price")
    trigger = number(given, "triggerPrice")
    for name, now in (("takeProfit", row.target_price), ("stopLoss", row.stop_price)):
        if text_of(given, name) and number(given, name) != now:
            raise RefusedError(
                PARAMETER, f"params error: {name} of an order cannot be amended here"
            )
    cause = _leg_of(account, row)
    if cause is not None:
        if quantity or price or not trigger:
            raise RefusedError(PARAMETER, "params error: of a position's stop the trigger changes")
        set_leg(session, row, cause, trigger)
        return done(_names(row))
    _refuse_child(row)
    asked = AmendOrder(
        account.key(row.symbol, row.position_index),
        row.client_id,
        Quantity(quantity),
        Price(price),
        Price(trigger),
    )
    answer = account.send(asked, session.at)
    if isinstance(answer, AmendRejected):
        raise RefusedError(answer.code, answer.reason)
    return done(_names(row))


def _leg_of(account: Account, row: OrderRow) -> FillCause | None:
    for (_, cause), leg in account.heard.legs.items():
        if leg is row:
            return cause
    return None


def _refuse_child(row: OrderRow) -> None:
    if not row.client_id:
        text = "params error: orders of partial TP/SL are not changed one by one here"
        raise RefusedError(PARAMETER, text)


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


def _cancel_row(session: Session, row: OrderRow) -> None:
    account = session.trader
    cause = _leg_of(account, row)
    if cause is not None:
        set_leg(session, row, cause, 0)
        return
    _refuse_child(row)
    key = account.key(row.symbol, row.position_index)
    answer = account.send(CancelOrder(key, row.client_id), session.at)
    if isinstance(answer, CancelRejected):
        raise RefusedError(answer.code, answer.reason)


def cancel(session: Session, given: Fields) -> Outcome:
    """``/v5/order/cancel``."""
    row = _open_order(session, given, "cancel")
    _cancel_row(session, row)
    return done(_names(row))


def cancel_all(session: Session, given: Fields) -> Outcome:
    """``/v5/order/cancel-all``: of a symbol, or of what settles in a coin."""
    linear(given)
    rows = [
        row
        for row in _wanted(session, given, session.trader.heard.open)
        if row.client_id or row in session.trader.heard.legs.values()
    ]
    if text_of(given, "stopOrderType") == "Stop":
        rows = [row for row in rows if row.stop_order_type == "Stop"]
    cancelled: list[Fields] = []
    for row in rows[:CANCEL_MOST]:
        if row.is_open:
            _cancel_row(session, row)
            cancelled.append(_names(row))
    return done({"list": cancelled, "success": "1"})


def _wanted(session: Session, given: Fields, rows: Mapping[str, OrderRow]) -> list[OrderRow]:
    """Of ``rows`` those of the symbol or coin that is asked for, newest first."""
    symbol, base = text_of(given, "symbol"), text_of(given, "baseCoin")
    coin = text_of(given, "settleCoin")
    if not (symbol or base or coin):
        raise RefusedError(PARAMETER, "params error: symbol, baseCoin or settleCoin is required")
    if symbol:
        session.market(given)
    wanted = [
        row
        for row in rows.values()
        if (symbol == row.symbol if symbol else True)
        and (not base or symbol or row.symbol.startswith(base))
        and (not coin or symbol or base or row.symbol.endswith(coin))
    ]
    kind = text_of(given, "orderFilter")
    if kind == "StopOrder":
        wanted = [row for row in wanted if row.status == "Untriggered"]
    elif kind == "Order":
        wanted = [row for row in wanted if row.status != "Untriggered"]
    return wanted[::-1]


def realtime(session: Session, given: Fields) -> Outcome:
    """``/v5/order/realtime``: open orders; by id also those that ended lately."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    if text_of(given, "orderId") or text_of(given, "orderLinkId"):
        row = find(session.trader, given)
        rows = [row] if row is not None else []
    else:
        heard = session.trader.heard
        if whole(given, "openOnly", 0, 0, 1) == 0:
            rows = _wanted(session, given, heard.open)
        else:
            rows = [row for row in _wanted(session, given, heard.rows) if not row.is_open]
            rows = rows[:RECENT_MOST]
    return _page(session, given, rows)


def history(session: Session, given: Fields) -> Outcome:
    """``/v5/order/history``: what ended, newest first."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    if text_of(given, "orderId") or text_of(given, "orderLinkId"):
        row = find(session.trader, given)
        rows = [row] if row is not None and not row.is_open else []
        return _page(session, given, rows)
    start, end = span(given, session.desk.market_ms)
    asset = session.trader.terms.venue.asset
    scope = given if text_of(given, "symbol") else given | {"settleCoin": asset}
    status = text_of(given, "orderStatus")
    rows = [
        row
        for row in _wanted(session, scope, session.trader.heard.rows)
        if not row.is_open
        and start <= row.created_ns // MILLISECOND <= end
        and status in ("", row.status)
    ]
    return _page(session, given, rows)


def _page(session: Session, given: Fields, rows: list[OrderRow]) -> Outcome:
    asset = session.trader.terms.venue.asset
    fields = [order_fields(row, asset) for row in rows]
    taken, cursor = page(fields, given, "orderId", 20, 50)
    return done(listed(taken, cursor))


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
