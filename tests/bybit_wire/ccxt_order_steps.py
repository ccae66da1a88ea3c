"""What ccxt's unified methods are asked of orders and positions, after ``ccxt_steps``."""

from typing import Any

from tests.bybit_wire.ccxt_clients import BTC
from tests.bybit_wire.ccxt_steps import Step, length


def _limit(client: Any, price: float, **params: Any) -> Any:
    return client.create_order(BTC, "limit", "buy", 0.01, price, params)


def _ids(found: Any) -> list[str]:
    return [each["id"] for each in found]


def _first_open(client: Any) -> str:
    return _ids(client.fetch_open_orders(BTC))[0]


def _triggers(client: Any) -> list[Any]:
    found: list[Any] = client.fetch_open_orders(BTC, params={"trigger": True})
    return found


ORDERS: list[Step] = [
    ("createOrder", lambda c: _limit(c, 59_900, clientOrderId="a"), lambda f: f["id"]),
    (
        "fetchOpenOrder",
        lambda c: c.fetch_open_order(_first_open(c), BTC),
        lambda f: (f["status"], f["remaining"], f["clientOrderId"]) == ("open", 0.01, "a"),
    ),
    (
        "editOrder",
        lambda c: c.edit_order(_first_open(c), BTC, "limit", "buy", 0.03, 59_800),
        lambda f: f["id"],
    ),
    (
        "fetchOpenOrders",
        lambda c: c.fetch_open_orders(BTC),
        lambda f: [(each["amount"], each["price"]) for each in f] == [(0.03, 59_800)],
    ),
    (
        "fetchOrder",
        lambda c: c.fetch_order(_first_open(c), BTC, {"acknowledged": True}),
        lambda f: f["amount"] == 0.03,
    ),
    ("cancelOrder", lambda c: c.cancel_order(None, BTC, {"orderLinkId": "a"}), lambda f: f["id"]),
    (
        "createOrders",
        lambda c: c.create_orders(
            [
                {"symbol": BTC, "type": "limit", "side": "buy", "amount": 0.01, "price": 59_000 + n}
                for n in range(3)
            ]
        ),
        length(3),
    ),
    (
        "editOrders",
        lambda c: c.edit_orders(
            [
                {
                    "id": _first_open(c),
                    "symbol": BTC,
                    "type": "limit",
                    "side": "buy",
                    "amount": 0.02,
                    "price": 58_900,
                }
            ]
        ),
        length(1),
    ),
    (
        "cancelOrders",
        lambda c: c.cancel_orders(_ids(c.fetch_open_orders(BTC))[:1], BTC),
        length(1),
    ),
    (
        "cancelOrdersForSymbols",
        lambda c: c.cancel_orders_for_symbols([{"id": _first_open(c), "symbol": BTC}]),
        length(1),
    ),
    ("cancelAllOrders", lambda c: c.cancel_all_orders(BTC), length(1)),
    (
        "createLimitOrder",
        lambda c: c.create_limit_order(BTC, "buy", 0.01, 59_000),
        lambda f: f["id"],
    ),
    (
        "createPostOnlyOrder",
        lambda c: c.create_post_only_order(BTC, "limit", "buy", 0.01, 59_000),
        lambda f: f["id"],
    ),
    (
        "createTriggerOrder",
        lambda c: c.create_trigger_order(
            BTC, "market", "buy", 0.01, None, 61_000, {"triggerDirection": "ascending"}
        ),
        lambda f: f["id"],
    ),
    (
        "createStopOrder",
        lambda c: c.create_stop_order(
            BTC, "limit", "buy", 0.01, 61_000, 61_100, {"triggerDirection": "ascending"}
        ),
        lambda f: f["id"],
    ),
    (
        "createStopLimitOrder",
        lambda c: c.create_stop_limit_order(
            BTC, "buy", 0.01, 61_000, 61_200, {"triggerDirection": "ascending"}
        ),
        lambda f: f["id"],
    ),
    (
        "createStopMarketOrder",
        lambda c: c.create_stop_market_order(
            BTC, "buy", 0.01, 61_300, {"triggerDirection": "ascending"}
        ),
        lambda f: f["id"],
    ),
    ("cancelAllOrders", lambda c: c.cancel_all_orders(BTC), length(6)),
    (
        "fetchCanceledOrders",
        lambda c: c.fetch_canceled_orders(BTC),
        lambda f: {each["status"] for each in f} == {"canceled"},
    ),
]
POSITIONS: list[Step] = [
    (
        "createMarketOrder",
        lambda c: c.create_market_order(BTC, "buy", 0.04),
        lambda f: f["id"],
    ),
    (
        "fetchClosedOrder",
        lambda c: c.fetch_closed_order(_ids(c.fetch_closed_orders(BTC))[-1], BTC),
        lambda f: (f["status"], f["filled"], f["average"]) == ("closed", 0.04, 60_000),
    ),
    (
        "fetchPosition",
        lambda c: c.fetch_position(BTC),
        lambda f: (f["contracts"], f["side"], f["leverage"]) == (0.04, "long", 5),
    ),
    (
        "createStopLossOrder",
        lambda c: c.create_stop_loss_order(BTC, "market", "sell", 0.01, None, 59_000),
        lambda f: f["id"],
    ),
    (
        "createTakeProfitOrder",
        lambda c: c.create_take_profit_order(BTC, "market", "sell", 0.01, None, 61_000),
        lambda f: f["id"],
    ),
    (
        "createTrailingAmountOrder",
        lambda c: c.create_trailing_amount_order(BTC, "market", "sell", 0.04, None, 500),
        lambda f: "info" in f,
    ),
    (
        "createOrder",
        lambda c: c.create_order(
            BTC, "market", "sell", 0.01, None, {"stopLossPrice": 58_000, "takeProfitPrice": 62_000}
        ),
        lambda f: "info" in f,
    ),
    (
        "fetchOpenOrders",
        _triggers,
        lambda f: (
            sorted(each["info"]["stopOrderType"] for each in f)
            == ["PartialStopLoss", "PartialTakeProfit", "Stop", "Stop", "TrailingStop"]
        ),
    ),
    (
        "createOrderWithTakeProfitAndStopLoss",
        lambda c: c.create_order_with_take_profit_and_stop_loss(
            BTC, "limit", "buy", 0.01, 59_500, 63_000, 57_000
        ),
        lambda f: f["id"],
    ),
    (
        "createReduceOnlyOrder",
        lambda c: c.create_reduce_only_order(BTC, "market", "sell", 0.01),
        lambda f: f["id"],
    ),
    ("fetchPositions", lambda c: c.fetch_positions([BTC]), lambda f: f[0]["contracts"] == 0.03),
    (
        "fetchPositionADLRank",
        lambda c: c.fetch_position_adl_rank(BTC),
        lambda f: f["symbol"] == BTC,
    ),
    (
        "fetchPositionsADLRank",
        lambda c: c.fetch_positions_adl_rank([BTC]),
        lambda f: f[0]["rank"] == 2,
    ),
    (
        "fetchMyTrades",
        lambda c: c.fetch_my_trades(BTC),
        lambda f: [each["amount"] for each in f] == [0.04, 0.01],
    ),
    (
        "fetchOrderTrades",
        lambda c: c.fetch_order_trades(_ids(c.fetch_closed_orders(BTC))[0], BTC),
        length(1),
    ),
    (
        "fetchPositionHistory",
        lambda c: c.fetch_position_history(BTC),
        lambda f: f[0]["contracts"] == 0.01,
    ),
    ("fetchPositionsHistory", lambda c: c.fetch_positions_history([BTC]), length(1)),
    (
        "fetchCanceledAndClosedOrders",
        lambda c: c.fetch_canceled_and_closed_orders(BTC),
        lambda f: {each["status"] for each in f} == {"canceled", "closed"},
    ),
    ("fetchClosedOrders", lambda c: c.fetch_closed_orders(BTC), length(2)),
    ("fetchLedger", lambda c: c.fetch_ledger("USDT"), lambda f: "trade" in {x["type"] for x in f}),
    ("fetchFundingHistory", lambda c: c.fetch_funding_history(BTC), length(0)),
    ("fetchMyLiquidations", lambda c: c.fetch_my_liquidations(BTC), length(0)),
    ("fetchMySettlementHistory", lambda c: c.fetch_my_settlement_history(BTC), length(0)),
]
