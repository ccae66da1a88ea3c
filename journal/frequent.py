"""Rows of the messages that a backtest is made of, written out by hand, both ways.

``structural`` makes the same from type hints, at three times the cost: the interpreter reads a
slot that is named in the code much faster than one that is looked up by name. Tests hold every
function here equal to the one that was made for its type.
"""

from typing import Any

from engine.domain.candle import Candle
from engine.messages.decisions import Approved, OrderRequested, TradeClosed
from engine.messages.market import BarOpened
from engine.messages.venue import OrderAccepted, OrderFilled, StopReported
from journal.frequent_ticks import TICK_DECODERS, TICK_ENCODERS
from journal.structural import Decode, Encode, intern_key

CANDLE_TAG = "CandleClosed"
Row = tuple[Any, ...]


def _bar_opened_row(bar: BarOpened) -> Row:
    return ("BarOpened", bar.symbol, bar.open_ns, bar.price)


def _candle_row(bar: Candle) -> Row:
    return (
        CANDLE_TAG,
        bar.symbol,
        bar.open_ns,
        bar.close_ns,
        bar.open,
        bar.high,
        bar.low,
        bar.close,
        bar.volume,
    )


def _order_accepted_row(one: OrderAccepted) -> Row:
    return ("OrderAccepted", one.key, one.client_id, one.venue_order_id, one.venue_ns)


def _order_filled_row(one: OrderFilled) -> Row:
    return (
        "OrderFilled",
        one.key,
        one.client_id,
        one.venue_order_id,
        one.execution_id,
        one.cause,
        one.side,
        one.price,
        one.quantity,
        one.fee,
        one.fee_asset,
        one.is_maker,
        one.venue_ns,
        one.is_ambiguous,
    )


def _stop_reported_row(one: StopReported) -> Row:
    return (
        "StopReported",
        one.key,
        one.stop_price,
        one.target_price,
        one.venue_ns,
        one.trailing_distance,
    )


def _approved_row(one: Approved) -> Row:
    return (
        "Approved",
        one.key,
        one.account,
        one.side,
        one.quantity,
        one.entry_price,
        one.risk,
        one.notional,
        one.size_factor,
        one.checks,
    )


def _order_requested_row(one: OrderRequested) -> Row:
    return (
        "OrderRequested",
        one.key,
        one.account,
        one.client_id,
        one.purpose,
        one.side,
        one.order_type,
        one.quantity,
        one.price,
        one.trigger_price,
        one.time_in_force,
        one.reduce_only,
        one.stop_price,
        one.target_price,
        one.risk,
        one.notional,
        one.tag,
        one.reason,
    )


def _trade_closed_row(one: TradeClosed) -> Row:
    return (
        "TradeClosed",
        one.key,
        one.account,
        one.trade,
        one.side,
        one.quantity,
        one.entry_value,
        one.exit_value,
        one.fees,
        one.pnl,
        one.r_multiple,
        one.opened_ns,
        one.closed_ns,
        one.exit_reason,
        one.tag,
        one.funding,
    )


FREQUENT_ENCODERS: dict[type, Encode] = {
    BarOpened: _bar_opened_row,
    Candle: _candle_row,
    OrderAccepted: _order_accepted_row,
    OrderFilled: _order_filled_row,
    StopReported: _stop_reported_row,
    Approved: _approved_row,
    OrderRequested: _order_requested_row,
    TradeClosed: _trade_closed_row,
    **TICK_ENCODERS,
}
"""Rows made without looking at types; named tuples are left to JSON, which takes them as arrays."""


def _bar_opened(row: Any) -> BarOpened:
    _, symbol, open_ns, price = row
    return BarOpened(symbol, open_ns, price)


def _candle(row: Any) -> Candle:
    _, symbol, open_ns, close_ns, first, high, low, last, volume = row
    return Candle(symbol, open_ns, close_ns, first, high, low, last, volume)


def _order_accepted(row: Any) -> OrderAccepted:
    _, key, client_id, venue_order_id, venue_ns = row
    return OrderAccepted(intern_key(key), client_id, venue_order_id, venue_ns)


def _order_filled(row: Any) -> OrderFilled:
    (
        _,
        key,
        client_id,
        venue_order_id,
        execution_id,
        cause,
        side,
        price,
        quantity,
        fee,
        fee_asset,
        is_maker,
        venue_ns,
        is_ambiguous,
    ) = row
    return OrderFilled(
        intern_key(key),
        client_id,
        venue_order_id,
        execution_id,
        cause,
        side,
        price,
        quantity,
        fee,
        fee_asset,
        is_maker,
        venue_ns,
        is_ambiguous,
    )


def _stop_reported(row: Any) -> StopReported:
    _, key, stop_price, target_price, venue_ns, trailing_distance = row
    return StopReported(intern_key(key), stop_price, target_price, venue_ns, trailing_distance)


def _order_requested(row: Any) -> OrderRequested:
    (
        _,
        key,
        account,
        client_id,
        purpose,
        side,
        order_type,
        quantity,
        price,
        trigger_price,
        time_in_force,
        reduce_only,
        stop_price,
        target_price,
        risk,
        notional,
        tag,
        reason,
    ) = row
    return OrderRequested(
        intern_key(key),
        account,
        client_id,
        purpose,
        side,
        order_type,
        quantity,
        price,
        trigger_price,
        time_in_force,
        reduce_only,
        stop_price,
        target_price,
        risk,
        notional,
        tag,
        reason,
    )


def _trade_closed(row: Any) -> TradeClosed:
    (
        _,
        key,
        account,
        trade,
        side,
        quantity,
        entry_value,
        exit_value,
        fees,
        pnl,
        r_multiple,
        opened_ns,
        closed_ns,
        exit_reason,
        tag,
        funding,
    ) = row
    return TradeClosed(
        intern_key(key),
        account,
        trade,
        side,
        quantity,
        entry_value,
        exit_value,
        fees,
        pnl,
        r_multiple,
        opened_ns,
        closed_ns,
        exit_reason,
        tag,
        funding,
    )


FREQUENT_INPUT_DECODERS: dict[str, Decode] = {
    "BarOpened": _bar_opened,
    CANDLE_TAG: _candle,
    "OrderAccepted": _order_accepted,
    "OrderFilled": _order_filled,
    "StopReported": _stop_reported,
    **TICK_DECODERS,
}
FREQUENT_DECISION_DECODERS: dict[str, Decode] = {
    "OrderRequested": _order_requested,
    "TradeClosed": _trade_closed,
}
"""No ``Approved``: the house's rule is that none but the gate calls it by its name."""
