"""Every method of pybit's HTTP that asks for a path which is served, over a real socket."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from pybit import account, asset, market, misc, position, trade, user
from pybit.exceptions import InvalidRequestError

from adapters.bybit_wire.routes import ROUTES
from tests.bybit_wire.given import SYMBOL, desk, settings
from tests.bybit_wire.pybit_account_rows import ACCOUNT, ASSET, POSITION
from tests.bybit_wire.pybit_rows import MARKET, ORDER, TRADE, UUID
from tests.bybit_wire.serving import Running, server
from tests.bybit_wire.test_pybit import LINEAR, client

NAMING = (account, asset, market, misc, position, trade, user)
"""The modules in which pybit names its paths; the others are of products that are not here."""
ROWS = [*MARKET, *TRADE, *POSITION, *ACCOUNT, *ASSET]
REFUSED = {"/v5/position/switch-isolated", "/v5/account/demo-apply-money"}
"""Paths that are tried apart: one always refuses, for the other pybit sends no amount."""


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """One server for the whole table, which is a session in its order."""
    with server(desk(accounts=[settings(per_second=1_000)])) as found:
        yield found


@pytest.fixture(scope="module")
def http(running: Running) -> Any:
    """pybit's HTTP."""
    return client(running)


def test_each_method_is_answered_with_what_it_asked_for(http: Any) -> None:
    """In the order of a session: market, orders, positions, account, transfers."""
    wrong: list[str] = []
    for path, method, arguments, holds in ROWS:
        found = getattr(http, method)(**arguments)
        if found["retCode"] != 0 or not holds(found["result"]):
            wrong.append(f"{path} {method}: {found}")
    assert not wrong, "\n".join(wrong)


def test_every_path_of_pybits_that_is_served_is_in_the_table() -> None:
    """pybit names its paths in enumerations."""
    named: set[str] = set()
    for module in NAMING:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Enum):
                named |= {str(each.value) for each in value}
    tried = {f"/v5/{path}" for path, *_ in ROWS} | REFUSED
    assert sorted((named & set(ROUTES)) - tried) == []
    # No client of pybit's asks for the leverages of symbols without a position.
    assert sorted(set(ROUTES) - named) == ["/v5/position/symbol-info"]


WRONG: list[tuple[str, dict[str, Any], int]] = [
    ("get_kline", {**LINEAR, "interval": "2"}, 10001),
    ("get_kline", {**LINEAR, "interval": 1, "limit": 1_001}, 10001),
    ("get_tickers", {"category": "linear", "symbol": "NOPEUSDT"}, 10001),
    ("get_open_interest", {**LINEAR, "intervalTime": "2h"}, 10001),
    ("get_long_short_ratio", {**LINEAR, "period": "2h"}, 10001),
    ("get_price_limit", {"category": "linear"}, 10001),
    ("place_order", {**LINEAR, **ORDER, "side": "Hold"}, 10001),
    ("place_order", {**LINEAR, **ORDER, "qty": "0.0001"}, 10001),
    ("place_order", {**LINEAR, **ORDER, "positionIdx": 1}, 10001),
    ("place_order", {**LINEAR, **ORDER, "orderLinkId": "x" * 37}, 10001),
    ("amend_order", {**LINEAR, "orderId": "nobody", "price": "1"}, 110001),
    ("cancel_order", {**LINEAR}, 10001),
    ("cancel_all_orders", {**LINEAR, "orderFilter": "Everything"}, 10001),
    ("set_dcp", {"timeWindow": 2}, 10001),
    ("set_dcp", {"timeWindow": 10, "product": "FUTURES"}, 10001),
    ("switch_position_mode", {"category": "linear", "mode": 3}, 10001),
    ("switch_position_mode", {"category": "linear", "coin": "BTC", "mode": 3}, 10001),
    ("switch_position_mode", {"category": "linear", "symbol": SYMBOL, "mode": 1}, 10001),
    ("switch_margin_mode", {**LINEAR, "tradeMode": 1}, 100028),
    ("set_trading_stop", {**LINEAR, "tpslMode": "Half"}, 10001),
    ("set_trading_stop", {**LINEAR, "tpslMode": "Partial", "stopLoss": "59500"}, 10001),
    ("add_or_reduce_margin", {**LINEAR, "margin": "0.00001"}, 10001),
    ("add_or_reduce_margin", {**LINEAR, "margin": "1000000"}, 110007),
    ("add_or_reduce_margin", {**LINEAR, "margin": "-1000"}, 110078),
    ("set_auto_add_margin", {**LINEAR, "autoAddMargin": 1}, 110027),
    ("set_margin_mode", {"setMarginMode": "PORTFOLIO_MARGIN"}, 3400045),
    ("set_margin_mode", {"setMarginMode": "ISOLATED_MARGIN"}, 110026),
    ("pre_check_order", {**LINEAR, **ORDER}, 10001),
    ("set_collateral_coin", {"coin": "USDT", "collateralSwitch": "OFF"}, 10001),
    (
        "create_internal_transfer",
        {
            "transferId": UUID,
            "coin": "USDT",
            "amount": "1",
            "fromAccountType": "FUND",
            "toAccountType": "UNIFIED",
        },
        131214,
    ),
    (
        "create_internal_transfer",
        {
            "transferId": UUID.replace("4", "5"),
            "coin": "USDT",
            "amount": "1000000",
            "fromAccountType": "UNIFIED",
            "toAccountType": "FUND",
        },
        131212,
    ),
    ("get_coins_balance", {"accountType": "SPOT"}, 131207),
    ("get_coins_balance", {"accountType": "UNIFIED"}, 10001),
]
"""After the session of the table: an isolated account with a position."""


@pytest.mark.parametrize(("method", "arguments", "code"), WRONG)
def test_what_is_wrong_has_the_venues_code(
    http: Any, method: str, arguments: dict[str, Any], code: int
) -> None:
    """And is an InvalidRequestError of pybit's."""
    with pytest.raises(InvalidRequestError) as refused:
        getattr(http, method)(**arguments)
    assert refused.value.status_code == code, refused.value.message
