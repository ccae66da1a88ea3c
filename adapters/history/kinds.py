"""What a file holds, told by its columns; and the file opened as that, or as what it is said to be.

How this works: a file whose first character is ``{`` is a stream of messages. Of a table the
columns decide, the most telling first: ``funding_rate``; lists of levels, or ``bid_price_0``; a
best bid and ask; bars of them (``bid_close``); a layout of candles; open, high, low and close, with
a volume (candles) or without one (marks); a price and a quantity (trades).
"""

import re
from collections.abc import Callable

from adapters.history.layouts import OWN, layout_of
from adapters.history.recording import CANDLES, DEPTH, FUNDING, MARKS, QUOTES, TRADES
from adapters.history.tables import PRICES, Header, Table, wrong_header
from adapters.history.ticks.depth import FLAT, LISTS, open_depth_levels, open_depth_lists
from adapters.history.ticks.funding import RATE, open_funding
from adapters.history.ticks.layout import Layout
from adapters.history.ticks.quotes import ASK, BAR, BID, open_quote_bars, open_quotes
from adapters.history.ticks.trades import PRICE, QUANTITY, open_trades
from engine.errors import UserError

_NAMED = re.compile(r"-(mark|funding_rate|index|premiumIndex)\.(?:feather|parquet|json)")
_STORED = {"mark": MARKS, "funding_rate": FUNDING}


def kind_of(header: Header) -> str:
    """The kind that a file's columns tell; ``UserError`` names what each kind would need."""
    find = header.find
    if find(*RATE):
        return FUNDING
    if _has_levels(header):
        return DEPTH
    if (find(*BID) and find(*ASK)) or (find(*BAR[0]) and find(*BAR[2])):
        return QUOTES
    if layout_of(header.form, header.names) != OWN:
        return _beside_candles(header) or CANDLES
    if all(find(name) for name in PRICES):
        if find("start_at") and not find("volume"):
            raise UserError(
                f"{header.path} holds bars of an index (Bybit's spot_index or premium_index: no "
                "volume), not of trades; give klines with their volume"
            )
        if header.arrays and not find("volume"):
            raise UserError(
                f"{header.path} holds arrays of a time and four prices, which may be of marks, an "
                f"index or a premium; if they are marks, give them as SYMBOL:marks={header.path}"
            )
        return CANDLES if find("volume") else MARKS
    if find(*PRICE) and find(*QUANTITY):
        return TRADES
    if any(find(name) for name in (*PRICES, "volume")):
        return CANDLES
    raise wrong_header(
        header,
        [
            "open, high, low, close and volume (candles), price and qty (trades), bid_price and "
            "ask_price (quotes), bids_px or bid_price_0 (depth) or funding_rate"
        ],
    )


def _beside_candles(header: Header) -> str:
    """What freqtrade stores in the form of candles without being any: its file names tell."""
    told = _NAMED.search(header.path.name)
    if not told:
        return ""
    if told.group(1) in _STORED:
        return _STORED[told.group(1)]
    raise UserError(
        f"{header.path} holds freqtrade's {told.group(1)} as open, high, low and close, which "
        "nothing is traded at; leave it out"
    )


def _has_levels(header: Header) -> bool:
    lists = header.find(*LISTS[0]) and header.find(*LISTS[2])
    return bool(lists or header.find(FLAT[0].format(0)))


def open_ticks(header: Header, kind: str) -> tuple[Table, Layout]:
    """The columns of trades, quotes, depth or funding, and how they are read."""
    opened: tuple[Table, Layout] = _opener(header, kind)(header)
    return opened


def _opener(header: Header, kind: str) -> Callable[[Header], tuple[Table, Layout]]:
    if kind == TRADES:
        return open_trades
    if kind == FUNDING:
        return open_funding
    if kind == QUOTES:
        bars = header.find(*BAR[0]) and not header.find(*BID)
        return open_quote_bars if bars else open_quotes
    assert kind == DEPTH, f"{kind} is not read as ticks"
    return open_depth_levels if header.find(FLAT[0].format(0)) else open_depth_lists
