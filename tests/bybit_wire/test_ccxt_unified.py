"""Every unified method that ccxt claims for Bybit's linear swaps: what it makes of our answers."""

import asyncio
from collections.abc import Iterator
from typing import Any

import ccxt
import ccxt.async_support
import pytest

from tests.bybit_wire.ccxt_clients import BTC, config
from tests.bybit_wire.ccxt_order_steps import ORDERS, POSITIONS
from tests.bybit_wire.ccxt_steps import ACCOUNT, MARKET
from tests.bybit_wire.given import desk, settings
from tests.bybit_wire.serving import Running, server, trade

PATIENCE = 30.0
NOT_FOR_US = {
    "borrowCrossMargin": "nothing is lent",
    "createConvertTrade": "nothing is converted",
    "createMarketBuyOrderWithCost": "of spot",
    "createMarketSellOrderWithCost": "of spot",
    "fetchAllGreeks": "of options",
    "fetchBorrowInterest": "nothing is lent",
    "fetchBorrowRateHistory": "nothing is lent",
    "fetchConvertCurrencies": "nothing is converted",
    "fetchConvertQuote": "nothing is converted",
    "fetchConvertTrade": "nothing is converted",
    "fetchConvertTradeHistory": "nothing is converted",
    "fetchCrossBorrowRate": "nothing is lent",
    "fetchDepositAddress": "nothing is deposited",
    "fetchDepositAddressesByNetwork": "nothing is deposited",
    "fetchGreeks": "of options",
    "fetchOption": "of options",
    "fetchOptionChain": "of options",
    "fetchVolatilityHistory": "of options",
    "repayCrossMargin": "nothing is lent",
    "withdraw": "nothing is withdrawn",
}
"""Methods that ccxt claims and that make no sense here."""
SORTS = ("CORS", "future", "margin", "option", "privateAPI", "publicAPI", "sandbox", "spot", "swap")
"""What ``has`` says that is no method."""
SOCKETS = ("watch", "unWatch")
OVER_SOCKETS = ("cancelOrderWs", "createLimitOrderWs", "createMarketOrderWs", "createOrderWs")
OVER_SOCKETS += ("editOrderWs", "fetchCurrenciesWs", "ws")
"""Tried with the streams, in ``test_ccxt_streams.py``."""

STEPS = [*MARKET, *ACCOUNT, *ORDERS, *POSITIONS]


@pytest.fixture
def running() -> Iterator[Running]:
    """A server whose market stands still."""
    with server(desk(accounts=[settings(per_second=1_000)])) as found:
        yield found


def test_each_method_returns_what_happened(running: Running) -> None:
    """Synchronously, in the order of a session."""
    client = ccxt.bybit(config(running))
    wrong: list[str] = []
    for name, call, holds in STEPS:
        try:
            found = call(client)
        except ccxt.BaseError as error:
            wrong.append(f"{name}: {error}")
            continue
        if not holds(found):
            wrong.append(f"{name}: {found}")
    assert not wrong, "\n".join(wrong)


def test_every_method_that_ccxt_claims_is_tried_or_named() -> None:
    """``has`` says what a library's user will call."""
    tried = {name for name, *_ in STEPS}
    claimed = [name for name, has in ccxt.bybit().has.items() if has]
    left = [
        name
        for name in claimed
        if name not in tried
        and name not in NOT_FOR_US
        and name not in SORTS
        and name not in OVER_SOCKETS
        and not name.startswith(SOCKETS)
    ]
    assert left == []


def test_a_liquidation_is_ccxts_too(running: Running) -> None:
    """Of an isolated position at a hundred times its margin."""
    client = ccxt.bybit(config(running))
    client.load_markets()
    client.set_margin_mode("isolated")
    client.set_leverage(100, BTC)
    client.create_market_order(BTC, "buy", 0.05)
    trade(running, "59000")
    found = client.fetch_my_liquidations(BTC)
    assert [(each["symbol"], each["contracts"]) for each in found] == [(BTC, 0.05)]
    assert client.fetch_position(BTC)["contracts"] in (0, None)


def test_the_async_client_returns_the_same(running: Running) -> None:
    """Reads, all at once, against what the synchronous one returns."""
    names = [name for name, *_ in MARKET if name not in ("fetchMarkets", "fetchTime")]
    sync = ccxt.bybit(config(running))
    sync.load_markets()

    async def session() -> list[Any]:
        client = ccxt.async_support.bybit(config(running))
        try:
            await client.load_markets()
            asked = [call(client) for name, call, _ in MARKET if name in names]
            return list(await asyncio.gather(*asked))
        finally:
            await client.close()

    found = asyncio.run(asyncio.wait_for(session(), PATIENCE))
    checks = [(name, holds) for name, _, holds in MARKET if name in names]
    wrong = [name for (name, holds), each in zip(checks, found, strict=True) if not holds(each)]
    assert not wrong
