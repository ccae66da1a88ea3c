"""Which order opened a trade: the entry that the fill which closed it belongs to."""

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
    rows = rows_of(
        journal,
        "SELECT t.trade, o.client_id, o.requested_at, o.stop_price FROM trades t"
        " LEFT JOIN fills f ON f.seq = t.seq LEFT JOIN orders o ON o.client_id = f.entry_client_id"
        " ORDER BY t.trade",
    )
    return {
        trade: NOBODYS if client_id is None else Entry(client_id, at, units(stop))
        for trade, client_id, at, stop in rows
    }
