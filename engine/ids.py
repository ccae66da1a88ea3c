"""Names of things: position keys and client order ids. Nothing here is random."""

import hashlib
from typing import NamedTuple, NewType

ClientId = NewType("ClientId", str)
"""Our own order id, at most 36 characters of letters, digits, ``-`` and ``_`` (Bybit's rule)."""

CLIENT_ID_LENGTH = 36
NO_CLIENT_ID = ClientId("")


class PositionKey(NamedTuple):
    """Where a position lives: one owner per key (S0-18)."""

    venue_account: str
    symbol: str
    position_index: int
    """0 one-way, 1 the long side and 2 the short side of hedge mode."""

    def __str__(self) -> str:
        return f"{self.venue_account}/{self.symbol}/{self.position_index}"


def position_index(position_mode: str, side: int) -> int:
    """Where an account of ``side`` holds its positions: 0 one-way; hedge 1 long, 2 short (5.5)."""
    if position_mode == "one_way":
        return 0
    assert side in (1, -1), "in hedge mode an account has one side"
    return 1 if side > 0 else 2


def order_name(client_id: ClientId) -> str:
    """What a client order id says besides its run: account, symbol and n, the same in every run.

    Seeded luck hangs on this, so that the same seed brings the same faults when only the source
    of a strategy, and with it the name of the run, has changed.
    """
    return client_id.partition("-")[2] or client_id


def client_order_id(run: str, account: str, symbol: str, n: int) -> ClientId:
    """The id of the ``n``-th order of one account and symbol in a run.

    It depends on nothing else, so one report more does not change later ids, and a retry or a
    restart finds the same id again. Long names are replaced by a digest of them.
    """
    text = f"{run[:8]}-{account}-{symbol}-{n}"
    if len(text) > CLIENT_ID_LENGTH:
        name = hashlib.sha256(f"{account}/{symbol}".encode()).hexdigest()[:16]
        text = f"{run[:8]}-{name}-{n}"
    assert len(text) <= CLIENT_ID_LENGTH, "a client order id fits the venue"
    return ClientId(text)
