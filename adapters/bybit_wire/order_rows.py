"""An order as Bybit shows it (bybit-v5.md 3.3, 5.1): kept apart from the exchange's own book,
because it is asked for long after that has forgotten it.
"""

from attrs import define

from adapters.bybit_wire.answers import Fields
from adapters.bybit_wire.fields import SIDE_NAMES, SOURCE_NAMES, ms, shown
from adapters.simulated.status import NO_ERROR, OrderStatus
from engine.domain.order import PriceSource
from engine.ids import NO_CLIENT_ID, ClientId
from engine.money import SCALE, render

OPEN: tuple[OrderStatus, ...] = ("New", "PartiallyFilled", "Untriggered", "Triggered")


@define(eq=False)
class OrderRow:
    """One order; prices, quantities and values e8, times ns. ``venue_id`` and ``client_id`` are
    the exchange's names for it, empty for a position's own stop, which is no order there.
    """

    order_id: str
    link_id: str
    symbol: str
    side: int
    is_limit: bool
    quantity: int
    price: int
    time_in_force: str
    position_index: int
    created_ns: int
    updated_ns: int
    status: OrderStatus = "New"
    client_id: ClientId = NO_CLIENT_ID
    venue_id: str = ""
    reduce_only: bool = False
    close_on_trigger: bool = False
    trigger_price: int = 0
    trigger_direction: int = 0
    trigger_by: PriceSource = "last"
    target_price: int = 0
    stop_price: int = 0
    target_by: PriceSource = "last"
    stop_by: PriceSource = "last"
    target_limit: int = 0
    stop_limit: int = 0
    protection: str = ""
    stop_order_type: str = ""
    create_type: str = "CreateByUser"
    parent_link: str = ""
    cancel_type: str = "UNKNOWN"
    reject_reason: str = NO_ERROR
    filled: int = 0
    value: int = 0
    fee: int = 0
    closed_pnl: int = 0
    last_on_create: int = 0
    smp_type: str = "None"
    slippage_type: str = "UNKNOWN"
    slippage: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.status in OPEN

    @property
    def average(self) -> int:
        """Average price of what is filled, rounded down to 1e-8; 0 before."""
        return self.value * SCALE // self.filled if self.filled else 0

    def book(self, quantity: int, value: int, fee: int) -> None:
        """Count an execution; the status follows."""
        self.filled += quantity
        self.value += value
        self.fee += fee
        self.status = "Filled" if self.filled >= self.quantity else "PartiallyFilled"


def order_fields(row: OrderRow, asset: str) -> Fields:
    """The order object of REST answers."""
    left = row.quantity - row.filled if row.is_open else 0
    triggers = row.trigger_price > 0
    return {
        "orderId": row.order_id,
        "orderLinkId": row.link_id,
        "parentOrderLinkId": row.parent_link,
        "blockTradeId": "",
        "symbol": row.symbol,
        "price": render(row.price),
        "qty": render(row.quantity),
        "side": SIDE_NAMES[row.side],
        "isLeverage": "",
        "positionIdx": row.position_index,
        "orderStatus": row.status,
        "createType": row.create_type,
        "cancelType": row.cancel_type,
        "rejectReason": row.reject_reason,
        "avgPrice": shown(row.average),
        "leavesQty": render(left),
        "leavesValue": render(left * (row.price or row.trigger_price) // SCALE),
        "cumExecQty": render(row.filled),
        "cumExecValue": render(row.value),
        "cumExecFee": render(row.fee),
        "cumFeeDetail": {asset: render(row.fee)} if row.filled else {},
        "timeInForce": row.time_in_force,
        "orderType": "Limit" if row.is_limit else "Market",
        "stopOrderType": row.stop_order_type,
        "orderIv": "",
        "marketUnit": "",
        "triggerPrice": shown(row.trigger_price),
        "takeProfit": shown(row.target_price),
        "stopLoss": shown(row.stop_price),
        "tpslMode": row.protection,
        "ocoTriggerBy": "",
        "tpLimitPrice": shown(row.target_limit),
        "slLimitPrice": shown(row.stop_limit),
        "tpTriggerBy": SOURCE_NAMES[row.target_by] if row.target_price else "",
        "slTriggerBy": SOURCE_NAMES[row.stop_by] if row.stop_price else "",
        "triggerDirection": (1 if row.trigger_direction > 0 else 2) if triggers else 0,
        "triggerBy": SOURCE_NAMES[row.trigger_by] if triggers else "",
        "lastPriceOnCreated": shown(row.last_on_create),
        "reduceOnly": row.reduce_only,
        "closeOnTrigger": row.close_on_trigger,
        "placeType": "",
        "smpType": row.smp_type,
        "smpGroup": 0,
        "smpOrderId": "",
        "slippageToleranceType": row.slippage_type,
        "slippageTolerance": row.slippage,
        "createdTime": ms(row.created_ns),
        "updatedTime": ms(row.updated_ns),
    }


def pushed_order(row: OrderRow, asset: str) -> Fields:
    """The order object of the order stream."""
    return {
        "category": "linear",
        **order_fields(row, asset),
        "closedPnl": render(row.closed_pnl),
        "feeCurrency": asset,
    }
