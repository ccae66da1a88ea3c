"""Folding frames into tables: one pass over a page, then one ``executemany`` for each table.

What is kept in memory between pages is what is alive: live orders, open positions, accounts. It
is stored with every page (``projection_state``), so that a later process goes on from there.
Nothing here is needed to replay a journal; all of it comes from frames alone.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from engine.domain.order import TAKEN_OVER
from engine.errors import UserError
from engine.messages import decisions as d
from engine.messages import venue as v
from engine.messages.decisions import Decision, OrderRequested
from engine.messages.runs import RunStarted
from engine.money import notional
from engine.timebase import day_start
from journal.frame import Frame
from journal.present import moment
from journal.projections.decided import (
    TAKEN_FROM_THEIR_TABLES,
    decision_row,
    fill_row,
    funding_row,
    incident_row,
    trade_row,
)
from journal.projections.held import PositionBook
from journal.projections.ordered import OrderBook, Ordered
from journal.projections.standing import Standing, daily_row, governor_row
from journal.projections.statements import (
    CLOSE_INCIDENT,
    KEEP_STATE,
    RELEASE_POSITION,
    book_late_fill,
    insert_rows,
    known_executions,
    stored_entry,
)
from journal.projections.tables import TABLES, TABLES_VERSION
from journal.projections.wallet import VenueWallet
from journal.structural import row_decoder, row_encoder

_encode_started = row_encoder(RunStarted)
_decode_started = row_decoder(RunStarted)
_NO_STATE = (ValueError, TypeError, LookupError, AttributeError)
"""What reading a stored state raises when it has another shape."""


class Projections:
    """The projections of one journal. ``write`` runs inside the transaction of a page."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._started: RunStarted | None = None
        self._orders = OrderBook()
        self._positions = PositionBook()
        self._accounts: dict[str, Standing] = {}
        self._wallet = VenueWallet(0)
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self._executions: set[str] = set()
        self._closed_incidents: list[tuple[Any, ...]] = []
        self._seq = 0
        self._n = 0
        self._at = 0
        self._loaded = False
        orders = self._orders
        self._inputs: dict[type, Callable[[Any], None]] = {
            RunStarted: self._run_started,
            v.OrderAccepted: lambda m: orders.accepted(m, self._seq, self._at),
            v.OrderRejected: lambda m: orders.rejected(m, self._seq, self._at),
            v.OrderFilled: self._order_filled,
            v.OrderAmended: lambda m: orders.amended(m, self._seq, self._at),
            v.OrderCancelled: lambda m: self._end(m.client_id, "cancelled", m.reason),
            v.OrderFound: lambda m: orders.found(m, self._seq, self._at),
            v.OutcomeUnknown: lambda m: self._end(m.client_id, "unknown", m.reason),
            v.StopReported: self._positions.observe,
            v.PositionReported: self._positions.observe,
            v.FundingPaid: self._funding_paid,
        }
        self._decisions: dict[type, Callable[[Any], None]] = {
            d.OrderRequested: self._order_requested,
            d.OrderUnknown: lambda m: self._end(m.client_id, "unknown", m.reason),
            d.OrderNotPlaced: lambda m: self._end(m.client_id, "not_placed", ""),
            d.StopMoved: self._positions.stop_moved,
            d.TradeClosed: self._trade_closed,
            d.GovernorActed: self._governor_acted,
            d.DayRolled: self._day_rolled,
            d.IncidentOpened: self._incident_opened,
            d.IncidentClosed: self._incident_closed,
        }

    def write(self, frames: Sequence[Frame]) -> None:
        """Fold the frames of one page and write what they changed."""
        if not self._loaded:
            self.load()
        self._executions.update(known_executions(self._connection, frames))
        inputs = self._inputs
        for stamped, decisions in frames:
            self._seq = stamped.seq
            self._at = stamped.at
            message = stamped.input
            fold = inputs.get(type(message))
            if fold is not None:
                fold(message)
            if decisions:
                self._fold_decisions(decisions)
        self._put()

    def _fold_decisions(self, decisions: tuple[Decision, ...]) -> None:
        decided, n = self._decisions, 0
        for decision in decisions:
            self._n = n = n + 1
            kind = type(decision)
            if kind not in TAKEN_FROM_THEIR_TABLES:
                row = decision_row(decision, self._seq, n, self._at)
                self._rows["other_decisions"].append(row)
            fold = decided.get(kind)
            if fold is not None:
                fold(decision)
        self._n = 0

    def _put(self) -> None:
        connection, rows, book = self._connection, self._rows, self._positions
        orders = self._orders
        rows["orders"] = [order.row() for order in orders.changed.values()]
        rows["other_order_changes"] = orders.moves
        rows["venue_daily_pnl"] = self._wallet.day_rows()
        connection.executemany(RELEASE_POSITION, list(book.released))
        for key in book.touched:
            held = book.held.get(key)
            if held is not None:
                rows["positions"].append(book.row(held, self._seq, self._at))
        rows["positions"] += [book.row(one, self._seq, self._at) for one in book.intruders]
        rows["virtual_accounts"] = [account.row() for account in self._accounts.values()]
        for table, waiting in rows.items():
            if waiting:
                insert_rows(connection, table, waiting)
                rows[table] = []
        connection.executemany(CLOSE_INCIDENT, self._closed_incidents)
        orders.moves = []
        orders.settle()
        book.touched.clear()
        book.released.clear()
        self._executions.clear()
        self._closed_incidents.clear()
        connection.execute(KEEP_STATE, (2, self._dump()))

    def _run_started(self, started: RunStarted) -> None:
        if self._started is not None:
            return
        self._started = started
        text = msgspec.json.encode(_encode_started(started)).decode()
        self._connection.execute(KEEP_STATE, (1, text))
        for n, standing in enumerate(self._seat_accounts(started), 1):
            self._add_equity(standing, n, "start", standing.equity)

    def _seat_accounts(self, started: RunStarted) -> list[Standing]:
        day_ns = day_start(self._at, started.terms.limits.daily_reset_hour)
        self._accounts = {terms.name: Standing(terms, day_ns) for terms in started.terms.accounts}
        self._wallet = VenueWallet(started.terms.venue.wallet)
        return list(self._accounts.values())

    def _add_equity(self, account: Standing, n: int, cause: str, equity: int) -> None:
        real = self._wallet.wallet, len(self._positions.held)
        row = account.equity_row(self._seq, n, self._at, cause, equity, real)
        self._rows["equity"].append(row)

    def _order_requested(self, request: OrderRequested) -> None:
        held = self._positions.held.get(request.key)
        entry = held.entry if held is not None else ""
        self._orders.requested(Ordered(request, self._seq, self._n, self._at, entry))

    def _end(self, client_id: str, state: str, remark: str) -> None:
        self._orders.end(client_id, state, remark, self._seq, self._n, self._at)

    def _order_filled(self, fill: v.OrderFilled) -> None:
        if fill.execution_id in self._executions:
            return
        self._executions.add(fill.execution_id)
        seq, at, client_id = self._seq, self._at, fill.client_id
        value = notional(fill.price, fill.quantity)
        book = self._positions
        order = self._orders.touch(client_id, seq, at) if client_id else None
        if order is not None:
            order.fill(fill, value)
            request, state = order.request, order.state
            account = request.account
            profit, owner, entry = book.fill(fill, value, request, at)
        else:
            account, state, opener = "", "", ("", "")
            if client_id:
                account, state = book_late_fill(self._connection, fill, value, seq, at)
                opener = account, client_id if account else ""
            elif fill.key not in book.held:
                opener = self._overtaken(fill)
            profit, owner, entry = book.fill(fill, value, None, at, opener)
            account = account or owner
        self._wallet.book(profit - fill.fee, owner)
        opened_by = entry if entry != client_id else None
        self._rows["fills"].append(fill_row(fill, value, seq, at, account, opened_by, state))

    def _overtaken(self, fill: v.OrderFilled) -> tuple[str, str]:
        """The entry that a fill of the venue's own, where nothing is open, has overtaken."""
        found = self._orders.entry_at(fill.key)
        if not found[1] and fill.cause in TAKEN_OVER:
            newest = self._orders.newest_entry(fill.key, -fill.side)
            found = max(newest, stored_entry(self._connection, fill.key, -fill.side))[2:]
        return found

    def _funding_paid(self, paid: v.FundingPaid) -> None:
        if paid.execution_id in self._executions:
            return
        self._executions.add(paid.execution_id)
        name = self._positions.owner(paid.key)
        is_open = paid.key in self._positions.held
        if not is_open:
            side = 1 if paid.quantity > 0 else -1
            newest = self._orders.newest_entry(paid.key, side)
            newest = max(newest, stored_entry(self._connection, paid.key, side))
            name = newest[2] or self._positions.previous.get(paid.key, "")
        self._wallet.book(-paid.amount, name)
        account = self._accounts.get(name)
        if account is not None and not is_open:
            # Before the fill or after the close it is in no trade: the equity changes by itself.
            account.equity -= paid.amount
            self._add_equity(account, 0, "funding", account.equity)
        self._rows["funding"].append(funding_row(paid, self._seq, self._at, name))

    def _trade_closed(self, trade: d.TradeClosed) -> None:
        self._rows["trades"].append(trade_row(trade, self._seq, self._n))
        account = self._accounts.get(trade.account)
        if account is not None:
            account.traded(trade)
            self._add_equity(account, self._n, "trade", account.equity)

    def _governor_acted(self, acted: d.GovernorActed) -> None:
        self._rows["governor_events"].append(governor_row(acted, self._seq, self._n, self._at))
        account = self._accounts.get(acted.account)
        if account is not None:
            account.acted(acted, self._at)

    def _day_rolled(self, rolled: d.DayRolled) -> None:
        account = self._accounts.get(rolled.account)
        if account is None:
            return
        self._add_equity(account, self._n, "day", rolled.equity)
        day = account.day_rolled(rolled)
        self._wallet.day_rolled(rolled, self._accounts, self._seq, self._at, day)
        self._rows["daily_pnl"].append(daily_row(rolled, self._seq, day))

    def _incident_opened(self, opened: d.IncidentOpened) -> None:
        self._rows["incidents"].append(incident_row(opened, self._seq, self._at))

    def _incident_closed(self, closed: d.IncidentClosed) -> None:
        row = (self._seq, moment(self._at), closed.resolution, closed.incident)
        self._closed_incidents.append(row)

    def _dump(self) -> str:
        orders = [order.dump() for order in self._orders.live.values()]
        accounts = [account.dump() for account in self._accounts.values()]
        kept = [TABLES_VERSION, orders, self._positions.dump(), accounts, self._wallet.dump()]
        return msgspec.json.encode(kept).decode()

    def load(self) -> None:
        """Go on from what is stored. ``UserError`` when it is not what this version left there."""
        self._loaded = True
        states = self._connection.execute("SELECT state FROM projection_state ORDER BY id")
        try:
            kept = [msgspec.json.decode(row[0]) for row in states]
            if kept:
                self._take(*kept)
        except (msgspec.DecodeError, *_NO_STATE) as error:
            raise UserError(
                "the tables of this journal were changed, or folded by another version; "
                "fold them anew with tradefold journal rebuild"
            ) from error

    def _take(self, started: Any, alive: list[Any]) -> None:
        version, orders, positions, accounts, wallet = alive
        if version != TABLES_VERSION:
            raise ValueError(f"tables of version {version}")
        self._started = _decode_started(started)
        for standing, values in zip(self._seat_accounts(self._started), accounts, strict=True):
            standing.load(values)
        for values in orders:
            order = Ordered.load(values)
            self._orders.live[order.request.client_id] = order
        self._positions.load(positions)
        self._wallet.load(wallet)
