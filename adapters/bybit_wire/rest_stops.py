"""A position's own stop, target and trailing stop, and partial ones beside them (3.4, 5.4)."""

from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session
from adapters.bybit_wire.fields import SOURCES, choice, number, text_of, whole
from adapters.simulated.positions import VenuePosition
from adapters.simulated.wishes import AddStops
from engine.domain.order import PriceSource
from engine.ids import PositionKey
from engine.messages.effects import SetStop
from engine.messages.venue import StopRejected
from engine.money import Price

NOT_MODIFIED = 34040
ZERO_POSITION = "can not set tp/sl/ts for zero position"
MODES = {"Full": False, "Partial": True}
KINDS = {"Market": False, "Limit": True}


def trading_stop(session: Session, given: Fields) -> Outcome:
    """``/v5/position/trading-stop``: ``Full`` changes the position's own stop and target, where
    what is not given stays and 0 takes away; ``Partial`` adds a pair. A trailing stop is always
    the position's own.
    """
    market, account = session.market(given), session.trader
    is_partial = MODES[choice(given, "tpslMode", MODES, "Full")]
    key = account.key(market.symbol, whole(given, "positionIdx", 0, 0, 2))
    position = account.exchange.positions.get(key)
    if position is None:
        raise RefusedError(PARAMETER, ZERO_POSITION)
    if is_partial and not text_of(given, "trailingStop"):
        _add(session, key, given)
    else:
        _set(session, key, position, given)
    return done()


def _source(given: Fields, name: str, now: PriceSource = "last") -> PriceSource:
    return SOURCES[choice(given, name, SOURCES, "")] if text_of(given, name) else now


def _add(session: Session, key: PositionKey, given: Fields) -> None:
    stop, target = number(given, "stopLoss"), number(given, "takeProfit")
    if not (stop or target):
        raise RefusedError(NOT_MODIFIED, "not modified")
    sizes = [
        number(given, name)
        for name, level in (("slSize", stop), ("tpSize", target))
        if level and text_of(given, name)
    ]
    if not sizes or sizes[0] != sizes[-1]:
        raise RefusedError(PARAMETER, "params error: tpSize and slSize are required and equal")
    limits: list[int] = []
    for kind, name, level in (
        ("slOrderType", "slLimitPrice", stop),
        ("tpOrderType", "tpLimitPrice", target),
    ):
        is_limit = KINDS[choice(given, kind, KINDS, "Market")] and level > 0
        limits.append(number(given, name) if is_limit else 0)
        if is_limit and not limits[-1]:
            raise RefusedError(PARAMETER, f"params error: {name} is required")
    wish = AddStops(
        key,
        sizes[0],
        stop,
        target,
        _source(given, "slTriggerBy"),
        _source(given, "tpTriggerBy"),
        *limits,
    )
    refusal = session.trader.ask(wish, session.at)
    if refusal is not None:
        raise RefusedError(*refusal)


def _set(session: Session, key: PositionKey, position: VenuePosition, given: Fields) -> None:
    for kind in ("tpOrderType", "slOrderType"):
        if text_of(given, kind) not in ("", "Market"):
            raise RefusedError(PARAMETER, f"{kind} can only be Market when tpslMode is Full")
    distance = number(given, "trailingStop", int(position.trailing_distance))
    activation = number(given, "activePrice", position.trailing_from if distance else 0)
    asked = SetStop(
        key,
        Price(number(given, "stopLoss", int(position.stop_price))),
        Price(number(given, "takeProfit", int(position.target_price))),
        _source(given, "slTriggerBy", position.stop_by),
        _source(given, "tpTriggerBy", position.target_by),
        Price(distance),
        Price(activation),
    )
    now = SetStop(
        key,
        position.stop_price,
        position.target_price,
        position.stop_by,
        position.target_by,
        position.trailing_distance,
        Price(position.trailing_from),
    )
    if asked == now:
        raise RefusedError(NOT_MODIFIED, "not modified")
    answer = session.trader.send(asked, session.at)
    if isinstance(answer, StopRejected):
        raise RefusedError(answer.code, answer.reason)
