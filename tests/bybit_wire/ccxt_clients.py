"""How ccxt is pointed at the server: its settings, and a session of its streaming client."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import ccxt.pro

from tests.bybit_wire.given import KEY, SECRET
from tests.bybit_wire.serving import Running

BTC = "BTC/USDT:USDT"
SESSION = 40.0
"""Seconds that a session of streams may take on a busy machine."""


def config(running: Running, secret: str = SECRET) -> dict[str, Any]:
    """How ccxt is pointed at the server."""
    return {
        "apiKey": KEY,
        "secret": secret,
        "options": {"fetchMarkets": {"types": ["linear"]}, "defaultType": "swap"},
        "urls": {"api": {"public": running.http, "private": running.http}},
    }


def run_pro(running: Running, session: Callable[[Any], Awaitable[None]]) -> None:
    """A session of ccxt.pro with its markets loaded; the client is closed in the end."""

    async def whole() -> None:
        client = ccxt.pro.bybit(config(running))
        socket = client.urls["api"]["ws"]
        socket["public"]["linear"] = f"{running.ws}/v5/public/linear"
        for kind in ("contract", "usdc", "spot"):
            socket["private"][kind] = f"{running.ws}/v5/private"
        socket["private"]["trade"] = f"{running.ws}/v5/trade"
        try:
            await client.load_markets()
            await session(client)
        finally:
            await client.close()

    asyncio.run(asyncio.wait_for(whole(), SESSION))
