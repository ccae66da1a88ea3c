"""Positions, their leverage, mode, stop and target, and what closing them brought (3.4)."""

from collections.abc import Iterable

from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session, elsewhere, linear
from adapters.bybit_wire.fields import (
    SOURCES,
    choice,
    listed,
    needed,
    number,
    page,
    span,
    text_of,
    whole,
)
from engine.domain.order import PriceSource
from engine.messages.effects import SetLeverage, SetStop
from engine.messages.market import MarketEvent
from engine.messages.runs import PositionMode
from engine.messages.venue import LeverageRejected, StopRejected
from engine.money import Price, Rate

NOT_MODIFIED = 34040
HAS_POSITION = 110024
MODE_UNCHANGED = 110025
HAS_ORDERS = 110028
LEVERAGE_UNCHANGED = 110043
ZERO_POSITION = "can not set tp/sl/ts for zero position"


def positions(session: Session, given: Fields) -> Outcome:
    """``/v5/position/list``: of a symbol flat ones too, of a settlement coin only open ones."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    account = session.trader
    if text_of(given, "symbol"):
        symbol = session.market(given).symbol
        keys = [account.key(symbol, index) for index in account.exchange.market(symbol).positions]
    elif text_of(given, "settleCoin"):
        here = text_of(given, "settleCoin") == account.terms.venue.asset
        keys = list(account.exchange.positions) if here else []
    else:
        raise RefusedError(PARAMETER, "params error: symbol or settleCoin is required")
    limit = whole(given, "limit", 20, 1, 200)
    start = whole(given, "cursor", 0)
    rows = [account.heard.position(key) for key in keys[start : start + limit]]
    more = str(start + limit) if start + limit < len(keys) else ""
    return done(listed(rows, more))


def set_leverage(session: Session, given: Fields) -> Outcome:
    """``/v5/position/set-leverage``: both sides alike, but for isolated hedge positions."""
    market, account = session.market(given), session.trader
    needed(given, "buyLeverage")
    needed(given, "sellLeverage")
    buy, sell = number(given, "buyLeverage"), number(given, "sellLeverage")
    venue = account.terms.venue
    apart = venue.position_mode == "hedge" and venue.margin_mode == "isolated"
    if buy != sell and not apart:
        raise RefusedError(PARAMETER, "buy leverage should be equal to sell leverage")
    wanted = {1: buy, 2: sell} if apart else {min(_indexes(session, market.symbol)): buy}
    changed = False
    for index, leverage in wanted.items():
        asked = SetLeverage(account.key(market.symbol, index), Rate(leverage))
        answer = account.send(asked, session.at)
        if not isinstance(answer, LeverageRejected):
            changed = True
        elif answer.code != LEVERAGE_UNCHANGED:
            raise RefusedError(answer.code, answer.reason)
    if not changed:
        raise RefusedError(LEVERAGE_UNCHANGED, "leverage not modified")
    return done()


def _indexes(session: Session, symbol: str) -> Iterable[int]:
    return session.trader.exchange.market(symbol).positions


def switch_mode(session: Session, given: Fields) -> Outcome:
    """``/v5/position/switch-mode``: one mode for the whole account, which must be flat.

    110025 for a symbol that is in that mode already; a coin's symbols are switched where need be,
    so that bots ask for their mode at every start.
    """
    linear(given)
    if not text_of(given, "symbol") and not text_of(given, "coin"):
        raise RefusedError(PARAMETER, "params error: symbol or coin is required")
    if text_of(given, "symbol"):
        session.market(given)
    account = session.trader
    modes: dict[int, PositionMode] = {0: "one_way", 3: "hedge"}
    needed(given, "mode")
    wanted = modes.get(whole(given, "mode", 0))
    if wanted is None:
        raise RefusedError(PARAMETER, "params error: mode invalid")
    if wanted == account.terms.venue.position_mode:
        if not text_of(given, "symbol"):
            return done()
        raise RefusedError(MODE_UNCHANGED, "Position mode is not modified")
    if account.exchange.positions:
        raise RefusedError(HAS_POSITION, "You have an existing position, so the mode stays")
    if account.exchange.open_orders:
        raise RefusedError(HAS_ORDERS, "You have open orders, so the mode stays")
    account.switch(account.terms.venue.margin_mode, wanted, restated(session))
    return done()


def restated(session: Session) -> list[MarketEvent]:
    """All markets as they are, for an exchange that is made anew."""
    found: list[MarketEvent] = []
    for market in session.desk.markets.values():
        found += market.restated(session.at)
    return found


def trading_stop(session: Session, given: Fields) -> Outcome:
    """``/v5/position/trading-stop``: the position's own stop, target and trailing stop.

    What is not given stays, 0 takes it away. Only the mode ``Full`` is served.
    """
    market, account = session.market(given), session.trader
    if choice(given, "tpslMode", {"Full": 0, "Partial": 0}, "Full") == "Partial":
        raise RefusedError(PARAMETER, "params error: partial TP/SL comes with an order here")
    for kind in ("tpOrderType", "slOrderType"):
        if text_of(given, kind) not in ("", "Market"):
            raise RefusedError(PARAMETER, f"{kind} can only be Market when tpslMode is Full")
    key = account.key(market.symbol, whole(given, "positionIdx", 0, 0, 2))
    position = account.exchange.positions.get(key)
    if position is None:
        raise RefusedError(PARAMETER, ZERO_POSITION)

    def source(name: str, now: PriceSource) -> PriceSource:
        word = text_of(given, name)
        return SOURCES[choice(given, name, SOURCES, "LastPrice")] if word else now

    distance = number(given, "trailingStop", int(position.trailing_distance))
    activation = number(given, "activePrice", position.trailing_from if distance else 0)
    asked = SetStop(
        key,
        Price(number(given, "stopLoss", int(position.stop_price))),
        Price(number(given, "takeProfit", int(position.target_price))),
        source("slTriggerBy", position.stop_by),
        source("tpTriggerBy", position.target_by),
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
    answer = account.send(asked, session.at)
    if isinstance(answer, StopRejected):
        raise RefusedError(answer.code, answer.reason)
    return done()


def closed_pnl(session: Session, given: Fields) -> Outcome:
    """``/v5/position/closed-pnl``: a row for each closing order, newest first."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    symbol = text_of(given, "symbol")
    if symbol:
        session.market(given)
    start, end = span(given, session.desk.market_ms)
    rows = [
        row
        for row in reversed(session.trader.ledger.closed.values())
        if symbol in ("", row["symbol"]) and start <= int(row["updatedTime"]) <= end
    ]
    taken, cursor = page(rows, given, "orderId", 50, 100)
    return done(listed(taken, cursor))
