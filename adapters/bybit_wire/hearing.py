"""What an account hears of its exchange: reports become order rows, executions and pushes.

Orders that the venue makes by itself are not told by reports alone, so after every step the
position's legs and the children of partial protection are compared with what was shown before.
"""

import uuid

from adapters.bybit_wire.answers import Fields
from adapters.bybit_wire.ledger import Ledger
from adapters.bybit_wire.order_rows import OrderRow, pushed_order
from adapters.bybit_wire.position_rows import position_fields, wallet_fields
from adapters.bybit_wire.shelf import Shelf
from adapters.bybit_wire.system_orders import (
    LEGS,
    Bust,
    child_row,
    end_as,
    leg_level,
    leg_row,
    take_protection,
    taken_over_row,
    update_leg,
)
from adapters.simulated.exchange import SimulatedExchange
from adapters.simulated.status import USER_CANCEL
from engine.domain.order import FillCause
from engine.ids import PositionKey
from engine.messages.venue import (
    ExecutionReport,
    FundingPaid,
    LeverageRejected,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderFilled,
    OrderRejected,
    OrderTriggered,
    OutcomeUnknown,
)
from engine.money import render
from engine.timebase import NEVER

CLEARED = "CancelByTpSlTsClear"
NAMES = uuid.UUID("6f1d7d2e-3a51-4a86-9f5c-3b1f6f0a7c11")
"""The name space of all ids: the same session gives the same ids."""


class Hearing:
    """The orders of one account as they are shown, and what its streams must tell next.

    ``pushes`` holds ``(topic, object)``, for each request or event in the order of order,
    execution, system orders, position, wallet.
    """

    def __init__(self, uid: int, exchange: SimulatedExchange, ledger: Ledger) -> None:
        self.uid = uid
        self.exchange = exchange
        self.ledger = ledger
        self.shelf = Shelf()
        self.rows, self.open = self.shelf.rows, self.shelf.open
        self.links, self.by_client = self.shelf.links, self.shelf.by_client
        self.legs: dict[tuple[PositionKey, FillCause], OrderRow] = {}
        self.pushes: list[tuple[str, Fields]] = []
        self.pending: OrderRow | None = None
        """The order that is being placed: the one that the next acceptance means."""
        self.now_ns = 0
        self._children: dict[str, OrderRow] = {}
        self._fresh: dict[str, OrderRow] = {}
        self._touched: dict[PositionKey, None] = {}
        self._numbers = 0
        self._busts: list[Bust] = []
        self._first_cash = self._cash_told = ledger.cash

    def next_id(self, kind: str) -> str:
        """A new id, which looks like the venue's and hangs on nothing but what came before."""
        self._numbers += 1
        return str(uuid.uuid5(NAMES, f"{self.uid}/{kind}/{self._numbers}"))

    def next_sequence(self) -> int:
        """``seq``: rises with every execution."""
        self._numbers += 1
        return self._numbers

    def brought_in(self, amount: int) -> None:
        """Money came from elsewhere (< 0: went), which is no profit."""
        self._first_cash += amount

    def take_busts(self) -> list[Bust]:
        """Positions that were liquidated since the last call."""
        taken, self._busts = self._busts, []
        return taken

    def wallet(self) -> Fields:
        """The wallet object as it is now."""
        return wallet_fields(self.exchange, self.ledger.asset, self._first_cash)

    def position(self, key: PositionKey, is_push: bool = False) -> Fields:
        """The position object as it is now."""
        held = self.ledger.holding(key)
        return position_fields(self.exchange, key, held, self.ledger.taker_fee, is_push)

    def hear_all(self) -> list[ExecutionReport]:
        """Take every report that has come, and queue what must be told of them."""
        heard: list[ExecutionReport] = []
        while self.exchange.next_report_ns != NEVER:
            heard.append(self.exchange.take_report()[1])
        for report in heard:
            self._hear(report)
        for row in list(self._fresh.values()):
            if row.status == "Triggered":
                row.status = "New"
            self._tell(row)
        self._fresh.clear()
        for key in self._touched:
            self._follow_children(key)
            self._follow_legs(key)
        for key in self._touched:
            self.pushes.append(("position", self.position(key, is_push=True)))
        self._touched.clear()
        if self.ledger.cash != self._cash_told:
            self._cash_told = self.ledger.cash
            self.pushes.append(("wallet", self.wallet()))
        return heard

    def _hear(self, report: ExecutionReport) -> None:
        if isinstance(report, OrderRejected | LeverageRejected | OutcomeUnknown):
            return
        self._touched[report.key] = None
        match report:
            case OrderAccepted():
                assert self.pending is not None, "only what was just placed is accepted"
                self.shelf.admit(self.pending, report.venue_order_id)
                self._fresh[self.pending.order_id] = self.pending
            case OrderFilled():
                self._fill(report)
            case OrderCancelled() | OrderTriggered() | OrderAmended():
                known = self.shelf.by_client.get(report.client_id)
                if known is not None:
                    self._change(known, report)
            case FundingPaid():
                execution_id = self._execution_id(report.execution_id)
                order_id = self.next_id("funding")
                funding = self.ledger.fund(report, execution_id, order_id, self.next_sequence())
                self._push_execution(funding)
            case _:
                pass

    def _change(
        self, row: OrderRow, report: OrderCancelled | OrderTriggered | OrderAmended
    ) -> None:
        row.updated_ns = report.venue_ns
        if isinstance(report, OrderTriggered):
            row.status = "Triggered"
            self._tell(row)
            self._fresh[row.order_id] = row
            return
        if isinstance(report, OrderAmended):
            row.quantity, row.price = int(report.quantity), int(report.price)
            row.trigger_price = int(report.trigger_price)
            order = self.exchange.order(row.venue_id)
            if order is not None:
                take_protection(row, order)
            if row.order_id not in self._fresh:
                self._tell(row)
            return
        order = self.exchange.order(row.venue_id)
        assert order is not None, "what was just cancelled is remembered"
        self._fresh.pop(row.order_id, None)
        end_as(row, order, report.venue_ns)
        self._finish(row)
        self._tell(row)

    def _fill(self, report: OrderFilled) -> None:
        row = self._row_of(report)
        self._fresh.pop(row.order_id, None)
        row.updated_ns = report.venue_ns
        order = self.exchange.order(row.venue_id)
        if order is not None:
            row.price = order.price
        elif not row.price:
            row.price = int(report.price)
        market = self.exchange.market(report.key.symbol)
        position = market.positions[report.key.position_index]
        execution = self.ledger.fill(
            report,
            row,
            self._execution_id(report.execution_id),
            self.next_sequence(),
            position.leverage,
        )
        execution["markPrice"] = render(market.mark_price)
        self._tell(row)
        self._push_execution(execution)
        if report.cause == "liquidation":
            side, at = -int(report.side), int(report.venue_ns)
            bust = Bust(row.symbol, side, int(report.quantity), int(report.price), at)
            self._busts.append(bust)
        if not row.is_open:
            self._finish(row)

    def _row_of(self, report: OrderFilled) -> OrderRow:
        """The order that was filled; the venue's own orders may be met here for the first time."""
        found = self.shelf.by_client.get(report.client_id) or self.shelf.by_venue.get(
            report.venue_order_id
        )
        if found is None:
            found = self._system_row(report)
            self.shelf.admit(found, report.venue_order_id)
        if found.status == "Untriggered":
            found.status, found.updated_ns = "Triggered", report.venue_ns
            self._tell(found)
        return found

    def _system_row(self, report: OrderFilled) -> OrderRow:
        key, at = report.key, report.venue_ns
        order = self.exchange.order(report.venue_order_id)
        if order is not None:
            return child_row(self.next_id("order"), order, self._parent(order.origin), at)
        held = abs(self.ledger.holding(key).quantity)
        leg = self.legs.pop((key, report.cause), None)
        if leg is not None:
            leg.quantity = held
            return leg
        quantity = held if report.cause in LEGS else int(report.quantity)
        name, index = self.next_id("order"), key.position_index
        return taken_over_row(name, key.symbol, index, report.side, quantity, report.cause, at)

    def _parent(self, origin: str) -> str:
        """The link id of the order whose child is named after ``origin``."""
        row = self.shelf.by_client.get(origin) or self.shelf.by_client.get(
            origin.rpartition("-")[0]
        )
        return row.link_id if row is not None else ""

    def _follow_children(self, key: PositionKey) -> None:
        market = self.exchange.market(key.symbol)
        for order in list(market.reducing[key.position_index].values()):
            if order.cause != "order" and order.venue_order_id not in self.shelf.by_venue:
                parent = self._parent(order.origin)
                row = child_row(self.next_id("order"), order, parent, self.now_ns)
                self.shelf.admit(row, order.venue_order_id)
                self._children[row.order_id] = row
                self._tell(row)
        for row in list(self._children.values()):
            found = self.exchange.order(row.venue_id)
            if found is None or row.symbol != key.symbol:
                continue
            before = (row.status, row.quantity, row.price, row.trigger_price)
            row.quantity, row.price = found.quantity, found.price
            row.trigger_price = found.trigger_price
            if found.state == "cancelled" or found.triggered:
                end_as(row, found, self.now_ns)
            if before != (row.status, row.quantity, row.price, row.trigger_price):
                row.updated_ns = self.now_ns
                self._tell(row)
            if found.state in ("cancelled", "filled"):
                self._finish(row)

    def _follow_legs(self, key: PositionKey) -> None:
        position = self.exchange.market(key.symbol).positions[key.position_index]
        for cause in LEGS:
            row = self.legs.get((key, cause))
            wanted = leg_level(position, cause)[0] if position.quantity else 0
            if row is None and wanted:
                parent = self._parent(position.opener)
                row = leg_row(self.next_id("order"), position, cause, parent, self.now_ns)
                self.legs[key, cause] = row
                self.shelf.admit(row, "")
                self._tell(row)
            elif row is not None and wanted:
                if update_leg(row, position, cause, self.now_ns):
                    self._tell(row)
            elif row is not None:
                del self.legs[key, cause]
                row.status, row.updated_ns = "Deactivated", self.now_ns
                row.cancel_type = USER_CANCEL if position.quantity else CLEARED
                self._finish(row)
                self._tell(row)

    def _finish(self, row: OrderRow) -> None:
        self._children.pop(row.order_id, None)
        self.shelf.finish(row)

    def _execution_id(self, name: str) -> str:
        return str(uuid.uuid5(NAMES, f"{self.uid}/{name}"))

    def _tell(self, row: OrderRow) -> None:
        if not row.last_on_create:  # an order that the venue made
            row.last_on_create = self.exchange.market(row.symbol).last
        self.pushes.append(("order", pushed_order(row, self.ledger.asset)))

    def _push_execution(self, execution: Fields) -> None:
        self.pushes.append(
            ("execution", {"category": "linear", "isLeverage": "0", "marketUnit": "", **execution})
        )
