"""Messages of the real venue, recorded or documented, and the form that each field of them has."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(os.environ.get("TRADEFOLD_DATA", Path(__file__).parents[3] / "shared" / "data"))
WIRE = DATA / "wire"
PERPETUAL = re.compile(r"[0-9A-Z]+(USDT?|PERP)")
NOT_AS_SENT = (
    "public-v5-orderbook",
    "public-v5-ticker-spot",
    "public-v5-ticker-inverse",
    "v5-cancel-all-orders",
)
"""Files of that library which hold its own objects, not the venue's."""
EDITED = ("ws_auth_success", "ws_auth_failure", "ws_public_trade", "ws_order_response")
"""Files in which that project has mixed the forms of several streams."""
ALIKE = (
    "/v5/market/index-price-kline",
    "/v5/market/delivery-price",
    "/v5/order/create-batch",
    "/v5/order/amend-batch",
    "/v5/order/cancel-batch",
)
"""Of these the example is of another category, and has the same form."""
HIROKISAN = {
    "v5-account-get-account-info": "/v5/account/info",
    "v5-account-get-collateral-info": "/v5/account/collateral-info",
    "v5-account-set-collateral-coin": "/v5/account/set-collateral-switch",
    "v5-asset-create-internal-transfer": "/v5/asset/transfer/inter-transfer",
    "v5-asset-get-all-coins-balance": "/v5/asset/transfer/query-account-coins-balance",
    "v5-asset-get-deposit-records": "/v5/asset/deposit/query-record",
    "v5-asset-get-internal-transfer-records": "/v5/asset/transfer/query-inter-transfer-list",
    "v5-asset-get-withdrawal-records": "/v5/asset/withdraw/query-record",
    "v5-market-get-insurance": "/v5/market/insurance",
    "v5-position-set-risk-limit": "/v5/position/set-risk-limit",
    "v5-position-set-tpsl-mode": "/v5/position/set-tpsl-mode",
    "v5-account-get-transaction-log": "/v5/account/transaction-log",
    "v5-account-get-wallet-balance": "/v5/account/wallet-balance",
    "v5-amend-order": "/v5/order/amend",
    "v5-cancel-order": "/v5/order/cancel",
    "v5-create-order": "/v5/order/create",
    "v5-execution-get-execution-list": "/v5/execution/list",
    "v5-get-history-orders": "/v5/order/history",
    "v5-get-open-orders": "/v5/order/realtime",
    "v5-market-get-funding-rate-history": "/v5/market/funding/history",
    "v5-market-get-open-interest": "/v5/market/open-interest",
    "v5-market-get-public-trading-history": "/v5/market/recent-trade",
    "v5-market-get-risk-limit": "/v5/market/risk-limit",
    "v5-position-get-closed-pnl": "/v5/position/closed-pnl",
    "v5-position-get-position-info": "/v5/position/list",
}
NAUTILUS = {
    "http_get_account_info": "/v5/account/info",
    "http_get_executions": "/v5/execution/list",
    "http_get_fee_rate": "/v5/account/fee-rate",
    "http_get_funding_history": "/v5/market/funding/history",
    "http_get_instruments_linear": "/v5/market/instruments-info",
    "http_get_instruments_linear_symbol_type": "/v5/market/instruments-info",
    "http_get_order_partially_filled_rejected": "/v5/order/realtime",
    "http_get_orders_history_with_duplicate": "/v5/order/history",
    "http_get_wallet_balance_spot_short": "/v5/account/wallet-balance",
    "http_get_wallet_balance_with_spot_borrow": "/v5/account/wallet-balance",
    "http_get_klines_linear": "/v5/market/kline",
    "http_get_orderbook": "/v5/market/orderbook",
    "http_get_orders_history": "/v5/order/history",
    "http_get_orders_realtime": "/v5/order/realtime",
    "http_get_orders_realtime_tp_sl": "/v5/order/realtime",
    "http_get_positions": "/v5/position/list",
    "http_get_positions_with_open_time": "/v5/position/list",
    "http_get_trades_recent": "/v5/market/recent-trade",
    "http_get_wallet_balance": "/v5/account/wallet-balance",
}


class Recorded(NamedTuple):
    """One answer or push: where it is from, its path or kind of topic, and its contents."""

    name: str
    place: str
    contents: dict[str, Any]


def recordings() -> list[Recorded]:
    """Everything of linear contracts that there is; empty where the folder is missing. What has no
    path beside it is of another category."""
    if not WIRE.is_dir():
        return []
    return [
        each
        for each in _all()
        if each.place and (each.place in ALIKE or not _is_elsewhere(each.contents))
    ]


def _is_elsewhere(contents: dict[str, Any]) -> bool:
    """Whether it is of spot, options or dated futures, whose objects have other fields."""
    rows = contents.get("list", contents.get("data"))
    row = rows[0] if isinstance(rows, list) and rows else rows
    told = row if isinstance(row, dict) else {}
    category = contents.get("category") or told.get("category")
    symbol = contents.get("symbol") or told.get("symbol") or "BTCUSDT"
    is_perpetual = PERPETUAL.fullmatch(symbol) and "usdIndexPrice" not in told
    return category in ("spot", "option") or not is_perpetual


def _all() -> Iterator[Recorded]:
    for path in sorted((WIRE / "bybit_v5_docs").glob("*.json")):
        page = _read(path)
        endpoint = str(page.get("endpoint") or "").rpartition(" ")[2]
        for place, example in enumerate(page["examples"]):
            yield from _said(f"docs/{path.stem}/{place}", example.get("json"))
            yield from _one(f"docs/{path.stem}/{place}", endpoint, example.get("json"))
    for path in sorted((WIRE / "bybit_v5_bybitnet").glob("*.json")):
        page = _read(path)
        if not isinstance(page, dict):
            continue
        for message in page.get("exchange", ()):
            yield from _said(f"bybitnet/{path.stem}", message.get("server_acks"))
            yield from _one(f"bybitnet/{path.stem}", "", message.get("server_pushes"))
        yield from _one(f"bybitnet/{path.stem}", page.get("path", ""), page.get("response"))
    for path in sorted((WIRE / "bybit_v5_nautilus").glob("*.json")):
        if path.stem in EDITED:
            continue
        yield from _said(f"nautilus/{path.stem}", _read(path))
        yield from _one(f"nautilus/{path.stem}", NAUTILUS.get(path.stem, ""), _read(path))
    for path in sorted((WIRE / "bybit_v5_hirokisan").glob("*.json")):
        contents = _read(path)
        if path.stem in HIROKISAN and isinstance(contents, dict):
            yield Recorded(f"hirokisan/{path.stem}", HIROKISAN[path.stem], contents)
        elif path.stem not in NOT_AS_SENT and not path.stem.startswith("v5-"):
            yield from _one(f"hirokisan/{path.stem}", "", contents)
    for message in _read(WIRE / "bybit_tardis" / "ws_v5_messages.json"):
        yield from _one(f"tardis/{message.get('topic', '')}", "", message)


def _said(name: str, message: Any) -> Iterator[Recorded]:
    """What a WebSocket answers by itself: ``op:`` of streams, ``trade:`` of the trade socket."""
    if not isinstance(message, dict) or "op" not in message or "topic" in message:
        return
    if "success" in message or (message["op"] == "pong" and "retCode" not in message):
        yield Recorded(name, f"op:{message['op']}", message)
    elif "retCode" in message:
        yield Recorded(name, f"trade:{message['op']}", message)


def _one(name: str, path: str, message: Any) -> Iterator[Recorded]:
    if not isinstance(message, dict):
        return
    if "topic" in message and "data" in message:
        kind = message["topic"].partition(".")[0]
        if message["topic"].startswith("execution.fast"):
            kind = "execution.fast"
        yield Recorded(name, kind, message)
    elif message.get("retCode") == 0 and isinstance(message.get("result"), dict):
        yield Recorded(name, path, message["result"])


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def forms(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every field's place and form; items of a list share a place."""
    if isinstance(value, dict):
        yield where, "object"
        for name, inner in value.items():
            yield from forms(inner, f"{where}.{name}")
    elif isinstance(value, list):
        yield where, "list"
        for inner in value:
            yield from forms(inner, f"{where}[]")
    elif isinstance(value, bool):
        yield where, "boolean"
    elif isinstance(value, str):
        yield where, _text(value)
    else:
        yield where, type(value).__name__


def _text(value: str) -> str:
    if not value:
        return "text"
    try:
        float(value)
    except ValueError:
        return "word"
    return "number"


def agree(one: str, other: str) -> bool:
    """Whether two forms can be of one field: an empty text, or null, is none of either."""
    return one == other or (
        {one, other} <= {"text", "word", "number", "NoneType"}
        and ("text" in (one, other) or "NoneType" in (one, other))
    )
