"""The table of all paths, and who answers them. What is not in it does not exist: HTTP 404."""

from collections.abc import Callable

from attrs import frozen

from adapters.bybit_wire import (
    order_lists,
    rest_account,
    rest_asset,
    rest_candles,
    rest_market,
    rest_orders,
    rest_positions,
    rest_precheck,
    rest_settings,
    rest_statistics,
    rest_stops,
)
from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import Fields, Outcome
from adapters.bybit_wire.desk import Session

Handler = Callable[[Session, Fields], Outcome]


@frozen
class Route:
    """A path. ``per_second`` 0 is public; -1 is the account's own order limit, which counts the
    orders of a batch (7.1)."""

    method: str
    path: str
    handler: Handler
    per_second: int = 0
    is_batch: bool = False

    def limit_of(self, account: Account) -> int:
        """How often the account may come here in a second."""
        return account.settings.per_second if self.per_second < 0 else self.per_second


ORDERS = -1
CREATE = Route("POST", "/v5/order/create", rest_orders.create, ORDERS)
AMEND = Route("POST", "/v5/order/amend", rest_orders.amend, ORDERS)
CANCEL = Route("POST", "/v5/order/cancel", rest_orders.cancel, ORDERS)
CREATE_BATCH = Route(
    "POST", "/v5/order/create-batch", rest_orders.batch(rest_orders.create, True), ORDERS, True
)
AMEND_BATCH = Route(
    "POST", "/v5/order/amend-batch", rest_orders.batch(rest_orders.amend, False), ORDERS, True
)
CANCEL_BATCH = Route(
    "POST", "/v5/order/cancel-batch", rest_orders.batch(rest_orders.cancel, False), ORDERS, True
)
MARKET = (
    ("time", rest_market.server_time),
    ("instruments-info", rest_market.instruments_info),
    ("kline", rest_candles.kline),
    ("mark-price-kline", rest_candles.mark_price_kline),
    ("index-price-kline", rest_candles.index_price_kline),
    ("premium-index-price-kline", rest_candles.premium_index_kline),
    ("tickers", rest_market.tickers),
    ("orderbook", rest_market.orderbook),
    ("recent-trade", rest_market.recent_trade),
    ("funding/history", rest_market.funding_history),
    ("open-interest", rest_statistics.open_interest),
    ("account-ratio", rest_statistics.account_ratio),
    ("risk-limit", rest_market.risk_limit),
    ("price-limit", rest_statistics.price_limit),
    ("insurance", rest_statistics.insurance),
    ("delivery-price", rest_statistics.delivery_price),
    ("adlAlert", rest_statistics.adl_alert),
)
"""Public paths under ``/v5/market``."""
NOTHING_SETTLED = rest_asset.nothing_of(category="linear", list=(), nextPageCursor="")
READ = (
    ("order/realtime", order_lists.realtime, 50),
    ("order/history", order_lists.history, 50),
    ("execution/list", rest_account.executions, 50),
    ("position/list", rest_positions.positions, 50),
    ("position/closed-pnl", rest_positions.closed_pnl, 50),
    ("position/symbol-info", rest_positions.symbol_info, 50),
    ("account/wallet-balance", rest_account.wallet_balance, 50),
    ("account/info", rest_account.account_info, 50),
    ("account/fee-rate", rest_account.fee_rate, 5),
    ("account/transaction-log", rest_account.transaction_log, 25),
    ("account/query-dcp-info", rest_settings.dcp_info, 5),
    ("account/user-setting-config", rest_settings.user_settings, 5),
    ("account/smp-group", rest_settings.smp_group, 5),
    ("account/collateral-info", rest_settings.collateral_info, 50),
    ("account/borrow-history", rest_settings.borrow_history, 50),
    ("account/withdrawal", rest_asset.transferable, 50),
    ("user/query-api", rest_settings.query_api, 10),
    ("user/get-member-type", rest_settings.account_types, 10),
    ("asset/coin/query-info", rest_asset.coin_info, 5),
    ("asset/transfer/query-account-coins-balance", rest_asset.all_balances, 5),
    ("asset/transfer/query-account-coin-balance", rest_asset.one_balance, 5),
    ("asset/transfer/query-transfer-coin-list", rest_asset.transfer_coins, 5),
    ("asset/transfer/query-inter-transfer-list", rest_asset.transfers, 60),
    ("asset/deposit/query-record", rest_asset.nothing_of(rows=(), nextPageCursor=""), 5),
    ("asset/withdraw/query-record", rest_asset.nothing_of(rows=(), nextPageCursor=""), 5),
    ("asset/delivery-record", NOTHING_SETTLED, 30),
    ("asset/settlement-record", NOTHING_SETTLED, 30),
)
"""Signed paths that only tell, and how often a second (7.1)."""
DONE = (
    ("order/cancel-all", rest_orders.cancel_all, ORDERS),
    ("order/pre-check", rest_precheck.pre_check, ORDERS),
    ("order/disconnected-cancel-all", rest_settings.set_dcp, 5),
    ("position/set-leverage", rest_positions.set_leverage, 10),
    ("position/switch-mode", rest_positions.switch_mode, 10),
    ("position/switch-isolated", rest_positions.switch_isolated, 10),
    ("position/set-risk-limit", rest_positions.set_risk_limit, 10),
    ("position/set-tpsl-mode", rest_positions.set_stop_mode, 10),
    ("position/confirm-pending-mmr", rest_positions.confirm_maintenance, 10),
    ("position/trading-stop", rest_stops.trading_stop, 10),
    ("position/add-margin", rest_positions.add_margin, 10),
    ("position/set-auto-add-margin", rest_positions.set_auto_add_margin, 10),
    ("account/set-margin-mode", rest_account.set_margin_mode, 5),
    ("account/set-limit-px-action", rest_settings.set_price_limit_action, 5),
    ("account/set-collateral-switch", rest_settings.set_collateral, 5),
    ("account/demo-apply-money", rest_asset.apply_money, 5),
    ("asset/transfer/inter-transfer", rest_asset.transfer, 20),
)
"""Signed paths that may change an account; what trades stands apart above."""
DCP = Route("POST", "dcp", rest_settings.cancel_by_dcp)
"""Not a client's path: what the venue does when nobody listens any more."""
ROUTES: dict[str, Route] = {
    route.path: route
    for route in (
        *(Route("GET", f"/v5/market/{name}", handler) for name, handler in MARKET),
        Route("GET", "/v5/announcements/index", rest_asset.nothing_of(total=0, list=())),
        Route("GET", "/v5/system/status", rest_asset.nothing_of(list=())),
        CREATE,
        AMEND,
        CANCEL,
        CREATE_BATCH,
        AMEND_BATCH,
        CANCEL_BATCH,
        *(Route("GET", f"/v5/{name}", handler, often) for name, handler, often in READ),
        *(Route("POST", f"/v5/{name}", handler, often) for name, handler, often in DONE),
    )
}
"""Every path that there is."""
KEPT: dict[str, Route] = ROUTES | {DCP.path: DCP}
"""What the journal of a session may name."""
TRADED: dict[str, Route] = {
    "order.create": CREATE,
    "order.amend": AMEND,
    "order.cancel": CANCEL,
    "order.create-batch": CREATE_BATCH,
    "order.amend-batch": AMEND_BATCH,
    "order.cancel-batch": CANCEL_BATCH,
}
"""What the trade WebSocket does; it shares the limits of REST (7.1)."""
