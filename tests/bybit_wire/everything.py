"""A session in process that asks for everything that is served, and keeps all that it was told."""

import json
from collections.abc import Iterator
from typing import Any

from adapters.bybit_wire.conversation import Conversation, Kind
from adapters.bybit_wire.desk import Desk
from adapters.bybit_wire.private_streams import messages
from adapters.bybit_wire.public_streams import PublicStreams
from adapters.bybit_wire.routes import ROUTES
from adapters.bybit_wire.signing import signature
from engine.messages.market import FundingRated
from engine.money import Rate, parse
from engine.timebase import SECOND, Nanos
from tests.bybit_wire.given import KEY, SECRET, START, SYMBOL, Client, desk, moved, settings

LINEAR = {"category": "linear", "symbol": SYMBOL}
PRIVATE = ("order", "execution", "position", "wallet", "execution.fast")
PUBLIC = (
    "publicTrade.BTCUSDT",
    "orderbook.50.BTCUSDT",
    "tickers.BTCUSDT",
    "kline.1.BTCUSDT",
    "priceLimit.BTCUSDT",
    "allLiquidation.BTCUSDT",
    "liquidation.BTCUSDT",
    "insurance.USDT",
)
OTHER = "isolated"
ISOLATED = settings(key=OTHER, uid=2, margin_mode="isolated")
TRANSFER = "42c0cfb0-6bca-c242-bc76-4e6df6cbab16"
ORDER = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "59900"} | LINEAR
ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("position/switch-mode", {"category": "linear", "coin": "USDT", "mode": 3}),
    ("position/switch-mode", {"category": "linear", "coin": "USDT", "mode": 0}),
    ("account/set-margin-mode", {"setMarginMode": "ISOLATED_MARGIN"}),
    ("account/set-margin-mode", {"setMarginMode": "REGULAR_MARGIN"}),
    ("order/pre-check", ORDER | {"orderLinkId": "never"}),
    ("order/create", ORDER | {"orderLinkId": "a"}),
    ("order/amend", LINEAR | {"orderLinkId": "a", "price": "59800"}),
    ("order/cancel", LINEAR | {"orderLinkId": "a"}),
    *(
        (f"order/{word}-batch", {"category": "linear", "request": [ORDER | more]})
        for word, more in (
            ("create", {"orderLinkId": "b"}),
            ("amend", {"orderLinkId": "b", "price": "59700"}),
            ("cancel", {"orderLinkId": "b"}),
        )
    ),
    ("order/create", ORDER),
    ("order/cancel-all", LINEAR),
    ("order/create", ORDER | {"qty": "0.02", "orderType": "Market", "orderLinkId": "entry"}),
    ("position/trading-stop", LINEAR | {"stopLoss": "59000", "takeProfit": "61000"}),
    ("position/trading-stop", LINEAR | {"trailingStop": "900"}),
    ("order/create", LINEAR | ORDER | {"side": "Sell", "orderType": "Market", "reduceOnly": True}),
    ("order/create", ORDER | {"price": "58000", "triggerPrice": "59000", "triggerDirection": 2}),
    ("position/set-leverage", LINEAR | {"buyLeverage": "7", "sellLeverage": "7"}),
    ("position/set-risk-limit", LINEAR | {"riskId": 1}),
    ("position/set-tpsl-mode", LINEAR | {"tpSlMode": "Full"}),
    ("position/confirm-pending-mmr", LINEAR),
    ("order/disconnected-cancel-all", {"product": "DERIVATIVES", "timeWindow": 40}),
    ("account/set-limit-px-action", {"category": "linear", "modifyEnable": True}),
    ("account/set-collateral-switch", {"coin": "USDT", "collateralSwitch": "ON"}),
    (
        "account/demo-apply-money",
        {"adjustType": 0, "utaDemoApplyMoney": [{"coin": "USDT", "amountStr": "10"}]},
    ),
    (
        "asset/transfer/inter-transfer",
        {
            "transferId": TRANSFER,
            "coin": "USDT",
            "amount": "5",
            "fromAccountType": "UNIFIED",
            "toAccountType": "FUND",
        },
    ),
)
"""What is done, in this order, by an account in cross margin."""
ISOLATED_ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("position/set-leverage", LINEAR | {"buyLeverage": "100", "sellLeverage": "100"}),
    ("order/create", ORDER | {"qty": "0.05", "orderType": "Market"}),
    ("position/add-margin", LINEAR | {"margin": "10"}),
    ("position/set-auto-add-margin", LINEAR | {"autoAddMargin": 1}),
    ("position/set-auto-add-margin", LINEAR | {"autoAddMargin": 0}),
)
"""And by one in isolated margin, which is liquidated in the end."""
UNWANTED = {"/v5/position/switch-isolated": "a unified account is refused it"}
"""Paths that answer nothing but an error."""
USUAL = {
    "category": "linear",
    "accountType": "UNIFIED",
    "interval": "1",
    "intervalTime": "5min",
    "period": "5min",
    "coin": "USDT",
    "coinName": "USDT",
    "fromAccountType": "UNIFIED",
    "toAccountType": "FUND",
}
Told = tuple[str, Any]
"""A place, a path or a kind of topic, and what it said."""


def everything() -> Iterator[Told]:
    """Whatever a client can be answered and told, place by place."""
    there = desk(*["60010", "59990"] * 20, accounts=[settings(), ISOLATED])
    streams = PublicStreams(there)
    for name in PUBLIC:
        for message in streams.join(name):
            yield name.partition(".")[0], message
    cross, isolated = Client(there), Client(there, OTHER)
    for client, asked in ((cross, ASKED), (isolated, ISOLATED_ASKED)):
        for path, fields in asked:
            yield f"/v5/{path}", _result(client.post(f"/v5/{path}", **fields))
    yield from _market_goes_on(there, streams)
    for client in (cross, isolated):
        for message in messages(client.told(), PRIVATE, there.market_ms, 1):
            yield message["topic"], message
    yield from _listed(cross)
    yield from _said(there)


def _market_goes_on(there: Desk, streams: PublicStreams) -> Iterator[Told]:
    """Funding, five minutes, and a fall that liquidates."""
    settle = Nanos(START + 3 * SECOND)
    there.advance(settle)
    there.tell([FundingRated(SYMBOL, settle, Rate(10_000))])
    there.advance(START + 20 * SECOND)
    for seconds, price in ((200, "60000"), (400, "59995"), (500, "59000")):
        there.advance(START + seconds * SECOND)
        there.tell(moved(price, parse("60000"), Nanos(there.now_ns)))
        for topic, message in streams.collect():
            yield topic.partition(".")[0], message


def _listed(client: Client) -> Iterator[Told]:
    client.post("/v5/order/create", **ORDER)
    client.order("Buy", "0.01", stopLoss="58000", tpslMode="Partial")
    for path, route in ROUTES.items():
        if route.method == "GET":
            for scope in ({"symbol": SYMBOL}, {"settleCoin": "USDT"}):
                body = client.get(path, **USUAL, **scope)
                if body["retCode"] == 0:
                    yield path, body["result"]


def _result(body: dict[str, Any]) -> Any:
    assert body["retCode"] == 0, body
    return body["result"]


def _said(there: Desk) -> Iterator[Told]:
    """What the three kinds of WebSockets answer by themselves."""
    yield from _talk(there, "public", (("ping", None), ("subscribe", ["tickers.BTCUSDT"])))
    asked = (("auth", _login(2)), ("ping", None), ("subscribe", ["order"]))
    yield from _talk(there, "private", asked)
    yield from _talk(there, "private", (("auth", ["nobody", "1", "x"]),))
    batch = {"category": "linear", "request": [ORDER]}
    orders = (("order.create", [ORDER]), ("order.create-batch", [batch]))
    yield from _talk(there, "trade", (("auth", _login(3)), ("ping", None), *orders))


def _login(number: int) -> list[str]:
    expires = str(2_000_000_000_000 + number)
    return [KEY, expires, signature(SECRET, f"GET/realtime{expires}".encode())]


def _talk(there: Desk, kind: Kind, asked: tuple[tuple[str, Any], ...]) -> Iterator[Told]:
    wall = 1_800_000_000_000
    talk = Conversation(kind, there, PublicStreams(there), len(kind))
    header = {"X-BAPI-TIMESTAMP": str(wall)}
    for name, args in asked:
        said = {"op": name, "req_id": "7", "reqId": name, "args": args, "header": header}
        reply = talk.hear(json.dumps(said), wall)[0].message
        yield f"{'trade' if kind == 'trade' else 'op'}:{reply['op']}", reply
