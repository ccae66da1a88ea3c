"""One account that is asked for over sockets, in process and at the exchange, and compared."""

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import note

from adapters.bybit_wire.answers import Answer, Request
from adapters.simulated.status import order_status
from engine.money import SCALE, parse, render
from tests.bybit_wire.given import SYMBOL
from tests.bybit_wire.over_socket import Twins
from tests.bybit_wire.plain import Plain


class Compared:
    """What is asked goes to the server and to its twin; what they show is what ``plain`` has."""

    twins: Twins
    plain: Plain

    def ask(self, request: Request) -> Answer:
        """Both answer the same."""
        theirs, ours = self.twins.send(request)
        assert theirs.body == json.loads(json.dumps(ours.body)), (theirs.body, ours.body)
        limits = {name: text for name, text in ours.headers.items() if name.startswith("X-Bapi")}
        assert (theirs.status, theirs.headers) == (ours.status, limits)
        return theirs

    def post(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Ask both to do something."""
        self.twins.twin.wall = self.twins.clock[0]
        body = json.dumps(fields).encode()
        found = self.ask(self.twins.twin.request("POST", path, body)).body
        note(f"{path} {found['retCode']} {found['retMsg']}")
        return found

    def rows(self, path: str, **fields: Any) -> list[dict[str, Any]]:
        """Ask both for a list, without haste."""
        kept, self.twins.pace_ms = self.twins.pace_ms, 250
        self.twins.twin.wall = self.twins.clock[0]
        query = urlencode({"category": "linear"} | fields).encode()
        found = self.ask(self.twins.twin.request("GET", path, query)).body
        self.twins.pace_ms = kept
        assert found["retCode"] == 0, found
        listed: list[dict[str, Any]] = found["result"]["list"]
        return listed

    def do(self, way: str, what: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Create, amend or cancel over REST or the trade socket."""
        if way == "rest":
            return self.post(f"/v5/order/{what}", fields)
        theirs, ours = self.twins.trade(f"order.{what}", fields)
        assert theirs == ours
        note(f"trade {what} {theirs['retCode']} {theirs['retMsg']}")
        return theirs | {"result": theirs["data"]}

    def open_rows(self) -> list[dict[str, Any]]:
        """Open orders as realtime lists them."""
        return self.rows("/v5/order/realtime", symbol=SYMBOL, limit=50)

    def check_orders(self, ended: dict[str, None]) -> None:
        """Open orders, and each one that has ended, once."""
        rows = {row["orderId"]: row for row in self.open_rows()}
        there = {order.venue_order_id: order for order in self.plain.exchange.open_orders}
        ours = {name: venue for name, venue in self.plain.placed.items() if venue in there}
        told = {name for name in rows if name in self.plain.placed}
        assert told == set(ours)
        for name, venue in ours.items():
            row, order = rows[name], there[venue]
            assert row["orderStatus"] == order_status(order)
            assert row["reduceOnly"] == order.asked.reduce_only
            assert [parse(row[each]) for each in ("qty", "cumExecQty", "price")] == [
                order.quantity,
                order.filled,
                order.price,
            ]
            assert parse(row["triggerPrice"] or 0) == order.trigger_price
        children = [order for order in there.values() if order.cause != "order"]
        shown = [row for row in rows.values() if row["stopOrderType"].startswith("Partial")]
        assert sorted(parse(row["triggerPrice"]) for row in shown) == sorted(
            order.trigger_price for order in children
        )
        for name in self.plain.placed.keys() - ours.keys() - ended.keys():
            ended[name] = None
            row = self.rows("/v5/order/realtime", orderId=name)[0]
            order = self.plain.order(name)
            assert order is not None
            assert row["orderStatus"] == order_status(order)
            assert parse(row["cumExecQty"]) == order.filled

    def check_positions(self) -> None:
        """Positions, with what they carry and hold."""
        exchange = self.plain.exchange
        for row in self.rows("/v5/position/list", symbol=SYMBOL):
            held = self.plain.positions[row["positionIdx"]]
            size = abs(held.quantity)
            average = held.entry_value * SCALE // size if size else 0
            shown = [parse(row[each]) for each in ("size", "avgPrice", "leverage", "positionIM")]
            margin = exchange.position_margin(held.key)
            assert shown == [size, average, held.leverage, margin]
            assert row["side"] == ("" if not size else "Buy" if held.quantity > 0 else "Sell")
            levels = [parse(row[each] or 0) for each in ("stopLoss", "takeProfit", "trailingStop")]
            wanted = [held.stop_price, held.target_price, held.trailing_distance]
            assert levels == (wanted if size else [0, 0, 0])
            assert parse(row["positionMM"]) == exchange.maintenance_margin(held.key)

    def check_wallet(self) -> None:
        """Cash, equity and what is available."""
        wallet = self.rows("/v5/account/wallet-balance", accountType="UNIFIED")[0]
        exchange = self.plain.exchange
        assert wallet["totalWalletBalance"] == render(exchange.wallet)
        assert wallet["totalEquity"] == render(exchange.equity)
        assert wallet["totalAvailableBalance"] == render(max(0, exchange.available))
