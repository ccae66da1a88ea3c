"""Tick files and messages written by the tests, in the forms that recorders have."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.history.feed import Group
from adapters.history.market import Market
from adapters.history.opening import open_market
from engine.messages.market import MarketEvent
from engine.money import Price, Quantity, parse
from engine.timebase import MILLISECOND, SECOND, Nanos, parse_time
from tests.history.files import parquet

BEGIN = parse_time("2025-01-01T00:00:00Z")
SYMBOL = "BTCUSDT"
TICKS = {SYMBOL: parse("0.1")}
Columns = dict[str, list[Any]]


def ns(seconds: float) -> Nanos:
    """A moment, seconds after the beginning (three decimals are exact)."""
    return Nanos(BEGIN + round(seconds * 1000) * MILLISECOND)


def ms(seconds: float) -> int:
    """The same in milliseconds."""
    return ns(seconds) // MILLISECOND


def p(text: str) -> Price:
    """A price."""
    return Price(parse(text))


def q(text: str) -> Quantity:
    """A quantity."""
    return Quantity(parse(text))


def opened(
    *paths: Path | str, symbols: Sequence[str] = (SYMBOL,), ticks: Mapping[str, int] | None = None
) -> Market:
    """The market of those ``--data``."""
    return open_market([str(path) for path in paths], symbols, TICKS if ticks is None else ticks)


def played(market: Market, start: int = 0, end: int = 1 << 62) -> list[tuple[int, MarketEvent]]:
    """Every event of the recordings alone, with its moment."""
    found: list[tuple[int, MarketEvent]] = []
    for recording in (*market.recordings, *market.funding):
        for ats, events in recording.stretches(start, end):
            found += zip(ats, events, strict=True)
    return found


def told(groups: Iterable[Group]) -> list[tuple[float, int, list[str]]]:
    """Seconds, phase and names of events of groups."""
    return [
        ((at - BEGIN) / SECOND, phase, [type(event).__name__ for event in events])
        for at, phase, events in groups
    ]


def trades(path: Path, rows: Sequence[tuple[float, str, str, str]]) -> Path:
    """Trades at seconds, with price, quantity and side."""
    columns: Columns = {
        "recv_ns": [ns(at) + 1 for at, *_ in rows],
        "exch_ms": [ms(at) for at, *_ in rows],
        "price": [float(price) for _, price, *_ in rows],
        "qty": [float(quantity) for _, _, quantity, _ in rows],
        "side": [side for *_, side in rows],
    }
    return parquet(path, columns)


def quotes(path: Path, rows: Sequence[tuple[float, str, str]]) -> Path:
    """Quotes at seconds, with bid and ask; quantities are 1 and 2."""
    columns: Columns = {
        "recv_ns": [ns(at) + 1 for at, *_ in rows],
        "event_ms": [ms(at) + 5 for at, *_ in rows],
        "tx_ms": [ms(at) for at, *_ in rows],
        "update_id": list(range(len(rows))),
        "bid_price": [float(bid) for _, bid, _ in rows],
        "bid_qty": [1.0 for _ in rows],
        "ask_price": [float(ask) for *_, ask in rows],
        "ask_qty": [2.0 for _ in rows],
    }
    return parquet(path, columns)


def messages(path: Path, rows: Iterable[Mapping[str, Any] | str]) -> Path:
    """A line for each message; gzipped when the name says so."""
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def received(at: float, message: Mapping[str, Any]) -> dict[str, Any]:
    """A message in an envelope with its time of receipt."""
    return {"recv_ns": ns(at), "msg": message}
