"""What ccxt's unified methods are asked of market and account, and what holds of the answers."""

from collections.abc import Callable
from typing import Any

from tests.bybit_wire.ccxt_clients import BTC

Step = tuple[str, Callable[[Any], Any], Callable[[Any], bool]]
"""Method, how it is called, and what holds of what it returns."""


def length(most: int) -> Callable[[Any], bool]:
    """So many are returned."""
    return lambda found: len(found) == most


MARKET: list[Step] = [
    ("fetchTime", lambda c: c.fetch_time(), lambda f: f > 1_700_000_000_000),
    ("fetchStatus", lambda c: c.fetch_status(), lambda f: f["status"] == "ok"),
    ("fetchMarkets", lambda c: c.fetch_markets(), lambda f: f[0]["symbol"] == BTC),
    ("fetchCurrencies", lambda c: c.fetch_currencies(), lambda f: f["USDT"]["id"] == "USDT"),
    ("fetchTicker", lambda c: c.fetch_ticker(BTC), lambda f: f["last"] == f["close"] == 60_000),
    ("fetchTickers", lambda c: c.fetch_tickers([BTC]), lambda f: f[BTC]["ask"] == 60_000),
    ("fetchBidsAsks", lambda c: c.fetch_bids_asks([BTC]), lambda f: f[BTC]["bid"] == 59_999.9),
    ("fetchOrderBook", lambda c: c.fetch_order_book(BTC, 5), lambda f: len(f["bids"]) == 5),
    ("fetchL2OrderBook", lambda c: c.fetch_l2_order_book(BTC), lambda f: f["asks"][0][0] == 60_000),
    ("fetchTrades", lambda c: c.fetch_trades(BTC), lambda f: f[-1]["side"] in ("buy", "sell")),
    ("fetchOHLCV", lambda c: c.fetch_ohlcv(BTC, "1M"), lambda f: f[-1][4] == 60_000),
    ("fetchMarkOHLCV", lambda c: c.fetch_mark_ohlcv(BTC, "1m"), lambda f: f[-1][4] == 60_000),
    ("fetchIndexOHLCV", lambda c: c.fetch_index_ohlcv(BTC, "1m"), lambda f: f[-1][1] == 60_000),
    (
        "fetchPremiumIndexOHLCV",
        lambda c: c.fetch_premium_index_ohlcv(BTC, "1m"),
        lambda f: abs(f[-1][4]) < 0.00001,
    ),
    ("fetchFundingRate", lambda c: c.fetch_funding_rate(BTC), lambda f: f["interval"] == "8h"),
    ("fetchFundingRates", lambda c: c.fetch_funding_rates([BTC]), lambda f: f[BTC]["markPrice"]),
    ("fetchFundingRateHistory", lambda c: c.fetch_funding_rate_history(BTC), length(0)),
    (
        "fetchOpenInterest",
        lambda c: c.fetch_open_interest(BTC),
        lambda f: f["openInterestAmount"] == 0,
    ),
    (
        "fetchOpenInterestHistory",
        lambda c: c.fetch_open_interest_history(BTC, "1h"),
        lambda f: f[0]["symbol"] == BTC,
    ),
    (
        "fetchLongShortRatioHistory",
        lambda c: c.fetch_long_short_ratio_history(BTC, "1h"),
        length(0),
    ),
    ("fetchLeverageTiers", lambda c: c.fetch_leverage_tiers([BTC]), lambda f: f[BTC][0]["tier"]),
    (
        "fetchMarketLeverageTiers",
        lambda c: c.fetch_market_leverage_tiers(BTC),
        lambda f: f[0]["maxLeverage"] == 100,
    ),
    ("fetchSettlementHistory", lambda c: c.fetch_settlement_history(BTC), length(0)),
]
ACCOUNT: list[Step] = [
    ("fetchBalance", lambda c: c.fetch_balance(), lambda f: f["USDT"]["total"] == 10_000),
    (
        "transfer",
        lambda c: c.transfer("USDT", 100, "unified", "fund"),
        lambda f: f["amount"] == 100 and f["status"] == "ok",
    ),
    ("fetchTransfers", lambda c: c.fetch_transfers("USDT"), lambda f: f[0]["toAccount"] == "fund"),
    (
        "fetchBalance",
        lambda c: c.fetch_balance({"type": "fund"}),
        lambda f: f["USDT"]["free"] == 100,
    ),
    (
        "transfer",
        lambda c: c.transfer("USDT", 100, "fund", "unified"),
        lambda f: f["currency"] == "USDT",
    ),
    ("fetchDeposits", lambda c: c.fetch_deposits("USDT"), length(0)),
    ("fetchWithdrawals", lambda c: c.fetch_withdrawals("USDT"), length(0)),
    (
        "fetchDepositWithdrawFee",
        lambda c: c.fetch_deposit_withdraw_fee("USDT"),
        lambda f: f["networks"] == {},
    ),
    (
        "fetchDepositWithdrawFees",
        lambda c: c.fetch_deposit_withdraw_fees(["USDT"]),
        lambda f: list(f) == ["USDT"],
    ),
    ("fetchTradingFee", lambda c: c.fetch_trading_fee(BTC), lambda f: f["maker"] == 0.0002),
    ("fetchTradingFees", lambda c: c.fetch_trading_fees(), lambda f: f[BTC]["taker"] == 0.00055),
    ("fetchMarginMode", lambda c: c.fetch_margin_mode(BTC), lambda f: f["marginMode"] == "cross"),
    ("setMarginMode", lambda c: c.set_margin_mode("isolated"), lambda f: f["retCode"] == 0),
    ("setPositionMode", lambda c: c.set_position_mode(True, BTC), lambda f: f["retCode"] == 0),
    ("setPositionMode", lambda c: c.set_position_mode(False), lambda f: f["retCode"] == 0),
    ("setLeverage", lambda c: c.set_leverage(5, BTC), lambda f: f["retCode"] == 0),
    ("fetchLeverage", lambda c: c.fetch_leverage(BTC), lambda f: f["longLeverage"] == 5),
    (
        "cancelAllOrdersAfter",
        lambda c: c.cancel_all_orders_after(10_000),
        lambda f: f["retCode"] == 0,
    ),
]
