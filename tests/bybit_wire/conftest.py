"""One server for a whole file of hostile tests, which stays silent and well."""

import logging
from collections.abc import Iterator

import pytest

from tests.bybit_wire.given import desk, settings
from tests.bybit_wire.raw import request, say
from tests.bybit_wire.serving import Running, server


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """One server for everybody: what one does to it, the next would feel."""
    with server(desk(accounts=[settings(per_second=10_000)])) as found:
        yield found


@pytest.fixture
def silence(running: Running, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged, and afterwards the server answers as ever."""
    with caplog.at_level(logging.INFO):
        yield
        assert say(running.port, request("GET", "/v5/market/time"))[0] == 200
    told = [each for each in caplog.records if each.name != "asyncio" or each.exc_info]
    assert not told, [each.getMessage() for each in told]
