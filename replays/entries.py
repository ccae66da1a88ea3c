"""Which order opened a trade: the last entry of its account and place that was filled before."""

from typing import Any

import attrs

from journal.reader import JournalReader
from replays.queries import rows_of, units


@attrs.frozen
class Entry:
    """The order that opened a trade; ``requested_at`` is when it was decided, ISO 8601.

    ``stop_price`` is the stop that it brought, e8, 0 for none. All empty where a trade was opened
    by nobody's order.
    """

    client_id: str = ""
    requested_at: str = ""
    stop_price: int = 0


NOBODYS = Entry()


def entries_of_trades(journal: JournalReader) -> dict[int, Entry]:
    """The entry of every trade, by the trade's number."""
    orders = rows_of(
        journal,
        "SELECT requested_seq, account, symbol, position_index, client_id, requested_at, stop_price"
        " FROM orders WHERE purpose = 'entry' AND filled_quantity > 0 ORDER BY requested_seq",
    )
    trades = rows_of(
        journal, "SELECT trade, seq, account, symbol, position_index FROM trades ORDER BY trade"
    )
    latest: dict[tuple[Any, ...], Entry] = {}
    found: dict[int, Entry] = {}
    place = 0
    for trade, seq, *where in trades:
        while place < len(orders) and orders[place][0] < seq:
            _, account, symbol, index, client_id, at, stop = orders[place]
            latest[account, symbol, index] = Entry(client_id, at, units(stop))
            place += 1
        found[trade] = latest.get(tuple(where), NOBODYS)
    return found
