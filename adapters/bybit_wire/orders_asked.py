"""From the parameters of order/create to the effect and the row it becomes (bybit-v5.md 3.3)."""

from adapters.bybit_wire.account import Account
from adapters.bybit_wire.answers import PARAMETER, Fields, RefusedError
from adapters.bybit_wire.desk import Session
from adapters.bybit_wire.fields import (
    SIDES,
    SOURCES,
    choice,
    flag,
    needed,
    number,
    text_of,
    whole,
)
from adapters.bybit_wire.market import Market
from adapters.bybit_wire.order_rows import OrderRow
from adapters.bybit_wire.prices_asked import priced
from engine.domain.order import BUY, SELL, OrderType, ProtectionMode, Side, TimeInForce
from engine.ids import ClientId, PositionKey
from engine.messages.effects import PlaceOrder
from engine.money import NO_PRICE, Price, Quantity, round_down

IN_FORCE: dict[str, TimeInForce] = {
    "GTC": "GTC",
    "IOC": "IOC",
    "FOK": "FOK",
    "PostOnly": "PostOnly",
}
MODES: dict[str, ProtectionMode] = {"Full": "full", "Partial": "partial"}
KINDS = {"Market": False, "Limit": True}
SELF_MATCH = ("None", "CancelMaker", "CancelTaker", "CancelBoth")
DUPLICATE_LINK = 110072
REDUCE_ONLY = 110017
NOT_RPI = 110119
LINK_LENGTH = 36


def order_asked(session: Session, given: Fields) -> tuple[PlaceOrder, OrderRow]:
    """The order that is asked for; 10001 and others for what cannot be one."""
    account, market = session.trader, session.market(given)
    link = _link(account, given)
    side: Side = BUY if choice(given, "side", SIDES, needed(given, "side")) == "Buy" else SELL
    is_limit = KINDS[choice(given, "orderType", KINDS, needed(given, "orderType"))]
    _refuse_unknown(given)
    index = whole(given, "positionIdx", 0, 0, 2)
    key = account.key(market.symbol, index)
    reduces, closes = flag(given, "reduceOnly"), flag(given, "closeOnTrigger")
    trigger = number(given, "triggerPrice")
    price = priced(market, given, side, is_limit)
    is_bounded = price > 0 and not is_limit
    direction = _direction(given) if trigger else 0
    trigger_by = SOURCES[choice(given, "triggerBy", SOURCES, "LastPrice")]
    in_force: TimeInForce = "IOC"
    if is_limit:
        in_force = IN_FORCE[choice(given, "timeInForce", IN_FORCE, "GTC")]
    mode, stop, target, stop_limit, target_limit = _protection(given, reduces)
    asked = PlaceOrder(
        key=key,
        client_id=ClientId(f"w-{account.heard.next_sequence()}"),
        side=side,
        order_type="limit" if is_bounded else _order_type(is_limit, direction, side),
        quantity=_quantity(account, market, given, key, side, reduces and closes),
        price=Price(price),
        trigger_price=Price(trigger),
        time_in_force=in_force,
        reduce_only=reduces,
        stop_price=Price(stop),
        target_price=Price(target),
        trigger_by=trigger_by,
        close_on_trigger=closes,
        stop_by=SOURCES[choice(given, "slTriggerBy", SOURCES, "LastPrice")],
        target_by=SOURCES[choice(given, "tpTriggerBy", SOURCES, "LastPrice")],
        protection=mode,
        stop_limit=Price(stop_limit),
        target_limit=Price(target_limit),
    )
    return asked, _row(session, asked, link, is_limit, direction, market.last, given)


def _row(
    session: Session,
    asked: PlaceOrder,
    link: str,
    is_limit: bool,
    direction: int,
    last: int,
    given: Fields,
) -> OrderRow:
    protects = asked.stop_price or asked.target_price
    return OrderRow(
        order_id=session.trader.heard.next_id("order"),
        link_id=link,
        symbol=asked.key.symbol,
        side=asked.side,
        is_limit=is_limit,
        quantity=int(asked.quantity),
        price=int(asked.price),
        time_in_force=asked.time_in_force,
        position_index=asked.key.position_index,
        created_ns=session.at,
        updated_ns=session.at,
        status="Untriggered" if direction else "New",
        client_id=asked.client_id,
        reduce_only=asked.reduce_only,
        close_on_trigger=asked.close_on_trigger,
        trigger_price=int(asked.trigger_price),
        trigger_direction=direction,
        trigger_by=asked.trigger_by,
        target_price=int(asked.target_price),
        stop_price=int(asked.stop_price),
        target_by=asked.target_by,
        stop_by=asked.stop_by,
        target_limit=int(asked.target_limit),
        stop_limit=int(asked.stop_limit),
        protection=("Partial" if asked.protection == "partial" else "Full") if protects else "",
        stop_order_type="Stop" if direction else "",
        create_type="CreateByStopOrder" if direction else "CreateByUser",
        last_on_create=last,
        smp_type=text_of(given, "smpType") or "None",
        slippage_type=text_of(given, "slippageToleranceType") or "UNKNOWN",
        slippage=text_of(given, "slippageTolerance"),
    )


def _link(account: Account, given: Fields) -> str:
    link = text_of(given, "orderLinkId")
    bare = link.replace("-", "").replace("_", "")
    if len(link) > LINK_LENGTH or not bare.isascii() or (bare and not bare.isalnum()):
        raise RefusedError(PARAMETER, "params error: OrderLinkId is too long or has other letters")
    if link and link in account.heard.links:
        raise RefusedError(DUPLICATE_LINK, "OrderLinkedID is duplicate")
    return link


def _refuse_unknown(given: Fields) -> None:
    """What would change how an order trades, and is not simulated, is refused, never ignored."""
    if text_of(given, "timeInForce") == "RPI":
        raise RefusedError(NOT_RPI, "RPI orders are not allowed for this account")
    if text_of(given, "smpType") not in ("", *SELF_MATCH):
        raise RefusedError(PARAMETER, "params error: smpType invalid")


def _direction(given: Fields) -> int:
    found = whole(given, "triggerDirection", 0, 0, 2)
    if not found:
        raise RefusedError(PARAMETER, "params error: triggerDirection invalid")
    return 1 if found == 1 else -1


def _order_type(is_limit: bool, direction: int, side: int) -> OrderType:
    """A trigger in the order's own direction is a stop's, the other way a target's."""
    if not direction:
        return "limit" if is_limit else "market"
    if direction == side:
        return "stop_limit" if is_limit else "stop_market"
    return "take_profit_limit" if is_limit else "take_profit_market"


def _quantity(
    account: Account, market: Market, given: Fields, key: PositionKey, side: int, closes: bool
) -> Quantity:
    """The quantity; 0 of a closing order is the whole position, up to the largest order.

    A rest below the least is asked for as the least: the exchange cuts it to the position.
    """
    needed(given, "qty")
    quantity = number(given, "qty")
    if quantity or not closes:
        return Quantity(quantity)
    held = account.exchange.positions.get(key)
    size = held.reducible(side) if held is not None else 0
    if not size:
        raise RefusedError(
            REDUCE_ONLY, "current position is zero, cannot fix reduce-only order qty"
        )
    instrument = market.instrument
    whole = round_down(min(size, instrument.max_market_quantity), instrument.lot)
    return Quantity(max(whole, instrument.min_quantity))


def _protection(given: Fields, reduces: bool) -> tuple[ProtectionMode, int, int, int, int]:
    """Mode, stop, target and their limit prices."""
    stop, target = number(given, "stopLoss"), number(given, "takeProfit")
    if reduces and (stop or target):
        raise RefusedError(PARAMETER, "params error: a reduce-only order carries no TP/SL")
    mode = MODES[choice(given, "tpslMode", MODES, "Full")]
    limits: list[int] = []
    for kind, limit, level in (
        ("slOrderType", "slLimitPrice", stop),
        ("tpOrderType", "tpLimitPrice", target),
    ):
        if not KINDS[choice(given, kind, KINDS, "Market")]:
            limits.append(int(NO_PRICE))
            continue
        if mode == "full":
            raise RefusedError(PARAMETER, f"{kind} can only be Market when tpslMode is Full")
        found = number(given, limit)
        if not found or not level:
            raise RefusedError(PARAMETER, f"params error: {limit} is required")
        limits.append(found)
    return mode, stop, target, limits[0], limits[1]
