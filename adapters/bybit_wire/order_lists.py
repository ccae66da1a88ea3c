"""Which orders are meant, and lists of them: realtime and history (bybit-v5.md 3.3)."""

from collections.abc import Mapping

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session, elsewhere, linear
from adapters.bybit_wire.fields import choice, cursor_name, listed, page, span, text_of, whole
from adapters.bybit_wire.order_rows import OrderRow, order_fields
from engine.timebase import DAY, MILLISECOND

RECENT_MOST = 500
UNFILLED_KEPT = DAY
"""So long history shows an order that ended without a fill."""
FILTERS = {name: name for name in ("Order", "StopOrder", "OpenOrder", "tpslOrder")}


def find(account: Account, given: Fields) -> OrderRow | None:
    """The order of ``orderId``, or of ``orderLinkId``; 10001 where neither is given."""
    heard = account.heard
    order_id, link = text_of(given, "orderId"), text_of(given, "orderLinkId")
    if not order_id and not link:
        raise RefusedError(PARAMETER, "params error: orderId or orderLinkId is required")
    return heard.rows.get(order_id or heard.links.get(link, ""))


def wanted_rows(session: Session, given: Fields, rows: Mapping[str, OrderRow]) -> list[OrderRow]:
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
    kind = choice(given, "orderFilter", FILTERS, "OpenOrder")
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
            rows = wanted_rows(session, given, heard.open)
        else:
            rows = [row for row in wanted_rows(session, given, heard.rows) if not row.is_open]
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
        for row in wanted_rows(session, scope, session.trader.heard.rows)
        if not row.is_open
        and start <= row.created_ns // MILLISECOND <= end
        and status in ("", row.status)
        and (row.filled or row.updated_ns >= session.at - UNFILLED_KEPT)
    ]
    return _page(session, given, rows)


def _page(session: Session, given: Fields, rows: list[OrderRow]) -> Outcome:
    asset = session.trader.terms.venue.asset
    asked, left = _behind(session.trader, given, rows)
    names: list[Fields] = [{"orderId": row.order_id, "row": row} for row in left]
    taken, cursor = page(names, asked, "orderId", 20, 50)
    return done(listed([order_fields(each["row"], asset) for each in taken], cursor))


def _behind(account: Account, given: Fields, rows: list[OrderRow]) -> tuple[Fields, list[OrderRow]]:
    """The request and its rows, where the order that the cursor names has left the list: it was
    filled or cancelled between two pages, and the older ones are still to come."""
    named = cursor_name(given)
    known = account.heard.rows
    if named not in known or any(row.order_id == named for row in rows):
        return given, rows
    places = {order_id: place for place, order_id in enumerate(known)}
    older = [row for row in rows if places[row.order_id] < places[named]]
    return given | {"cursor": ""}, older
