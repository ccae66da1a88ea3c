"""Positions, their leverage, modes and margin, and what closing them brought (3.4)."""

from collections.abc import Iterable

from adapters.bybit_wire.answers import PARAMETER, Fields, Outcome, RefusedError, done
from adapters.bybit_wire.desk import Session, elsewhere, linear
from adapters.bybit_wire.fields import (
    SIDE_NAMES,
    choice,
    listed,
    needed,
    number,
    page,
    span,
    text_of,
    whole,
)
from adapters.simulated.wishes import AddMargin, AutoAddMargin, SwitchPositionMode, Wish
from engine.ids import PositionKey
from engine.messages.effects import SetLeverage
from engine.messages.venue import LeverageRejected
from engine.money import SCALE, Rate, render

MODE_UNCHANGED = 110025
LEVERAGE_UNCHANGED = 110043
NOT_UNIFIED = 100028
MARGIN_STEP = SCALE // 10_000


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
    apart = account.is_hedged(market.symbol) and account.margin_mode == "isolated"
    if buy != sell and not apart:
        raise RefusedError(PARAMETER, "buy leverage should be equal to sell leverage")
    wanted = {1: buy, 2: sell} if apart else {min(_indexes(session, market.symbol)): buy}
    changed: list[SetLeverage] = []
    for index, leverage in wanted.items():
        key = account.key(market.symbol, index)
        before = account.exchange.leverage(key)
        answer = account.send(SetLeverage(key, Rate(leverage)), session.at)
        if not isinstance(answer, LeverageRejected):
            changed.append(SetLeverage(key, before))
        elif answer.code != LEVERAGE_UNCHANGED:
            for undone in changed:  # a request that is refused leaves nothing behind
                account.send(undone, session.at)
            raise RefusedError(answer.code, answer.reason)
    if not changed:
        raise RefusedError(LEVERAGE_UNCHANGED, "leverage not modified")
    return done()


def _indexes(session: Session, symbol: str) -> Iterable[int]:
    return session.trader.exchange.market(symbol).positions


def switch_mode(session: Session, given: Fields) -> Outcome:
    """``/v5/position/switch-mode``: of one symbol, or of all of a coin that have neither a position
    nor an order; those that have one stay as they are.

    110025 for a symbol that is in that mode already; of a coin that is fine, so that bots may ask
    for their mode at every start.
    """
    linear(given)
    symbol, coin = text_of(given, "symbol"), text_of(given, "coin")
    if not symbol and not coin:
        raise RefusedError(PARAMETER, "params error: symbol or coin is required")
    needed(given, "mode")
    wanted = {0: False, 3: True}.get(whole(given, "mode", 0))
    if wanted is None:
        raise RefusedError(PARAMETER, "params error: mode invalid")
    account = session.trader
    if symbol:
        symbols = [session.market(given).symbol]
    else:
        here = coin == account.terms.venue.asset
        symbols = list(session.desk.instruments) if here else []
        if not symbols:
            raise RefusedError(PARAMETER, "params error: coin invalid")
    found = [account.ask(SwitchPositionMode(each, wanted), session.at) for each in symbols]
    refused = [each for each in found if each is not None]
    held = [each for each in refused if each.code != MODE_UNCHANGED]
    if len(refused) == len(found) and (held or symbol):
        raise RefusedError(*(held or refused)[0])
    return done()


def add_margin(session: Session, given: Fields) -> Outcome:
    """``/v5/position/add-margin``: of an isolated position; answers it as it is then."""
    key = _key(session, given)
    needed(given, "margin")
    amount = number(given, "margin")
    if amount % MARGIN_STEP:
        raise RefusedError(PARAMETER, "params error: margin has more than 4 decimals")
    _ask(session, AddMargin(key, amount))
    return done({"category": "linear", **session.trader.heard.position(key)})


def set_auto_add_margin(session: Session, given: Fields) -> Outcome:
    """``/v5/position/set-auto-add-margin``: of an isolated position."""
    key = _key(session, given)
    needed(given, "autoAddMargin")
    _ask(session, AutoAddMargin(key, whole(given, "autoAddMargin", 0, 0, 1) == 1))
    return done()


def _key(session: Session, given: Fields) -> PositionKey:
    symbol = session.market(given).symbol
    index = whole(given, "positionIdx", 0, 0, 2)
    if index not in _indexes(session, symbol):
        raise RefusedError(PARAMETER, "position idx not match position mode")
    return session.trader.key(symbol, index)


def _ask(session: Session, wish: Wish) -> None:
    refusal = session.trader.ask(wish, session.at)
    if refusal is not None:
        raise RefusedError(*refusal)


def switch_isolated(session: Session, given: Fields) -> Outcome:
    """``/v5/position/switch-isolated``: the margin mode of a unified account is the account's."""
    del session, given
    raise RefusedError(NOT_UNIFIED, "unified account is not supported; use set-margin-mode")


def set_risk_limit(session: Session, given: Fields) -> Outcome:
    """``/v5/position/set-risk-limit``: without effect, tiers follow the position by themselves."""
    row = session.trader.heard.position(_key(session, given))
    names = ("riskId", "riskLimitValue")
    return done({"category": "linear", **{name: row[name] for name in names}})


def set_stop_mode(session: Session, given: Fields) -> Outcome:
    """``/v5/position/set-tpsl-mode``: without effect, full and partial stops go together now."""
    session.market(given)
    return done({"tpSlMode": choice(given, "tpSlMode", {"Full": 0, "Partial": 0}, "Full")})


def confirm_maintenance(session: Session, given: Fields) -> Outcome:
    """``/v5/position/confirm-pending-mmr``: no new rate is ever pending here."""
    session.market(given)
    return done()


def symbol_info(session: Session, given: Fields) -> Outcome:
    """``/v5/position/symbol-info``: leverages of a symbol or of all, with a position or without."""
    nothing = elsewhere(given)
    if nothing is not None:
        return done(nothing)
    linear(given)
    account = session.trader
    wanted = [session.market(given).symbol] if text_of(given, "symbol") else session.desk.markets
    rows = [
        {
            "symbol": symbol,
            "leverage": render(position.leverage),
            "side": SIDE_NAMES[position.side or position.opens],
            "positionIdx": index,
        }
        for symbol in wanted
        for index, position in account.exchange.market(symbol).positions.items()
    ]
    return done({"category": "linear", "list": rows})


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
