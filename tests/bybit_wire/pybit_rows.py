"""What pybit's HTTP methods are asked, and what holds of the answers: a session in this order."""

from collections.abc import Callable
from typing import Any

from tests.bybit_wire.given import SYMBOL
from tests.bybit_wire.test_pybit import LINEAR

Result = dict[str, Any]
Row = tuple[str, str, dict[str, Any], Callable[[Result], object]]
"""Path, method, its arguments, and what holds of the result."""
ORDER: dict[str, Any] = {"side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "59900"}
ITEM = {"symbol": SYMBOL, **ORDER}
UUID = "42c0cfb0-6bca-4242-bc76-4e6df6cbab16"


def nothing(found: Result) -> bool:
    """An empty result: it is done, and there is no more to say."""
    return found == {}


def first(name: str, value: object) -> Callable[[Result], bool]:
    """Of the first row of the list."""

    def holds(found: Result) -> bool:
        return bool(found["list"][0][name] == value)

    return holds


def none_listed(found: Result) -> bool:
    """An empty list."""
    return found.get("list", found.get("rows")) == []


MARKET: list[Row] = [
    ("market/time", "get_server_time", {}, lambda f: int(f["timeNano"]) > 0),
    ("market/kline", "get_kline", {**LINEAR, "interval": 1}, lambda f: f["list"][0][4] == "60000"),
    (
        "market/kline",
        "get_kline",
        {**LINEAR, "interval": "M"},
        lambda f: f["list"][0][0] == "1735689600000",
    ),
    (
        "market/mark-price-kline",
        "get_mark_price_kline",
        {**LINEAR, "interval": 1},
        lambda f: len(f["list"][0]) == 5,
    ),
    (
        "market/index-price-kline",
        "get_index_price_kline",
        {**LINEAR, "interval": 1},
        lambda f: f["list"][0][1] == "60000",
    ),
    (
        "market/premium-index-price-kline",
        "get_premium_index_price_kline",
        {**LINEAR, "interval": 1},
        lambda f: abs(float(f["list"][0][4])) < 0.00001,
    ),
    ("market/instruments-info", "get_instruments_info", LINEAR, first("symbol", SYMBOL)),
    ("market/orderbook", "get_orderbook", {**LINEAR, "limit": 3}, lambda f: len(f["a"]) == 3),
    ("market/tickers", "get_tickers", LINEAR, first("openInterest", "0")),
    ("market/funding/history", "get_funding_rate_history", LINEAR, none_listed),
    ("market/recent-trade", "get_public_trade_history", LINEAR, first("price", "60000")),
    (
        "market/open-interest",
        "get_open_interest",
        {**LINEAR, "intervalTime": "1h"},
        first("openInterest", "0"),
    ),
    ("market/account-ratio", "get_long_short_ratio", {**LINEAR, "period": "1h"}, none_listed),
    ("market/insurance", "get_insurance", {"coin": "USDT"}, first("balance", "0")),
    ("market/risk-limit", "get_risk_limit", LINEAR, first("isLowestRisk", 1)),
    ("market/delivery-price", "get_option_delivery_price", LINEAR, none_listed),
    ("market/price-limit", "get_price_limit", LINEAR, lambda f: f["buyLmt"] == "60600"),
    ("market/adlAlert", "get_adl_alert", {"symbol": SYMBOL}, none_listed),
    ("announcements/index", "get_announcement", {"locale": "en-US"}, none_listed),
    ("system/status", "get_system_status", {}, none_listed),
]
TRADE: list[Row] = [
    (
        "order/pre-check",
        "pre_check_order",
        {**LINEAR, **ORDER},
        # 599 at 10x, and both fees, of 10,000: 0.6057 %.
        lambda f: (f["preImrE4"], f["postImrE4"], f["postMmrE4"]) == (0, 60, 0),
    ),
    (
        "order/create",
        "place_order",
        {**LINEAR, **ORDER, "orderLinkId": "one"},
        lambda f: f["orderLinkId"] == "one",
    ),
    (
        "order/amend",
        "amend_order",
        {**LINEAR, "orderLinkId": "one", "qty": "0.02"},
        lambda f: f["orderLinkId"] == "one",
    ),
    ("order/realtime", "get_open_orders", LINEAR, first("qty", "0.02")),
    (
        "order/cancel",
        "cancel_order",
        {**LINEAR, "orderLinkId": "one"},
        lambda f: f["orderLinkId"] == "one",
    ),
    ("order/history", "get_order_history", LINEAR, first("orderStatus", "Cancelled")),
    (
        "order/create-batch",
        "place_batch_order",
        {"category": "linear", "request": [{**ITEM, "orderLinkId": "two"}]},
        first("orderLinkId", "two"),
    ),
    (
        "order/amend-batch",
        "amend_batch_order",
        {
            "category": "linear",
            "request": [{"symbol": SYMBOL, "orderLinkId": "two", "price": "59800"}],
        },
        first("orderLinkId", "two"),
    ),
    (
        "order/cancel-batch",
        "cancel_batch_order",
        {"category": "linear", "request": [{"symbol": SYMBOL, "orderLinkId": "two"}]},
        first("orderLinkId", "two"),
    ),
    ("order/cancel-all", "cancel_all_orders", LINEAR, lambda f: f["success"] == "1"),
    (
        "order/disconnected-cancel-all",
        "set_dcp",
        {"product": "DERIVATIVES", "timeWindow": 40},
        nothing,
    ),
    (
        "account/query-dcp-info",
        "query_dcp_info",
        {},
        lambda f: f["dcpInfos"][0]["timeWindow"] == "40",
    ),
]
