"""Execution reports: answers to our requests and what the venue tells by itself.

Every effect that expects an answer gets exactly one of ``OrderAccepted``, ``OrderRejected``,
``OrderAmended``, ``AmendRejected``, ``CancelRejected``, ``StopRejected``, ``StopReported``,
``LeverageSet``, ``LeverageRejected``, ``OrderFound``, ``OrderNotFound`` or ``OutcomeUnknown``.
``venue_ns`` is the venue's own time; the frame's ``at`` is ours.
"""

from typing import Literal

from engine.domain.order import FillCause, OrderState, Side
from engine.ids import ClientId, PositionKey
from engine.messages.record import record
from engine.money import NO_PRICE, Money, Price, Quantity, Rate
from engine.timebase import Nanos

Request = Literal["place", "amend", "cancel", "set_stop", "set_leverage", "look_up"]


@record
class OrderAccepted:
    """The venue has the order; ``venue_order_id`` is the venue's name for it."""

    key: PositionKey
    client_id: ClientId
    venue_order_id: str
    venue_ns: Nanos


@record
class OrderRejected:
    """The venue does not take the order; ``code`` is its return code (bybit-v5.md 7.2)."""

    key: PositionKey
    client_id: ClientId
    code: int
    reason: str
    venue_ns: Nanos


@record
class OrderFilled:
    """One execution. A fill of the position's own stop or target has an empty client id.

    ``execution_id`` names it once and for ever: the same id again is the same fill.
    ``fee`` > 0 is paid, < 0 is a rebate, in ``fee_asset``. ``is_ambiguous`` is told by a simulated
    venue alone: the bar touched the position's stop and its target, and only the run's declared
    path says which of them came first.
    """

    key: PositionKey
    client_id: ClientId
    venue_order_id: str
    execution_id: str
    cause: FillCause
    side: Side
    price: Price
    quantity: Quantity
    fee: Money
    fee_asset: str
    is_maker: bool
    venue_ns: Nanos
    is_ambiguous: bool = False


@record
class OrderCancelled:
    """The order ended unfilled or partly filled: by request, or by the venue (``reason``)."""

    key: PositionKey
    client_id: ClientId
    reason: str
    venue_ns: Nanos


@record
class OrderAmended:
    """The open order has these values now; ``quantity`` is the whole order's (F11)."""

    key: PositionKey
    client_id: ClientId
    quantity: Quantity
    price: Price
    trigger_price: Price
    venue_ns: Nanos


@record
class AmendRejected:
    """The order stays as it is, or is finished or not known (F11)."""

    key: PositionKey
    client_id: ClientId
    code: int
    reason: str
    venue_ns: Nanos


@record
class OrderTriggered:
    """A conditional order met its price and is a market or limit order from now on (5.1)."""

    key: PositionKey
    client_id: ClientId
    venue_ns: Nanos


@record
class CancelRejected:
    """The cancel came to nothing: the order is finished or not known (F10)."""

    key: PositionKey
    client_id: ClientId
    code: int
    reason: str
    venue_ns: Nanos


@record
class StopReported:
    """The position's own stop and target at the venue now; 0 is none.

    Sent as the answer to a changed stop, and unasked when the venue makes them after a fill or
    removes them with the position.
    """

    key: PositionKey
    stop_price: Price
    target_price: Price
    venue_ns: Nanos
    trailing_distance: Price = NO_PRICE


@record
class StopRejected:
    """The venue did not take the stop (F34); what was there before still is."""

    key: PositionKey
    code: int
    reason: str
    venue_ns: Nanos


@record
class OrderFound:
    """Answer to a look-up: the venue knows the order and this is how it stands.

    Executions that had been missed are delivered as ``OrderFilled`` before this. ``quantity`` (the
    whole order's), ``price`` and ``trigger_price`` are those it has now, 0 where it was not told.
    """

    key: PositionKey
    client_id: ClientId
    venue_order_id: str
    state: OrderState
    filled_quantity: Quantity
    venue_ns: Nanos
    quantity: Quantity = Quantity(0)
    price: Price = NO_PRICE
    trigger_price: Price = NO_PRICE


@record
class OrderNotFound:
    """Answer to a look-up: neither open orders nor history nor executions know the id."""

    key: PositionKey
    client_id: ClientId
    venue_ns: Nanos


@record
class PositionReported:
    """Answer to a position look-up: signed size, entry value, stop and target at the venue."""

    key: PositionKey
    quantity: Quantity
    entry_value: Money
    stop_price: Price
    target_price: Price
    venue_ns: Nanos


@record
class FundingPaid:
    """Funding of a position at a settlement (bybit-v5.md 6.6); ``amount`` > 0 is paid.

    ``quantity`` is the position's, signed, ``price`` the mark. ``execution_id`` names it once and
    for ever (F40).
    """

    key: PositionKey
    execution_id: str
    quantity: Quantity
    price: Price
    rate: Rate
    amount: Money
    venue_ns: Nanos


@record
class LeverageSet:
    """The symbol has this leverage (e8) now."""

    key: PositionKey
    leverage: Rate
    venue_ns: Nanos


@record
class LeverageRejected:
    """The leverage stays as it is (110013, 110043 …)."""

    key: PositionKey
    code: int
    reason: str
    venue_ns: Nanos


@record
class PositionLiquidated:
    """The venue takes the position over (6.4): ``mark`` met the maintenance margin.

    Its open orders are cancelled before, its fills (cause ``liquidation``) come after this.
    """

    key: PositionKey
    quantity: Quantity
    mark: Price
    bankruptcy_price: Price
    venue_ns: Nanos


@record
class OutcomeUnknown:
    """Silence, a 5xx, a broken answer: the request may or may not have been done.

    ``client_id`` is empty for requests about a position (``set_stop`` and its look-up).
    """

    key: PositionKey
    client_id: ClientId
    request: Request
    reason: str


ExecutionReport = (
    OrderAccepted
    | OrderRejected
    | OrderFilled
    | OrderCancelled
    | OrderAmended
    | AmendRejected
    | OrderTriggered
    | CancelRejected
    | StopReported
    | StopRejected
    | OrderFound
    | OrderNotFound
    | PositionReported
    | FundingPaid
    | LeverageSet
    | LeverageRejected
    | PositionLiquidated
    | OutcomeUnknown
)
