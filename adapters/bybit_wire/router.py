"""From a request to its answer: path, key, signature, limit, handler, envelope. Pure.

What is not in the table does not exist and answers HTTP 404.
"""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal

from attrs import frozen

from adapters.bybit_wire import rest_account, rest_market, rest_orders, rest_positions
from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import (
    KEY_INVALID,
    PARAMETER,
    TOO_MANY_VISITS,
    Answer,
    Fields,
    Outcome,
    Refusal,
    RefusedError,
    Request,
    envelope,
)
from adapters.bybit_wire.desk import Desk, Session, Taken
from adapters.bybit_wire.fields import query_fields
from adapters.bybit_wire.limits import Quota
from adapters.bybit_wire.plain import plain
from adapters.bybit_wire.signing import KEY, refuse_request

Handler = Callable[[Session, Fields], Outcome]


@frozen
class Route:
    """A path. ``per_second`` 0 is public; -1 is the account's own order limit, which counts the
    orders of a batch (7.1)."""

    method: str
    path: str
    handler: Handler
    per_second: int = 0
    is_batch: bool = False

    def limit_of(self, account: Account) -> int:
        """How often the account may come here in a second."""
        return account.settings.per_second if self.per_second < 0 else self.per_second


ORDERS = -1
CREATE = Route("POST", "/v5/order/create", rest_orders.create, ORDERS)
AMEND = Route("POST", "/v5/order/amend", rest_orders.amend, ORDERS)
CANCEL = Route("POST", "/v5/order/cancel", rest_orders.cancel, ORDERS)
CREATE_BATCH = Route(
    "POST", "/v5/order/create-batch", rest_orders.batch(rest_orders.create, True), ORDERS, True
)
AMEND_BATCH = Route(
    "POST", "/v5/order/amend-batch", rest_orders.batch(rest_orders.amend, False), ORDERS, True
)
CANCEL_BATCH = Route(
    "POST", "/v5/order/cancel-batch", rest_orders.batch(rest_orders.cancel, False), ORDERS, True
)
ROUTES: dict[str, Route] = {
    route.path: route
    for route in (
        Route("GET", "/v5/market/time", rest_market.server_time),
        Route("GET", "/v5/market/instruments-info", rest_market.instruments_info),
        Route("GET", "/v5/market/kline", rest_market.kline),
        Route("GET", "/v5/market/mark-price-kline", rest_market.mark_price_kline),
        Route("GET", "/v5/market/index-price-kline", rest_market.index_price_kline),
        Route("GET", "/v5/market/tickers", rest_market.tickers),
        Route("GET", "/v5/market/orderbook", rest_market.orderbook),
        Route("GET", "/v5/market/recent-trade", rest_market.recent_trade),
        Route("GET", "/v5/market/funding/history", rest_market.funding_history),
        Route("GET", "/v5/market/open-interest", rest_market.open_interest),
        Route("GET", "/v5/market/risk-limit", rest_market.risk_limit),
        CREATE,
        AMEND,
        CANCEL,
        Route("POST", "/v5/order/cancel-all", rest_orders.cancel_all, ORDERS),
        CREATE_BATCH,
        AMEND_BATCH,
        CANCEL_BATCH,
        Route("GET", "/v5/order/realtime", rest_orders.realtime, 50),
        Route("GET", "/v5/order/history", rest_orders.history, 50),
        Route("GET", "/v5/execution/list", rest_account.executions, 50),
        Route("GET", "/v5/position/list", rest_positions.positions, 50),
        Route("GET", "/v5/position/closed-pnl", rest_positions.closed_pnl, 50),
        Route("POST", "/v5/position/set-leverage", rest_positions.set_leverage, 10),
        Route("POST", "/v5/position/switch-mode", rest_positions.switch_mode, 10),
        Route("POST", "/v5/position/trading-stop", rest_positions.trading_stop, 10),
        Route("GET", "/v5/account/wallet-balance", rest_account.wallet_balance, 50),
        Route("GET", "/v5/account/info", rest_account.account_info, 50),
        Route("GET", "/v5/account/fee-rate", rest_account.fee_rate, 5),
        Route("POST", "/v5/account/set-margin-mode", rest_account.set_margin_mode, 5),
        Route("GET", "/v5/account/transaction-log", rest_account.transaction_log, 25),
        Route("GET", "/v5/user/query-api", rest_account.query_api, 10),
        Route("GET", "/v5/asset/coin/query-info", rest_account.coin_info, 5),
    )
}
TRADED: dict[str, Route] = {
    "order.create": CREATE,
    "order.amend": AMEND,
    "order.cancel": CANCEL,
    "order.create-batch": CREATE_BATCH,
    "order.amend-batch": AMEND_BATCH,
    "order.cancel-batch": CANCEL_BATCH,
}
"""What the trade WebSocket does; it shares the limits of REST (7.1)."""


@frozen
class Done:
    """What became of a request: refused or not, with its result, and what is left of its limit."""

    refusal: Refusal
    result: Fields
    extra: Fields
    quota: Quota | None


def perform(desk: Desk, account: Account | None, route: Route, given: Fields, wall: int) -> Done:
    """Take a visit of the limit and let the handler answer."""
    quota, room = None, 1
    if account is not None:
        asked = given.get("request") if route.is_batch else None
        wanted = max(1, len(asked)) if isinstance(asked, list) else 1
        quota = account.buckets.take(route.path, route.limit_of(account), wall, wanted)
        room = quota.taken
        if not room and not route.is_batch:
            text = "Too many visits. Exceeded the API Rate Limit."
            return Done(Refusal(TOO_MANY_VISITS, text), {}, {}, quota)
    if desk.keeper is None or account is None or route.method != "POST":
        outcome = handle(desk, account, route, given, room)
    else:
        taken = Taken(account, route.path, plain(given), room, wall)
        desk.keeper.begin()
        outcome = handle(desk, account, route, taken.given, room)
        desk.keeper.request(taken, outcome)
    if isinstance(outcome, RefusedError):
        return Done(outcome.refusal, outcome.result, {}, quota)
    return Done(Refusal(0, outcome.text), outcome.result, outcome.extra, quota)


def handle(
    desk: Desk, account: Account | None, route: Route, given: Fields, room: int
) -> Outcome | RefusedError:
    """Let the handler answer; here a refusal is a value like any other."""
    try:
        return route.handler(Session(desk, account, room), given)
    except RefusedError as refused:
        return refused


def limit_headers(quota: Quota | None, wall: int, trace: str) -> dict[str, str]:
    """The headers of an answer; times are the wall's (7.1)."""
    headers = {
        "Traceid": hashlib.md5(trace.encode("utf-8", "replace")).hexdigest(),
        "Timenow": str(wall),
    }
    if quota is not None:
        headers["X-Bapi-Limit"] = str(quota.limit)
        headers["X-Bapi-Limit-Status"] = str(quota.left)
        headers["X-Bapi-Limit-Reset-Timestamp"] = str(quota.reset_ms)
    return headers


def answer(desk: Desk, request: Request, wall_ms: int) -> Answer:
    """Answer one REST request that came at ``wall_ms``; the desk is at its moment already."""
    trace = f"{wall_ms}/{request.path}/{desk.now_ns}"

    def refuse(status: int, refusal: Refusal) -> Answer:
        body = envelope(refusal.code, refusal.text, {}, {}, desk.market_ms)
        return Answer(status, body, limit_headers(None, wall_ms, trace))

    route = ROUTES.get(request.path)
    if route is None:
        return refuse(404, Refusal(10017, "request path not found"))
    if route.method != request.method:
        return refuse(400, Refusal(PARAMETER, f"this path wants {route.method}"))
    payload = request.query if route.method == "GET" else request.body
    account = None
    if route.per_second:
        if not request.headers.get(KEY):
            return refuse(401, Refusal(KEY_INVALID, "API key is missing."))
        account = desk.accounts.get(request.headers[KEY])
        if account is None:
            return refuse(200, Refusal(KEY_INVALID, "API key is invalid."))
        refusal = refuse_request(account.settings.secret, request.headers, payload, wall_ms)
        if refusal is not None:
            return refuse(200, refusal)
    given = query_fields(payload) if route.method == "GET" else read_json(payload)
    if given is None:
        return refuse(400, Refusal(PARAMETER, "params error: the body is no JSON object"))
    found = perform(desk, account, route, given, wall_ms)
    body = envelope(*found.refusal, found.result, found.extra, desk.market_ms)
    return Answer(200, body, limit_headers(found.quota, wall_ms, trace))


def read_json(text: bytes | str) -> Fields | None:
    """A JSON object in UTF-8, its decimals exact; None for what is none, NaN and Infinity among
    them."""
    try:
        plain = text if isinstance(text, str) else text.decode()
        found = json.loads(plain, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")
