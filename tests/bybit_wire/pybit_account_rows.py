"""What pybit's HTTP methods are asked of positions, account and money, after ``pybit_rows``."""

from tests.bybit_wire.given import SYMBOL
from tests.bybit_wire.pybit_rows import UUID, Row, first, none_listed, nothing
from tests.bybit_wire.test_pybit import LINEAR

POSITION: list[Row] = [
    ("position/list", "get_positions", LINEAR, first("autoAddMargin", 0)),
    (
        "position/set-leverage",
        "set_leverage",
        {**LINEAR, "buyLeverage": "5", "sellLeverage": "5"},
        nothing,
    ),
    (
        "position/switch-mode",
        "switch_position_mode",
        {"category": "linear", "symbol": SYMBOL, "mode": 3},
        nothing,
    ),
    (
        "position/switch-mode",
        "switch_position_mode",
        {"category": "linear", "coin": "USDT", "mode": 0},
        nothing,
    ),
    (
        "position/set-risk-limit",
        "set_risk_limit",
        {**LINEAR, "riskId": 1},
        lambda f: f["riskId"] == 1,
    ),
    (
        "position/set-tpsl-mode",
        "set_tp_sl_mode",
        {**LINEAR, "tpSlMode": "Partial"},
        lambda f: f["tpSlMode"] == "Partial",
    ),
    ("position/confirm-pending-mmr", "confirm_new_risk_limit", LINEAR, nothing),
    (
        "account/set-margin-mode",
        "set_margin_mode",
        {"setMarginMode": "ISOLATED_MARGIN"},
        lambda f: f["reasons"] == [],
    ),
    (
        "order/create",
        "place_order",
        {**LINEAR, "side": "Buy", "orderType": "Market", "qty": "0.02"},
        lambda f: len(f["orderId"]) == 36,
    ),
    (
        "position/trading-stop",
        "set_trading_stop",
        {**LINEAR, "tpslMode": "Full", "positionIdx": 0, "stopLoss": "59000"},
        nothing,
    ),
    (
        "position/trading-stop",
        "set_trading_stop",
        {
            **LINEAR,
            "tpslMode": "Partial",
            "positionIdx": 0,
            "takeProfit": "61000",
            "tpSize": "0.01",
        },
        nothing,
    ),
    (
        "position/add-margin",
        "add_or_reduce_margin",
        {**LINEAR, "margin": "10"},
        lambda f: (f["size"], f["symbol"]) == ("0.02", SYMBOL),
    ),
    (
        "position/set-auto-add-margin",
        "set_auto_add_margin",
        {**LINEAR, "autoAddMargin": 1},
        nothing,
    ),
    ("position/list", "get_positions", LINEAR, first("autoAddMargin", 1)),
    ("execution/list", "get_executions", LINEAR, first("execQty", "0.02")),
    ("position/closed-pnl", "get_closed_pnl", LINEAR, none_listed),
]
ACCOUNT: list[Row] = [
    (
        "account/wallet-balance",
        "get_wallet_balance",
        {"accountType": "UNIFIED"},
        first("accountType", "UNIFIED"),
    ),
    (
        "account/withdrawal",
        "get_transferable_amount",
        {"coinName": "USDT"},
        # 10,000 less the margin at 5x with its fee, the fee paid and the 10 that were added.
        lambda f: 9_740 < float(f["availableWithdrawal"]) < 9_750,
    ),
    ("account/borrow-history", "get_borrow_history", {}, none_listed),
    ("account/collateral-info", "get_collateral_info", {}, first("collateralRatio", "1")),
    (
        "account/set-collateral-switch",
        "set_collateral_coin",
        {"coin": "USDT", "collateralSwitch": "ON"},
        nothing,
    ),
    ("account/fee-rate", "get_fee_rates", LINEAR, first("takerFeeRate", "0.00055")),
    ("account/info", "get_account_info", {}, lambda f: f["dcpStatus"] == "ON"),
    ("account/transaction-log", "get_transaction_log", {}, first("type", "TRADE")),
    ("account/smp-group", "get_smp_group", {}, lambda f: f["smpGroup"] == 0),
    (
        "account/set-limit-px-action",
        "set_limit_price_action",
        {"category": "linear", "modifyEnable": False},
        nothing,
    ),
    (
        "account/user-setting-config",
        "get_user_setting_config",
        {},
        lambda f: f["lpaPerp"] is True,
    ),
    ("user/query-api", "get_api_key_information", {}, lambda f: f["uta"] == 1),
    (
        "user/get-member-type",
        "get_uid_wallet_type",
        {},
        lambda f: f["accounts"][0]["accountType"] == ["UNIFIED", "FUND"],
    ),
]
ASSET: list[Row] = [
    ("asset/coin/query-info", "get_coin_info", {}, lambda f: f["rows"][0]["coin"] == "USDT"),
    (
        "asset/transfer/query-transfer-coin-list",
        "get_transferable_coin",
        {"fromAccountType": "UNIFIED", "toAccountType": "FUND"},
        lambda f: f["list"] == ["USDT"],
    ),
    (
        "asset/transfer/inter-transfer",
        "create_internal_transfer",
        {
            "transferId": UUID,
            "coin": "USDT",
            "amount": "100",
            "fromAccountType": "UNIFIED",
            "toAccountType": "FUND",
        },
        lambda f: f["transferId"] == UUID,
    ),
    (
        "asset/transfer/query-inter-transfer-list",
        "get_internal_transfer_records",
        {},
        first("amount", "100"),
    ),
    (
        "asset/transfer/query-account-coins-balance",
        "get_coins_balance",
        {"accountType": "FUND"},
        lambda f: f["balance"][0]["walletBalance"] == "100",
    ),
    (
        "asset/transfer/query-account-coin-balance",
        "get_coin_balance",
        {"accountType": "FUND", "coin": "USDT"},
        lambda f: f["balance"]["transferBalance"] == "100",
    ),
    ("asset/deposit/query-record", "get_deposit_records", {}, none_listed),
    ("asset/withdraw/query-record", "get_withdrawal_records", {}, none_listed),
    ("asset/delivery-record", "get_option_delivery_record", {"category": "linear"}, none_listed),
    (
        "asset/settlement-record",
        "get_usdc_contract_settlement",
        {"category": "linear"},
        none_listed,
    ),
]
