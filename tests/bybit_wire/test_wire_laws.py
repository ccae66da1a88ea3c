"""Whatever is asked for, legal or not, and wherever the market goes: what the wire shows is what
the exchange has, and what the streams told last is what realtime shows.
"""

from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st

from adapters.bybit_wire.order_rows import pushed_order
from adapters.simulated.status import order_status
from engine.messages.market import FundingRated
from engine.money import Rate, parse, render
from engine.timebase import MINUTE, SECOND, Nanos
from tests.bybit_wire.given import SYMBOL, Client, desk, moved, settings

LINEAR = {"category": "linear", "symbol": SYMBOL}
PRICES = st.integers(590, 610).map(lambda hundreds: str(hundreds * 100))
QUANTITIES = st.sampled_from(["0.001", "0.01", "0.05", "0.3"] * 3 + ["0", "0.0005", "5", "x", ""])
MAYBE_PRICES = st.one_of(st.just(""), PRICES)
INDEXES = st.sampled_from([0, 1, 2])


def seldom(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """The usual value five times in six."""
    return st.sampled_from([usual] * 5 * len(others) + list(others))


ORDERS = st.fixed_dictionaries(
    {
        "side": st.sampled_from(["Buy", "Sell"]),
        "orderType": st.sampled_from(["Market", "Limit"]),
        "qty": QUANTITIES,
        "price": PRICES,
        "timeInForce": seldom("GTC", "IOC", "FOK", "PostOnly", "RPI"),
        "triggerPrice": seldom("", "59500", "60200", "60500"),
        "triggerDirection": st.sampled_from([1, 2]),
        "reduceOnly": seldom(False, True),
        "closeOnTrigger": seldom(False, True),
        "stopLoss": seldom("", "58900", "61100", "60000"),
        "takeProfit": seldom("", "58900", "61100", "60000"),
        "tpslMode": seldom("Full", "Partial"),
        "positionIdx": seldom("fits", 0, 1, 2),
        "orderLinkId": seldom("", "a", "b", "c", "d e"),
    }
)
FIELDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "create": ORDERS,
    "move": st.fixed_dictionaries({"price": PRICES}),
    "amend": st.fixed_dictionaries(
        {"nth": st.integers(0, 4), "price": MAYBE_PRICES, "qty": seldom("", "0.005", "5")}
    ),
    "cancel": st.fixed_dictionaries({"nth": st.integers(0, 4)}),
    "cancel-all": st.just({}),
    "trading-stop": st.fixed_dictionaries(
        {
            "stopLoss": st.sampled_from(["", "0", "58900", "61100"]),
            "takeProfit": st.sampled_from(["", "0", "58900", "61100"]),
            "trailingStop": st.sampled_from(["", "0", "100", "250"]),
            "positionIdx": INDEXES,
        }
    ),
    "leverage": st.sampled_from([{"to": each} for each in ("2", "10", "75")]),
    "mode": st.sampled_from([{"mode": 0}, {"mode": 3}]),
    "margin": st.sampled_from([{"to": "ISOLATED"}, {"to": "REGULAR"}]),
    "fund": st.just({}),
}
OFTEN = ["create"] * 8 + ["move"] * 4 + ["trading-stop"]
WISHES = st.sampled_from(OFTEN + list(FIELDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), FIELDS[kind])
)


def do(client: Client, kind: str, fields: dict[str, Any]) -> None:
    """Carry out one wish; whatever the answer is, it is an answer."""
    there = client.desk
    there.advance(there.now_ns + SECOND)
    if kind == "move":
        market = there.markets[SYMBOL]
        there.tell(moved(fields["price"], market.last, Nanos(there.now_ns)))
    elif kind == "fund":
        settle = Nanos(there.now_ns + 8 * 60 * MINUTE)
        there.tell([FundingRated(SYMBOL, settle, Rate(10_000))])
    elif kind in ("create", "amend", "cancel", "cancel-all"):
        if fields.get("positionIdx") == "fits":
            hedges = there.accounts[client.key].terms.venue.position_mode == "hedge"
            opens = (fields["side"] == "Buy") != fields["reduceOnly"]
            fields = fields | {"positionIdx": (1 if opens else 2) if hedges else 0}
        if "nth" in fields:
            rows = [row for row in there.accounts[client.key].heard.rows.values() if row.is_open]
            nth = fields["nth"] % (len(rows) + 1)
            fields = fields | {"orderId": rows[nth].order_id if nth < len(rows) else "none"}
        body = client.post(f"/v5/order/{kind}", **LINEAR, **fields)
        note(f"{kind} {body['retCode']} {body['retMsg']}")
    elif kind == "trading-stop":
        client.post("/v5/position/trading-stop", **LINEAR, **fields)
    elif kind == "leverage":
        both = {"buyLeverage": fields["to"], "sellLeverage": fields["to"]}
        client.post("/v5/position/set-leverage", **LINEAR, **both)
    elif kind == "mode":
        client.post("/v5/position/switch-mode", **LINEAR, **fields)
    else:
        client.post("/v5/account/set-margin-mode", setMarginMode=f"{fields['to']}_MARGIN")


def check(client: Client, told: dict[str, dict[str, Any]]) -> None:
    """What is shown is what there is."""
    account = client.desk.accounts[client.key]
    exchange, heard, ledger = account.exchange, account.heard, account.ledger
    assert ledger.cash == exchange.wallet
    for position in exchange.market(SYMBOL).positions.values():
        held = ledger.holding(position.key)
        assert (held.quantity, held.entry_value) == (position.quantity, position.entry_value)
        legs = {cause for (key, cause) in heard.legs if key == position.key}
        levels = {
            "stop_loss": position.stop_price,
            "take_profit": position.target_price,
            "trailing_stop": position.trailing_distance,
        }
        wanted = {cause for cause, level in levels.items() if level and position.quantity}
        assert legs == wanted
    assert list(heard.open.values()) == [row for row in heard.rows.values() if row.is_open]
    legs_ids = {row.order_id for row in heard.legs.values()}
    shown = {row.venue_id: row for row in heard.rows.values() if row.is_open}
    shown = {name: row for name, row in shown.items() if row.order_id not in legs_ids}
    there = {order.venue_order_id: order for order in exchange.open_orders}
    assert shown.keys() == there.keys()
    for name, order in there.items():
        row = shown[name]
        assert row.status == order_status(order)
        assert (row.quantity, row.filled, row.price, row.trigger_price) == (
            order.quantity,
            order.filled,
            order.price,
            order.trigger_price,
        )
    for row in heard.rows.values():
        last = told.get(row.order_id)
        assert last is not None, f"{row.order_id} was never told"
        now = pushed_order(row, ledger.asset)
        for field in ("orderStatus", "cumExecQty", "leavesQty", "price", "qty", "cancelType"):
            assert last[field] == now[field], (field, row)


@given(st.lists(WISHES, min_size=10, max_size=30), st.sampled_from(["cross", "isolated"]))
def test_the_wire_shows_what_the_exchange_has(
    wishes: list[tuple[str, dict[str, Any]]], margin_mode: str
) -> None:
    """After every request and every event."""
    there = desk(accounts=[settings(margin_mode=margin_mode, per_second=100)])
    client = Client(there)
    told: dict[str, dict[str, Any]] = {}
    for kind, fields in wishes:
        note(f"{kind} {fields}")
        do(client, kind, fields)
        for topic, row in client.told():
            if topic == "order":
                told[row["orderId"]] = row
        check(client, told)


@given(st.lists(WISHES, min_size=10, max_size=30))
def test_the_records_add_up_to_the_wallet(wishes: list[tuple[str, dict[str, Any]]]) -> None:
    """The log's changes and the executions' profit less fees are what the wallet gained."""
    client = Client(desk(accounts=[settings(per_second=100)]))
    for kind, fields in wishes:
        do(client, kind, fields)
    ledger = client.desk.accounts[client.key].ledger
    changed = sum(parse(row["change"]) for row in ledger.log)
    earned = sum(parse(row["execPnl"]) - parse(row["execFee"]) for row in ledger.executions)
    assert changed == earned == ledger.cash - parse(10_000), render(changed)
    closed = sum(parse(row["closedPnl"]) for row in ledger.closed.values())
    open_fees = sum(held.open_fees for held in ledger.holdings.values())
    funding = sum(
        parse(row["execFee"]) for row in ledger.executions if row["execType"] == "Funding"
    )
    assert closed - open_fees - funding == changed
