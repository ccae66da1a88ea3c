"""Disconnection protection: whose orders go when nobody listens any more (4.3)."""

import json
from pathlib import Path
from typing import Any

from adapters.bybit_wire.conversation import Conversation
from adapters.bybit_wire.public_streams import PublicStreams
from adapters.bybit_wire.router import elapse
from adapters.bybit_wire.signing import signature
from adapters.bybit_wire.standing import desk_digest
from tests.bybit_wire.given import KEY, SECRET, SYMBOL, WALL, Client, desk, listed
from tests.bybit_wire.kept import CODE_NOW, kept, refolded

LINEAR = {"category": "linear", "symbol": SYMBOL}


class Listener:
    """A private connection that listens to DCP, on a wall that is moved by hand."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.talk = Conversation("private", client.desk, PublicStreams(client.desk), 1)
        expires = str(WALL + 60_000)
        signed = signature(SECRET, f"GET/realtime{expires}".encode())
        self.say(op="auth", args=[KEY, expires, signed])
        assert self.say(op="subscribe", args=["dcp.future"])["success"]

    def say(self, **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.talk.hear(json.dumps(fields), WALL)[0].message
        return found


def guarded(seconds: int) -> Client:
    """A client with an active and a conditional order, and DCP switched on."""
    client = Client(desk())
    fields = {"product": "DERIVATIVES", "timeWindow": seconds}
    assert client.post("/v5/order/disconnected-cancel-all", **fields)["retCode"] == 0
    client.order("Buy", "0.01", "59000", orderLinkId="active")
    client.order("Buy", "0.01", triggerPrice="61000", triggerDirection=1, orderLinkId="waits")
    client.told()
    return client


def still_open(client: Client) -> list[str]:
    """Link ids of open orders, oldest first."""
    return [row["orderLinkId"] for row in listed(client.get("/v5/order/realtime", **LINEAR))][::-1]


def test_orders_of_who_lost_the_connection_are_cancelled() -> None:
    """After the window, on the wall; conditional orders stay."""
    client = guarded(10)
    Listener(client).talk.end(WALL)
    elapse(client.desk, WALL + 9_999)
    assert still_open(client) == ["active", "waits"]
    elapse(client.desk, WALL + 10_000)
    row = client.told()[0][1]
    assert (row["orderLinkId"], row["cancelType"]) == ("active", "CancelByDCP")
    assert still_open(client) == ["waits"]


def test_who_comes_back_in_time_keeps_the_orders() -> None:
    """And so does who unsubscribed, who has another connection, or who never switched it on."""
    client = guarded(10)
    Listener(client).talk.end(WALL)
    again = Listener(client)
    elapse(client.desk, WALL + 60_000)
    other = Listener(client)
    again.talk.end(WALL)
    elapse(client.desk, WALL + 60_000)
    other.say(op="unsubscribe", args=["dcp.future"])
    other.talk.end(WALL)
    elapse(client.desk, WALL + 60_000)
    assert still_open(client) == ["active", "waits"]
    off = Client(desk())
    off.order("Buy", "0.01", "59000", orderLinkId="active")
    Listener(off).talk.end(WALL)
    elapse(off.desk, WALL + 60_000)
    assert still_open(off) == ["active"]


def test_what_protection_cancelled_is_in_the_journal_of_the_session(tmp_path: Path) -> None:
    """No client asked for it, and yet the journal alone leads to the same desk."""
    path = tmp_path / "session.journal"
    session = kept(path)
    client = Client(session.opened.desk)
    switched = {"product": "DERIVATIVES", "timeWindow": 10}
    client.post("/v5/order/disconnected-cancel-all", **switched)
    client.order("Buy", "0.01", "1000")
    Listener(client).talk.end(WALL)
    elapse(client.desk, WALL + 10_000)
    assert still_open(client) == []
    session.keeper.pause(0, CODE_NOW)
    assert desk_digest(refolded(path).desk) == desk_digest(session.opened.desk)
