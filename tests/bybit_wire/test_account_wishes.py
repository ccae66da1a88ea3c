"""Margin, modes and money of an account, prices of orders, pre-checks (3.3, 3.4)."""

from typing import Any

import pytest

from adapters.bybit_wire.standing import desk_digest
from engine.money import parse
from engine.timebase import Nanos
from tests.bybit_wire.given import SYMBOL, Client, desk, listed, moved, settings

LINEAR = {"category": "linear", "symbol": SYMBOL}
ADD = "/v5/position/add-margin"
AUTO = "/v5/position/set-auto-add-margin"
MODE = "/v5/position/switch-mode"
MARGIN = "/v5/account/set-margin-mode"
CHECK = "/v5/order/pre-check"


def wallet(client: Client) -> dict[str, Any]:
    """The wallet as it is shown."""
    return listed(client.get("/v5/account/wallet-balance", accountType="UNIFIED"))[0]


def isolated(leverage: str = "10") -> Client:
    """Long 0.05 from 60,000 in isolated margin."""
    client = Client(desk(accounts=[settings(margin_mode="isolated")]))
    if leverage != "10":
        fields = {"buyLeverage": leverage, "sellLeverage": leverage}
        assert client.post("/v5/position/set-leverage", **LINEAR, **fields)["retCode"] == 0
    assert client.order("Buy", "0.05")["retCode"] == 0
    client.told()
    return client


def test_margin_that_is_added_moves_the_end_away() -> None:
    """A long's end falls by A / ((1 - f) Q (1 - MMR)) (6.4); only what was added comes out."""
    client = isolated()
    before = client.position()
    body = client.post(ADD, **LINEAR, margin="100")
    assert body["retCode"] == 0
    after = body["result"]
    assert parse(after["positionIM"]) - parse(before["positionIM"]) == parse("100")
    fell = parse(before["liqPrice"]) - parse(after["liqPrice"])
    # 100 / (0.99945 * 0.05 * 0.995) = 2011.16, and the tick is 0.1.
    assert parse("2011") <= fell <= parse("2011.3")
    assert "position" in {topic for topic, _ in client.told()}
    assert client.post(ADD, **LINEAR, margin="-100.0001")["retCode"] == 110078
    assert client.post(ADD, **LINEAR, margin="-100")["retCode"] == 0
    assert client.position()["liqPrice"] == before["liqPrice"]


def test_margin_is_of_isolated_positions_that_are_open() -> None:
    """110015 in cross, 110033 where nothing is open, 110007 beyond what is there."""
    cross = Client(desk())
    cross.order("Buy", "0.01")
    assert cross.post(ADD, **LINEAR, margin="1")["retCode"] == 110015
    assert cross.post(AUTO, **LINEAR, autoAddMargin=1)["retCode"] == 110076
    flat = Client(desk(accounts=[settings(margin_mode="isolated")]))
    assert flat.post(ADD, **LINEAR, margin="1")["retCode"] == 110033
    client = isolated()
    assert client.post(ADD, **LINEAR, margin="99999")["retCode"] == 110007
    assert client.post(ADD, **LINEAR, margin="0")["retCode"] == 110027
    assert client.post(ADD, **LINEAR, margin="1", positionIdx=1)["retCode"] == 10001


@pytest.mark.parametrize("is_on", [False, True])
def test_auto_add_margin_keeps_a_position_from_its_end(is_on: bool) -> None:
    """By as much as it began with, each time."""
    client = isolated("100")
    if is_on:
        assert client.post(AUTO, **LINEAR, autoAddMargin=1)["retCode"] == 0
    client.desk.tell(moved("59450", parse("60000"), Nanos(client.desk.now_ns)))
    row = client.position()
    assert row["size"] == ("0.05" if is_on else "0")
    assert row["autoAddMargin"] == int(is_on)
    if is_on:
        # It began with 3,000 / 100 and the fee for closing; 27.5 are lost, 30 were added.
        assert parse("60") < parse(row["positionIM"]) < parse("62")


def test_auto_add_margin_ends_where_nothing_is_left() -> None:
    """Then it is liquidated as ever."""
    client = isolated("100")
    client.post(AUTO, **LINEAR, autoAddMargin=1)
    everything = {"transferId": "42c0cfb0-6bca-c242-bc76-4e6df6cbab16", "coin": "USDT"}
    way = {"fromAccountType": "UNIFIED", "toAccountType": "FUND"}
    amount = wallet(client)["totalAvailableBalance"]
    moved_out = client.post("/v5/asset/transfer/inter-transfer", **everything, **way, amount=amount)
    assert moved_out["retCode"] == 0, moved_out
    client.desk.tell(moved("59300", parse("60000"), Nanos(client.desk.now_ns)))
    assert client.position()["size"] == "0"


def test_the_margin_mode_changes_under_an_open_position() -> None:
    """If the account can stand under the other one; else all is as it was."""
    client = Client(desk())
    client.order("Buy", "0.05")
    before = client.position()
    assert client.post(MARGIN, setMarginMode="ISOLATED_MARGIN")["retCode"] == 0
    held = client.position()
    assert held["size"] == "0.05"
    assert parse("54000") < parse(held["liqPrice"]) < parse("54400")
    assert client.post(MARGIN, setMarginMode="REGULAR_MARGIN")["retCode"] == 0
    assert client.position()["liqPrice"] == before["liqPrice"]


def test_a_margin_mode_that_would_liquidate_is_refused() -> None:
    """3400045 with a reason: what cross margin bears, isolated margin at this price does not."""
    client = Client(desk())
    client.post("/v5/position/set-leverage", **LINEAR, buyLeverage="100", sellLeverage="100")
    client.order("Buy", "0.05")
    client.desk.tell(moved("59000", parse("60000"), Nanos(client.desk.now_ns)))
    before = client.position()
    body = client.post(MARGIN, setMarginMode="ISOLATED_MARGIN")
    assert body["retCode"] == 3400045
    assert body["result"]["reasons"][0]["reasonCode"] == "110011"
    assert client.position() == before


def test_each_symbol_has_a_position_mode_of_its_own() -> None:
    """A coin's request leaves those alone that have a position."""
    client = Client(desk())
    client.order("Buy", "0.01")
    assert client.post(MODE, category="linear", symbol=SYMBOL, mode=3)["retCode"] == 110024
    client.order("Sell", "0.01", reduceOnly=True)
    assert client.post(MODE, category="linear", symbol=SYMBOL, mode=3)["retCode"] == 0
    rows = listed(client.get("/v5/position/list", **LINEAR))
    assert [row["positionIdx"] for row in rows] == [1, 2]
    assert client.order("Buy", "0.01")["retCode"] == 10001
    assert client.order("Sell", "0.01", positionIdx=2)["retCode"] == 0
    assert client.post(MODE, category="linear", coin="USDT", mode=0)["retCode"] == 110024


@pytest.mark.parametrize(
    ("side", "fields", "price"),
    [
        ("Buy", {"slippageToleranceType": "TickSize", "slippageTolerance": "20"}, "60002"),
        ("Sell", {"slippageToleranceType": "TickSize", "slippageTolerance": "20"}, "59997.9"),
        ("Buy", {"slippageToleranceType": "Percent", "slippageTolerance": "0.5"}, "60300"),
        ("Sell", {"slippageToleranceType": "Percent", "slippageTolerance": "0.5"}, "59700"),
    ],
)
def test_a_market_order_takes_no_worse_than_it_tolerates(
    side: str, fields: dict[str, str], price: str
) -> None:
    """Reckoned from the best price of the other side, 60,000 or 59,999.9; a rest is cancelled."""
    client = Client(desk())
    order = client.order(side, "20", **fields)
    assert order["retCode"] == 110007
    client = Client(desk(accounts=[settings(wallet=parse(10_000_000))]))
    row = client.shown(client.order(side, "30", **fields)["result"]["orderId"])
    assert (row["price"], row["orderType"], row["timeInForce"]) == (price, "Market", "IOC")
    assert row["orderStatus"] in ("Filled", "Cancelled")
    limit, worst = parse(price), parse(row["avgPrice"])
    assert worst <= limit if side == "Buy" else worst >= limit
    assert row["slippageTolerance"] == fields["slippageTolerance"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"slippageToleranceType": "TickSize", "slippageTolerance": "10001"}, 110108),
        ({"slippageToleranceType": "TickSize", "slippageTolerance": "1.5"}, 110108),
        ({"slippageToleranceType": "Percent", "slippageTolerance": "10.01"}, 110109),
        ({"slippageToleranceType": "Percent", "slippageTolerance": "0.001"}, 110109),
        ({"slippageToleranceType": "Bps", "slippageTolerance": "1"}, 10001),
        ({"slippageTolerance": "1"}, 10001),
        ({"slippageToleranceType": "TickSize", "slippageTolerance": "5", "stopLoss": "1"}, 10001),
        ({"bboSideType": "Queue", "bboLevel": "1"}, 10001),
    ],
)
def test_a_tolerance_out_of_range_has_the_venues_code(fields: dict[str, str], code: int) -> None:
    """And nothing is traded."""
    client = Client(desk())
    assert client.order("Buy", "0.01", **fields)["retCode"] == code
    assert client.position()["size"] == "0"


@pytest.mark.parametrize(
    ("side", "kind", "level", "price"),
    [
        ("Buy", "Queue", 1, "59999.9"),
        ("Sell", "Queue", 1, "60000"),
        ("Buy", "Counterparty", 1, "60000"),
        ("Sell", "Queue", 3, None),
    ],
)
def test_a_limit_order_can_have_a_price_of_the_book(
    side: str, kind: str, level: int, price: str | None
) -> None:
    """A level of its own side, or of the other."""
    client = Client(desk())
    body = client.order(side, "0.01", "1", bboSideType=kind, bboLevel=level)
    shown = client.shown(body["result"]["orderId"])["price"]
    book = client.get("/v5/market/orderbook", **LINEAR, limit=5)["result"]
    there = book["b"] if (side == "Buy") == (kind == "Queue") else book["a"]
    assert shown == (price or there[level - 1][0])
    assert client.order(side, "0.01", "1", bboSideType=kind, bboLevel=6)["retCode"] == 10001


def test_a_pre_check_changes_nothing() -> None:
    """It tells the rates of before and after; the order is not there."""
    client = Client(desk())
    client.order("Buy", "0.01")
    told = client.told()
    assert told
    before = (
        client.position(),
        listed(client.get("/v5/account/wallet-balance", accountType="UNIFIED")),
    )
    fields = {"side": "Buy", "orderType": "Market", "qty": "0.1", "orderLinkId": "never"}
    found = client.post(CHECK, **LINEAR, **fields)["result"]
    # 0.11 * 60,000 / 10 and 3.27 to close it, of 10,000 less two fees of 3.63; a tenth of before.
    assert (found["preImrE4"], found["postImrE4"]) == (60, 663)
    assert found["postMmrE4"] > found["preMmrE4"] > 0
    assert client.told() == []
    after = (
        client.position(),
        listed(client.get("/v5/account/wallet-balance", accountType="UNIFIED")),
    )
    assert after == before
    assert client.order("Buy", "0.01", "59000", orderLinkId="never")["retCode"] == 0


def test_a_pre_check_of_too_much_says_what_it_would_need() -> None:
    """110007, and the rates stand in retExtInfo."""
    client = Client(desk())
    fields = {"side": "Buy", "orderType": "Limit", "qty": "3", "price": "59900"}
    body = client.post(CHECK, **LINEAR, **fields)
    assert (body["retCode"], body["result"]) == (110007, {})
    # 3 * 59,900 / 10 and fees, of 10,000.
    assert 17_970 < body["retExtInfo"]["post_imr_e4"] < 18_200
    wrong = client.post(CHECK, **LINEAR, **fields | {"qty": "0.00001"})
    assert wrong["retCode"] == 10001
    assert "post_imr_e4" not in wrong["retExtInfo"]


def test_a_refused_wish_leaves_no_trace() -> None:
    """The digest of the whole desk is what it was."""
    client = isolated()
    before = desk_digest(client.desk)
    for path, fields in (
        (ADD, {**LINEAR, "margin": "99999"}),
        (AUTO, {**LINEAR, "autoAddMargin": 0}),
        (MODE, {"category": "linear", "symbol": SYMBOL, "mode": 3}),
        (MARGIN, {"setMarginMode": "ISOLATED_MARGIN"}),
        ("/v5/position/trading-stop", {**LINEAR, "tpslMode": "Partial", "stopLoss": "61000"}),
        ("/v5/order/amend", {**LINEAR, "orderId": "nobody", "qty": "1"}),
    ):
        assert client.post(path, **fields)["retCode"] != 0
    assert desk_digest(client.desk) == before
