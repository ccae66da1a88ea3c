"""Positions, their stops, modes and money as a client sees them (bybit-v5.md 3.4, 3.5, 6)."""

from typing import Any

import pytest

from engine.messages.market import FundingRated
from engine.money import Rate
from engine.timebase import SECOND, Nanos
from tests.bybit_wire.given import START, SYMBOL, Client, desk, listed, settings

LINEAR = {"category": "linear", "symbol": SYMBOL}
STOPS = ("StopLoss", "TakeProfit", "TrailingStop")


def legs(client: Client) -> dict[str, dict[str, Any]]:
    """The open orders that the venue made by itself, by their kind."""
    body = client.get("/v5/order/realtime", **LINEAR, orderFilter="StopOrder")
    return {row["stopOrderType"]: row for row in listed(body)}


def test_a_stop_and_a_target_become_orders_of_the_venue_and_one_ends_the_other() -> None:
    """Empty link ids, the parent's link id beside it; the one that fires is Triggered and Filled,
    the other one Deactivated, and the closing is told as such everywhere."""
    there = desk("60000", "59700", "59400")
    client = Client(there)
    client.order("Buy", "0.01", stopLoss="59500", takeProfit="61000", orderLinkId="entry")
    told = [
        (row["stopOrderType"], row["orderStatus"], row["orderLinkId"], row["parentOrderLinkId"])
        for topic, row in client.told()
        if topic == "order"
    ]
    assert told == [
        ("", "Filled", "entry", ""),
        ("StopLoss", "Untriggered", "", "entry"),
        ("TakeProfit", "Untriggered", "", "entry"),
    ]
    assert client.position()["stopLoss"] == "59500"
    assert {row["lastPriceOnCreated"] for row in legs(client).values()} == {"60000"}
    assert {kind: row["triggerDirection"] for kind, row in legs(client).items()} == {
        "StopLoss": 2,
        "TakeProfit": 1,
    }
    there.advance(START + 4 * SECOND)
    told = [
        (row["stopOrderType"], row["orderStatus"], row["createType"], row["cancelType"])
        for topic, row in client.told()
        if topic == "order"
    ]
    assert told == [
        ("StopLoss", "Triggered", "CreateByStopLoss", "UNKNOWN"),
        ("StopLoss", "Filled", "CreateByStopLoss", "UNKNOWN"),
        ("TakeProfit", "Deactivated", "CreateByTakeProfit", "CancelByTpSlTsClear"),
    ]
    assert legs(client) == {}
    assert client.position()["size"] == "0"
    closed = listed(client.get("/v5/position/closed-pnl", category="linear"))
    assert [row["side"] for row in closed] == ["Sell"]
    execution = listed(client.get("/v5/execution/list", category="linear"))[0]
    assert (execution["stopOrderType"], execution["closedSize"]) == ("StopLoss", "0.01")


def test_the_money_adds_up() -> None:
    """Closed profit is price difference less both fees; the log's changes are the wallet's."""
    client = Client(desk())
    client.order("Buy", "0.01")
    client.order("Sell", "0.01", reduceOnly=True)
    row = listed(client.get("/v5/position/closed-pnl", category="linear"))[0]
    # bought at 60000, sold at 59999.9: -0.001 less 0.33 and 0.32999945 in fees of 0.055 %
    assert (row["avgEntryPrice"], row["avgExitPrice"]) == ("60000", "59999.9")
    assert (row["closedPnl"], row["openFee"], row["closeFee"]) == (
        "-0.66099945",
        "0.33",
        "0.32999945",
    )
    log = listed(client.get("/v5/account/transaction-log", accountType="UNIFIED"))
    assert [(each["type"], each["change"]) for each in log] == [
        ("TRADE", "-0.33099945"),
        ("TRADE", "-0.33"),
    ]
    assert log[0]["cashBalance"] == "9999.33900055"
    wallet = listed(client.get("/v5/account/wallet-balance", accountType="UNIFIED"))[0]
    assert wallet["totalWalletBalance"] == "9999.33900055"
    assert wallet["totalInitialMargin"] == "0"


def test_funding_is_an_execution() -> None:
    """Paid by a long at a positive rate; the log has it with the other sign."""
    there = desk()
    client = Client(there)
    client.order("Buy", "0.1")
    client.told()
    settle = Nanos(START + 2 * SECOND)
    there.accounts[client.key].observe(FundingRated(SYMBOL, settle, Rate(10_000)), settle)
    there.advance(settle)
    told = dict(client.told())
    assert (told["execution"]["execType"], told["execution"]["execFee"]) == ("Funding", "0.6")
    row = listed(client.get("/v5/account/transaction-log", type="SETTLEMENT"))[0]
    assert (row["funding"], row["change"]) == ("-0.6", "-0.6")
    trades = listed(client.get("/v5/execution/list", category="linear", execType="Trade"))
    assert [row["markPrice"] for row in trades] == ["60000"]


def test_a_position_shows_its_margins() -> None:
    """Cross: IM = Q*M/L + F, MM = Q*M*MMR + F with F = Q*bust*f (6.2)."""
    client = Client(desk())
    client.order("Buy", "0.1")
    row = client.position()
    # Q 0.1, EP and M 60000, L 10: bust 54000, F 2.97
    assert (row["leverage"], row["positionIM"], row["positionMM"]) == ("10", "602.97", "32.97")
    assert (row["side"], row["avgPrice"], row["positionValue"]) == ("Buy", "60000", "6000")


def test_a_trading_stop_changes_what_is_given_and_leaves_the_rest() -> None:
    """0 takes away; the same again is 34040; without a position 10001."""
    client = Client(desk())
    path = "/v5/position/trading-stop"
    assert client.post(path, **LINEAR, stopLoss="59000")["retCode"] == 10001
    client.order("Buy", "0.01")
    assert client.post(path, **LINEAR, stopLoss="59000", positionIdx=0)["retCode"] == 0
    assert client.post(path, **LINEAR, takeProfit="61000")["retCode"] == 0
    assert client.post(path, **LINEAR, takeProfit="61000")["retCode"] == 34040
    row = client.position()
    assert (row["stopLoss"], row["takeProfit"]) == ("59000", "61000")
    assert client.post(path, **LINEAR, stopLoss="0", trailingStop="100")["retCode"] == 0
    assert sorted(legs(client)) == ["TakeProfit", "TrailingStop"]
    assert client.post(path, **LINEAR, stopLoss="61000")["retCode"] == 10001


def test_a_stop_can_be_moved_and_cancelled_as_the_order_that_it_is() -> None:
    """By the id that realtime shows."""
    client = Client(desk())
    client.order("Buy", "0.01", stopLoss="59000")
    order_id = legs(client)["StopLoss"]["orderId"]
    names = LINEAR | {"orderId": order_id}
    assert client.post("/v5/order/amend", **names, triggerPrice="59500")["retCode"] == 0
    assert client.position()["stopLoss"] == "59500"
    assert client.post("/v5/order/cancel", **names)["retCode"] == 0
    assert client.position()["stopLoss"] == ""
    assert client.shown(order_id)["orderStatus"] == "Deactivated"


def test_children_of_a_partial_stop_are_orders_of_their_own() -> None:
    """One pair for each fill; one fires, its sibling ends."""
    there = desk("60000", "59400")
    client = Client(there)
    client.order("Buy", "0.01", tpslMode="Partial", stopLoss="59500", takeProfit="61000")
    found = legs(client)
    assert sorted(found) == ["PartialStopLoss", "PartialTakeProfit"]
    assert {row["tpslMode"] for row in found.values()} == {"Partial"}
    there.advance(START + 3 * SECOND)
    assert client.position()["size"] == "0"
    ended = {
        row["stopOrderType"]: (row["orderStatus"], row["cancelType"])
        for row in listed(client.get("/v5/order/history", category="linear"))
    }
    assert ended["PartialStopLoss"] == ("Filled", "UNKNOWN")
    assert ended["PartialTakeProfit"] == ("Deactivated", "CancelByOCOTpCanceledBySlTriggered")


def test_leverage_is_set_for_both_sides_and_the_tier_bounds_it() -> None:
    """110043 for the same again, 110013 beyond the tier."""
    client = Client(desk())
    path = "/v5/position/set-leverage"
    codes = [
        client.post(path, **LINEAR, buyLeverage=buy, sellLeverage=sell)["retCode"]
        for buy, sell in (("5", "5"), ("5", "5"), ("5", "6"), ("101", "101"), ("0", "0"))
    ]
    assert codes == [0, 110043, 10001, 110013, 10001]
    assert client.position()["leverage"] == "5"


def test_the_position_mode_is_switched_while_nothing_is_open() -> None:
    """Cash, leverage and the price are as before; ids of before are still found."""
    client = Client(desk())
    mode, margin = "/v5/position/switch-mode", "/v5/account/set-margin-mode"
    first = client.order("Buy", "0.01")["result"]["orderId"]
    assert client.post(mode, category="linear", coin="USDT", mode=3)["retCode"] == 110024
    client.order("Sell", "0.01", reduceOnly=True)
    client.order("Buy", "0.01", "59000", orderLinkId="rests")
    assert client.post(mode, category="linear", coin="USDT", mode=3)["retCode"] == 110028
    client.post("/v5/order/cancel-all", **LINEAR)
    client.post("/v5/position/set-leverage", **LINEAR, buyLeverage="4", sellLeverage="4")
    assert client.post(margin, setMarginMode="ISOLATED_MARGIN")["retCode"] == 0
    assert client.post(margin, setMarginMode="ISOLATED_MARGIN")["retCode"] == 110026
    assert client.post(mode, category="linear", coin="USDT", mode=3)["retCode"] == 0
    assert client.post(mode, category="linear", symbol="BTCUSDT", mode=3)["retCode"] == 110025
    assert client.post(mode, category="linear", coin="USDT", mode=3)["retCode"] == 0
    info = client.get("/v5/account/info")["result"]
    assert (info["marginMode"], info["unifiedMarginStatus"]) == ("ISOLATED_MARGIN", 5)
    assert [client.position(index)["leverage"] for index in (1, 2)] == ["4", "4"]
    wallet = listed(client.get("/v5/account/wallet-balance", accountType="UNIFIED"))[0]
    assert wallet["totalWalletBalance"] == "9999.33900055"
    assert client.shown(first)["orderStatus"] == "Filled"
    assert client.order("Buy", "0.01", positionIdx=1)["retCode"] == 0
    assert client.position(1)["size"] == "0.01"
    executions = listed(client.get("/v5/execution/list", category="linear"))
    assert len({row["execId"] for row in executions}) == 3


def test_both_sides_of_hedge_mode_stand_beside_each_other() -> None:
    """With a symbol both are listed, flat or not; with a settlement coin open ones alone."""
    client = Client(desk(accounts=[settings(position_mode="hedge", margin_mode="isolated")]))
    client.order("Buy", "0.02", positionIdx=1)
    rows = listed(client.get("/v5/position/list", **LINEAR))
    assert [(row["positionIdx"], row["side"]) for row in rows] == [(1, "Buy"), (2, "")]
    rows = listed(client.get("/v5/position/list", category="linear", settleCoin="USDT"))
    assert [row["positionIdx"] for row in rows] == [1]
    assert (
        client.post("/v5/position/set-leverage", **LINEAR, buyLeverage="5", sellLeverage="6")[
            "retCode"
        ]
        == 0
    )
    assert [client.position(index)["leverage"] for index in (1, 2)] == ["5", "6"]


def test_a_liquidation_is_told_as_one() -> None:
    """BustTrade by the venue's own order; the log says LIQUIDATION."""
    there = desk("60000", "53000", accounts=[settings(margin_mode="isolated")])
    client = Client(there)
    client.order("Buy", "0.1")
    there.advance(START + 3 * SECOND)
    row = listed(client.get("/v5/execution/list", category="linear"))[0]
    assert (row["execType"], row["createType"]) == ("BustTrade", "CreateByTakeOver_PassThrough")
    log = listed(client.get("/v5/account/transaction-log"))[0]
    assert log["type"] == "LIQUIDATION"
    wallet = listed(client.get("/v5/account/wallet-balance", accountType="UNIFIED"))[0]
    assert wallet["totalWalletBalance"] == log["cashBalance"]


@pytest.mark.parametrize("path", ["/v5/position/list", "/v5/order/realtime", "/v5/execution/list"])
def test_other_categories_are_empty(path: str) -> None:
    """ccxt asks for inverse positions too."""
    assert listed(Client(desk()).get(path, category="inverse", settleCoin="BTC")) == []


def test_what_a_key_may_do_and_what_it_costs() -> None:
    """What ccxt asks before the first order."""
    client = Client(desk())
    key = client.get("/v5/user/query-api")["result"]
    assert (key["uta"], key["unified"], key["apiKey"]) == (1, 0, client.key)
    rate = listed(client.get("/v5/account/fee-rate", **LINEAR))[0]
    assert (rate["takerFeeRate"], rate["makerFeeRate"]) == ("0.00055", "0.0002")
    coins = client.get("/v5/asset/coin/query-info")["result"]["rows"]
    assert [row["coin"] for row in coins] == ["USDT"]
