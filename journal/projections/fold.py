"""Folding frames into tables: one pass over a page, then one ``executemany`` for each table.

What is kept in memory between pages is what is alive: live orders, open positions, accounts. It
is stored with every page (``projection_state``), so that a later process goes on from there.
Nothing here is needed to replay a journal; all of it comes from frames alone.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

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
from journal.projections.ordered import FINISHED, Ordered, newest_entry
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
        self._orders: dict[str, Ordered] = {}
        self._changed: dict[str, Ordered] = {}
        self._positions = PositionBook()
        self._accounts: dict[str, Standing] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        self._executions: set[str] = set()
        self._closed_incidents: list[tuple[Any, ...]] = []
        self._seq = 0
        self._n = 0
        self._at = 0
        self._loaded = False
        self._inputs: dict[type, Callable[[Any], None]] = {
            RunStarted: self._run_started,
            v.OrderAccepted: self._order_accepted,
            v.OrderRejected: lambda m: self._end(m.client_id, "rejected", f"{m.code} {m.reason}"),
            v.OrderFilled: self._order_filled,
            v.OrderAmended: self._order_amended,
            v.OrderCancelled: lambda m: self._end(m.client_id, "cancelled", m.reason),
            v.OrderFound: self._order_found,
            v.OutcomeUnknown: lambda m: self._end(m.client_id, "unknown", m.reason),
            v.StopReported: self._stop_seen,
            v.PositionReported: self._stop_seen,
            v.FundingPaid: self._funding_paid,
        }
        self._decisions: dict[type, Callable[[Any], None]] = {
            d.OrderRequested: self._order_requested,
            d.OrderUnknown: lambda m: self._end(m.client_id, "unknown", m.reason),
            d.OrderNotPlaced: lambda m: self._end(m.client_id, "not_placed", ""),
            d.StopMoved: lambda m: self._positions.stop_moved(m),
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

    def _put(self) -> None:
        connection, rows, book = self._connection, self._rows, self._positions
        rows["orders"] = [order.row() for order in self._changed.values()]
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
        for client_id, order in self._changed.items():
            if order.state in FINISHED:
                self._orders.pop(client_id, None)
        self._changed.clear()
        book.touched.clear()
        book.released.clear()
        self._executions.clear()
        self._closed_incidents.clear()
        connection.execute(KEEP_STATE, (2, self._dump()))

    def _touch(self, client_id: str) -> Ordered | None:
        order = self._orders.get(client_id)
        if order is not None:
            order.updated_seq = self._seq
            order.updated_at = self._at
            self._changed[client_id] = order
        return order

    def _run_started(self, started: RunStarted) -> None:
        if self._started is not None:
            return
        self._started = started
        text = msgspec.json.encode(_encode_started(started)).decode()
        self._connection.execute(KEEP_STATE, (1, text))
        for n, standing in enumerate(self._seat_accounts(started), 1):
            row = standing.equity_row(self._seq, n, self._at, "start", standing.equity)
            self._rows["equity"].append(row)

    def _seat_accounts(self, started: RunStarted) -> list[Standing]:
        day_ns = day_start(self._at, started.terms.limits.daily_reset_hour)
        self._accounts = {terms.name: Standing(terms, day_ns) for terms in started.terms.accounts}
        return list(self._accounts.values())

    def _order_requested(self, request: OrderRequested) -> None:
        order = Ordered(request, self._seq, self._n, self._at)
        self._orders[request.client_id] = self._changed[request.client_id] = order

    def _order_accepted(self, accepted: v.OrderAccepted) -> None:
        order = self._touch(accepted.client_id)
        if order is not None:
            order.accepted(accepted.venue_order_id)

    def _order_amended(self, amended: v.OrderAmended) -> None:
        order = self._touch(amended.client_id)
        if order is not None:
            order.accepted("")
            order.amended(amended)
            if order.filled >= order.request.quantity:
                order.end("filled")

    def _order_found(self, found: v.OrderFound) -> None:
        order = self._touch(found.client_id)
        if order is None:
            return
        order.accepted(found.venue_order_id)
        order.amended(found)
        if found.state in FINISHED:
            order.end(found.state, "found by look-up")

    def _end(self, client_id: str, state: str, remark: str) -> None:
        order = self._touch(client_id)
        if order is not None:
            order.end(state, remark)

    def _order_filled(self, fill: v.OrderFilled) -> None:
        if fill.execution_id in self._executions:
            return
        self._executions.add(fill.execution_id)
        value = notional(fill.price, fill.quantity)
        order = self._touch(fill.client_id) if fill.client_id else None
        if order is not None:
            order.fill(fill, value)
            request: OrderRequested | None = order.request
            account = order.request.account
        else:
            request, account = None, self._positions.owner(fill.key)
            if fill.client_id:
                late = book_late_fill(self._connection, fill, value, self._seq, self._at)
                account = late or account
        self._positions.fill(fill, value, request, self._at)
        self._rows["fills"].append(fill_row(fill, value, self._seq, self._at, account))

    def _funding_paid(self, paid: v.FundingPaid) -> None:
        if paid.execution_id in self._executions:
            return
        self._executions.add(paid.execution_id)
        name = self._positions.owner(paid.key)
        if paid.key not in self._positions.held:
            # Before the fill or after the close it is in no trade: the equity changes by itself.
            side = 1 if paid.quantity > 0 else -1
            newest = newest_entry(self._orders.values(), paid.key, side)
            newest = max(newest, stored_entry(self._connection, paid.key, side))
            name = newest[2] or self._positions.previous.get(paid.key, "")
            account = self._accounts.get(name)
            if account is not None:
                account.equity -= paid.amount
                row = account.equity_row(self._seq, 0, self._at, "funding", account.equity)
                self._rows["equity"].append(row)
        self._rows["funding"].append(funding_row(paid, self._seq, self._at, name))

    def _stop_seen(self, report: v.StopReported | v.PositionReported) -> None:
        self._positions.observe(report.key, report.stop_price, report.target_price)

    def _trade_closed(self, trade: d.TradeClosed) -> None:
        self._rows["trades"].append(trade_row(trade, self._seq, self._n))
        account = self._accounts.get(trade.account)
        if account is not None:
            account.traded(trade)
            row = account.equity_row(self._seq, self._n, self._at, "trade", account.equity)
            self._rows["equity"].append(row)

    def _governor_acted(self, acted: d.GovernorActed) -> None:
        self._rows["governor_events"].append(governor_row(acted, self._seq, self._n, self._at))
        account = self._accounts.get(acted.account)
        if account is not None:
            account.acted(acted, self._at)

    def _day_rolled(self, rolled: d.DayRolled) -> None:
        account = self._accounts.get(rolled.account)
        if account is None:
            return
        row = account.equity_row(self._seq, self._n, self._at, "day", rolled.equity)
        self._rows["equity"].append(row)
        self._rows["daily_pnl"].append(daily_row(rolled, self._seq, account.day_rolled(rolled)))

    def _incident_opened(self, opened: d.IncidentOpened) -> None:
        self._rows["incidents"].append(incident_row(opened, self._seq, self._at))

    def _incident_closed(self, closed: d.IncidentClosed) -> None:
        row = (self._seq, moment(self._at), closed.resolution, closed.incident)
        self._closed_incidents.append(row)

    def _dump(self) -> str:
        orders = [order.dump() for order in self._orders.values()]
        accounts = [account.dump() for account in self._accounts.values()]
        kept = [TABLES_VERSION, orders, self._positions.dump(), accounts]
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
        version, orders, positions, accounts = alive
        if version != TABLES_VERSION:
            raise ValueError(f"tables of version {version}")
        self._started = _decode_started(started)
        for standing, values in zip(self._seat_accounts(self._started), accounts, strict=True):
            standing.load(values)
        for values in orders:
            order = Ordered.load(values)
            self._orders[order.request.client_id] = order
        self._positions.load(positions)
