"""Files of ticks that do not name their columns: Binance Vision's of spot, and its older ones.

How this works: the first line is a row, and what its cells look like tells which file it is of; a
row that fits none is a header. Ids are digits, times have 13 (ms) or 16 (µs), the side is a word.
"""

import re
from collections.abc import Sequence

_ID, _NUMBER, _TIME, _WORD = r"\d+", r"\d+(?:\.\d+)?", r"\d{13}(?:\d{3})?", r"(?:[Tt]rue|[Ff]alse)"
_BEST = "is_best_match"
_LAYOUTS = (
    (
        (_ID, _NUMBER, _NUMBER, _ID, _ID, _TIME, _WORD),
        (
            *("agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id"),
            *("transact_time", "is_buyer_maker"),
        ),
    ),
    (
        (_ID, _NUMBER, _NUMBER, _NUMBER, _TIME, _WORD),
        ("id", "price", "qty", "quote_qty", "time", "is_buyer_maker"),
    ),
)
"""What the cells of a row look like, and what they are. Spot has one word more at the end."""


def names_of_ticks(cells: Sequence[str]) -> tuple[str, ...]:
    """The columns of a CSV file that begins with these cells, () for one that names them."""
    for forms, names in _LAYOUTS:
        more = cells[len(forms) :]
        known = len(cells) in (len(forms), len(forms) + 1)
        if known and all(map(re.fullmatch, (*forms, _WORD), cells)):
            return (*names, _BEST) if more else names
    return ()
