"""Partial stops and targets, one by one; TP/SL of waiting orders; larger orders (3.3, 3.4, 5.4)."""

from typing import Any

import pytest

from engine.money import parse
from engine.timebase import Nanos
from tests.bybit_wire.given import KEY, SYMBOL, Client, desk, listed, moved

LINEAR = {"category": "linear", "symbol": SYMBOL}
STOP = "/v5/position/trading-stop"
AMEND = "/v5/order/amend"


def with_position(*prices: str, **more: Any) -> Client:
    """A client that is long 0.04 from 60,000."""
    client = Client(desk(*prices))
    assert client.order("Buy", "0.04", **more)["retCode"] == 0
    client.told()
    return client


def waiting(client: Client) -> list[dict[str, Any]]:
    """Conditional orders, oldest first."""
    fields = {"category": "linear", "symbol": SYMBOL, "orderFilter": "StopOrder"}
    return listed(client.get("/v5/order/realtime", **fields))[::-1]


def pair(client: Client, size: str = "0.01", **more: Any) -> list[dict[str, Any]]:
    """One more pair of partial stops; all that wait."""
    fields = {"stopLoss": "59000", "takeProfit": "61000", "slSize": size, "tpSize": size, **more}
    body = client.post(STOP, **LINEAR, tpslMode="Partial", **fields)
    assert body["retCode"] == 0, body
    return waiting(client)


def test_a_partial_pair_is_added_beside_the_positions_own_stop() -> None:
    """Each leg is an order of its own, without a link id; nothing that was set before changes."""
    client = with_position()
    assert client.post(STOP, **LINEAR, stopLoss="58000")["retCode"] == 0
    rows = pair(client, slOrderType="Limit", slLimitPrice="58900")
    rows = pair(client, "0.02", takeProfit="62000")
    told = [(row["stopOrderType"], row["qty"], row["triggerPrice"]) for row in rows]
    assert told == [
        ("StopLoss", "0.04", "58000"),
        ("PartialStopLoss", "0.01", "59000"),
        ("PartialTakeProfit", "0.01", "61000"),
        ("PartialStopLoss", "0.02", "59000"),
        ("PartialTakeProfit", "0.02", "62000"),
    ]
    assert [row["orderType"] for row in rows[1:3]] == ["Limit", "Market"]
    assert {row["orderLinkId"] for row in rows} == {""}
    assert {row["reduceOnly"] for row in rows} == {True}


def test_one_of_a_pair_fires_and_the_other_is_gone() -> None:
    """What was not covered stays open."""
    client = with_position()
    stop, target = pair(client, takeProfit="60300")
    there = client.desk
    there.tell(moved("60300", parse("60000"), Nanos(there.now_ns)))
    assert client.position()["size"] == "0.03"
    assert client.shown(target["orderId"])["orderStatus"] == "Filled"
    gone = client.shown(stop["orderId"])
    assert gone["orderStatus"] == "Deactivated"
    assert gone["cancelType"] == "CancelByOCOSlCanceledByTpTriggered"


def test_a_pair_that_is_cancelled_goes_as_one_until_a_leg_is_changed() -> None:
    """A change of one leg parts them; then each goes by itself."""
    client = with_position()
    stop, target = pair(client)
    assert client.post("/v5/order/cancel", **LINEAR, orderId=stop["orderId"])["retCode"] == 0
    assert waiting(client) == []
    stop, target = pair(client)
    moved_up = {"orderId": stop["orderId"], "triggerPrice": "59500", "qty": "0.02"}
    assert client.post(AMEND, **LINEAR, **moved_up)["retCode"] == 0
    shown = client.shown(stop["orderId"])
    assert (shown["triggerPrice"], shown["qty"]) == ("59500", "0.02")
    assert ("order", "59500") in [
        (topic, row.get("triggerPrice")) for topic, row in client.told() if topic == "order"
    ]
    assert client.post("/v5/order/cancel", **LINEAR, orderId=stop["orderId"])["retCode"] == 0
    assert [row["orderId"] for row in waiting(client)] == [target["orderId"]]
    assert len(listed(client.post("/v5/order/cancel-all", **LINEAR))) == 1
    assert waiting(client) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"stopLoss": "61000", "slSize": "0.01"}, 10001),
        ({"takeProfit": "59000", "tpSize": "0.01"}, 10001),
        ({"stopLoss": "59000", "takeProfit": "61000", "slSize": "0.01", "tpSize": "0.02"}, 10001),
        ({"stopLoss": "59000"}, 10001),
        ({"slSize": "0.01"}, 34040),
        ({"stopLoss": "59000", "slSize": "0.01", "slOrderType": "Limit"}, 10001),
        ({"stopLoss": "59000", "slSize": "0.0001"}, 10001),
        ({"stopLoss": "59000.05", "slSize": "0.01"}, 10001),
    ],
)
def test_what_is_no_partial_stop_is_refused(fields: dict[str, str], code: int) -> None:
    """And nothing waits then."""
    client = with_position()
    assert client.post(STOP, **LINEAR, tpslMode="Partial", **fields)["retCode"] == code
    assert waiting(client) == []


def test_there_are_twenty_partial_stops_at_most() -> None:
    """110061; a pair counts twice."""
    client = with_position()
    for _ in range(10):
        pair(client, "0.001")
    fields = {"stopLoss": "59000", "slSize": "0.001"}
    assert client.post(STOP, **LINEAR, tpslMode="Partial", **fields)["retCode"] == 110061


def test_the_stop_of_a_waiting_order_can_be_changed() -> None:
    """The position that it opens has the new ones; 0 takes one away."""
    client = Client(desk())
    client.order("Buy", "0.01", "59900", stopLoss="59000", takeProfit="61000", orderLinkId="a")
    changed = {"orderLinkId": "a", "stopLoss": "59100", "takeProfit": "0"}
    assert client.post(AMEND, **LINEAR, **changed)["retCode"] == 0
    row = [row for topic, row in client.told() if topic == "order"][-1]
    assert (row["stopLoss"], row["takeProfit"], row["price"]) == ("59100", "", "59900")
    there = client.desk
    there.tell(moved("59800", parse("60000"), Nanos(there.now_ns)))
    held = client.position()
    assert (held["size"], held["stopLoss"], held["takeProfit"]) == ("0.01", "59100", "")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"stopLoss": "60500"}, 10001),
        ({"takeProfit": "61000"}, 10001),
        ({"slLimitPrice": "58900"}, 10001),
        ({"triggerPrice": "59000"}, 10001),
        ({"price": "59900"}, 10001),
        ({"qty": "100"}, 110007),
    ],
)
def test_a_change_that_cannot_be_leaves_the_order_as_it_was(
    fields: dict[str, str], code: int
) -> None:
    """A target that is new needs the source of its trigger."""
    client = Client(desk())
    client.order("Buy", "0.01", "59900", stopLoss="59000", orderLinkId="a")
    before = listed(client.get("/v5/order/realtime", **LINEAR))
    assert client.post(AMEND, **LINEAR, orderLinkId="a", **fields)["retCode"] == code
    assert listed(client.get("/v5/order/realtime", **LINEAR)) == before


def test_a_stop_that_came_with_too_large_a_quantity_is_not_taken() -> None:
    """All of a change or nothing: the fill brings the stop of before."""
    client = Client(desk())
    client.order("Buy", "0.01", "59900", stopLoss="59000", orderLinkId="a")
    both = {"orderLinkId": "a", "stopLoss": "59100", "qty": "100"}
    assert client.post(AMEND, **LINEAR, **both)["retCode"] == 110007
    client.desk.tell(moved("59800", parse("60000"), Nanos(client.desk.now_ns)))
    assert client.position()["stopLoss"] == "59000"


def test_a_larger_order_holds_more_and_loses_its_place() -> None:
    """A smaller one keeps it."""
    client = Client(desk())
    for link in ("a", "b"):
        client.order("Buy", "0.01", "59900", orderLinkId=link)
    exchange = client.desk.accounts[KEY].exchange
    held = exchange.market(SYMBOL).held_by_orders

    def numbers() -> list[int]:
        rows = client.desk.accounts[KEY].heard.links
        by_link = {link: client.desk.accounts[KEY].heard.rows[name] for link, name in rows.items()}
        orders = [exchange.order(by_link[link].venue_id) for link in ("a", "b")]
        return [order.number for order in orders if order is not None]

    assert client.post(AMEND, **LINEAR, orderLinkId="a", qty="0.005")["retCode"] == 0
    assert numbers() == sorted(numbers())
    assert client.post(AMEND, **LINEAR, orderLinkId="a", qty="0.03")["retCode"] == 0
    assert numbers() != sorted(numbers())
    assert exchange.market(SYMBOL).held_by_orders == held * 2


def test_a_conditional_order_can_wait_for_another_price() -> None:
    """Of the mark instead of the last price; the source is checked like a new one's."""
    client = Client(desk())
    waits = {"triggerPrice": "61000", "triggerDirection": 1, "orderLinkId": "a"}
    client.order("Buy", "0.01", **waits)
    amend = {"orderLinkId": "a", "triggerBy": "MarkPrice", "triggerPrice": "60500"}
    assert client.post(AMEND, **LINEAR, **amend)["retCode"] == 0
    shown = waiting(client)[0]
    assert (shown["triggerBy"], shown["triggerPrice"]) == ("MarkPrice", "60500")
    passed = {"orderLinkId": "a", "triggerBy": "IndexPrice", "triggerPrice": "59000"}
    assert client.post(AMEND, **LINEAR, **passed)["retCode"] == 110092
    assert waiting(client)[0] == shown
