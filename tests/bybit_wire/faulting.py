"""Faults as a test's clients set them: through the admin's door of a server that runs."""

from typing import Any

import requests

from tests.bybit_wire.serving import PATIENCE, Running


def admin(running: Running, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """What the door answers; it has to be a yes."""
    with requests.Session() as session:
        session.trust_env = False
        told = session.request(method, f"{running.http}/admin/{path}", json=body, timeout=PATIENCE)
    found: dict[str, Any] = told.json()
    assert found["ok"], found
    data: dict[str, Any] = found["data"]
    return data


def fault(running: Running, kind: str, **fields: Any) -> None:
    """Set a rule: without ``next`` or ``rate`` it strikes always."""
    admin(running, "POST", "faults", {"kind": kind, **fields})


def fired(running: Running) -> dict[str, int]:
    """How often each kind struck."""
    counts: dict[str, int] = admin(running, "GET", "faults")["fired"]
    return counts
