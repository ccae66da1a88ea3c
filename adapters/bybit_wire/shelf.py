"""The orders of an account that can still be asked for, by all the names that they have."""

from collections import deque

from adapters.bybit_wire.ledger import KEPT
from adapters.bybit_wire.order_rows import OrderRow

LINKS_KEPT = 100_000
"""How many link ids are known for used; the venue does not say for how long it knows them (5.6)."""


class Shelf:
    """``rows`` is every order that can still be asked for, oldest first, by the wire's own id;
    ``open`` are those that work."""

    def __init__(self) -> None:
        self.rows: dict[str, OrderRow] = {}
        self.open: dict[str, OrderRow] = {}
        self.links: dict[str, str] = {}
        """The ids behind the last ``LINKS_KEPT`` link ids: so long one stays taken."""
        self._linked: deque[str] = deque()
        self.by_client: dict[str, OrderRow] = {}
        self.by_venue: dict[str, OrderRow] = {}
        self._finished: deque[str] = deque()

    def admit(self, row: OrderRow, venue_id: str) -> None:
        """Take an order in; a position's own stop has no ``venue_id``."""
        self.rows[row.order_id] = self.open[row.order_id] = row
        if venue_id:
            row.venue_id = venue_id
            self.by_venue[venue_id] = row
        if row.client_id:
            self.by_client[row.client_id] = row
        if row.link_id:
            self.links[row.link_id] = row.order_id
            self._linked.append(row.link_id)
            if len(self._linked) > LINKS_KEPT:
                del self.links[self._linked.popleft()]

    def find(self, client_id: str, venue_id: str) -> OrderRow | None:
        """The order of one of the exchange's names."""
        return self.by_client.get(client_id) or self.by_venue.get(venue_id)

    def finish(self, row: OrderRow) -> None:
        """A finished order is kept until so many others finished after it."""
        self.open.pop(row.order_id, None)
        self._finished.append(row.order_id)
        if len(self._finished) > KEPT:
            gone = self.rows.pop(self._finished.popleft())
            self.by_client.pop(gone.client_id, None)
            if self.by_venue.get(gone.venue_id) is gone:
                del self.by_venue[gone.venue_id]
