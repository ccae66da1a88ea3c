"""A desk in process, and a client of it that signs as Bybit wants: no socket, no clock."""

import json
from typing import Any
from urllib.parse import urlencode

from adapters.bybit_wire.answers import Answer, Request
from adapters.bybit_wire.contracts import AccountSettings, contracts_of
from adapters.bybit_wire.desk import Desk, Played
from adapters.bybit_wire.playing import book
from adapters.bybit_wire.router import answer
from adapters.bybit_wire.signing import signature
from engine.domain.order import Side
from engine.messages.market import MarketEvent, Traded
from engine.money import Price, Quantity, parse
from engine.timebase import SECOND, Nanos, parse_time

START = parse_time("2025-01-01T00:00:00Z")
WALL = 1_700_000_000_000
KEY, SECRET = "tradefold", "tradefold-secret"
SYMBOL = "BTCUSDT"
FIRST = "60000"
WISH = {
    "category": "linear",
    "symbol": SYMBOL,
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.001",
    "price": "59000",
}
"""An order that rests."""


def settings(**changes: Any) -> AccountSettings:
    """The usual account: 10,000 USDT, cross margin, one-way."""
    usual: dict[str, Any] = {"key": KEY, "secret": SECRET, "uid": 1, "wallet": parse(10_000)}
    return AccountSettings(**(usual | changes))


def moved(text: str, before: int, at: Nanos) -> tuple[MarketEvent, ...]:
    """The market trades at a price, and a book around it follows."""
    instrument = contracts_of([SYMBOL])[0]
    price = parse(text)
    side: Side = 1 if price >= before else -1
    bid = price - instrument.tick if side > 0 else price
    return (
        Traded(SYMBOL, at, Price(price), Quantity(parse("1")), side),
        book(instrument, bid, bid + instrument.tick, at),
    )


def prices(*texts: str, second: int = 1) -> list[Played]:
    """A trade and a book around it each second: what a feed says."""
    told: list[Played] = []
    before = parse(texts[0])
    for place, text in enumerate(texts):
        at = Nanos(START + (place + second) * SECOND)
        told.append((at, moved(text, before, at)))
        before = parse(text)
    return told


def desk(*texts: str, accounts: list[AccountSettings] | None = None) -> Desk:
    """A desk whose BTCUSDT trades at these prices, one a second; the first is traded already."""
    found = Desk(
        contracts_of([SYMBOL]), accounts or [settings()], "depth", START, prices(FIRST, *texts)
    )
    found.advance(START + SECOND)
    return found


class Client:
    """Signs and sends; ``wall`` is the clock of both sides, moved by hand."""

    def __init__(self, there: Desk, key: str = KEY, secret: str = SECRET) -> None:
        self.desk = there
        self.key, self.secret = key, secret
        self.wall = WALL

    def request(
        self, method: str, path: str, payload: bytes, stamp: int | None = None, window: str = "5000"
    ) -> Request:
        """A signed request as it goes over the wire."""
        sent = str(self.wall if stamp is None else stamp)
        signed = signature(self.secret, (sent + self.key + window).encode() + payload)
        headers = {
            "x-bapi-api-key": self.key,
            "x-bapi-timestamp": sent,
            "x-bapi-recv-window": window,
            "x-bapi-sign": signed,
        }
        query, body = (payload, b"") if method == "GET" else (b"", payload)
        return Request(method, path, query, body, headers)

    def send(self, request: Request) -> Answer:
        """Let the desk answer; the wall goes on by a quarter of a second."""
        self.wall += 250
        return answer(self.desk, request, self.wall - 250)

    def get(self, path: str, **fields: Any) -> dict[str, Any]:
        """The body of a GET's answer."""
        return self.send(self.request("GET", path, urlencode(fields).encode())).body

    def post(self, path: str, **fields: Any) -> dict[str, Any]:
        """The body of a POST's answer."""
        return self.send(self.request("POST", path, json.dumps(fields).encode())).body

    def order(self, side: str, qty: str, price: str = "", **more: Any) -> dict[str, Any]:
        """Create an order: limit where it has a price, else market."""
        fields = {"category": "linear", "symbol": SYMBOL, "side": side, "qty": qty, **more}
        fields |= {"orderType": "Limit", "price": price} if price else {"orderType": "Market"}
        return self.post("/v5/order/create", **fields)

    def shown(self, order_id: str) -> dict[str, Any]:
        """An order as realtime shows it."""
        found = self.get("/v5/order/realtime", category="linear", orderId=order_id)
        row: dict[str, Any] = found["result"]["list"][0]
        return row

    def position(self, index: int = 0) -> dict[str, Any]:
        """The position as the list shows it."""
        rows = self.get("/v5/position/list", category="linear", symbol=SYMBOL)["result"]["list"]
        found: dict[str, Any] = next(row for row in rows if row["positionIdx"] == index)
        return found

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What the private streams have to tell since last asked."""
        return self.desk.accounts[self.key].take_pushes()


def listed(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a successful answer."""
    assert body["retCode"] == 0, body
    rows: list[dict[str, Any]] = body["result"]["list"]
    return rows
