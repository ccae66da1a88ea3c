"""Random sessions over real sockets: the server, the same router in process and the exchange alone
are asked the same, and tell the same states, positions, balances and codes.

The short slice of every run draws the same sessions. A campaign searches for new ones:
``TRADEFOLD_WIRE_SESSIONS=2000 pytest tests/bybit_wire/test_wire_machine.py``.
"""

import os
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.messages.market import FundingRated
from engine.money import Rate, parse
from engine.timebase import MINUTE, SECOND, Nanos
from tests.bybit_wire.compared import Compared
from tests.bybit_wire.given import KEY, SYMBOL, moved
from tests.bybit_wire.given import settings as account_settings
from tests.bybit_wire.over_socket import twins
from tests.bybit_wire.plain import Plain
from tests.bybit_wire.wire_draws import LEGAL, ORDERS, PRICES, WAYS, seldom

SESSIONS = int(os.environ.get("TRADEFOLD_WIRE_SESSIONS", "0"))
LINEAR = {"category": "linear", "symbol": SYMBOL}
POSITION_LEGS = ("StopLoss", "TakeProfit", "TrailingStop")


class Sessions(Compared, RuleBasedStateMachine):
    """One account, whose market moves when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.ended: dict[str, None] = {}

    @initialize(
        margin=st.sampled_from(["cross", "isolated"]),
        mode=st.sampled_from(["one_way", "hedge"]),
        per_second=st.sampled_from([1_000, 3]),
    )
    def begin(self, margin: str, mode: str, per_second: int) -> None:
        """An account of any mode; a small limit is met often."""
        account = account_settings(margin_mode=margin, position_mode=mode, per_second=per_second)
        self.twins = self.stack.enter_context(twins(account))
        self.plain = Plain(account, SYMBOL)
        price, at = parse("60000"), Nanos(self.twins.twin.desk.now_ns)
        for event in moved("60000", price, at):
            self.plain.tell(event, at)

    def teardown(self) -> None:
        """The server ends with the session."""
        self.stack.close()

    def _fitted(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The order as it fits: what reduces is against what is held, the index is the side's."""
        if fields["positionIdx"] != "fits":
            return fields
        held = [each for each in self.plain.positions.values() if each.quantity]
        if fields["reduceOnly"] and held:
            side = "Sell" if held[0].quantity > 0 else "Buy"
            return fields | {"side": side, "positionIdx": held[0].key.position_index}
        opens = (fields["side"] == "Buy") != fields["reduceOnly"]
        return fields | {"positionIdx": (1 if opens else 2) if self.plain.hedges else 0}

    @rule(fields=LEGAL | ORDERS, way=WAYS)
    def create(self, fields: dict[str, Any], way: str) -> None:
        """An order, legal or not."""
        fields = self._fitted(fields)
        found = self.do(way, "create", fields)
        if found["retCode"] == 10006:
            return
        codes = self.plain.create(fields)
        if way == "trade" and fields["category"] != "linear":
            codes = {10404}
        assert found["retCode"] in codes, (found, codes)
        if found["retCode"] == 0:
            self.plain.accepted(found["result"]["orderId"], fields["orderLinkId"])

    @rule(orders=st.lists(LEGAL, min_size=1, max_size=3), way=WAYS)
    def trade(self, orders: list[dict[str, Any]], way: str) -> None:
        """Orders one after the other: most of what happens."""
        for each in orders:
            self.create(each, way)

    @rule(orders=st.lists(LEGAL | ORDERS, min_size=1, max_size=4), way=WAYS)
    def create_batch(self, orders: list[dict[str, Any]], way: str) -> None:
        """Several at once, each by itself."""
        items = [self._fitted(each) | {"category": "linear"} for each in orders]
        found = self.do(way, "create-batch", {"category": "linear", "request": items})
        assert found["retCode"] == 0
        rows, codes = found["result"]["list"], found["retExtInfo"]["list"]
        for item, row, told in zip(items, rows, codes, strict=True):
            if told["code"] != 10006:
                assert told["code"] in self.plain.create(item), (item, told)
            if told["code"] == 0:
                self.plain.accepted(row["orderId"], item["orderLinkId"])

    def _chosen(self, nth: int) -> dict[str, Any]:
        """One of the open orders, or one that ended, or none that ever was."""
        rows = [row for row in self.open_rows() if "Partial" not in row["stopOrderType"]]
        if not rows or nth > 7:
            rows = [{"orderId": name, "stopOrderType": ""} for name in list(self.ended)[-2:]]
            rows.append({"orderId": "none", "stopOrderType": ""})
        return rows[nth % len(rows)]

    @rule(
        nth=st.integers(0, 9),
        changes=st.fixed_dictionaries(
            {"price": st.just("") | PRICES, "qty": seldom("", "0.005", "5", "x")}
        ),
        way=WAYS,
    )
    def amend(self, nth: int, changes: dict[str, Any], way: str) -> None:
        """Another price, or a smaller quantity."""
        row = self._chosen(nth)
        found = self.do(way, "amend", LINEAR | changes | {"orderId": row["orderId"]})
        if found["retCode"] == 10006:
            return
        is_leg = row["stopOrderType"] in POSITION_LEGS
        codes = {10001} if is_leg else self.plain.amend(row["orderId"], changes)
        if changes["qty"] == "x":
            codes = {10001, 110001}
        assert found["retCode"] in codes, (found, codes)

    @rule(nth=st.integers(0, 9), way=WAYS)
    def cancel(self, nth: int, way: str) -> None:
        """One order, a position's own stop or target among them."""
        row = self._chosen(nth)
        found = self.do(way, "cancel", LINEAR | {"orderId": row["orderId"]})
        if found["retCode"] == 10006:
            return
        kind = row["stopOrderType"]
        if kind in POSITION_LEGS:
            codes = self.plain.clear_leg(kind, row["positionIdx"])
        else:
            codes = self.plain.cancel(row["orderId"])
        assert found["retCode"] in codes, (found, codes)

    @rule(
        fields=st.fixed_dictionaries(
            {
                "stopLoss": st.sampled_from(["", "0", "58900", "59900", "61100"]),
                "takeProfit": st.sampled_from(["", "0", "58900", "60100", "61100"]),
                "trailingStop": st.sampled_from(["", "0", "100", "250"]),
                "positionIdx": st.sampled_from([0, 1, 2]),
            }
        )
    )
    def trading_stop(self, fields: dict[str, Any]) -> None:
        """The position's own stop, target and trailing stop."""
        found = self.post("/v5/position/trading-stop", LINEAR | fields)
        if found["retCode"] != 10006:
            assert found["retCode"] in self.plain.trading_stop(fields), found

    @rule(
        buy=st.sampled_from(["2", "10", "75", "101", "0", "x"]),
        sell=st.sampled_from(["same", "same", "5"]),
    )
    def leverage(self, buy: str, sell: str) -> None:
        """Of both sides, or of one."""
        sides = (buy, buy if sell == "same" else sell)
        fields = {"buyLeverage": sides[0], "sellLeverage": sides[1]}
        found = self.post("/v5/position/set-leverage", LINEAR | fields)
        if found["retCode"] != 10006:
            assert found["retCode"] in self.plain.leverage(*sides), found

    @rule(to=PRICES, seconds=st.integers(1, 90))
    def move(self, to: str, seconds: int) -> None:
        """The market trades elsewhere."""
        last = self.twins.twin.desk.markets[SYMBOL].last
        self.twins.move(seconds * SECOND, lambda at: moved(to, last, at))
        at = Nanos(self.twins.twin.desk.now_ns)
        for event in moved(to, last, at):
            self.plain.tell(event, at)

    @rule(rate=st.sampled_from([10_000, -20_000]))
    def fund(self, rate: int) -> None:
        """Funding is settled."""
        event = FundingRated(SYMBOL, Nanos(self.twins.twin.desk.now_ns + 480 * MINUTE), Rate(rate))
        self.twins.move(480 * MINUTE, lambda _: (event,))
        self.plain.tell(event, Nanos(self.twins.twin.desk.now_ns))

    @rule(
        case=st.sampled_from(
            [
                ({"pace_ms": 0}, 0),
                ({"pace_ms": 250}, 0),
                ({"reconnects": True}, 0),
                ({"stamp": -6_000}, 10002),
                ({"stamp": 1_500}, 10002),
                ({"stamp": -6_000, "window": "20000"}, 0),
                ({"sign": "0" * 64}, 10004),
                ({"sign": "é"}, 10004),
                ({"key": "nobody"}, 10003),
            ]
        )
    )
    def nuisance(self, case: tuple[dict[str, Any], int]) -> None:
        """Wrong signatures, keys and times; haste; the private socket breaks, and what was missed
        is not told again."""
        changes, code = case
        self.twins.pace_ms = changes.get("pace_ms", self.twins.pace_ms)
        if "reconnects" in changes:
            self.twins.reconnect()
        twin, now = self.twins.twin, self.twins.clock[0]
        stamp = now + changes.get("stamp", 0)
        query = urlencode(LINEAR).encode()
        request = twin.request(
            "GET", "/v5/position/list", query, stamp, changes.get("window", "5000")
        )
        for name, field in (("sign", "x-bapi-sign"), ("key", "x-bapi-api-key")):
            if name in changes:
                request.headers[field] = changes[name].encode().decode("latin-1")
        kept, self.twins.pace_ms = self.twins.pace_ms, 250
        assert self.ask(request).body["retCode"] == code
        self.twins.pace_ms = kept

    # What is shown is what there is.

    @invariant()
    def everybody_tells_the_same(self) -> None:
        """The streams, the open and the ended orders, the positions, the wallet."""
        assert self.twins.pushed() == self.twins.expected()
        self.check_orders(self.ended)
        self.check_positions()
        self.check_wallet()

    @precondition(lambda self: len(self.ended) % 4 == 3)
    @rule()
    def records(self) -> None:
        """What was done adds up to the wallet: executions, the log, closed profits."""
        executions = self.rows("/v5/execution/list", limit=100)
        account = self.twins.twin.desk.accounts[KEY]
        if len(account.ledger.executions) <= 100:
            profit = sum(parse(each["execPnl"]) - parse(each["execFee"]) for each in executions)
            assert self.plain.exchange.wallet == parse(10_000) + profit
        self.rows("/v5/account/transaction-log", limit=50)
        self.rows("/v5/position/closed-pnl", limit=100)
        self.rows("/v5/order/history", limit=50)


def test_sessions_over_the_wire_are_those_of_the_exchange() -> None:
    """Some sessions in every run, as many as asked for in a campaign."""
    run_state_machine_as_test(
        Sessions,
        settings=settings(
            max_examples=SESSIONS or 14,
            stateful_step_count=60 if SESSIONS else 36,
            derandomize=not SESSIONS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
