"""What an account has done: executions, closed profits, the transaction log (bybit-v5.md 3.3, 3.5).

Pure bookkeeping over fills and funding. It reckons profit by itself, from a position of its own
for every key, so that closed profits can tell the fees of opening from those of closing (6.1).
"""

from collections import deque

from attrs import define, field

from adapters.bybit_wire.answers import Fields
from adapters.bybit_wire.fields import SIDE_NAMES, ms
from adapters.bybit_wire.order_rows import OrderRow
from engine.domain.order import FillCause
from engine.ids import PositionKey
from engine.messages.venue import FundingPaid, OrderFilled
from engine.money import SCALE, notional, render, share

KEPT = 10_000
"""How many rows of each list are kept; memory stays flat."""

EXECUTION_TYPES: dict[FillCause, str] = {"liquidation": "BustTrade", "adl": "AdlTrade"}
LOG_TYPES: dict[FillCause, str] = {"liquidation": "LIQUIDATION", "adl": "ADL"}


@define(eq=False)
class Holding:
    """One position as the ledger knows it; all e8. ``realised`` is of the present position, fees
    and funding included, ``realised_ever`` of all positions of its key."""

    quantity: int = 0
    entry_value: int = 0
    open_fees: int = 0
    realised: int = 0
    realised_ever: int = 0
    opened_ns: int = 0
    updated_ns: int = 0
    sequence: int = -1


_NOTHING = OrderRow("", "", "", 0, False, 0, 0, "", 0, 0, 0)
"""The order behind an entry that has none."""


@define(eq=False)
class Ledger:
    """The lists, newest last, and the cash that they add up to."""

    cash: int
    asset: str
    taker_fee: int
    maker_fee: int
    holdings: dict[PositionKey, Holding] = field(factory=dict)
    executions: deque[Fields] = field(factory=lambda: deque(maxlen=KEPT))
    log: deque[Fields] = field(factory=lambda: deque(maxlen=KEPT))
    closed: dict[str, Fields] = field(factory=dict)
    _sums: dict[str, list[int]] = field(factory=dict)

    def holding(self, key: PositionKey) -> Holding:
        """The position of that key, flat where nothing was ever traded."""
        found = self.holdings.get(key)
        if found is None:
            found = self.holdings[key] = Holding()
        return found

    def fill(
        self, report: OrderFilled, row: OrderRow, execution_id: str, sequence: int, leverage: int
    ) -> Fields:
        """Book an execution of ``row``; returns its execution object. ``row`` counts it too."""
        side, quantity, price = report.side, int(report.quantity), int(report.price)
        value, fee = int(notional(price, quantity)), int(report.fee)
        held = self.holding(report.key)
        closing = min(quantity, abs(held.quantity)) if held.quantity * side < 0 else 0
        profit = open_fee = close_fee = cost = exit_value = 0
        if closing:
            size = abs(held.quantity)
            exit_value = int(notional(price, closing)) if closing < quantity else value
            cost = int(share(held.entry_value, closing, size))
            open_fee = int(share(held.open_fees, closing, size)) if held.open_fees else 0
            close_fee = int(share(fee, closing, quantity)) if fee else 0
            profit = -side * (exit_value - cost)
            held.entry_value -= cost
            held.open_fees -= open_fee
        if closing < quantity:
            if held.quantity + side * closing == 0:
                held.opened_ns, held.realised = report.venue_ns, 0
            held.entry_value += value - exit_value
            held.open_fees += fee - close_fee
        held.quantity += side * quantity
        held.realised += profit - fee
        held.realised_ever += profit - fee
        held.updated_ns, held.sequence = report.venue_ns, sequence
        self.cash += profit - fee
        row.book(quantity, value, fee)
        row.closed_pnl += profit - open_fee - close_fee
        if closing:
            sums = (closing, cost, exit_value, profit - open_fee - close_fee, open_fee, close_fee)
            self._close(report, row, sums, leverage)
        self._log_fill(report, row, execution_id, profit, held.quantity)
        execution = self._execution(report, row, execution_id, sequence, closing, profit)
        self.executions.append(execution)
        return execution

    def fund(self, report: FundingPaid, execution_id: str, order_id: str, sequence: int) -> Fields:
        """Book a funding payment; returns its execution object (6.6)."""
        amount, size = int(report.amount), abs(int(report.quantity))
        held = self.holding(report.key)
        held.realised -= amount
        held.realised_ever -= amount
        held.updated_ns, held.sequence = report.venue_ns, sequence
        self.cash -= amount
        side = SIDE_NAMES[1 if report.quantity > 0 else -1]
        row = OrderRow(
            order_id=order_id,
            link_id="",
            symbol=report.key.symbol,
            side=1 if report.quantity > 0 else -1,
            is_limit=False,
            quantity=0,
            price=0,
            time_in_force="",
            position_index=report.key.position_index,
            created_ns=report.venue_ns,
            updated_ns=report.venue_ns,
        )
        execution = execution_fields(row, execution_id, report.venue_ns, sequence)
        execution |= {
            "orderType": "UNKNOWN",
            "createType": "",
            "execFee": render(amount),
            "feeRate": render(report.rate),
            "execPrice": render(report.price),
            "execQty": render(size),
            "execValue": render(notional(report.price, size)),
            "execType": "Funding",
            "markPrice": render(report.price),
        }
        self.executions.append(execution)
        entry = self._entry(row, execution_id, report.venue_ns, "SETTLEMENT", -amount)
        entry |= {
            "side": side,
            "qty": render(size),
            "size": render(report.quantity),
            "tradePrice": render(report.price),
            "funding": render(-amount),
            "fee": "0",
            "cashFlow": "0",
            "feeRate": render(report.rate),
        }
        self.log.append(entry)
        return execution

    def move(self, amount: int, at: int, kind: str, name: str) -> None:
        """Book money that came from elsewhere, or went (< 0); ``kind`` is the log's word for it."""
        self.cash += amount
        entry = self._entry(_NOTHING, name, at, kind, amount)
        self.log.append(entry | {"id": name, "category": "", "cashFlow": render(amount)})

    def _log_fill(
        self, report: OrderFilled, row: OrderRow, execution_id: str, profit: int, after: int
    ) -> None:
        kind = LOG_TYPES.get(report.cause, "TRADE")
        entry = self._entry(row, execution_id, report.venue_ns, kind, profit - int(report.fee))
        entry |= {
            "side": SIDE_NAMES[report.side],
            "qty": render(report.quantity),
            "size": render(after),
            "tradePrice": render(report.price),
            "fee": render(report.fee),
            "cashFlow": render(profit),
            "feeRate": render(self._rate(report)),
        }
        self.log.append(entry)

    def _entry(self, row: OrderRow, trade_id: str, at: int, kind: str, change: int) -> Fields:
        return {
            "id": f"{row.symbol}_{trade_id}",
            "symbol": row.symbol,
            "category": "linear",
            "side": "None",
            "transactionTime": ms(at),
            "type": kind,
            "transSubType": "",
            "qty": "0",
            "size": "0",
            "currency": self.asset,
            "tradePrice": "",
            "funding": "",
            "fee": "",
            "cashFlow": "0",
            "change": render(change),
            "cashBalance": render(self.cash),
            "feeRate": "",
            "bonusChange": "",
            "tradeId": trade_id,
            "orderId": row.order_id,
            "orderLinkId": row.link_id,
            "extraFees": "",
        }

    def _rate(self, report: OrderFilled) -> int:
        return self.maker_fee if report.is_maker else self.taker_fee

    def _execution(
        self,
        report: OrderFilled,
        row: OrderRow,
        execution_id: str,
        sequence: int,
        closing: int,
        profit: int,
    ) -> Fields:
        execution = execution_fields(row, execution_id, report.venue_ns, sequence)
        execution |= {
            "execFee": render(report.fee),
            "feeRate": render(self._rate(report)),
            "execPrice": render(report.price),
            "execQty": render(report.quantity),
            "execValue": render(notional(report.price, report.quantity)),
            "execPnl": render(profit),
            "execType": EXECUTION_TYPES.get(report.cause, "Trade"),
            "isMaker": report.is_maker,
            "closedSize": render(closing),
        }
        return execution

    def _close(
        self, report: OrderFilled, row: OrderRow, more: tuple[int, ...], leverage: int
    ) -> None:
        """Count a closing part in the one row of its closing order."""
        sums = self._sums.setdefault(row.order_id, [0] * 7)
        for place, amount in enumerate((*more, 1)):
            sums[place] += amount
        size, entry, out, pnl, open_fee, close_fee, fills = sums
        at = ms(report.venue_ns)
        self.closed[row.order_id] = {
            "symbol": row.symbol,
            "orderId": row.order_id,
            "orderType": "Limit" if row.is_limit else "Market",
            "side": SIDE_NAMES[row.side],
            "qty": render(row.quantity),
            "orderPrice": render(row.price),
            "execType": EXECUTION_TYPES.get(report.cause, "Trade"),
            "closedSize": render(size),
            "cumEntryValue": render(entry),
            "avgEntryPrice": render(entry * SCALE // size),
            "cumExitValue": render(out),
            "avgExitPrice": render(out * SCALE // size),
            "closedPnl": render(pnl),
            "openFee": render(open_fee),
            "closeFee": render(close_fee),
            "fillCount": str(fills),
            "leverage": render(leverage),
            "createdTime": self.closed.get(row.order_id, {}).get("createdTime", at),
            "updatedTime": at,
        }
        if len(self.closed) > KEPT:
            oldest = next(iter(self.closed))
            del self.closed[oldest]
            del self._sums[oldest]


def execution_fields(row: OrderRow, execution_id: str, at: int, sequence: int) -> Fields:
    """What every execution object of REST has; amounts are filled in by the caller."""
    return {
        "symbol": row.symbol,
        "orderId": row.order_id,
        "orderLinkId": row.link_id,
        "side": SIDE_NAMES[row.side],
        "orderPrice": render(row.price),
        "orderQty": render(row.quantity),
        "leavesQty": render(max(0, row.quantity - row.filled)),
        "createType": row.create_type,
        "orderType": "Limit" if row.is_limit else "Market",
        "stopOrderType": row.stop_order_type or "UNKNOWN",
        "execFee": "0",
        "execId": execution_id,
        "execPrice": "0",
        "execQty": "0",
        "execPnl": "0",
        "execType": "Trade",
        "execValue": "0",
        "execTime": ms(at),
        "feeCurrency": "",
        "isMaker": False,
        "feeRate": "0",
        "tradeIv": "",
        "markIv": "",
        "markPrice": "",
        "indexPrice": "",
        "underlyingPrice": "",
        "blockTradeId": "",
        "closedSize": "0",
        "seq": sequence,
        "extraFees": "",
    }
