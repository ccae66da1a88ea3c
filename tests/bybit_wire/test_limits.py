"""How often one may ask (bybit-v5.md 7.1)."""

import json
from typing import Any

from adapters.bybit_wire.answers import Answer
from adapters.bybit_wire.limits import AddressLimit
from tests.bybit_wire.given import SYMBOL, WALL, Client, desk, settings


def wish(**more: Any) -> dict[str, Any]:
    """A small order far from the market."""
    return {
        "category": "linear",
        "symbol": SYMBOL,
        "side": "Buy",
        "orderType": "Limit",
        "qty": "0.001",
        "price": "59900",
        **more,
    }


def at_once(client: Client, path: str, fields: dict[str, Any], wall: int) -> Answer:
    """Send at one moment of the wall."""
    client.wall = wall
    return client.send(client.request("POST", path, json.dumps(fields).encode()))


def test_the_eleventh_order_of_a_second_comes_too_often() -> None:
    """10006, with a reset that lies in the future; a second later there is room again."""
    client = Client(desk())
    codes = [at_once(client, "/v5/order/create", wish(), WALL) for _ in range(11)]
    assert [each.body["retCode"] for each in codes] == [0] * 10 + [10006]
    assert codes[-1].headers["X-Bapi-Limit-Reset-Timestamp"] == str(WALL + 1_000)
    assert at_once(client, "/v5/order/create", wish(), WALL + 1_000).body["retCode"] == 0


def test_headers_tell_what_is_left() -> None:
    """Limit, left, reset, and the wall's time."""
    client = Client(desk())
    headers = at_once(client, "/v5/order/create", wish(), WALL).headers
    assert headers["X-Bapi-Limit"] == "10"
    assert headers["X-Bapi-Limit-Status"] == "9"
    assert headers["Timenow"] == str(WALL)
    assert len(headers["Traceid"]) == 32


def test_each_endpoint_has_a_limit_of_its_own() -> None:
    """A full bucket of creates leaves cancels alone."""
    client = Client(desk())
    for _ in range(10):
        at_once(client, "/v5/order/create", wish(), WALL)
    cancel = {"category": "linear", "symbol": SYMBOL, "orderLinkId": "none"}
    assert at_once(client, "/v5/order/cancel", cancel, WALL).body["retCode"] == 110001


def test_a_batch_counts_its_orders_and_what_is_too_much_fails_by_itself() -> None:
    """In a bucket apart from the single orders; the outer code stays 0."""
    client = Client(desk())
    batch = {"category": "linear", "request": [wish(price=f"{59_000 + n}") for n in range(12)]}
    body = at_once(client, "/v5/order/create-batch", batch, WALL).body
    assert body["retCode"] == 0
    codes = [each["code"] for each in body["retExtInfo"]["list"]]
    assert codes == [0] * 10 + [10006] * 2
    assert [row["orderId"] != "" for row in body["result"]["list"]] == [True] * 10 + [False] * 2
    assert at_once(client, "/v5/order/create", wish(), WALL).body["retCode"] == 0


def test_an_account_may_have_a_larger_limit() -> None:
    """VIP levels."""
    client = Client(desk(accounts=[settings(per_second=20)]))
    codes = [at_once(client, "/v5/order/create", wish(), WALL).body["retCode"] for _ in range(20)]
    assert codes == [0] * 20


def test_an_address_may_ask_600_times_in_five_seconds() -> None:
    """Refused visits do not count, other addresses do not either."""
    limit = AddressLimit()
    assert all(limit.admits("a", 0) for _ in range(600))
    assert not limit.admits("a", 4_999)
    assert limit.admits("b", 4_999)
    assert limit.admits("a", 5_000)
