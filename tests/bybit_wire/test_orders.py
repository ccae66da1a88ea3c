"""The life of orders as a client sees it (bybit-v5.md 3.3, 5)."""

from typing import Any

import pytest

from adapters.bybit_wire.desk import Desk
from engine.timebase import SECOND
from tests.bybit_wire.given import START, SYMBOL, Client, desk, listed


def later(there: Desk, seconds: int) -> None:
    """Let the feed go on up to so many seconds after its start."""
    there.advance(START + seconds * SECOND)


def statuses(told: list[tuple[str, dict[str, Any]]], order_id: str) -> list[str]:
    """The states that the order stream told of an order."""
    return [
        row["orderStatus"] for topic, row in told if topic == "order" and row["orderId"] == order_id
    ]


def test_a_limit_order_rests_and_fills_when_the_market_comes() -> None:
    """New, then Filled as a maker; executions, position and wallet follow in that order."""
    there = desk("60000", "59950", "59890")
    client = Client(there)
    made = client.order("Buy", "0.01", "59900", orderLinkId="a-1")
    assert made["retCode"] == 0
    order_id = made["result"]["orderId"]
    assert made["result"]["orderLinkId"] == "a-1"
    assert client.shown(order_id)["orderStatus"] == "New"
    assert statuses(client.told(), order_id) == ["New"]
    later(there, 4)
    told = client.told()
    assert [topic for topic, _ in told] == ["order", "execution", "position", "wallet"]
    row, execution, position, wallet = (each for _, each in told)
    assert (row["orderStatus"], row["cumExecQty"], row["avgPrice"]) == ("Filled", "0.01", "59900")
    assert (execution["execFee"], execution["isMaker"]) == ("0.1198", True)
    assert (position["side"], position["size"], position["entryPrice"]) == ("Buy", "0.01", "59900")
    assert wallet["coin"][0]["walletBalance"] == "9999.8802"
    assert wallet["accountType"] == "UNIFIED"


def test_a_market_order_is_filled_at_once_and_skips_new() -> None:
    """Its price is the protection price: the mark and a hundredth, on the tick (5.3)."""
    client = Client(desk())
    order_id = client.order("Buy", "0.01")["result"]["orderId"]
    assert statuses(client.told(), order_id) == ["Filled"]
    row = client.shown(order_id)
    assert (row["timeInForce"], row["price"], row["avgPrice"]) == ("IOC", "60600", "60000")


def test_a_quantity_above_the_largest_is_refused_in_the_venue_s_words() -> None:
    """Both numbers times 10⁸ (5.6); a market order of BTCUSDT has 119 at most."""
    answer = Client(desk()).order("Buy", "119.001")
    assert (answer["retCode"], answer["retMsg"]) == (
        10001,
        "The number of contracts exceeds maximum limit allowed: too large, "
        "order_qty:11900100000 > max_qty:11900000000",
    )


@pytest.mark.parametrize(
    ("in_force", "price", "reason"),
    [("PostOnly", "60100", "EC_PostOnlyWillTakeLiquidity"), ("IOC", "59000", None)],
)
def test_what_cannot_rest_or_take_is_cancelled_on_the_stream(
    in_force: str, price: str, reason: str | None
) -> None:
    """The answer was 0 all the same: an acknowledgement is not acceptance."""
    client = Client(desk())
    made = client.order("Buy", "0.01", price, timeInForce=in_force)
    assert made["retCode"] == 0
    told = client.told()
    assert statuses(told, made["result"]["orderId"]) == ["Cancelled"]
    assert told[0][1]["cumExecQty"] == "0"
    if reason:
        assert told[0][1]["rejectReason"] == reason


def test_a_conditional_order_waits_triggers_and_fills() -> None:
    """Untriggered, Triggered, Filled, under one id."""
    there = desk("60000", "60150")
    client = Client(there)
    made = client.order("Buy", "0.01", triggerPrice="60100", triggerDirection=1)
    order_id = made["result"]["orderId"]
    row = client.shown(order_id)
    assert (row["orderStatus"], row["stopOrderType"]) == ("Untriggered", "Stop")
    assert (row["triggerDirection"], row["triggerBy"]) == (1, "LastPrice")
    later(there, 3)
    assert statuses(client.told(), order_id) == ["Untriggered", "Triggered", "Filled"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"side": "Hold"}, 10001),
        ({"qty": "0.0005"}, 10001),
        ({"qty": "0"}, 10001),
        ({"price": "59900.05"}, 10001),
        ({"price": ""}, 10001),
        ({"symbol": "NOPEUSDT"}, 10001),
        ({"category": "spot"}, 10001),
        ({"positionIdx": 1}, 10001),
        ({"orderLinkId": "x" * 37}, 10001),
        ({"orderLinkId": "a b"}, 10001),
        ({"timeInForce": "RPI"}, 110119),
        ({"triggerPrice": "60100"}, 10001),
        ({"triggerPrice": "59900", "triggerDirection": 1}, 110092),
        ({"triggerPrice": "60100", "triggerDirection": 2}, 110093),
        ({"reduceOnly": True}, 110017),
        ({"qty": "0", "reduceOnly": True, "closeOnTrigger": True}, 110017),
        ({"qty": "3", "price": "59900"}, 110007),
        ({"qty": "0.001", "price": "100"}, 110094),
        ({"stopLoss": "61000"}, 10001),
        ({"stopLoss": "59000", "slOrderType": "Limit", "slLimitPrice": "58990"}, 10001),
        ({"slippageToleranceType": "TickSize", "slippageTolerance": "5"}, 10001),
    ],
)
def test_what_the_venue_refuses_it_refuses_with_its_code(fields: dict[str, Any], code: int) -> None:
    """And nothing is left of it, on no list and on no stream."""
    client = Client(desk())
    wish = {
        "category": "linear",
        "symbol": SYMBOL,
        "side": "Buy",
        "orderType": "Limit",
        "qty": "0.01",
        "price": "59900",
    }
    body = client.post("/v5/order/create", **(wish | fields))
    assert (body["retCode"], body["result"]) == (code, {})
    assert client.told() == []
    assert listed(client.get("/v5/order/realtime", category="linear", settleCoin="USDT")) == []


def test_a_link_id_is_taken_once_for_ever() -> None:
    """110072 means that an earlier attempt got through; a refused one did not."""
    client = Client(desk())
    assert client.order("Buy", "9", "59900", orderLinkId="one")["retCode"] == 110007
    assert client.order("Buy", "0.01", "59900", orderLinkId="one")["retCode"] == 0
    assert client.order("Buy", "0.01", "59900", orderLinkId="one")["retCode"] == 110072
    cancel = {"category": "linear", "symbol": SYMBOL, "orderLinkId": "one"}
    assert client.post("/v5/order/cancel", **cancel)["retCode"] == 0
    assert client.order("Buy", "0.01", "59900", orderLinkId="one")["retCode"] == 110072


def test_an_amendment_changes_price_and_quantity() -> None:
    """What stays is not sent; an order that ended is not amended."""
    client = Client(desk())
    client.order("Buy", "0.02", "59900", orderLinkId="a")
    client.told()
    amend = {"category": "linear", "symbol": SYMBOL, "orderLinkId": "a"}
    assert client.post("/v5/order/amend", **amend, price="59800", qty="0.01")["retCode"] == 0
    row = next(each for topic, each in client.told() if topic == "order")
    assert (row["price"], row["qty"], row["orderStatus"]) == ("59800", "0.01", "New")
    assert client.post("/v5/order/amend", **amend, qty="0.03")["retCode"] == 0
    assert client.shown(row["orderId"])["qty"] == "0.03"
    assert client.post("/v5/order/amend", **amend, price="59800")["retCode"] == 10001
    assert client.post("/v5/order/cancel", **amend)["retCode"] == 0
    assert client.post("/v5/order/amend", **amend, price="59700")["retCode"] == 110001


def test_a_cancelled_order_says_who_did_it() -> None:
    """CancelByUser, and it moves from realtime to history."""
    client = Client(desk())
    order_id = client.order("Buy", "0.02", "59900")["result"]["orderId"]
    names = {"category": "linear", "symbol": SYMBOL, "orderId": order_id}
    assert client.post("/v5/order/cancel", **names)["retCode"] == 0
    assert client.post("/v5/order/cancel", **names)["retCode"] == 110001
    row = client.shown(order_id)
    assert (row["orderStatus"], row["cancelType"]) == ("Cancelled", "CancelByUser")
    assert (row["rejectReason"], row["leavesQty"]) == ("EC_PerCancelRequest", "0")
    assert listed(client.get("/v5/order/realtime", category="linear", symbol=SYMBOL)) == []
    rows = listed(client.get("/v5/order/history", category="linear"))
    assert [each["orderId"] for each in rows] == [order_id]


def test_a_conditional_order_that_is_cancelled_is_deactivated() -> None:
    """It never worked."""
    client = Client(desk())
    made = client.order("Buy", "0.01", triggerPrice="60100", triggerDirection=1)
    names = {"category": "linear", "symbol": SYMBOL, "orderId": made["result"]["orderId"]}
    client.post("/v5/order/cancel", **names)
    assert client.shown(made["result"]["orderId"])["orderStatus"] == "Deactivated"


def test_cancel_all_spares_what_its_filter_leaves_out() -> None:
    """Order, StopOrder, or everything."""
    client = Client(desk())
    client.order("Buy", "0.01", "59900", orderLinkId="plain")
    client.order("Buy", "0.01", triggerPrice="60100", triggerDirection=1, orderLinkId="stop")
    every = {"category": "linear", "settleCoin": "USDT"}
    body = client.post("/v5/order/cancel-all", **every, orderFilter="StopOrder")
    assert [row["orderLinkId"] for row in listed(body)] == ["stop"]
    assert body["result"]["success"] == "1"
    body = client.post("/v5/order/cancel-all", **every)
    assert [row["orderLinkId"] for row in listed(body)] == ["plain"]
    assert client.post("/v5/order/cancel-all", category="linear")["retCode"] == 10001


def test_a_batch_answers_item_by_item() -> None:
    """The outer code is 0, the codes stand in retExtInfo."""
    client = Client(desk())
    good = {"symbol": SYMBOL, "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "59900"}
    bad = good | {"qty": "0.0001", "orderLinkId": "bad"}
    body = client.post("/v5/order/create-batch", category="linear", request=[good, bad])
    assert [each["code"] for each in body["retExtInfo"]["list"]] == [0, 10001]
    first, second = listed(body)
    assert first["orderId"]
    assert first["createAt"]
    assert (second["orderId"], second["orderLinkId"], second["createAt"]) == ("", "bad", "")
    names = {"symbol": SYMBOL, "orderId": first["orderId"]}
    body = client.post(
        "/v5/order/amend-batch", category="linear", request=[names | {"qty": "0.005"}]
    )
    assert body["retExtInfo"]["list"] == [{"code": 0, "msg": "OK"}]
    body = client.post("/v5/order/cancel-batch", category="linear", request=[names, names])
    assert [each["code"] for each in body["retExtInfo"]["list"]] == [0, 110001]
    for wrong in ([], [good] * 21, "x", [1]):
        body = client.post("/v5/order/create-batch", category="linear", request=wrong)
        assert body["retCode"] == 10001


def test_a_cursor_leads_on_when_the_order_that_it_names_is_gone() -> None:
    """An order of the first page is cancelled before the second is asked for: the older orders come
    all the same, of the open ones as of those that ended."""
    client = Client(desk())
    made = [client.order("Buy", "0.01", f"{59_000 + n}")["result"]["orderId"] for n in range(5)]
    there = {"category": "linear", "symbol": SYMBOL}
    first = client.get("/v5/order/realtime", **there, limit=2)["result"]
    assert [row["orderId"] for row in first["list"]] == made[:2:-1]
    assert client.post("/v5/order/cancel", **there, orderId=made[3])["retCode"] == 0
    second = client.get("/v5/order/realtime", **there, limit=2, cursor=first["nextPageCursor"])
    assert [row["orderId"] for row in listed(second)] == [made[2], made[1]]
    third = client.get(
        "/v5/order/realtime", **there, limit=2, cursor=second["result"]["nextPageCursor"]
    )
    assert [row["orderId"] for row in listed(third)] == [made[0]]
    assert third["result"]["nextPageCursor"] == ""


def test_lists_are_paged_newest_first_by_a_cursor() -> None:
    """The pages together are the list, none twice; the cursor of the last one is empty."""
    client = Client(desk())
    made = [client.order("Buy", "0.001", f"{59_000 + n}")["result"]["orderId"] for n in range(7)]
    seen: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        body = client.get(
            "/v5/order/realtime", category="linear", symbol=SYMBOL, limit=3, cursor=cursor
        )
        seen += [row["orderId"] for row in listed(body)]
        cursor, pages = body["result"]["nextPageCursor"], pages + 1
    assert (seen, pages) == (made[::-1], 3)
    body = client.get(
        "/v5/order/realtime", category="linear", symbol=SYMBOL, limit=3, cursor="gone"
    )
    assert body["retCode"] == 10001
