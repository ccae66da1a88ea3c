"""Every stream that ccxt.pro claims for Bybit's linear swaps, and orders over the trade socket."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import ccxt.pro
import pytest

from tests.bybit_wire.ccxt_clients import BTC, run_pro
from tests.bybit_wire.given import desk, settings
from tests.bybit_wire.serving import Running, listened, server, trade

NOT_FOR_US = {"fetchCurrenciesWs": "needs no socket: ccxt asks REST", "ws": "no method"}
PUBLIC: tuple[tuple[str, str, Callable[[Any], Awaitable[Any]], Callable[[Any], bool]], ...] = (
    (
        "watchTicker",
        "tickers.BTCUSDT",
        lambda c: c.watch_ticker(BTC),
        lambda f: f["symbol"] == BTC and f["last"] in (60_000, 60_050),
    ),
    (
        "watchTickers",
        "tickers.BTCUSDT",
        lambda c: c.watch_tickers([BTC]),
        lambda f: f[BTC]["last"] in (60_000, 60_050),
    ),
    (
        "watchBidsAsks",
        "orderbook.1.BTCUSDT",
        lambda c: c.watch_bids_asks([BTC]),
        lambda f: f[BTC]["ask"] in (60_000, 60_050),
    ),
    (
        "watchOrderBook",
        "orderbook.50.BTCUSDT",
        lambda c: c.watch_order_book(BTC, 50),
        lambda f: f["bids"][0][0] in (59_999.9, 60_049.9),
    ),
    (
        "watchOrderBookForSymbols",
        "orderbook.50.BTCUSDT",
        lambda c: c.watch_order_book_for_symbols([BTC], 50),
        lambda f: f["symbol"] == BTC,
    ),
    (
        "watchTrades",
        "publicTrade.BTCUSDT",
        lambda c: c.watch_trades(BTC),
        lambda f: f[-1]["price"] == 60_050,
    ),
    (
        "watchTradesForSymbols",
        "publicTrade.BTCUSDT",
        lambda c: c.watch_trades_for_symbols([BTC]),
        lambda f: f[-1]["amount"] == 1,
    ),
    (
        "watchOHLCV",
        "kline.1.BTCUSDT",
        lambda c: c.watch_ohlcv(BTC, "1m"),
        lambda f: f[-1][4] in (60_000, 60_050),
    ),
    (
        "watchOHLCVForSymbols",
        "kline.5.BTCUSDT",
        lambda c: c.watch_ohlcv_for_symbols([[BTC, "5m"]]),
        lambda f: f[BTC]["5m"][-1][1] == 60_000,
    ),
)
"""Method, its topic, how it is called, and what holds of what comes."""
UNWATCHED: tuple[tuple[str, Callable[[Any], Awaitable[Any]]], ...] = (
    ("unWatchTicker", lambda c: c.un_watch_ticker(BTC)),
    ("unWatchOrderBook", lambda c: c.un_watch_order_book(BTC, {"limit": 50})),
    (
        "unWatchOrderBookForSymbols",
        lambda c: c.un_watch_order_book_for_symbols([BTC], {"limit": 200}),
    ),
    ("unWatchTrades", lambda c: c.un_watch_trades(BTC)),
    ("unWatchOHLCV", lambda c: c.un_watch_ohlcv(BTC, "1m")),
    ("unWatchOHLCVForSymbols", lambda c: c.un_watch_ohlcv_for_symbols([[BTC, "5m"]])),
)


@pytest.fixture
def running() -> Iterator[Running]:
    """A server whose market stands still until a test trades on it."""
    with server(desk(accounts=[settings(per_second=1_000)])) as found:
        yield found


def test_each_public_stream_tells_what_the_market_does(running: Running) -> None:
    """All at once on one connection."""

    async def session(client: Any) -> None:
        waiting = [asyncio.ensure_future(call(client)) for _, _, call, _ in PUBLIC]
        await listened(running, *{topic for _, topic, _, _ in PUBLIC})
        await asyncio.to_thread(trade, running, "60050")
        found = await asyncio.gather(*waiting)
        wrong = [
            f"{name}: {each}"
            for (name, _, _, holds), each in zip(PUBLIC, found, strict=True)
            if not holds(each)
        ]
        assert not wrong, "\n".join(wrong)
        for _, call in UNWATCHED:
            await call(client)
        assert running.wire.listened() == {"orderbook.1.BTCUSDT"}

    run_pro(running, session)


def test_liquidations_of_accounts_here_are_public(running: Running) -> None:
    """The side is that of the position, the price that of its bankruptcy."""

    async def session(client: Any) -> None:
        await client.set_margin_mode("isolated")
        await client.set_leverage(100, BTC)
        await client.create_order(BTC, "market", "buy", 0.05)
        waiting = asyncio.ensure_future(client.watch_liquidations(BTC))
        await listened(running, "allLiquidation.BTCUSDT")
        await asyncio.to_thread(trade, running, "59000")
        found = await waiting
        assert (found[-1]["contracts"], found[-1]["price"]) == (0.05, 59_400)

    run_pro(running, session)


def test_private_streams_and_orders_over_the_trade_socket(running: Running) -> None:
    """Orders, fills, positions and balance, and what ends them."""

    async def session(client: Any) -> None:
        waiting = asyncio.gather(
            client.watch_orders(BTC), client.watch_my_trades(BTC), client.watch_balance()
        )
        await listened(running, "order", "execution", "wallet")
        made = await client.create_market_order_ws(BTC, "buy", 0.01)
        orders, fills, balance = await waiting
        assert orders[-1]["id"] == made["id"] == fills[-1]["order"]
        assert balance["USDT"]["total"] < 10_000
        assert (await client.watch_positions([BTC]))[0]["contracts"] == 0.01
        rests = await client.create_limit_order_ws(BTC, "buy", 0.01, 59_900)
        assert (await client.edit_order_ws(rests["id"], BTC, "limit", "buy", 0.02, 59_800))["id"]
        assert (await client.cancel_order_ws(rests["id"], BTC))["id"] == rests["id"]
        for call in (client.un_watch_orders, client.un_watch_my_trades, client.un_watch_positions):
            await call()
        assert running.wire.listened() == {"wallet"}

    run_pro(running, session)


def test_every_stream_that_ccxt_claims_is_tried() -> None:
    """Whatever ``has`` names of sockets."""
    source = {name for name, *_ in (*PUBLIC, *UNWATCHED)} | TRIED_APART | set(NOT_FOR_US)
    claimed = {
        name
        for name, has in ccxt.pro.bybit().has.items()
        if has and (name.startswith(("watch", "unWatch")) or name.lower().endswith("ws"))
    }
    assert sorted(claimed - source) == []


TRIED_APART = {
    "cancelOrderWs",
    "createLimitOrderWs",
    "createMarketOrderWs",
    "createOrderWs",
    "editOrderWs",
    "unWatchMyTrades",
    "unWatchOrders",
    "unWatchPositions",
    "unWatchTickers",
    "unWatchTradesForSymbols",
    "watchBalance",
    "watchLiquidations",
    "watchMyTrades",
    "watchOrders",
    "watchPositions",
}
"""What a test above calls by name; ``unWatchTickers`` and ``unWatchTradesForSymbols`` are what
their singular forms call in ccxt."""
