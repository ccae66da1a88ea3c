"""A whole session of ccxt itself over a real socket: sync, async and pro (bybit-v5.md 1.4, 9)."""

import asyncio
from collections.abc import Iterator
from typing import Any

import ccxt
import ccxt.async_support
import pytest

from tests.bybit_wire.ccxt_clients import BTC, config, run_pro
from tests.bybit_wire.given import desk
from tests.bybit_wire.serving import Running, listened, server, trade

PATIENCE = 10.0


@pytest.fixture
def running() -> Iterator[Running]:
    """A server whose market stands still until a test trades on it."""
    with server(desk()) as found:
        yield found


@pytest.fixture
def sync(running: Running) -> Any:
    """ccxt's blocking client."""
    return ccxt.bybit(config(running))


def test_a_session_from_markets_to_the_closed_trade(running: Running, sync: Any) -> None:
    """Markets, candles, book, leverage, entry with stop and target, amend, cancel, the stop
    fires; trades, ledger and positions agree."""
    markets = sync.load_markets()
    assert markets[BTC]["precision"] == {"amount": 0.001, "price": 0.1} | {
        name: value
        for name, value in markets[BTC]["precision"].items()
        if name not in ("amount", "price")
    }
    assert sync.fetch_ohlcv(BTC, "1m")[-1][4] == 60_000
    assert sync.fetch_order_book(BTC, 50)["asks"][0][0] == 60_000
    assert sync.fetch_ticker(BTC)["last"] == 60_000
    assert sync.fetch_trades(BTC)[-1]["price"] == 60_000
    assert sync.fetch_balance()["USDT"]["total"] == 10_000
    assert sync.fetch_trading_fee(BTC)["taker"] == 0.00055
    sync.set_leverage(5, BTC)
    entry = sync.create_order(
        BTC,
        "market",
        "buy",
        0.01,
        params={
            "stopLoss": {"triggerPrice": 59_500},
            "takeProfit": {"triggerPrice": 61_000},
            "clientOrderId": "entry-1",
        },
    )
    assert sync.fetch_order(entry["id"], BTC, {"acknowledged": True})["status"] == "closed"
    position = sync.fetch_positions([BTC])[0]
    assert (position["contracts"], position["leverage"]) == (0.01, 5)
    assert (position["stopLossPrice"], position["takeProfitPrice"]) == (59_500, 61_000)
    rests = sync.create_order(BTC, "limit", "buy", 0.01, 59_900)["id"]
    sync.edit_order(rests, BTC, "limit", "buy", 0.01, 59_800)
    assert [each["price"] for each in sync.fetch_open_orders(BTC) if each["id"] == rests] == [
        59_800
    ]
    sync.cancel_order(rests, BTC)
    stops = sync.fetch_open_orders(BTC, params={"trigger": True})
    assert {each["info"]["stopOrderType"] for each in stops} == {"StopLoss", "TakeProfit"}
    trade(running, "59400")
    assert [each["contracts"] for each in sync.fetch_positions([BTC]) if each["contracts"]] == []
    assert [each["side"] for each in sync.fetch_my_trades(BTC)] == ["buy", "sell"]
    assert {each["status"] for each in sync.fetch_closed_orders(BTC)} == {"closed"}
    assert sync.fetch_canceled_orders(BTC)
    changes = [each["amount"] for each in sync.fetch_ledger("USDT")]
    assert len(changes) == 2
    assert sync.fetch_positions_history([BTC])


def test_market_data_and_modes(sync: Any) -> None:
    """Funding, tiers, marks, margin and position mode; batch orders and cancel-all."""
    sync.load_markets()
    assert sync.fetch_funding_rate(BTC)["fundingRate"] == 0.0001
    assert sync.fetch_funding_rate_history(BTC) == []
    assert sync.fetch_market_leverage_tiers(BTC)[0]["maxLeverage"] == 100
    assert sync.fetch_mark_ohlcv(BTC, "1m")
    sync.set_margin_mode("isolated", BTC, {"leverage": 5})
    sync.set_position_mode(True, BTC)
    order = {"symbol": BTC, "type": "limit", "side": "buy", "amount": 0.01, "price": 59_900}
    made = sync.create_orders([order | {"params": {"hedged": True}}] * 2)
    assert len({each["id"] for each in made}) == 2
    assert len(sync.fetch_open_orders(BTC)) == 2
    assert len(sync.cancel_all_orders(BTC)) == 2


def test_errors_are_ccxts_own(running: Running, sync: Any) -> None:
    """By code: authentication, funds, order, symbol."""
    with pytest.raises(ccxt.AuthenticationError):
        ccxt.bybit(config(running, secret="other")).fetch_balance()
    sync.load_markets()
    with pytest.raises(ccxt.InsufficientFunds):
        sync.create_order(BTC, "limit", "buy", 9, 59_900)
    with pytest.raises(ccxt.OrderNotFound):
        sync.cancel_order("00000000-0000-0000-0000-000000000000", BTC)
    with pytest.raises(ccxt.InvalidOrder):
        sync.create_order(BTC, "market", "sell", 0.01, params={"reduceOnly": True})


def test_the_async_client_does_the_same(running: Running) -> None:
    """Several requests under way at once."""

    async def session() -> None:
        client = ccxt.async_support.bybit(config(running))
        try:
            await client.load_markets()
            wishes = [client.create_order(BTC, "limit", "buy", 0.01, 59_000 + n) for n in range(8)]
            made = await asyncio.gather(*wishes)
            assert len({each["id"] for each in made}) == 8
            assert len(await client.fetch_open_orders(BTC)) == 8
            assert len(await client.cancel_all_orders(BTC)) == 8
        finally:
            await client.close()

    asyncio.run(asyncio.wait_for(session(), PATIENCE * 2))


def test_the_streams_of_pro(running: Running) -> None:
    """Book, ticker, trades, candles; orders, fills, positions, balance; and orders over the trade
    socket."""

    async def public(client: Any) -> None:
        book = await client.watch_order_book(BTC, 50)
        assert book["asks"][0][0] == 60_000
        assert (await client.watch_ticker(BTC))["last"] == 60_000
        waiting = asyncio.gather(client.watch_trades(BTC), client.watch_ohlcv(BTC, "1m"))
        moving = asyncio.create_task(client.watch_order_book(BTC, 50))
        await listened(running, "publicTrade.BTCUSDT", "kline.1.BTCUSDT", "orderbook.50.BTCUSDT")
        await asyncio.to_thread(trade, running, "60050")
        trades, bars = await waiting
        assert trades[-1]["price"] == 60_050
        assert bars[-1][4] in (60_000, 60_050)
        assert (await moving)["asks"][0][0] == 60_050

    async def private(client: Any) -> None:
        waiting = asyncio.gather(
            client.watch_orders(BTC), client.watch_my_trades(BTC), client.watch_balance()
        )
        await listened(running, "order", "execution", "wallet")
        made = await client.create_order_ws(BTC, "market", "buy", 0.01)
        orders, fills, balance = await waiting
        assert orders[-1]["id"] == made["id"] == fills[-1]["order"]
        assert balance["USDT"]["total"] < 10_000
        positions = await client.watch_positions([BTC])
        assert positions[0]["contracts"] == 0.01
        rests = await client.create_order_ws(BTC, "limit", "buy", 0.01, 59_900)
        edited = await client.edit_order_ws(rests["id"], BTC, "limit", "buy", 0.01, 59_800)
        assert edited["id"] == rests["id"]
        await client.cancel_order_ws(rests["id"], BTC)

    async def session(client: Any) -> None:
        await public(client)
        await private(client)

    run_pro(running, session)
