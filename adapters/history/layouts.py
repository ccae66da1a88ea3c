"""The layouts that candles come in: one row for each, with how it is told and what its columns are.

How this works: a file is one of four forms, and a row of ``LAYOUTS`` fits when its form and its
telling columns are those of the file; the first that fits counts, and a file that none fits is in
the project's own form. Files without a header, and arrays, get their columns' names from here.
"""

import re
from collections.abc import Sequence

from attrs import frozen

from engine.timebase import HOUR

PARQUET, CSV, FEATHER, ARRAYS = "Parquet", "CSV", "Feather", "JSON"
"""Forms of a file: three of tables, and JSON arrays of candles."""
ARCHIVED, RUNNING, UNTOLD = "archived", "running", "untold"
"""What is known of the last bar: an archive of whole days holds finished bars only; a chart's last
bar is the running one; of a page that was asked for, nothing."""


@frozen
class TimeRule:
    """How a layout writes times: ``mixed`` for integers whose unit may change within a file,
    ``dotted`` for dates like 2025.01.31, ``ahead_ns`` for a clock that is so far ahead of UTC."""

    mixed: bool = False
    dotted: bool = False
    ahead_ns: int = 0


PLAIN_TIMES = TimeRule()
"""The first value tells the unit for all, and what has no zone is UTC."""


@frozen
class CandleLayout:
    """One layout. Columns have lower-case names here, with ``_`` for a blank.

    ``columns`` are the names (choices) of time, open, high, low, close and volume; ``telling``
    what a file must have besides, in this spelling; ``width`` how many columns at least; ``only``
    that it has no other columns; ``closes`` the column of the closing time; ``headless`` all names
    where the file itself has none, ``first`` the first cell of such a file; ``last`` what is known
    of the last bar; ``paged`` that the edges of two pages may repeat a row; ``chatty`` that columns
    which are not read are told, for a person put them there.
    """

    name: str
    forms: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    telling: tuple[str, ...] = ()
    width: int = 0
    only: bool = False
    closes: str = ""
    headless: tuple[str, ...] = ()
    first: str = ""
    times: TimeRule = PLAIN_TIMES
    last: str = ""
    paged: bool = True
    chatty: bool = False


_PRICES = (("open",), ("high",), ("low",), ("close",))
_VOLUME = ("volume",)
_PLAIN = ("timestamp", "open", "high", "low", "close", "volume")
_TABLES = (PARQUET, CSV, FEATHER)
_STARTS = ("start_at", "start_time", "starttime", "start", "open_time", "timestamp")
_TAKEN = ("taker_buy_volume", "taker_buy_quote_volume", "ignore")
_KLINE = ("open_time", *_PLAIN[1:], "close_time", "quote_volume", "count", *_TAKEN)

OWN_TIMES = ("ts_ms", "open_time", "timestamp", "time", "date", "datetime")
OWN = CandleLayout("", _TABLES, (OWN_TIMES, *_PRICES, _VOLUME), paged=False)
"""The project's own form: what no other row fits."""
LAYOUTS = (
    CandleLayout(
        "Binance Vision",
        _TABLES,
        (("open_time", "opentime"), *_PRICES, _VOLUME),
        ("close_time",),
        width=9,
        closes="close_time",
        headless=_KLINE,
        first=r"\d{9,}",
        times=TimeRule(mixed=True),
        last=ARCHIVED,
    ),
    CandleLayout(
        "Binance klines",
        (ARRAYS,),
        (("open_time",), *_PRICES, _VOLUME),
        ("close_time",),
        closes="close_time",
        headless=_KLINE,
        times=TimeRule(mixed=True),
        last=UNTOLD,
    ),
    CandleLayout(
        "Bybit public archive",
        (CSV,),
        (("time_utc+3",), *_PRICES, _VOLUME),
        ("time_utc+3",),
        headless=("time_utc+3", "open", "high", "low", "close", "volume"),
        first=r"\d{4}\.\d\d\.\d\d \d\d:\d\d",
        # Its folder's own page says UTC+3, and held against Binance's minutes of 2021 to 2024 by
        # others, it is three hours ahead of UTC in winter as in summer.
        times=TimeRule(dotted=True, ahead_ns=3 * HOUR),
        last=ARCHIVED,
    ),
    CandleLayout(
        "Bybit klines",
        (*_TABLES, ARRAYS),
        (
            _STARTS,
            ("open", "openprice", "open_price"),
            ("high", "highprice", "high_price"),
            ("low", "lowprice", "low_price"),
            ("close", "closeprice", "close_price"),
            _VOLUME,
        ),
        ("turnover",),
        headless=("start", "open", "high", "low", "close", "volume", "turnover"),
        last=UNTOLD,
    ),
    CandleLayout(
        "Bybit klines",
        _TABLES,
        (("start_at",), *_PRICES, _VOLUME),
        last=UNTOLD,
    ),
    CandleLayout(
        "freqtrade",
        (FEATHER, PARQUET),
        (("date",), *_PRICES, _VOLUME),
        ("date", "open", "high", "low", "close", "volume"),
        only=True,
        last=UNTOLD,
    ),
    CandleLayout(
        "TradingView",
        (CSV,),
        (("time",), *_PRICES, _VOLUME),
        ("time", "open", "high", "low", "close", "Volume"),
        last=RUNNING,
        chatty=True,
    ),
    CandleLayout(
        "ccxt or freqtrade arrays",
        (ARRAYS,),
        (("timestamp",), *_PRICES, _VOLUME),
        headless=_PLAIN,
        last=UNTOLD,
    ),
)
"""All others, the most telling first."""


def plain(name: str) -> str:
    """A column's name as layouts have it: letters' case and blanks around it do not count."""
    return name.strip().lower().replace(" ", "_")


def layout_of(form: str, names: Sequence[str]) -> CandleLayout:
    """The layout that fits a file of this form with these columns."""
    known = [plain(name) for name in names]
    for layout in LAYOUTS:
        if form not in layout.forms or len(names) < layout.width:
            continue
        if layout.only and tuple(names) != layout.telling:
            continue
        told = all(name in names or name in known for name in layout.telling)
        if told and all(any(name in known for name in each) for each in layout.columns):
            return layout
    return OWN


def names_of_cells(cells: Sequence[str]) -> tuple[str, ...]:
    """The columns of a CSV file that begins with these cells, () for one that names them."""
    for layout in LAYOUTS:
        wide = len(cells) == len(layout.headless) and CSV in layout.forms and layout.first
        if wide and re.fullmatch(layout.first, cells[0]):
            return layout.headless
    return ()


def names_of_arrays(width: int) -> tuple[str, ...]:
    """The columns of arrays of so many numbers, () for arrays that are no candles or marks."""
    if width == len(_PLAIN) - 1:
        return _PLAIN[:-1]
    for layout in LAYOUTS:
        if ARRAYS in layout.forms and width == len(layout.headless):
            return layout.headless
    return ()
