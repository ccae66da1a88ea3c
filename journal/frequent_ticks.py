"""Rows of ticks, written out by hand, both ways: of a run over quotes nearly every frame is one."""

from typing import Any

from engine.messages.market import DepthChanged, Quoted, Traded
from journal.structural import Decode, Encode

Row = tuple[Any, ...]


def _quoted_row(one: Quoted) -> Row:
    return (
        "Quoted",
        one.symbol,
        one.venue_ns,
        one.bid,
        one.bid_quantity,
        one.ask,
        one.ask_quantity,
    )


def _traded_row(one: Traded) -> Row:
    return ("Traded", one.symbol, one.venue_ns, one.price, one.quantity, one.side)


def _depth_row(one: DepthChanged) -> Row:
    return ("DepthChanged", one.symbol, one.venue_ns, one.snapshot, one.bids, one.asks)


TICK_ENCODERS: dict[type, Encode] = {
    Quoted: _quoted_row,
    Traded: _traded_row,
    DepthChanged: _depth_row,
}
"""Levels of a book are left to JSON, which takes tuples as arrays."""


def _quoted(row: Any) -> Quoted:
    _, symbol, venue_ns, bid, bid_quantity, ask, ask_quantity = row
    return Quoted(symbol, venue_ns, bid, bid_quantity, ask, ask_quantity)


def _traded(row: Any) -> Traded:
    _, symbol, venue_ns, price, quantity, side = row
    return Traded(symbol, venue_ns, price, quantity, side)


def _depth(row: Any) -> DepthChanged:
    _, symbol, venue_ns, snapshot, bids, asks = row
    return DepthChanged(symbol, venue_ns, snapshot, _levels(bids), _levels(asks))


def _levels(rows: Any) -> Any:
    return tuple(map(tuple, rows))


TICK_DECODERS: dict[str, Decode] = {
    "Quoted": _quoted,
    "Traded": _traded,
    "DepthChanged": _depth,
}
